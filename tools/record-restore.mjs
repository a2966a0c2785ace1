/*
 * Records a drop, its review, the restore and Undo as an animated picture. img2webp of libwebp writes it: it stores what
 * differs between frames without loss, in a tenth of the bytes of a GIF, and every browser shows it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @typedef {import('@playwright/test').Page} Page */

const MOST_BYTES = 1_000_000;

/**
 * @param {Page} page shows the plan whose database is restored
 * @param {string} file the snapshot that is dropped
 * @param {string} database the name of the file that is replaced
 * @param {string} path where the picture is written
 */
export async function recordRestore(page, file, database, path) {
  const folder = mkdtempSync(join(tmpdir(), 'frames-'));
  /** @type {string[]} */
  const frames = [];
  /** @param {number} ms how long it is shown */
  const frame = async (ms) => {
    await settled(page);
    const png = join(folder, `${frames.length}.png`);
    await page.screenshot({ path: png });
    frames.push('-d', String(ms), '-lossless', png);
  };
  try {
    await frame(1200);
    const drag = await startDrag(page, file);
    await page.getByRole('heading', { name: 'Drop to restore' }).waitFor();
    await frame(1300);
    await drag.drop();
    const review = page.getByRole('button', { name: 'Review changes' });
    await review.waitFor();
    await frame(1800);
    await review.click();
    const confirm = page.getByRole('textbox', { name: `Type ${database} to confirm` });
    await confirm.waitFor();
    await frame(3000);
    await confirm.fill(database);
    await frame(1000);
    await page.getByRole('button', { name: `Replace ${database}` }).click();
    await page.getByRole('heading', { name: 'Restored' }).waitFor();
    await frame(2400);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { name: 'Undone' }).waitFor();
    await frame(2600);
    encode(frames, path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Drags a file from outside over the window. @param {Page} page @param {string} file */
async function startDrag(page, file) {
  const session = await page.context().newCDPSession(page);
  const { width = 0, height = 0 } = page.viewportSize() ?? {};
  const drag = { x: width / 2, y: height / 2, data: { items: [], files: [file], dragOperationsMask: 1 } };
  for (const type of /** @type {const} */ (['dragEnter', 'dragOver']))
    await session.send('Input.dispatchDragEvent', { type, ...drag });
  const drop = async () => {
    await session.send('Input.dispatchDragEvent', { type: 'drop', ...drag });
    await session.detach();
  };
  return { drop };
}

/** Waits until all has moved into place. @param {Page} page */
export async function settled(page) {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined)));
  });
}

/** @param {readonly string[]} frames @param {string} path */
function encode(frames, path) {
  const { error, status, stderr } = spawnSync('img2webp', ['-loop', '0', '-min_size', ...frames, '-o', path]);
  if (error !== undefined) throw new Error('img2webp not found. Install it: apt install webp, or brew install webp.');
  if (status !== 0) throw new Error(`img2webp failed: ${stderr}`);
  const { size } = statSync(path);
  if (size > MOST_BYTES) throw new Error(`${path} has ${size} bytes, more than ${MOST_BYTES}.`);
}

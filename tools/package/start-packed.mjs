import { cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { extractAll } from '@electron/asar';
import { _electron } from '@playwright/test';
import Database from 'better-sqlite3';
import { listArchive } from './contents.mjs';

const STAND_IN = resolve(import.meta.dirname, '../../test/support/electron/electron');
/** Away from the numbers that the page's own requests have. */
const FIRST_ID = 1_000_000;

/**
 * Starts the packed application under the stand-in for Electron and takes and verifies a snapshot with it, far from
 * the sources, so that whatever it does not find in the package is not found at all.
 * @param {string} resources the folder with app.asar and what is beside it
 * @param {string} scratch a folder for all that this writes
 * @returns {Promise<string[]>} what went wrong
 */
export async function startPacked(resources, scratch) {
  const started = join(scratch, 'started');
  const app = layOut(resources, started);
  const source = join(started, 'shop.db');
  const backups = join(started, 'backups');
  const temporary = join(started, 'tmp');
  for (const folder of [backups, temporary]) mkdirSync(folder);
  makeDatabase(source);
  const electron = await _electron.launch({
    executablePath: STAND_IN,
    args: [app, `--user-data-dir=${join(started, 'user-data')}`],
    cwd: started,
    env: {
      .../** @type {Record<string, string>} */ (process.env),
      SNAPKEEP_HOME: join(started, 'home'),
      TMPDIR: temporary,
    },
    timeout: 30_000,
  });
  const child = electron.process();
  try {
    const page = await electron.firstWindow({ timeout: 30_000 });
    await page.getByRole('navigation', { name: 'Navigation' }).waitFor({ timeout: 30_000 });
    const run = await page.evaluate(takeSnapshot, { source, to: backups, firstId: FIRST_ID });
    const problems = [
      ...checkRun(run, backups),
      ...checkDriver(child.pid ?? 0, join(started, 'resources/app.asar.unpacked')),
    ];
    await electron.close();
    return problems;
  } finally {
    // Should it have failed, or hang: nothing goes on after this.
    child.kill('SIGKILL');
  }
}

/**
 * Lays app.asar out as a folder of that name, so that paths are those of the package. What is unpacked is reached
 * through links, as Electron leads from the archive to the real file.
 * @param {string} resources
 * @param {string} started
 * @returns {string} the folder of the application
 */
function layOut(resources, started) {
  const app = join(started, 'resources/app.asar');
  const unpacked = join(started, 'resources/app.asar.unpacked');
  extractAll(join(resources, 'app.asar'), app);
  cpSync(join(resources, 'app.asar.unpacked'), unpacked, { recursive: true });
  for (const [path, file] of listArchive(join(resources, 'app.asar'))) {
    if (!file.unpacked) continue;
    rmSync(join(app, path));
    symlinkSync(join(unpacked, path), join(app, path));
  }
  return app;
}

/** @param {string} path */
function makeDatabase(path) {
  const database = new Database(path);
  database.exec('CREATE TABLE orders (id INTEGER PRIMARY KEY, what TEXT NOT NULL)');
  const insert = database.prepare('INSERT INTO orders (what) VALUES (?)');
  database.transaction(() => {
    for (let n = 0; n < 1000; n++) insert.run(`order ${n}`);
  })();
  database.close();
}

/**
 * Runs in the page: asks over the preload's bridge and answers with the run once it is at its end.
 * @param {{ source: string, to: string, firstId: number }} options
 * @returns {Promise<EndedRun>}
 */
function takeSnapshot({ source, to, firstId }) {
  const { snapkeepBridge } = /** @type {{ snapkeepBridge: Bridge }} */ (/** @type {unknown} */ (globalThis));
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('the backup did not end within 30 seconds')), 30_000);
    snapkeepBridge.onFrame((frame) => {
      if (frame.type === 'response' && frame.id === firstId && !frame.answer?.ok) {
        reject(new Error(JSON.stringify(frame.answer?.error)));
      }
      const run = frame.type === 'event' && frame.name === 'run.changed' ? frame.payload?.run : undefined;
      if (run !== undefined && !['queued', 'running'].includes(run.state)) resolve(run);
    });
    snapkeepBridge.send({
      type: 'request',
      id: firstId,
      method: 'backups.start',
      params: { source, to, verify: true },
    });
  });
}

/**
 * @param {EndedRun} run
 * @param {string} backups
 * @returns {string[]}
 */
function checkRun(run, backups) {
  if (run.state !== 'succeeded') return [`the backup ended as ${run.state}: ${JSON.stringify(run.error)}`];
  const verification = run.result?.verification;
  if (verification?.valid !== true) return [`the snapshot was not found valid: ${verification?.message}`];
  return readdirSync(backups).some((name) => /\.db\.(gz|zst)$/.test(name)) ? [] : ['the backup left no snapshot'];
}

/**
 * The catalog and the worker have to use one and the same binary: two copies of SQLite in a process do not know of
 * each other's locks.
 * @param {number} pid
 * @param {string} unpacked
 * @returns {string[]}
 */
function checkDriver(pid, unpacked) {
  const loaded = new Set(
    readFileSync(`/proc/${pid}/maps`, 'utf8')
      .split('\n')
      .map((line) => line.slice(line.indexOf('/')))
      .filter((path) => path.endsWith('.node')),
  );
  const expected = join(
    realpathSync(unpacked),
    `node_modules/better-sqlite3-multiple-ciphers/prebuilds/linux-${process.arch}.node`,
  );
  return loaded.size === 1 && loaded.has(expected)
    ? []
    : [`the native module was loaded from ${[...loaded].join(', ') || 'nowhere'} instead of ${expected}`];
}

/** @typedef {{ state: string, error?: unknown, result?: { verification?: { valid: boolean, message: string } | null } | null }} EndedRun */
/**
 * @typedef {object} Frame
 * @property {string} type
 * @property {number} [id]
 * @property {{ ok: boolean, error?: unknown }} [answer]
 * @property {string} [name]
 * @property {{ run?: EndedRun }} [payload]
 */
/** @typedef {{ send(frame: object): void, onFrame(listener: (frame: Frame) => void): void }} Bridge */

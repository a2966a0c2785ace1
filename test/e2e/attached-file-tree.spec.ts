import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { commandLineOf } from '../support/command-line.ts';
import { makeDatabase } from '../support/databases.ts';
import { hosts, inBrowser, type OpenHost } from '../support/hosts.ts';
import { noiseImage } from '../support/noise-image.ts';
import { judgeEverywhere, openPlan, USUAL_WIDTHS } from '../support/screens.ts';

/* The attached files of a snapshot are browsed as a tree, and one of them is restored from it. */

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let folder: string;
let docs: string;
let host: OpenHost | undefined;

test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeep-e2e-'));
  docs = join(folder, 'docs');
  mkdirSync(join(docs, 'letters', 'old'), { recursive: true });
  mkdirSync(join(folder, 'backups'));
  writeFileSync(join(docs, 'letters', 'ann.txt'), 'Dear Ann');
  writeFileSync(join(docs, 'letters', 'old', 'bob.txt'), 'Dear Bob');
  writeFileSync(join(docs, 'pixel.png'), Buffer.from(PIXEL, 'base64'));
  writeFileSync(join(docs, 'photo.png'), noiseImage(2000, 1300));
  makeDatabase(join(folder, 'shop.db'), { rows: 5 });
  const run = commandLineOf(join(folder, 'home'));
  const add = ['plan', 'add', '--name', 'shop', '--source', join(folder, 'shop.db'), '--to', join(folder, 'backups')];
  expect(run([...add, '--attached-file', `docs=${docs}`])).toMatchObject({ exitCode: 0 });
  expect(run(['backup', 'shop'])).toMatchObject({ exitCode: 0 });
});

test.afterEach(async () => {
  await host?.close();
  host = undefined;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Opens the tree down to the letters. */
async function openTree(page: Page) {
  await openPlan(page, 'shop');
  await page.getByRole('tab', { name: 'Browse' }).click();
  await page.getByText('Attached files', { exact: true }).click();
  const tree = page.getByRole('region', { name: 'Attached files' });
  await tree.getByRole('button', { name: 'docs', exact: true }).press('Enter');
  await tree.getByRole('button', { name: 'letters', exact: true }).press('Enter');
  await expect(tree.getByRole('button', { name: 'ann.txt', exact: true })).toBeVisible();
  return tree;
}

for (const { name, open } of hosts)
  test(`${name}: a file is looked at in the tree, and restored from it`, async () => {
    host = await open(join(folder, 'home'));
    const { page } = host;
    writeFileSync(join(docs, 'letters', 'ann.txt'), 'lost');
    writeFileSync(join(docs, 'new.txt'), 'stays');
    const tree = await openTree(page);
    await expect(tree.getByText('4 files, 2.6 MB')).toBeVisible();

    await tree.getByRole('button', { name: 'ann.txt', exact: true }).press('Enter');
    await expect(page.getByRole('dialog').getByText('Dear Ann')).toBeVisible();
    await page.keyboard.press('Escape');
    await tree.getByRole('button', { name: 'pixel.png', exact: true }).click();
    await expect(page.getByRole('img', { name: 'Content of pixel.png' })).toBeVisible();
    await page.keyboard.press('Escape');

    await tree.getByRole('button', { name: 'photo.png', exact: true }).click();
    const photo = page.getByRole('img', { name: 'Content of photo.png' });
    await expect.poll(() => photo.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(2000);
    await page.keyboard.press('Escape');

    await tree.getByRole('button', { name: 'Restore ann.txt…' }).press('Enter');
    const sheet = page.getByRole('dialog', { name: 'Restore' });
    await expect(sheet.getByRole('radio', { name: 'Selected file or folder' })).toBeChecked();
    await expect(sheet.getByRole('textbox', { name: 'Path (optional)' })).toHaveValue('letters/ann.txt');
    await sheet.getByRole('button', { name: 'Review changes' }).click();
    await sheet.getByRole('textbox', { name: /ann\.txt/ }).fill('ann.txt');
    await sheet.getByRole('button', { name: 'Replace ann.txt' }).click();
    await expect(page.getByRole('heading', { name: 'Restored' })).toBeVisible();
    expect(readFileSync(join(docs, 'letters', 'ann.txt'), 'utf8')).toBe('Dear Ann');
    expect(readFileSync(join(docs, 'new.txt'), 'utf8')).toBe('stays');
  });

test('several files and folders are selected in the tree, and restored together', async () => {
  host = await inBrowser.open(join(folder, 'home'));
  const { page } = host;
  writeFileSync(join(docs, 'letters', 'ann.txt'), 'lost');
  rmSync(join(docs, 'letters', 'old'), { recursive: true });
  const tree = await openTree(page);
  for (const name of ['old', 'ann.txt']) await tree.getByRole('checkbox', { name: `Select ${name}` }).press('Space');
  await expect(tree.getByText('2 selected')).toBeVisible();
  await judgeEverywhere(page, 'attached-tree-selected', USUAL_WIDTHS);
  await tree.getByRole('button', { name: 'Restore selected…' }).press('Enter');
  const sheet = page.getByRole('dialog', { name: 'Restore' });
  await expect(sheet.getByRole('radio', { name: 'Selected files and folders' })).toBeChecked();
  await expect(sheet.getByText(join(docs, 'letters', 'old'))).toBeVisible();
  await sheet.getByRole('button', { name: 'Review changes' }).click();
  await sheet.getByRole('textbox', { name: 'Type files to confirm' }).fill('files');
  await sheet.getByRole('button', { name: 'Replace the files' }).click();
  await expect(page.getByRole('heading', { name: 'Restored' })).toBeVisible();
  expect(readFileSync(join(docs, 'letters', 'ann.txt'), 'utf8')).toBe('Dear Ann');
  expect(readFileSync(join(docs, 'letters', 'old', 'bob.txt'), 'utf8')).toBe('Dear Bob');
});

test('the tree fits and pleases axe in both themes and at all widths', async () => {
  host = await inBrowser.open(join(folder, 'home'));
  const { page } = host;
  await openTree(page);
  await judgeEverywhere(page, 'attached-tree', USUAL_WIDTHS);
});

import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { callMethod } from '../support/call-method.ts';
import { makeDatabase } from '../support/databases.ts';
import { dropFiles } from '../support/drop-files.ts';
import { hosts } from '../support/hosts.ts';
import { openWindow, type ServedWindow, serveWindow } from '../support/launch-server.ts';
import { judgeEverywhere, USUAL_WIDTHS } from '../support/screens.ts';

let served: ServedWindow;
let file: string;

test.beforeEach(async () => {
  served = await serveWindow('uploads');
  file = join(served.folder, 'ledger.db');
  makeDatabase(file, { rows: 100 });
});

test.afterEach(() => served.close());

const uploads = (): string[] => readdirSync(join(served.folder, 'home/staging/uploads'));

async function drop(page: Page): Promise<void> {
  await dropFiles(page, [file]);
  await expect(page.getByRole('dialog', { name: 'Restore' }).getByRole('heading', { name: 'ledger.db' })).toBeVisible();
}

test('what was sent for a review goes with its dialog, with the next drop, and with the window', async () => {
  const page = await openWindow(served.browser, served.server.address);
  await drop(page);
  expect(uploads()).toHaveLength(1);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect.poll(uploads).toEqual([]);

  await drop(page);
  const [first] = uploads();
  // The dialog shows a file of this name already, so only the folder tells when the second has come and the first gone.
  await dropFiles(page, [file]);
  await expect.poll(() => uploads().filter((name) => name !== first)).toHaveLength(1);
  await expect.poll(uploads).not.toContain(first);
  expect(uploads()).toHaveLength(1);

  // The window goes without a word; the next one shows that the server runs on.
  await page.reload();
  await page.getByRole('navigation', { name: 'Navigation' }).waitFor();
  await expect.poll(uploads).toEqual([]);

  await drop(page);
  await page.goto('about:blank');
  await expect.poll(uploads).toEqual([]);
});

test('what was restored from it stays restored when the upload has gone', async () => {
  const page = await openWindow(served.browser, served.server.address);
  await drop(page);
  await page.getByRole('textbox', { name: 'Database path' }).fill(join(served.folder, 'restored.db'));
  await page.getByRole('button', { name: 'Review changes' }).click();
  await page.getByRole('button', { name: 'Restore to restored.db' }).click();
  await expect(page.getByRole('heading', { name: 'Restored' })).toBeVisible();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
  await expect.poll(uploads).toEqual([]);
});

test('of several dropped files one is chosen, and the log of a database is sent with it', async () => {
  const page = await openWindow(served.browser, served.server.address);
  const busy = join(served.folder, 'busy.db');
  makeDatabase(busy, { rows: 3 });
  const writer = new Database(busy);
  writer.pragma('journal_mode = WAL');
  writer.exec('CREATE TABLE only_in_log (a); INSERT INTO only_in_log VALUES (1)');
  await dropFiles(page, [busy, `${busy}-wal`, file]);
  const question = page.getByRole('dialog', { name: 'Which file do you want to restore?' });
  await expect(question.getByRole('radio')).toHaveCount(2);
  await judgeEverywhere(page, 'drop-several', USUAL_WIDTHS);
  await page.keyboard.press('Escape');
  expect(existsSync(join(served.folder, 'home/staging/uploads'))).toBe(false);

  await dropFiles(page, [`${busy}-wal`, busy]);
  await expect(page.getByRole('dialog')).toContainText('busy.db is restored together with busy.db-wal.');
  await page.getByRole('button', { name: 'Check file' }).press('Enter');
  await page.getByRole('textbox', { name: 'Database path' }).fill(join(served.folder, 'restored.db'));
  await page.getByRole('button', { name: 'Review changes' }).click();
  await page.getByRole('button', { name: 'Restore to restored.db' }).click();
  await expect(page.getByRole('heading', { name: 'Restored' })).toBeVisible();
  writer.close();
  const restored = new Database(join(served.folder, 'restored.db'), { readonly: true });
  expect(restored.prepare('SELECT a FROM only_in_log').pluck().all()).toEqual([1]);
  restored.close();
});

for (const { name, droppedPaths, open } of hosts) {
  test(`${name}: a dropped folder is scanned for backups, which can be imported`, async () => {
    const backups = join(served.folder, 'old backups');
    mkdirSync(backups);
    const maker = await openWindow(served.browser, served.server.address);
    await callMethod(maker, 'backups.start', { source: file, to: backups });
    await expect.poll(() => readdirSync(backups).some((each) => each.endsWith('.gz'))).toBe(true);
    const host = await open(join(served.folder, 'other home'));
    try {
      const { page } = host;
      await dropFiles(page, [backups]);
      const dialog = page.getByRole('dialog', { name: 'Backups in old backups' });
      if (!droppedPaths) {
        await expect(dialog).toContainText('A browser does not tell Snapkeep where a dropped folder is');
        await dialog.getByRole('textbox', { name: 'Folder' }).fill(backups);
        await dialog.getByRole('button', { name: 'Scan folder' }).press('Enter');
      }
      await expect(dialog).toContainText('1 Snapkeep snapshot');
      if (!droppedPaths) await judgeEverywhere(page, 'drop-folder', USUAL_WIDTHS);
      await dialog.getByRole('button', { name: 'Import snapshots' }).press('Enter');
      await expect(page.getByRole('heading', { name: 'Activity', level: 1 })).toBeVisible();
      await expect.poll(async () => (await callMethod(page, 'snapshots.list', {})).length).toBe(1);
      expect((await callMethod(page, 'snapshots.list', {})).map(({ origin }) => origin)).toEqual(['imported']);
    } finally {
      await host.close();
    }
  });
}

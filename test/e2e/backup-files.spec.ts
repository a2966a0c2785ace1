import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { commandLineOf } from '../support/command-line.ts';
import { makeDatabase } from '../support/databases.ts';
import { dropFiles } from '../support/drop-files.ts';
import { openWindow, type ServedWindow, serveWindow } from '../support/launch-server.ts';

let served: ServedWindow;
let archive: string;

test.beforeEach(async () => {
  served = await serveWindow('backup-files');
  archive = join(served.folder, 'both.tar.gz');
  makeDatabase(join(served.folder, 'ledger.db'), { rows: 100, journalMode: 'delete' });
  makeDatabase(join(served.folder, 'wiki.bak'), { rows: 7, journalMode: 'delete' });
  execFileSync('tar', ['czf', archive, 'ledger.db', 'wiki.bak'], { cwd: served.folder });
});

test.afterEach(() => served.close());

const rowsIn = (path: string): unknown => {
  const database = new Database(path, { readonly: true });
  try {
    return database.prepare('SELECT count(*) FROM entries').pluck().get();
  } finally {
    database.close();
  }
};

test('of an archive with several databases the window asks which one', async () => {
  const page = await openWindow(served.browser, served.server.address);
  await dropFiles(page, [archive]);
  const target = join(served.folder, 'restored.db');
  await page.getByRole('textbox', { name: 'Database path' }).fill(target);
  await page.getByRole('button', { name: 'Review changes' }).click();
  const use = page.getByRole('button', { name: 'Use database' });
  await expect(use).toBeDisabled();
  await page.getByRole('radio', { name: 'wiki.bak' }).check();
  await use.click();
  await expect(page.getByText('No manifest to compare with.')).toBeVisible();
  await page.getByRole('button', { name: 'Restore to restored.db' }).click();
  await expect(page.getByRole('heading', { name: 'Restored' })).toBeVisible();
  expect(rowsIn(target)).toBe(7);
});

test('the review warns of a dump whose end cannot be known', async () => {
  const dump = join(served.folder, 'export.sql');
  writeFileSync(dump, "CREATE TABLE entries(a);\nINSERT INTO entries VALUES('x');\n");
  const page = await openWindow(served.browser, served.server.address);
  await dropFiles(page, [dump]);
  await page.getByRole('textbox', { name: 'Database path' }).fill(join(served.folder, 'made.db'));
  await page.getByRole('button', { name: 'Review changes' }).click();
  await expect(page.getByText('truncation cannot be detected')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Restore to made.db' })).toBeEnabled();
});

test('the command line asks for --entry, and says the warning of a dump', () => {
  const snapkeep = commandLineOf(join(served.folder, 'another home'));
  const target = join(served.folder, 'by-command.db');
  const asked = snapkeep(['restore', archive, '--to', target]);
  expect(asked.stderr).toContain('both.tar.gz contains 2 databases: ledger.db, wiki.bak.');
  expect(asked.stderr).toContain('--entry');
  expect(asked.exitCode).not.toBe(0);
  expect(existsSync(target)).toBe(false);
  expect(snapkeep(['restore', archive, '--entry', 'wiki.bak', '--to', target])).toMatchObject({ exitCode: 0 });
  expect(rowsIn(target)).toBe(7);
  expect(snapkeep(['verify', archive, '--entry', 'ledger.db']).stdout).toContain('Taken from the archive: ledger.db.');
  const dump = join(served.folder, 'export.sql');
  writeFileSync(dump, 'CREATE TABLE entries(a);\n');
  const verified = snapkeep(['verify', dump]);
  expect(verified).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('truncation cannot be detected') });
});

import { mkdirSync, rmSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Browser, expect, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { makeDatabase } from '../support/databases.ts';
import { HistoryFiles } from '../support/history-files.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import { judgeEverywhere, USUAL_WIDTHS } from '../support/screens.ts';

/* A replica of Litestream: found in a folder, shown on a timeline, compared, browsed and restored; it is only read. */

let folder: string;
let server: RunningServer;
let browser: Browser;
let close: () => Promise<void>;

/** A replica of 40 points, a minute apart, each with a row less than the one before. */
async function makeReplica(): Promise<string> {
  const work = join(folder, 'nas', 'shop');
  mkdirSync(work, { recursive: true });
  const source = join(work, 'shop.db');
  makeDatabase(source, { rows: 60 });
  const history = new HistoryFiles(work, source);
  const database = new Database(source);
  for (let step = 1; step <= 40; step++) {
    database.exec(`DELETE FROM entries WHERE id = ${step}`);
    await history.capture();
  }
  database.close();
  for (const name of ['shop.db', 'shop.db-wal', 'shop.db-shm', 'page-hashes'])
    rmSync(join(work, name), { force: true });
  for (const { path, max } of history.files) {
    const madeAt = new Date(Date.now() - (40 - max) * 60_000 - (max % 7) * 5000);
    utimesSync(path, madeAt, madeAt);
  }
  return history.folder;
}

test.beforeEach(async () => {
  ({ folder, server, browser, close } = await serveWindow('replica'));
});

test.afterEach(() => close());

test('a replica of Litestream is found, and its points are browsed, compared and restored with Undo', async () => {
  const replica = await makeReplica();
  const page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(15_000);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('textbox', { name: 'Backup folder' }).fill(dirname(replica));
  await page.getByRole('button', { name: 'Import from other programs…' }).press('Enter');
  const open = page.getByRole('button', { name: `Open the replica ${replica}` });
  await expect(open).toBeVisible();
  await judgeEverywhere(page, 'replica-found', USUAL_WIDTHS);
  await open.press('Enter');
  await expect(page.getByText(/^40 points in time, from /)).toBeVisible();
  const cursor = page.getByRole('slider', { name: 'Point in time' });
  await cursor.press('End');
  await cursor.press('ArrowLeft');
  await expect(page.getByText('Point 39', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Compare', exact: true }).press('Enter');
  const comparison = page.getByRole('region', { name: 'Comparison' });
  await expect(comparison).toContainText('entries');
  await judgeEverywhere(page, 'replica', USUAL_WIDTHS);
  await page.getByRole('button', { name: 'Browse', exact: true }).press('Enter');
  await expect(page.getByRole('heading', { name: 'test.history, point 39' })).toBeVisible();
  await expect(page.getByRole('main')).toContainText('entries');
  await page.goBack();

  const target = join(folder, 'restored.db');
  makeDatabase(target, { rows: 80, journalMode: 'delete' });
  await page.getByRole('button', { name: 'Restore', exact: true }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Restore' });
  await expect(dialog).toContainText('This is a point of a Litestream replica.');
  await dialog.getByRole('textbox', { name: 'Path' }).fill(target);
  await dialog.getByRole('button', { name: 'Review changes' }).press('Enter');
  await dialog.getByRole('button', { name: 'Replace restored.db' }).press('Enter');
  await expect(dialog.getByRole('button', { name: /Undo/ })).toBeVisible();
  const database = new Database(target, { readonly: true });
  expect(database.prepare('SELECT min(id) FROM entries').pluck().get()).toBe(40);
  database.close();
});

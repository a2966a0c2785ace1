import { cpSync, readdirSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { callMethod } from '../support/call-method.ts';
import { makeDatabase } from '../support/databases.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import { judgeEverywhere, USUAL_WIDTHS } from '../support/screens.ts';

/* A replica of Litestream: found in a folder, shown on a timeline, compared, browsed and restored; it is only read. */

let folder: string;
let server: RunningServer;
let browser: Browser;
let close: () => Promise<void>;

const POINTS = 6;

/** A replica of some points, two minutes apart, each with a row less than the one before: a copy of the history of a plan. */
async function makeReplica(page: Page): Promise<string> {
  const [source, backups] = [join(folder, 'shop.db'), join(folder, 'backups')];
  makeDatabase(source, { rows: 60 });
  const destinations = [{ path: backups }];
  const history = { storage: 'both', intervalSeconds: 86_400 } as const;
  const plan = await callMethod(page, 'plans.create', { name: 'shop', sourcePath: source, destinations, history });
  const database = new Database(source);
  for (let step = 1; step <= POINTS; step++) {
    database.exec(`DELETE FROM entries WHERE id = ${step}`);
    const { run } = await callMethod(page, 'history.capture', { planId: plan.id });
    await expect.poll(async () => (await callMethod(page, 'runs.get', { runId: run.id })).run.state).toBe('succeeded');
  }
  database.close();
  const [name = ''] = readdirSync(backups).filter((each) => each.endsWith('.history'));
  const replica = join(folder, 'nas', 'shop');
  cpSync(join(backups, name, 'ltx'), join(replica, 'ltx'), { recursive: true });
  for (const file of readdirSync(replica, { recursive: true, encoding: 'utf8' })) {
    const txid = Number.parseInt(/-([0-9a-f]{16})\.ltx$/.exec(file)?.[1] ?? '', 16);
    const madeAt = new Date(Date.now() - (POINTS - txid) * 120_000 - (txid % 5) * 9000);
    if (!Number.isNaN(txid)) utimesSync(join(replica, file), madeAt, madeAt);
  }
  return replica;
}

/** The first row that is left tells the point. */
function firstIdIn(path: string): unknown {
  const database = new Database(path, { readonly: true });
  const id = database.prepare('SELECT min(id) FROM entries').pluck().get();
  database.close();
  return id;
}

test.beforeEach(async () => {
  ({ folder, server, browser, close } = await serveWindow('replica'));
});

test.afterEach(() => close());

test('a replica of Litestream is found, and its points are browsed, compared and restored with Undo', async () => {
  const page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  const replica = await makeReplica(page);
  page.setDefaultTimeout(15_000);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('textbox', { name: 'Backup folder' }).fill(dirname(replica));
  await page.getByRole('button', { name: 'Import from other programs…' }).press('Enter');
  const open = page.getByRole('button', { name: `Open the replica ${replica}` });
  await expect(open).toBeVisible();
  await judgeEverywhere(page, 'replica-found', USUAL_WIDTHS);
  await open.press('Enter');
  await expect(page.getByText(/^6 points in time\. Oldest: /)).toBeVisible();
  const cursor = page.getByRole('slider', { name: 'Point in time' });
  await cursor.press('End');
  await cursor.press('ArrowLeft');
  await expect(page.getByText('Point 5', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Compare', exact: true }).press('Enter');
  const comparison = page.getByRole('region', { name: 'Comparison' });
  await expect(comparison).toContainText('entries');
  await judgeEverywhere(page, 'replica', USUAL_WIDTHS);
  await page.getByRole('button', { name: 'Browse', exact: true }).press('Enter');
  await expect(page.getByRole('heading', { name: 'shop, point 5' })).toBeVisible();
  await page.getByRole('button', { name: 'Export…' }).press('Enter');
  const exporting = page.getByRole('dialog', { name: /^Export/ });
  await exporting.getByText('Database (.db)').click();
  await judgeEverywhere(page, 'export-database', [390, 1280]);
  const saved = join(folder, 'saved.db');
  await exporting.getByRole('textbox', { name: 'File' }).fill(saved);
  await exporting.getByRole('button', { name: 'Export', exact: true }).press('Enter');
  await expect(exporting.getByRole('status')).toContainText('Exported');
  expect(firstIdIn(saved)).toBe(6);
  await exporting.getByRole('button', { name: 'Close' }).last().press('Enter');
  await page.goBack();

  const target = join(folder, 'restored.db');
  makeDatabase(target, { rows: 80, journalMode: 'delete' });
  await page.getByRole('button', { name: 'Restore', exact: true }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Restore' });
  await expect(dialog).toContainText('This is a point of a Litestream replica.');
  await dialog.getByRole('textbox', { name: 'Path' }).fill(target);
  await dialog.getByRole('button', { name: 'Review changes' }).press('Enter');
  await dialog.getByRole('textbox', { name: 'Type restored.db to confirm' }).fill('restored.db');
  await dialog.getByRole('button', { name: 'Replace restored.db' }).press('Enter');
  await expect(dialog.getByRole('button', { name: /Undo/ })).toBeVisible();
  expect(firstIdIn(target)).toBe(6);
});

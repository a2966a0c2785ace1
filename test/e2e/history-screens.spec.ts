import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { callMethod } from '../support/call-method.ts';
import { inBrowser, type OpenHost } from '../support/hosts.ts';
import { judge, judgeBothWays, judgeEverywhere, planFor } from '../support/screens.ts';

/* The history of a plan: turned on in its settings, shown on a timeline, and restored from just before a mark. */

let folder: string;
let source: string;
let host: OpenHost | undefined;

/** What the database contains, as far as its tables are in it. */
function contents(): { songs: unknown[] | null; orders: unknown[] } {
  const database = new Database(source, { readonly: true });
  const has = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'songs'").get() !== undefined;
  const list = (sql: string): unknown[] => database.prepare(sql).pluck().all();
  const songs = has ? list('SELECT name FROM songs ORDER BY id') : null;
  const found = { songs, orders: list('SELECT id FROM orders ORDER BY id') };
  database.close();
  return found;
}

function change(sql: string): void {
  const database = new Database(source);
  database.exec(sql);
  database.close();
}

test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeep-e2e-'));
  source = join(folder, 'shop.db');
  mkdirSync(join(folder, 'backups'));
  change(`CREATE TABLE songs (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO songs(name) VALUES ('a'), ('b');
    CREATE TABLE orders (id INTEGER PRIMARY KEY); INSERT INTO orders VALUES (1), (2)`);
});

test.afterEach(async () => {
  await host?.close();
  host = undefined;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('a dropped table is marked and restored from just before; the review shows newer rows of other tables, and Undo returns them', async () => {
  host = await inBrowser.open(join(folder, 'home'));
  const { page } = host;
  await planFor(page, source, join(folder, 'backups'));
  await page.getByRole('button', { name: 'Create and back up now' }).click();
  await expect(page.getByText(/^Verified/)).toBeVisible();
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByRole('radiogroup', { name: 'Storage' }).getByText('Both').click();
  // Captures are made here one by one.
  await page.getByRole('textbox', { name: 'Capture changes every' }).fill('86400');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const [summary] = await callMethod(page, 'plans.list', {});
  const planId = summary?.plan.id ?? '';
  const capture = async (): Promise<void> => {
    const { run } = await callMethod(page, 'history.capture', { planId });
    await expect.poll(async () => (await callMethod(page, 'runs.get', { runId: run.id })).run.state).toBe('succeeded');
  };
  await capture();
  change("INSERT INTO songs(name) VALUES ('c')");
  await capture();
  change('DROP TABLE songs');
  await capture();
  // Other programs go on writing.
  change('INSERT INTO orders VALUES (3), (4), (5)');
  await capture();
  await page.getByRole('tab', { name: 'History' }).click();
  await expect(page.getByText(/4 points in time/)).toBeVisible();
  await page
    .getByRole('button', { name: /Rows dropped/ })
    .first()
    .click();
  await expect(page.getByText('Point 3', { exact: true })).toBeVisible();
  await judgeEverywhere(page, 'history');
  await page.getByRole('button', { name: 'Just before this mark' }).click();
  await expect(page.getByText('Point 2', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Point 2');
  await dialog.getByRole('button', { name: 'Review changes' }).click();
  const rows = dialog.getByRole('region', { name: 'Rows before and after' });
  await expect(rows.getByRole('row', { name: /^songs/ })).toContainText('+3');
  await expect(rows.getByRole('row', { name: /^orders/ })).toContainText('−3');
  await judgeBothWays(page, 'history-review');
  await dialog.getByRole('textbox', { name: 'Type shop.db to confirm' }).fill('shop.db');
  await dialog.getByRole('button', { name: 'Replace shop.db' }).click();
  const undo = dialog.getByRole('button', { name: 'Undo', exact: true });
  await expect(undo).toBeVisible();
  expect(contents()).toEqual({ songs: ['a', 'b', 'c'], orders: [1, 2] });
  await undo.click();
  await expect.poll(contents).toEqual({ songs: null, orders: [1, 2, 3, 4, 5] });
});

test('a pause is reviewed, and a history that another service writes is taken over', async () => {
  host = await inBrowser.open(join(folder, 'home'));
  const { page } = host;
  const backups = join(folder, 'backups');
  const { id: planId } = await callMethod(page, 'plans.create', {
    ...{ name: 'shop', sourcePath: source, destinations: [{ path: backups }] },
    history: { storage: 'both', intervalSeconds: 86_400 },
  });
  const ended = async (method: 'history.capture' | 'history.prune'): Promise<void> => {
    const { run } = await callMethod(page, method, { planId });
    await expect
      .poll(async () => (await callMethod(page, 'runs.get', { runId: run.id })).run.state)
      .toMatch(/succeeded|failed/);
  };
  await ended('history.capture');
  change('DROP TABLE songs; CREATE TABLE albums (id)');
  await ended('history.capture');
  await ended('history.prune');
  await page.getByRole('link', { name: 'Databases' }).click();
  await page.getByRole('link', { name: 'shop' }).first().click();
  await page.getByRole('tab', { name: 'History' }).click();
  await expect(page.getByText('Merging of points in time is paused: Point 2 lacks the table')).toBeVisible();
  await judgeBothWays(page, 'history-paused');
  await page.getByRole('button', { name: 'Review…' }).click();
  await judge(page, 'history-review-of-pause');
  await page.getByRole('dialog').getByRole('button', { name: 'Resume merging' }).click();
  await expect(page.getByText('Merging of points in time is paused')).toBeHidden();
  const [name = ''] = readdirSync(backups).filter((each) => each.endsWith('.history'));
  const file = join(backups, name, 'history.json');
  const own = JSON.parse(readFileSync(file, 'utf8'));
  const writer = { serviceId: crypto.randomUUID(), since: '2026-11-20T08:00:00.000Z' };
  writeFileSync(file, JSON.stringify({ ...own, writer }));
  change('CREATE TABLE artists (id)');
  await ended('history.capture');
  await expect(page.getByText(/^Another Snapkeep service has written this history since/)).toBeVisible();
  await judgeBothWays(page, 'history-of-another-service');
  await page.getByRole('button', { name: 'Take over…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take over', exact: true }).click();
  await expect(page.getByText(/^Another Snapkeep service/)).toBeHidden();
});

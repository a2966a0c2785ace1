import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { callMethod } from '../support/call-method.ts';
import { inBrowser, type OpenHost } from '../support/hosts.ts';
import { judgeEverywhere, planFor } from '../support/screens.ts';

/* The history of a plan: turned on in its settings, shown on a timeline, and restored from just before a mark. */

let folder: string;
let source: string;
let host: OpenHost | undefined;

function change(sql: string): void {
  const database = new Database(source);
  database.exec(sql);
  database.close();
}

test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeep-e2e-'));
  source = join(folder, 'shop.db');
  mkdirSync(join(folder, 'backups'));
  change("CREATE TABLE songs (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO songs(name) VALUES ('a'), ('b')");
});

test.afterEach(async () => {
  await host?.close();
  host = undefined;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('a dropped table is marked, and what was there just before is restored', async () => {
  host = await inBrowser.open(join(folder, 'home'));
  const { page } = host;
  await planFor(page, source, join(folder, 'backups'));
  await page.getByRole('button', { name: 'Create and back up now' }).click();
  await expect(page.getByText(/^Verified/)).toBeVisible();
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByRole('switch', { name: 'Keep a history between snapshots' }).click();
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
  await page.getByRole('tab', { name: 'History' }).click();
  await expect(page.getByText(/3 points in time/)).toBeVisible();
  await page
    .getByRole('button', { name: /Rows dropped/ })
    .first()
    .click();
  await expect(page.getByText('Point 3')).toBeVisible();
  await judgeEverywhere(page, 'history');
  await page.getByRole('button', { name: 'Just before this mark' }).click();
  await expect(page.getByText('Point 2')).toBeVisible();
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Point 2');
  await dialog.getByRole('button', { name: 'Review changes' }).click();
  await expect(dialog).toContainText('songs');
  await dialog.getByRole('button', { name: 'Replace shop.db' }).click();
  await expect(dialog.getByRole('button', { name: /Undo/ })).toBeVisible();
  const database = new Database(source, { readonly: true });
  expect(database.prepare('SELECT name FROM songs ORDER BY id').pluck().all()).toEqual(['a', 'b', 'c']);
  database.close();
});

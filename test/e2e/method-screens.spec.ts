import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, expect, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { countEntries, makeDatabase } from '../support/databases.ts';
import { launchServer, openWindow, type RunningServer, testBrowser } from '../support/launch-server.ts';
import { customize, judge, judgeBothWays, openNewPlan, openPlan, storeIn } from '../support/screens.ts';

let folder: string;
let live: string;
let server: RunningServer;
let browser: Browser;

test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeep-methods-'));
  mkdirSync(join(folder, 'backups'));
  // In memory, where there is such a place, so that the window has something to warn of.
  live = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : folder, 'snapkeep-'));
  makeDatabase(join(live, 'app.db'), { rows: 50 });
  server = await launchServer({ home: join(folder, 'home') });
  browser = await testBrowser();
});

test.afterEach(async () => {
  await browser.close();
  await server.close();
  for (const each of [folder, live]) rmSync(each, { recursive: true, force: true });
});

test('a plan that dumps is made, changed, and restored past its guard', async () => {
  const page = await openWindow(browser, server.address);
  await openNewPlan(page);
  await page.getByRole('textbox', { name: 'Database file' }).fill(join(live, 'app.db'));
  await expect(page.getByText('2 tables')).toBeVisible();
  if (existsSync('/dev/shm')) await expect(page.getByText(/The database is in memory/)).toBeVisible();
  await judge(page, 'method-source-facts');
  await storeIn(page, join(folder, 'backups'));
  await customize(page);
  await page.getByRole('combobox', { name: 'Method' }).click();
  await page.getByRole('option', { name: 'SQL dump' }).click();
  await expect(page.getByText('gzip (.sql.gz)')).toBeVisible();
  // At the end of the form, where the bar with the buttons covers no field by half.
  await page.getByRole('main').evaluate((main) => main.scrollTo(0, main.scrollHeight));
  await judge(page, 'method-new-plan');
  await page.getByRole('button', { name: 'Create and back up now' }).click();
  await expect(page.getByText(/Verified: 2 tables|^OK/).first()).toBeVisible();
  expect(readdirSync(join(folder, 'backups')).some((name) => name.endsWith('.sql.gz'))).toBe(true);

  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByRole('combobox', { name: 'Method' }).click();
  await page.getByRole('option', { name: 'Compacted copy' }).click();
  await judge(page, 'method-plan-settings');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.context().close();

  const database = new Database(join(live, 'app.db'));
  database.exec('PRAGMA user_version = 3; PRAGMA application_id = 77; DELETE FROM entries WHERE id > 10');
  database.close();
  const looked = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  await openPlan(looked, 'app');
  await looked
    .getByRole('button', { name: /^More actions/ })
    .first()
    .click();
  await looked.getByRole('menuitem', { name: 'Compare with source…' }).click();
  await expect(looked.getByText(/The snapshot is newer: its schema has version 7, not 3/)).toBeVisible();
  await expect(looked.getByText(/seems to be from another program/)).toBeVisible();
  await judgeBothWays(looked, 'guard-review');
  const replace = looked.getByRole('button', { name: 'Replace app.db' });
  await expect(replace).toBeDisabled();
  await looked.getByRole('checkbox', { name: 'Restore anyway' }).check();
  // No table has fewer rows, so no name is asked for.
  await expect(looked.getByRole('textbox', { name: 'Type app.db to confirm' })).toHaveCount(0);
  await replace.click();
  await expect(looked.getByRole('heading', { name: 'Restored' })).toBeVisible();
  await looked.context().close();
  expect(countEntries(join(live, 'app.db'))).toBe(50);
});

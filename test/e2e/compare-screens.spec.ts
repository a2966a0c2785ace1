import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { callMethod } from '../support/call-method.ts';
import { hosts, inBrowser, type OpenHost } from '../support/hosts.ts';
import { judgeEverywhere, openPlan, planFor, USUAL_WIDTHS } from '../support/screens.ts';

/* Comparing two snapshots, or one with the database as it is now. */

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
  change(`
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, photo BLOB);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, total REAL);
    CREATE TABLE untouched (v); CREATE VIRTUAL TABLE notes USING fts5(body); INSERT INTO notes VALUES ('call back');
    WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 250)
    INSERT INTO customers SELECT n, 'Customer ' || n, zeroblob(100000 * (n = 1)) FROM i;
    INSERT INTO orders SELECT id, id, id * 1.5 FROM customers`);
});

test.afterEach(async () => {
  await host?.close();
  host = undefined;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A snapshot, and a database that has changed since. */
async function backUpAndChange(page: Page): Promise<void> {
  await planFor(page, source, join(folder, 'backups'));
  await page.getByRole('button', { name: 'Create and back up now' }).click();
  await expect(page.getByText(/^Verified/)).toBeVisible();
  change(`
    UPDATE customers SET name = 'Ann Lee' WHERE id = 42; UPDATE customers SET photo = zeroblob(100001) WHERE id = 1;
    DELETE FROM orders WHERE id > 130; INSERT INTO orders VALUES (1000, 42, 9.5);
    CREATE INDEX orders_by_customer ON orders(customer); INSERT INTO notes VALUES ('paid')`);
}

async function compare(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^More actions/ })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Compare…' }).click();
  // Two processes start for it, one after the other.
  await expect(page.getByText('3 tables differ, 1 table without differences.')).toBeVisible({ timeout: 60_000 });
}

for (const { name, open } of hosts)
  test(`${name}: a snapshot is compared with the database now, and with a later snapshot`, async () => {
    host = await open(join(folder, 'home'));
    const { page } = host;
    await backUpAndChange(page);
    await compare(page);
    const tables = page.getByRole('region', { name: 'Tables that differ' });
    await expect(tables.getByRole('row', { name: 'customers – – 2' })).toBeVisible();
    await expect(tables.getByRole('row', { name: 'orders +1 −120 –' })).toBeVisible();
    await page.getByRole('button', { name: 'New index orders_by_customer' }).click();
    await expect(page.getByText('CREATE INDEX orders_by_customer ON orders(customer)')).toBeVisible();

    await test.step('rows are listed with the values that changed', async () => {
      await tables.getByRole('button', { name: 'customers' }).press('Enter');
      const rows = page.getByRole('region', { name: 'Rows that differ' });
      await expect(rows.getByRole('row', { name: 'Changed 42 Customer 42 Ann Lee' })).toBeVisible();
      await expect(rows.getByText(/BLOB, 100 kB, SHA-256/)).toHaveCount(2);
      await page.getByRole('textbox', { name: 'Contains' }).fill('ann');
      await expect(rows.getByRole('row')).toHaveCount(2);
    });

    await test.step('rows come in pages, filtered by their change; Back leads through what was shown', async () => {
      await page.getByRole('button', { name: 'All tables' }).click();
      await tables.getByRole('button', { name: 'orders' }).click();
      await expect(page.getByText('Rows 1 to 100')).toBeVisible();
      await page.getByRole('button', { name: 'Next', exact: true }).click();
      await expect(page.getByText('Rows 101 to 121')).toBeVisible();
      await page.getByText('Added', { exact: true }).first().click();
      await expect(page.getByRole('row', { name: 'Added 1000 42 9.5' })).toBeVisible();
      await page.goBack();
      await expect(tables).toBeVisible();
    });

    await test.step('nothing was restored, and a later snapshot shows the same', async () => {
      await page.getByRole('tab', { name: /^Snapshots/ }).click();
      await page.getByRole('button', { name: 'Back up now' }).click();
      await expect(page.getByRole('button', { name: /^More actions/ })).toHaveCount(2);
      await page.getByRole('tab', { name: 'Compare' }).click();
      // The newest snapshot is the database as it is now.
      await expect(page.getByText('No differences.')).toBeVisible();
      await page.getByRole('combobox', { name: 'From' }).click();
      await page.getByRole('option').nth(-2).click();
      await expect(page.getByText('3 tables differ, 1 table without differences.')).toBeVisible();
      // Both are snapshots then: the database may change.
      await page.getByRole('combobox', { name: 'To' }).click();
      await page.getByRole('option').nth(1).click();
      change('DELETE FROM customers');
      await expect(page.getByRole('combobox', { name: 'To' })).not.toHaveValue('Database now');
      await expect(page.getByText('3 tables differ, 1 table without differences.')).toBeVisible({ timeout: 60_000 });
      await expect(tables.getByRole('row', { name: 'customers – – 2' })).toBeVisible();
      await page.getByRole('combobox', { name: 'To' }).click();
      await page.getByRole('option', { name: 'Database now' }).click();
      await page.getByRole('combobox', { name: 'From' }).click();
      await page.getByRole('option', { name: 'Database now' }).click();
      await expect(page.getByText('Choose two different states to compare.')).toBeVisible();
    });
  });

test('a comparison stays while backups go on, and is made again when its view was closed', async () => {
  host = await inBrowser.open(join(folder, 'home'));
  const { page } = host;
  await backUpAndChange(page);
  await page.getByRole('tab', { name: 'Compare' }).click();
  await expect(page.getByText('3 tables differ, 1 table without differences.')).toBeVisible({ timeout: 60_000 });
  const compared = async (): Promise<string[]> =>
    (await callMethod(page, 'runs.list', {})).flatMap(({ result }) =>
      result?.kind === 'compare' ? result.viewId : [],
    );
  const views = await compared();
  expect(views).toHaveLength(1);
  const [summary] = await callMethod(page, 'plans.list', {});
  await callMethod(page, 'backups.start', { planId: summary?.plan.id ?? '' });
  await expect(page.getByRole('tab', { name: 'Snapshots 2' })).toBeVisible();
  await expect(page.getByText('3 tables differ, 1 table without differences.')).toBeVisible();
  expect(await compared()).toEqual(views);
  for (const viewId of views) await callMethod(page, 'compare.close', { viewId });
  await page.getByRole('region', { name: 'Tables that differ' }).getByRole('button', { name: 'customers' }).click();
  await expect(page.getByRole('row', { name: 'Changed 42 Customer 42 Ann Lee' })).toBeVisible({ timeout: 60_000 });
});

test('the comparison fits every window in both themes', async () => {
  host = await inBrowser.open(join(folder, 'home'));
  const { page } = host;
  await backUpAndChange(page);
  await openPlan(page, 'shop');
  await compare(page);
  const tables = page.getByRole('region', { name: 'Tables that differ' });
  await expect(tables).toBeVisible();
  await judgeEverywhere(page, 'compare', USUAL_WIDTHS);
  await tables.getByRole('button', { name: 'customers' }).click();
  await expect(page.getByText('Ann Lee')).toBeVisible();
  await judgeEverywhere(page, 'compare-rows', USUAL_WIDTHS);

  await test.step('any file can be one of the two', async () => {
    copyFileSync(source, join(folder, 'sent by a friend.db'));
    const before = page.getByRole('combobox', { name: 'From' });
    await before.click();
    await page.getByRole('option', { name: 'File…' }).click();
    const picker = page.getByRole('dialog', { name: 'Choose backup' });
    await picker.locator('.picker-row').filter({ hasText: 'sent by a friend.db' }).click();
    await expect(page.getByText('No differences.')).toBeVisible({ timeout: 60_000 });
    await expect(before).toHaveValue('sent by a friend.db');
    await page.reload();
    await expect(page.getByText('No differences.')).toBeVisible({ timeout: 60_000 });
    await page.goBack();
    await expect(page.getByText('Ann Lee')).toBeVisible({ timeout: 60_000 });
  });
});

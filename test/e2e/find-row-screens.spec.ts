import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { commandLineOf } from '../support/command-line.ts';
import { hosts, inBrowser, type OpenHost } from '../support/hosts.ts';
import { judgeEverywhere, openPlan, USUAL_WIDTHS } from '../support/screens.ts';

/* A row that is gone is found through all snapshots of its database. */

/** Ten snapshots are read by processes of their own, which takes long where others work, too. */
const SEARCHED = { timeout: 60_000 };

let folder: string;
let source: string;
let host: OpenHost | undefined;

test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeep-e2e-'));
  source = join(folder, 'shop.db');
  mkdirSync(join(folder, 'backups'));
  change(`
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, balance REAL, note TEXT);
    INSERT INTO customers VALUES (4710, 'Bob', 'bob@example.org', 3, NULL), (4711, 'Ann Lee', 'ann@example.org', 12.5, NULL);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers(id), item TEXT);
    CREATE TABLE visits (who TEXT, what BLOB); INSERT INTO visits VALUES ('Zoe', x'00ff'), ('Yan', NULL);
    INSERT INTO orders VALUES (1, 4711, 'A cup for Ann'), (2, 4710, 'A plate');`);
});

test.afterEach(async () => {
  await host?.close();
  host = undefined;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Changes the database as its program does. */
function change(sql: string): void {
  const database = new Database(source);
  database.exec(sql);
  database.close();
}

function read(sql: string): unknown[] {
  const database = new Database(source, { readonly: true });
  try {
    return database.prepare(sql).pluck().all();
  } finally {
    database.close();
  }
}

/** What happens between ten backups: the customer moves, and is deleted with her order. */
const CHANGES = [
  '',
  "UPDATE customers SET email = 'ann@ulm.example' WHERE id = 4711",
  "UPDATE customers SET note = 'moved to Ulm', balance = 40 WHERE id = 4711",
  '',
  "INSERT INTO orders VALUES (3, 4710, 'Another plate')",
  '',
  "DELETE FROM orders WHERE customer = 4711; DELETE FROM customers WHERE id = 4711; DELETE FROM visits WHERE who = 'Zoe'",
  '',
  "INSERT INTO orders VALUES (4, 4710, 'A third plate')",
];

/** Takes ten backups, as a schedule would have. */
function backUpTenTimes(): void {
  const run = commandLineOf(join(folder, 'home'));
  const add = ['plan', 'add', '--name', 'shop', '--source', source, '--to', join(folder, 'backups')];
  expect(run([...add, '--keep-last', '20'])).toMatchObject({ exitCode: 0 });
  for (const sql of ['', ...CHANGES]) {
    if (sql !== '') change(sql);
    expect(run(['backup', 'shop', '--no-verify'])).toMatchObject({ exitCode: 0 });
  }
}

async function find(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Find in all snapshots' }).fill(text);
  await page.getByRole('textbox', { name: 'Find in all snapshots' }).press('Enter');
}

for (const { name, open } of hosts)
  test(`${name}: a lost row is found through ten snapshots, and shown in one that has it`, async () => {
    test.slow();
    backUpTenTimes();
    host = await open(join(folder, 'home'));
    const { page } = host;
    await openPlan(page, 'shop');
    await page.getByRole('tab', { name: 'Browse' }).click();
    await find(page, 'ann');
    const found = page.getByRole('region', { name: 'Found rows' });
    await expect(found.getByRole('status')).toHaveText('2 rows found in 10 snapshots.', SEARCHED);

    const lost = found.getByRole('article', { name: 'customers 4711' });
    await expect(lost).toContainText(/Present until .*; missing since .*\./);
    await expect(lost.getByText('Missing', { exact: true })).toBeVisible();
    const versions = lost.getByRole('row');
    await expect(versions).toHaveCount(4);
    await expect(versions.nth(1)).toContainText('moved to Ulm');
    await expect(versions.nth(1).locator('mark')).toHaveText(['40.0', 'moved to Ulm']);
    await expect(versions.nth(3)).toContainText('ann@example.org');
    await expect(found.getByRole('article', { name: 'orders 1' })).toBeVisible();

    if (name === inBrowser.name)
      await test.step('what is found fits and pleases axe in both themes and at all widths', async () => {
        await judgeEverywhere(page, 'found-rows', USUAL_WIDTHS);
        await page.getByRole('button', { name: 'Options' }).click();
        await find(page, 'nobody has this');
        await expect(page.getByText('No row found in 10 snapshots.')).toBeVisible(SEARCHED);
        await judgeEverywhere(page, 'found-no-rows', USUAL_WIDTHS);
        await page.getByRole('button', { name: 'Options' }).click();
        await find(page, 'ann');
        await expect(lost).toContainText('missing since', SEARCHED);
      });

    await test.step('a reload keeps the results', async () => {
      await page.reload();
      await expect(lost).toBeVisible();
    });

    await test.step('the row is shown in a snapshot', async () => {
      await versions.nth(1).getByRole('button', { name: 'Browse' }).click();
      await expect(page.getByRole('button', { name: 'note: moved to Ulm' })).toBeVisible();
      await expect(page.getByRole('list', { name: 'Filters' })).toContainText('id equals “4711”');
      await page.goBack();
      await expect(lost).toBeVisible();
    });

    await test.step('the row is put back with its order as it was then, and Undo removes both again', async () => {
      await versions.nth(1).getByRole('button', { name: 'Put back…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Put rows back' });
      await expect(dialog.getByText('customers: 1 row inserted')).toBeVisible(SEARCHED);
      await dialog.getByRole('checkbox', { name: 'Include 1 related row in orders' }).check();
      await expect(dialog.getByText('orders: 1 row inserted')).toBeVisible(SEARCHED);
      await dialog.getByRole('button', { name: 'Put back (2 rows)' }).click();
      await expect(dialog.getByText('2 rows changed.')).toBeVisible(SEARCHED);
      expect(read('SELECT note FROM customers WHERE id = 4711')).toEqual(['moved to Ulm']);
      expect(read('SELECT item FROM orders WHERE customer = 4711')).toEqual(['A cup for Ann']);
      await dialog.getByRole('button', { name: 'Undo' }).click();
      await expect(dialog.getByRole('heading', { name: 'Undone' })).toBeVisible(SEARCHED);
      expect(read('SELECT id FROM customers')).toEqual([4710]);
      expect(read('SELECT id FROM orders WHERE customer = 4711')).toEqual([]);
      await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
      await expect(lost).toBeVisible();
    });

    // What was replaced by putting back, and by its undo, is searched, too.
    await test.step('whole values in one table, by keyboard', async () => {
      await page.getByRole('button', { name: 'Options' }).press('Enter');
      await page.getByRole('textbox', { name: 'Table' }).fill('orders');
      await page.getByRole('checkbox', { name: 'Whole value only' }).press('Space');
      await find(page, '4711');
      await expect(found.getByRole('status')).toHaveText('1 row found in 12 snapshots.', SEARCHED);
      await expect(found.getByRole('article')).toHaveCount(1);
      await page.getByRole('textbox', { name: 'Table' }).fill('people');
      await find(page, '4711');
      await expect(found.getByRole('alert')).toContainText('No snapshot has a table people.', SEARCHED);
      await page.getByRole('textbox', { name: 'Table' }).fill('visits');
      await find(page, 'Zoe');
      // Nothing but its values names it.
      await found.getByRole('article').getByRole('button', { name: 'Put back…' }).click(SEARCHED);
      const dialog = page.getByRole('dialog', { name: 'Put rows back' });
      await expect(dialog.getByText('visits: 1 row inserted')).toBeVisible(SEARCHED);
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: 'Close results' }).press('Enter');
      await expect(page.getByRole('navigation', { name: 'Tables and views' })).toBeVisible();
    });
  });

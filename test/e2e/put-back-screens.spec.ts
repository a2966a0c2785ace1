import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { hosts, inBrowser, type OpenHost } from '../support/hosts.ts';
import { judgeEverywhere, planFor, USUAL_WIDTHS } from '../support/screens.ts';

/* Putting single rows of a snapshot back into a live database. */

test.describe.configure({ timeout: 180_000 });

/** A run has a process of its own, which takes its time to start on a busy machine. */
const SLOW = { timeout: 40_000 };

let folder: string;
let source: string;
let host: OpenHost | undefined;

test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeep-e2e-'));
  source = join(folder, 'shop.db');
  mkdirSync(join(folder, 'backups'));
  change(`
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT);
    CREATE TABLE order_lines (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers(id), item TEXT);
    INSERT INTO customers VALUES (1, 'Ann Lee', 'Oslo'), (2, 'Bo Ek', 'Lund'), (3, 'Cy Day', 'Cork');
    INSERT INTO order_lines (customer, item) SELECT id, 'item ' || id FROM customers, (SELECT 1 UNION SELECT 2);
  `);
});

test.afterEach(async () => {
  await host?.close();
  host = undefined;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

function change(sql: string): void {
  const database = new Database(source);
  database.exec(sql);
  database.close();
}

function read(sql: string): unknown[] {
  const database = new Database(source, { readonly: true });
  try {
    return database.prepare(sql).raw().all();
  } finally {
    database.close();
  }
}

async function browse(page: Page): Promise<void> {
  await planFor(page, source, join(folder, 'backups'));
  await page.getByRole('button', { name: 'Create and back up now' }).click();
  await expect(page.getByText(/^Verified/)).toBeVisible({ timeout: 40_000 });
  change(`DELETE FROM order_lines WHERE customer = 2; DELETE FROM customers WHERE id = 2;
    UPDATE customers SET city = 'Bergen' WHERE id = 1`);
  await page.getByRole('button', { name: /^More actions/ }).click();
  await page.getByRole('menuitem', { name: 'Browse…' }).click();
  await expect(page.getByRole('button', { name: 'name: Bo Ek' })).toBeVisible({ timeout: 40_000 });
}

for (const { name, open } of hosts)
  test(`${name}: a lost row is put back with its children, and Undo takes them away again`, async () => {
    host = await open(join(folder, 'home'));
    const { page } = host;
    await browse(page);
    const lost = read('SELECT * FROM customers');
    await page.getByRole('checkbox', { name: 'Select row 1' }).check();
    await page.getByRole('checkbox', { name: 'Select row 2' }).check();
    await page.getByRole('button', { name: 'Put back…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Put rows back' });
    await expect(dialog.getByText('customers: 1 row inserted, 1 row kept as it is now')).toBeVisible();

    await test.step('each decision is previewed', async () => {
      await dialog.getByRole('checkbox', { name: 'Include 2 related rows in order_lines' }).check();
      await expect(dialog.getByText('order_lines: 2 rows inserted')).toBeVisible();
      await dialog.getByRole('checkbox', { name: 'Overwrite customers 1' }).check();
      await expect(dialog.getByText('customers: 1 row inserted, 1 row overwritten')).toBeVisible();
    });
    await test.step('the SQL can be read and saved', async () => {
      await dialog.getByRole('button', { name: 'SQL', exact: true }).click();
      await expect(dialog.getByText(`UPDATE main."customers" SET "city" = 'Oslo' WHERE "id" = 1;`)).toBeVisible();
    });
    if (name.includes('browser')) await judgeEverywhere(page, 'put-back', USUAL_WIDTHS);
    await dialog.getByRole('button', { name: 'Put back (4 rows)' }).click();
    await expect(dialog.getByText('4 rows changed.')).toBeVisible();
    expect(read('SELECT id, city FROM customers')).toEqual([
      [1, 'Oslo'],
      [2, 'Lund'],
      [3, 'Cork'],
    ]);
    expect(read('SELECT count(*) FROM order_lines')).toEqual([[6]]);
    await dialog.getByRole('button', { name: 'Undo' }).click();
    await expect(dialog.getByRole('heading', { name: 'Undone' })).toBeVisible();
    expect(read('SELECT * FROM customers')).toEqual(lost);
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
    await expect(dialog).toBeHidden();
  });

for (const { name, open } of hosts)
  test(`${name}: Undo asks first where the database was written to since, and says where that stays`, async () => {
    host = await open(join(folder, 'home'));
    const { page } = host;
    await browse(page);
    await page.getByRole('checkbox', { name: 'Select row 2' }).check();
    await page.getByRole('button', { name: 'Put back…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Put rows back' });
    await dialog.getByRole('button', { name: 'Put back (1 row)' }).click();
    await expect(dialog.getByText('1 row changed.')).toBeVisible(SLOW);
    change(`INSERT INTO customers VALUES (4, 'Di Fox', 'Bonn')`);
    await dialog.getByRole('button', { name: 'Undo' }).click();
    const question = dialog.getByRole('group', { name: 'Undo and remove later changes?' });
    await expect(question).toContainText('shop.db has been written to since today');
    await expect(question).toContainText('kept in a safety snapshot');
    await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused();
    if (name.includes('browser')) await judgeEverywhere(page, 'undo-question', USUAL_WIDTHS);
    await question.getByRole('button', { name: 'Cancel' }).press('Enter');
    await expect(question).toBeHidden();
    expect(read('SELECT count(*) FROM customers')).toEqual([[4]]);
    await dialog.getByRole('button', { name: 'Undo' }).click();
    await question.getByRole('button', { name: 'Undo anyway' }).click();
    await expect(dialog.getByRole('heading', { name: 'Undone' })).toBeVisible(SLOW);
    expect(read('SELECT id FROM customers')).toEqual([[1], [3]]);
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();

    await test.step('the undo of the undo brings it back', async () => {
      await page.getByRole('navigation').getByRole('link', { name: 'Activity' }).click();
      await page
        .getByRole('link', { name: /^Done Undo/ })
        .first()
        .click();
      await page.getByRole('button', { name: 'Undo', exact: true }).click();
      await expect.poll(() => read('SELECT id FROM customers'), SLOW).toEqual([[1], [2], [3], [4]]);
    });
  });

test('what cannot be put back says why, and the SQL is saved as a file', async () => {
  const browser = hosts[0];
  if (browser === undefined) throw new Error('no host');
  host = await browser.open(join(folder, 'home'));
  const { page } = host;
  await browse(page);
  await page.getByRole('checkbox', { name: 'Select row 2' }).check();
  await page.getByRole('button', { name: 'Put back…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Put rows back' });
  await dialog.getByRole('button', { name: 'SQL', exact: true }).click();
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Save SQL' }).click(),
  ]);
  expect(readFileSync(await saved.path(), 'utf8')).toContain(`VALUES (2, 'Bo Ek', 'Lund');`);
  change('CREATE TRIGGER t AFTER INSERT ON customers BEGIN SELECT missing(new.id); END');
  await dialog.getByRole('button', { name: 'Put back (1 row)' }).click();
  await expect(dialog.getByText(/has changed since the preview/)).toBeVisible();
  // At its address, the rows are previewed again.
  await page.reload();
  await expect(dialog.getByText(/the function missing is not available here/)).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Put back' })).toBeDisabled();
  await page.goBack();
  await expect(dialog).toBeHidden();
  expect(read('SELECT count(*) FROM customers')).toEqual([[2]]);
});

test('of many rows that have changed since, all are overwritten at once, also those that are not shown', async () => {
  change(`WITH RECURSIVE n(i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM n WHERE i < 303)
    INSERT INTO customers SELECT i, 'Name ' || i, 'Oslo' FROM n`);
  host = await inBrowser.open(join(folder, 'home'));
  const { page } = host;
  await browse(page);
  change(`UPDATE customers SET city = 'Bergen' WHERE id > 3`);
  await page.getByRole('button', { name: 'Put all rows back…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Put rows back' });
  await expect(dialog.getByText('The first 200 rows are shown.')).toBeVisible(SLOW);
  const all = dialog.getByRole('checkbox', { name: 'Overwrite all 301 rows' });
  const first = dialog.getByRole('checkbox', { name: 'Overwrite customers 1', exact: true });
  await first.check();
  await expect(
    dialog.getByText('customers: 1 row inserted, 1 row overwritten, 300 rows kept as they are now'),
  ).toBeVisible(SLOW);
  await all.check();
  await expect(first).toBeDisabled();
  await judgeEverywhere(page, 'put-back-all', [390, 1280]);
  await dialog.getByRole('button', { name: 'Put back (302 rows)' }).click(SLOW);
  await expect(dialog.getByText('302 rows changed.')).toBeVisible(SLOW);
  expect(read(`SELECT count(*) FROM customers WHERE city = 'Bergen'`)).toEqual([[0]]);
});

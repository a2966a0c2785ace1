import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { commandLineOf } from '../support/command-line.ts';
import { hosts, inBrowser, type OpenHost } from '../support/hosts.ts';
import { judge, openPlan, USUAL_WIDTHS } from '../support/screens.ts';

/* The ways from what differs, what is shown and what was found to putting rows back. */

/** Children start for much of this, which takes long where others work, too. */
const SLOW = { timeout: 60_000 };
test.describe.configure({ timeout: 300_000 });

let folder: string;
let source: string;
let host: OpenHost;

function change(sql: string): void {
  const database = new Database(source);
  database.exec(sql);
  database.close();
}

test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeep-e2e-'));
  source = join(folder, 'shop.db');
  mkdirSync(join(folder, 'backups'));
  // Columns named as headings of the window are.
  change(`
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, "Snapshots" TEXT, "Change" TEXT, "Column" TEXT);
    INSERT INTO customers VALUES (1, 'Ann Lee', 's1', 'c1', 'x'), (2, 'Bo Ek', 's2', 'c2', 'x'), (3, 'Cy Day', 's3', 'c3', 'x');
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers(id));
    INSERT INTO orders VALUES (10, 2);`);
  const run = commandLineOf(join(folder, 'home'));
  run(['plan', 'add', '--name', 'shop', '--source', source, '--to', join(folder, 'backups'), '--keep-last', '9']);
  run(['backup', 'shop']);
  change(`DELETE FROM orders; DELETE FROM customers WHERE id = 2; UPDATE customers SET "Change" = 'new' WHERE id = 1;
    INSERT INTO customers VALUES (4, 'Di Fox', NULL, NULL, NULL), (5, 'Ed Poe', NULL, NULL, NULL)`);
  run(['backup', 'shop']);
});

test.afterEach(async () => {
  await host.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const putBackDialog = (page: Page) => page.getByRole('dialog', { name: 'Put rows back' });

/** Closes the dialog once it shows what would be done. */
async function shows(page: Page, words: string): Promise<void> {
  await expect(putBackDialog(page).getByText(words)).toBeVisible(SLOW);
  await page.goBack();
  await expect(putBackDialog(page)).toBeHidden();
}

for (const { name, open } of hosts)
  test(`${name}: rows are put back from a comparison, from a table and from a query`, async () => {
    host = await open(join(folder, 'home'));
    const { page } = host;
    await openPlan(page, 'shop');

    await test.step('the list says how row counts changed, and leads to the comparison', async () => {
      const cell = page.getByRole('button', {
        name: 'Compare with the snapshot before: +1 row in customers, −1 in orders',
      });
      await expect(cell).toHaveAttribute('title', /Rows whose values changed do not count/);
      await cell.press('Enter');
      await expect(page.getByText('2 tables differ.')).toBeVisible(SLOW);
    });

    await test.step('its SQL is shown and saved', async () => {
      await page.getByRole('button', { name: 'SQL', exact: true }).click();
      await expect(page.getByLabel('SQL of the differences')).toContainText('DELETE FROM "orders" WHERE "id"=10;');
      // The shell asks where to save it, in a dialog of the system.
      if (name !== inBrowser.name) return;
      const [saved] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save SQL' }).click(),
      ]);
      expect(readFileSync(await saved.path(), 'utf8')).toContain('COMMIT;');
    });

    await test.step('removed and changed rows are put back, added ones cannot be', async () => {
      await page.getByRole('button', { name: 'customers' }).click();
      await page.getByRole('checkbox', { name: 'Select row 2' }).press('Space');
      await page.getByRole('checkbox', { name: 'Select row 1' }).press('Space');
      await expect(page.getByRole('checkbox', { name: /^Select row/ })).toHaveCount(2);
      await page.getByRole('button', { name: 'Put back…' }).click();
      await shows(page, 'customers: 1 row inserted, 1 row kept as it is now');
    });

    await test.step('a whole table', async () => {
      await page.getByRole('tab', { name: 'Browse' }).click();
      await page.getByRole('combobox', { name: 'Snapshot' }).click();
      await page.getByRole('option').last().click();
      await page.getByRole('button', { name: 'Put all rows back…' }).click(SLOW);
      await shows(page, 'customers: 1 row inserted, 1 row kept as it is now, 1 row unchanged');
      await page.getByRole('checkbox', { name: 'Select all rows of this page' }).check();
      await expect(page.getByText('3 rows selected')).toBeVisible();
    });

    await test.step('the rows that match filters', async () => {
      await page.getByRole('textbox', { name: 'Value' }).fill('2');
      await page.getByRole('button', { name: 'Add filter' }).click();
      await page.getByRole('button', { name: 'Put matching rows back…' }).click(SLOW);
      await shows(page, 'customers: 1 row inserted');
    });

    await test.step('the rows of a query', async () => {
      await page.getByRole('tab', { name: 'SQL' }).click();
      await page.getByRole('textbox', { name: 'Statement' }).fill("SELECT * FROM customers WHERE name LIKE 'B%';");
      await page.getByRole('textbox', { name: 'Statement' }).press('Control+Enter');
      await page.getByRole('button', { name: 'Put rows of customers back…' }).click(SLOW);
      await shows(page, 'customers: 1 row inserted');
    });

    await test.step('rows are compared from the review of a restore, which stays as it is', async () => {
      await page.getByRole('tab', { name: /^Snapshots/ }).click();
      await page.getByRole('button', { name: 'Restore…' }).last().click();
      const restore = page.getByRole('dialog', { name: 'Restore' });
      await restore.getByRole('button', { name: 'Review changes' }).click();
      const word = restore.getByRole('textbox', { name: 'Type shop.db to confirm' });
      await word.fill('shop', SLOW);
      await restore.getByRole('button', { name: 'Compare rows…' }).click();
      const compared = page.getByRole('dialog', { name: 'shop.db: now, and after the restore' });
      await compared.getByRole('button', { name: 'customers' }).click(SLOW);
      await expect(compared.getByRole('row', { name: /^Added 2 Bo Ek/ })).toBeVisible();
      await judge(page, 'compare-from-restore');
      await page.goBack();
      await page.goBack();
      await expect(compared).toBeHidden();
      await expect(word).toHaveValue('shop');
    });
  });

/** Presses Tab until what is named has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const { activeElement: element } = document;
      const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
      return (
        element?.getAttribute('aria-label') ?? [element?.textContent, ...labels.map((l) => l.textContent)].join(' ')
      );
    });
    if (name.test(focused.trim())) return;
  }
  throw new Error(`Tab does not reach ${name}.`);
}

test('a lost row is found and put back by keyboard alone, and the sheet fits every window in both themes', async () => {
  host = await inBrowser.open(join(folder, 'home'));
  const { page } = host;
  await openPlan(page, 'shop');
  await page.getByRole('tab', { name: 'Browse' }).press('Enter');
  await tabTo(page, /^Find in all snapshots/);
  await page.keyboard.type('Bo Ek');
  await page.keyboard.press('Enter');
  const found = page.getByRole('article', { name: 'customers 2' });
  await expect(found).toContainText(/Present until .*; missing since/, SLOW);
  await expect(found.getByRole('columnheader')).toHaveText([
    'Snapshots',
    'id',
    'name',
    'Snapshots',
    'Change',
    'Column',
  ]);
  await tabTo(page, /^Put back…$/);
  await page.keyboard.press('Enter');
  const dialog = putBackDialog(page);
  await expect(dialog.getByText('customers: 1 row inserted')).toBeVisible(SLOW);
  await tabTo(page, /Include 1 related row in orders/);
  await page.keyboard.press('Space');
  await expect(dialog.getByText('orders: 1 row inserted')).toBeVisible(SLOW);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of USUAL_WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await judge(page, `put-back-${colorScheme}-${width}`);
    }
  }
  await tabTo(page, /^Put back \(2 rows\)$/);
  await page.keyboard.press('Enter');
  await expect(dialog.getByText('2 rows changed.')).toBeVisible(SLOW);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await found.getByRole('button', { name: 'Put back…' }).first().click();
  await expect(dialog.getByText('Nothing to put back: the database has these rows already.')).toBeVisible(SLOW);
  const database = new Database(source, { readonly: true });
  expect(database.prepare('SELECT name FROM customers WHERE id = 2').pluck().get()).toBe('Bo Ek');
  database.close();
});

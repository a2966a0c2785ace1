import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { callMethod } from '../support/call-method.ts';
import { dropFiles } from '../support/drop-files.ts';
import { hosts, inBrowser, type OpenHost } from '../support/hosts.ts';
import { judgeEverywhere, planFor, USUAL_WIDTHS } from '../support/screens.ts';

/* Reading what a snapshot contains: its tables, rows, values and statements, and what is exported of it. */

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let folder: string;
let source: string;
let host: OpenHost | undefined;

test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeep-e2e-'));
  source = join(folder, 'shop.db');
  mkdirSync(join(folder, 'backups'));
  const database = new Database(source);
  database.exec(`
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, settings TEXT, photo BLOB, rate REAL);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers(id), placed TEXT, total INTEGER);
    CREATE TABLE order_lines (order_id INTEGER, line INTEGER, item TEXT, PRIMARY KEY (order_id, line)) WITHOUT ROWID;
    CREATE TABLE empty (note);
    CREATE INDEX orders_by_customer ON orders(customer);
    CREATE VIEW totals AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer;
    CREATE VIRTUAL TABLE notes USING fts5(body);
    CREATE TRIGGER placed AFTER INSERT ON orders BEGIN UPDATE orders SET placed = '2026-01-01' WHERE id = new.id; END;
    INSERT INTO notes VALUES ('call back'), ('paid');
  `);
  const insert = database.prepare('INSERT INTO customers (name, settings, photo, rate) VALUES (?, ?, ?, ?)');
  for (let n = 1; n <= 250; n++)
    insert.run(
      `Customer ${n}`,
      n % 3 === 0 ? null : `{"theme":"dark","n":${n}}`,
      n === 1 ? Buffer.from(PIXEL, 'base64') : Buffer.alloc(40, n),
      n / 4,
    );
  database.exec('INSERT INTO orders (customer, total) SELECT id, id * 100 FROM customers');
  database.exec("INSERT INTO order_lines SELECT id, 1, 'item ' || id FROM orders");
  database.close();
});

test.afterEach(async () => {
  await host?.close();
  host = undefined;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function backUp(page: Page): Promise<void> {
  await planFor(page, source, join(folder, 'backups'));
  await page.getByRole('button', { name: 'Create and back up now' }).click();
  await expect(page.getByText(/^Verified/)).toBeVisible();
}

const cell = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

for (const { name, open } of hosts)
  test(`${name}: a row of a snapshot is found by sort and filter, read in full, queried and exported`, async () => {
    host = await open(join(folder, 'home'));
    const { page } = host;
    await backUp(page);
    // What has changed since is not in the snapshot.
    const database = new Database(source);
    database.exec('DELETE FROM orders WHERE customer = 42; DELETE FROM customers WHERE id = 42');
    database.close();

    await page.getByRole('button', { name: /^More actions/ }).click();
    await page.getByRole('menuitem', { name: 'Browse…' }).click();
    const tree = page.getByRole('navigation', { name: 'Tables and views' });
    await expect(tree.getByRole('button', { name: 'customers 250 rows' })).toHaveAttribute('aria-current', 'true');
    await expect(tree.getByRole('button', { name: 'notes' }).first()).toBeVisible();

    await test.step('pages follow each other', async () => {
      await expect(cell(page, 'id: 1')).toBeVisible();
      await page.getByRole('button', { name: 'Next', exact: true }).click();
      await expect(cell(page, 'id: 101')).toBeVisible();
      await page.getByRole('button', { name: 'Previous', exact: true }).click();
      await expect(cell(page, 'id: 1')).toBeVisible();
    });

    await test.step('sorted, and kept by a reload', async () => {
      const heading = page.getByRole('columnheader', { name: 'rate' });
      await heading.getByRole('button').click();
      await expect(heading).toHaveAttribute('aria-sort', 'ascending');
      await heading.getByRole('button').click();
      await expect(heading).toHaveAttribute('aria-sort', 'descending');
      await expect(cell(page, 'id: 250')).toBeVisible();
      await page.reload();
      await expect(heading).toHaveAttribute('aria-sort', 'descending');
    });

    await test.step('filtered', async () => {
      await page.getByRole('textbox', { name: 'Value' }).fill('42');
      await page.getByRole('textbox', { name: 'Value' }).press('Enter');
      await expect(page.getByRole('list', { name: 'Filters' })).toContainText('id contains “42”');
      await expect(cell(page, 'name: Customer 42')).toBeVisible();
      await expect(page.getByText('Page 1, 3 rows')).toBeVisible();
    });

    await test.step('a value in full, by keyboard', async () => {
      await cell(page, 'id: 242').focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await expect(page.locator(':focus')).toHaveAttribute('aria-label', /^settings: /);
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog');
      await expect(dialog.getByText('"theme": "dark"')).toBeVisible();
      await dialog.getByText('Hex', { exact: true }).click();
      await expect(dialog.getByText(/7b 22 74 68/)).toBeVisible();
      await page.goBack();
      await expect(dialog).toHaveCount(0);
    });

    await test.step('exported, the selected rows alone', async () => {
      await page.getByRole('checkbox', { name: 'Select row 2', exact: true }).check();
      await expect(page.getByText('1 row selected')).toBeVisible();
      await page.getByRole('button', { name: 'Export 1 row…' }).click();
      const path = join(folder, 'one.sql');
      const dialog = page.getByRole('dialog', { name: 'Export customers' });
      await dialog.getByText('SQL', { exact: true }).click();
      await dialog.getByRole('textbox', { name: 'File' }).fill(path);
      await dialog.getByRole('button', { name: 'Export', exact: true }).click();
      await expect(dialog.getByText(/^Exported, /)).toBeVisible();
      expect(readFileSync(path, 'utf8').match(/INSERT INTO/g)).toHaveLength(1);
      expect(readFileSync(path, 'utf8')).toContain("142, 'Customer 142'");
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Clear selection' }).click();
    });

    await test.step('exported as it is shown', async () => {
      await page.getByRole('button', { name: 'Export…' }).click();
      const path = join(folder, 'rows.csv');
      const dialog = page.getByRole('dialog', { name: 'Export customers' });
      await dialog.getByRole('textbox', { name: 'File' }).fill(path);
      await dialog.getByRole('button', { name: 'Export', exact: true }).click();
      await expect(dialog.getByText(/^Exported, /)).toBeVisible();
      const lines = readFileSync(path, 'utf8').trim().split('\r\n');
      expect(lines).toHaveLength(4);
      expect(lines[1]).toMatch(/^242,Customer 242/);
      await dialog.getByRole('button', { name: 'Export', exact: true }).click();
      await expect(dialog.getByText(/^File exists already/)).toBeVisible();
      await page.goBack();
      await expect(dialog).toHaveCount(0);
    });

    await test.step('a statement', async () => {
      await page.getByRole('tab', { name: 'SQL' }).click();
      const statement = page.getByRole('textbox', { name: 'Statement' });
      await statement.fill('DELETE FROM customers');
      await statement.press('Control+Enter');
      await expect(page.getByRole('alert')).toContainText('Only statements that read can be run here.');
      await statement.fill(
        'SELECT name, count(*) AS orders FROM customers JOIN orders ON customer = customers.id WHERE customers.id = 42',
      );
      await statement.press('Control+Enter');
      await expect(cell(page, 'name: Customer 42')).toBeVisible();
      await statement.fill('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n');
      await statement.press('Control+Enter');
      await page.getByRole('button', { name: 'Cancel' }).click();
      await expect(page.getByRole('button', { name: 'Cancel' })).toHaveCount(0);
      await statement.fill('SELECT 7 AS seven');
      await statement.press('Control+Enter');
      await expect(cell(page, 'seven: 7')).toBeVisible();
    });

    await test.step('the result of a statement, exported', async () => {
      await page
        .getByRole('textbox', { name: 'Statement' })
        .fill('SELECT id, name FROM customers WHERE id IN (41, 42) ORDER BY id');
      await page.getByRole('textbox', { name: 'Statement' }).press('Control+Enter');
      await expect(cell(page, 'name: Customer 41')).toBeVisible();
      await page.getByRole('button', { name: 'Export…' }).click();
      const path = join(folder, 'query.json');
      const dialog = page.getByRole('dialog', { name: 'Export result' });
      await dialog.getByText('JSON', { exact: true }).click();
      await dialog.getByRole('textbox', { name: 'File' }).fill(path);
      await dialog.getByRole('button', { name: 'Export', exact: true }).click();
      await expect(dialog.getByText(/^Exported, /)).toBeVisible();
      expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual([
        { id: 41, name: 'Customer 41' },
        { id: 42, name: 'Customer 42' },
      ]);
    });
  });

test('what is browsed stays while backups go on, and is opened again when it was closed', async () => {
  host = await inBrowser.open(join(folder, 'home'));
  const { page } = host;
  await backUp(page);
  await page.getByRole('tab', { name: 'Browse' }).click();
  await page.getByRole('checkbox', { name: 'Select row 2', exact: true }).check();
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await expect(cell(page, 'id: 101')).toBeVisible();
  const database = new Database(source);
  database.exec('DELETE FROM orders; DELETE FROM customers WHERE id > 10');
  database.close();
  const [summary] = await callMethod(page, 'plans.list', {});
  await callMethod(page, 'backups.start', { planId: summary?.plan.id ?? '' });
  await expect(page.getByRole('tab', { name: 'Snapshots 2' })).toBeVisible();
  await expect(cell(page, 'id: 101')).toBeVisible();
  const views = (await callMethod(page, 'runs.list', {})).flatMap(({ result }) =>
    result?.kind === 'browse' ? (result.viewId ?? []) : [],
  );
  expect(views).toHaveLength(1);
  await callMethod(page, 'browse.close', { viewId: views[0] ?? '' });
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await expect(cell(page, 'id: 201')).toBeVisible();
  await expect(page.getByText('1 row selected')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('every screen fits and pleases axe in both themes and at all widths', async () => {
  test.setTimeout(600_000);
  host = await inBrowser.open(join(folder, 'home'));
  const { page } = host;
  await backUp(page);
  const judged = (name: string) => judgeEverywhere(page, `browse-${name}`, USUAL_WIDTHS);
  await page.getByRole('tab', { name: 'Browse' }).click();
  await expect(cell(page, 'id: 1')).toBeVisible();
  await page.getByRole('textbox', { name: 'Value' }).fill('1');
  await page.getByRole('button', { name: 'Add filter' }).click();
  await page.getByRole('checkbox', { name: 'Select row 1', exact: true }).check();
  await judged('rows');
  await cell(page, 'photo: Blob, 70 bytes').click();
  await expect(page.getByRole('img', { name: 'Content of photo' })).toBeVisible();
  await judged('value');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Export…' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await judged('export');
  await page.keyboard.press('Escape');
  await page.getByRole('tab', { name: 'Schema' }).click();
  await judged('schema');
  await page.getByRole('tab', { name: 'SQL' }).click();
  await page.getByRole('textbox', { name: 'Statement' }).fill('SELEC');
  await page.getByRole('button', { name: 'Run' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByRole('textbox', { name: 'Statement' }).fill('SELECT * FROM customers');
  await page.getByRole('button', { name: 'Run' }).click();
  await expect(page.getByRole('region', { name: 'Result' })).toBeVisible();
  await judged('sql');
});

test('a dropped file is browsed from the restore sheet, and nothing of it is kept', async () => {
  host = await inBrowser.open(join(folder, 'home'));
  const { page } = host;
  await dropFiles(page, [source]);
  const sheet = page.getByRole('dialog', { name: 'Restore' });
  await sheet.getByRole('button', { name: 'Browse content' }).click();
  await expect(page.getByRole('heading', { name: /^shop\.db/, level: 1 })).toBeVisible();
  await expect(cell(page, 'name: Customer 7')).toBeVisible();
  await judgeEverywhere(page, 'browse-file', USUAL_WIDTHS);
  await page.getByRole('navigation', { name: 'Navigation' }).getByRole('link', { name: 'Home' }).click();
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
});

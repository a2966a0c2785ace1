import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { addEntries, appendEntries, countEntries, makeDatabase } from '../support/databases.ts';
import { dropFiles } from '../support/drop-files.ts';
import { hosts, type OpenHost } from '../support/hosts.ts';
import { openNewPlan, openPlan, storeIn } from '../support/screens.ts';

let folder: string;
let source: string;
let backups: string;
let host: OpenHost;

test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeep-e2e-'));
  source = join(folder, 'ledger.db');
  backups = join(folder, 'backups');
  mkdirSync(backups);
  makeDatabase(source, { rows: 5000 });
});

test.afterEach(async () => {
  await host.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

for (const { name, droppedPaths, open } of hosts) {
  test(`${name}: plan, backup of a live database, verification, restore by drop, undo, prune`, async () => {
    host = await open(join(folder, 'home'));
    const { page } = host;
    const problems = watchForProblems(page);

    await test.step('a plan for a database that is being written to', async () => {
      const stopWriting = keepWriting(source);
      await makePlan(page);
      await expect(page.getByText(/^Verified/)).toBeVisible();
      stopWriting();
    });
    expect(snapshots()).toHaveLength(1);

    await test.step('verify', async () => {
      await page.getByRole('button', { name: 'Verify' }).first().click();
      await page.getByRole('link', { name: 'Activity' }).click();
      await expect(page.getByRole('link', { name: /Done Verify .* Verified: 2 tables/ })).toBeVisible();
    });

    const [snapshot = ''] = snapshots();
    const stored = join(backups, snapshot);
    const atBackup = storedEntries(stored);
    await test.step('lose rows, then restore by dropping the file on the window', async () => {
      appendEntries(source, 40);
      expect(countEntries(source)).toBeGreaterThan(atBackup);
      await dropFiles(page, [stored]);
      await review(page);
      await page.getByRole('textbox', { name: 'Type ledger.db to confirm' }).fill('ledger.db');
      await page.getByRole('button', { name: 'Replace ledger.db' }).click();
      await expect(page.getByRole('heading', { name: 'Restored' })).toBeVisible();
    });
    expect(countEntries(source)).toBe(atBackup);

    await test.step('undo', async () => {
      await page.getByRole('button', { name: 'Undo' }).click();
      await expect(page.getByRole('heading', { name: 'Undone' })).toBeVisible();
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    });
    expect(countEntries(source)).toBeGreaterThanOrEqual(atBackup + 40);

    await test.step('a lost database comes back', async () => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(source + suffix, { force: true });
      await dropFiles(page, [stored]);
      await review(page);
      await page.getByRole('button', { name: 'Restore to ledger.db' }).click();
      await expect(page.getByRole('heading', { name: 'Restored' })).toBeVisible();
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    });
    expect(countEntries(source)).toBe(atBackup);

    await test.step('prune to the last one', async () => {
      await openPlan(page, 'ledger');
      for (const count of [2, 3]) {
        await page.getByRole('button', { name: 'Back up now' }).click();
        await expect.poll(() => snapshots().length).toBe(count);
        // Until the new one is verified, an older one is the newest good one and stays.
        await expect(page.getByRole('row').nth(2)).toContainText('Verified');
      }
      await page.getByRole('tab', { name: 'Settings' }).click();
      const keepEverything = page.getByRole('switch', { name: 'Keep all snapshots' });
      await keepEverything.click();
      await keepEverything.click();
      await page.getByRole('textbox', { name: 'Keep last' }).fill('1');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      // What a browser sends is a copy; only where the file itself was restored is it kept for that.
      const kept = droppedPaths ? 2 : 1;
      await expect(page.getByText(`Remove ${3 - kept}`, { exact: true })).toBeVisible();
      await page.getByRole('button', { name: /^Save and remove/ }).click();
      await expect.poll(() => snapshots().length).toBe(kept);
    });
    expect(existsSync(stored)).toBe(droppedPaths);
    expect(problems).toEqual([]);
  });
}

/** Everything the console complains of; violations of the Content-Security-Policy are among it. */
function watchForProblems(page: Page): string[] {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  return problems;
}

async function makePlan(page: Page): Promise<void> {
  await openNewPlan(page);
  await page.getByRole('textbox', { name: 'Database file' }).fill(source);
  await expect(page.getByText('2 tables')).toBeVisible();
  await storeIn(page, backups);
  await expect(page.getByRole('heading', { name: 'ledger' })).toBeVisible();
  await page.getByRole('button', { name: 'Create and back up now' }).click();
}

async function review(page: Page): Promise<void> {
  await expect(
    page.getByText('This is a snapshot of ledger.db.').or(page.getByText('This is a gzip file.')),
  ).toBeVisible();
  await expect(page.getByRole('radio', { name: /^Original path/ })).toBeChecked();
  await page.getByRole('button', { name: 'Review changes' }).click();
  await expect(page.getByRole('dialog').getByText(/^Verified: 2 tables/)).toBeVisible();
}

/** Another connection that commits until it is told to stop. */
function keepWriting(path: string): () => void {
  const database = new Database(path);
  const timer = setInterval(() => addEntries(database, 1), 5);
  return () => {
    clearInterval(timer);
    database.close();
  };
}

const snapshots = (): string[] => readdirSync(backups).filter((name) => name.endsWith('.db.gz'));

/** The entries in a stored snapshot, as its manifest tells. */
function storedEntries(stored: string): number {
  const manifest = JSON.parse(readFileSync(`${stored}.manifest.json`, 'utf8')) as {
    database: { tables: Array<{ name: string; rows: number }> };
  };
  return manifest.database.tables.find((table) => table.name === 'entries')?.rows ?? 0;
}

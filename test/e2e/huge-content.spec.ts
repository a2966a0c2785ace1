import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { commandLineOf } from '../support/command-line.ts';
import { dropFiles } from '../support/drop-files.ts';
import { launchServer, openWindow, testBrowser } from '../support/launch-server.ts';
import { judge } from '../support/screens.ts';

let folder: string;
let bare: string;
let target: string;

/** A database of almost nothing but zeros, packed to a thousandth. */
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeep-huge-'));
  const huge = join(folder, 'huge.db');
  const database = new Database(huge);
  database.exec('CREATE TABLE zeros (b); INSERT INTO zeros VALUES (zeroblob(110000000))');
  database.close();
  bare = join(folder, 'huge.db.gz');
  writeFileSync(bare, gzipSync(readFileSync(huge), { level: 9 }));
  rmSync(huge);
  target = join(folder, 'restored.db');
});

test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the command line refuses a file that unpacks to hundreds of times its size, and --force goes on', () => {
  const run = commandLineOf(join(folder, 'home'));
  const refused = run(['restore', bare, '--to', target, '--json']);
  expect(refused.exitCode).toBe(1);
  expect(JSON.parse(refused.stdout)).toMatchObject({
    error: { code: 'CONFLICT', message: expect.stringMatching(/unpacks to \d+ times its size/) },
  });
  expect(refused.stderr).toContain('--force');
  expect(existsSync(target)).toBe(false);
  expect(run(['restore', bare, '--to', target, '--force'])).toMatchObject({ exitCode: 0 });
  expect(statSync(target).size).toBeGreaterThan(110_000_000);
});

test('the window asks, and restores it only when a person insists', async () => {
  const server = await launchServer({ home: join(folder, 'home') });
  const browser = await testBrowser();
  try {
    const page = await openWindow(browser, server.address);
    await dropFiles(page, [bare]);
    await page.getByRole('textbox', { name: 'Database path' }).fill(target);
    await page.getByRole('button', { name: 'Review changes' }).press('Enter');
    await expect(page.getByText(/unpacks to \d+ times its size/)).toBeVisible();
    await judge(page, 'restore-huge');
    const create = page.getByRole('button', { name: 'Restore to restored.db' });
    await expect(create).toBeDisabled();
    await page.getByRole('checkbox', { name: 'Restore anyway' }).check();
    await create.click();
    await expect(page.getByRole('heading', { name: 'Restored' })).toBeVisible();
    expect(statSync(target).size).toBeGreaterThan(110_000_000);
  } finally {
    await browser.close();
    await server.close();
  }
});

import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { callMethod } from '../support/call-method.ts';
import { makeDatabase } from '../support/databases.ts';
import { launchServer, openWindow, type RunningServer, testBrowser } from '../support/launch-server.ts';
import { judgeEverywhere, openPage, USUAL_WIDTHS } from '../support/screens.ts';

/* Databases of programs in a made-up home folder: found, ignored, and backed up. */

const PATHS = ['.local/share/Anki2/User 1/collection.anki2', 'Zotero/zotero.sqlite', '.cache/app/favicons.sqlite'];

let folder: string;
let server: RunningServer;
let browser: Browser;
let page: Page;

test.beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-find-')));
  for (const path of PATHS) {
    const full = join(folder, 'home', path);
    mkdirSync(dirname(full), { recursive: true });
    makeDatabase(full);
  }
  mkdirSync(join(folder, 'backups'));
  const environment = { HOME: join(folder, 'home'), XDG_CONFIG_HOME: '', XDG_DATA_HOME: '', XDG_STATE_HOME: '' };
  server = await launchServer({ home: join(folder, 'data'), environment });
  browser = await testBrowser();
  page = await openWindow(browser, server.address);
  await callMethod(page, 'destinations.save', {
    name: 'Disk',
    settings: { kind: 'folder', path: join(folder, 'backups'), bytesPerSecond: null },
  });
});

test.afterEach(async () => {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function search(): Promise<void> {
  await page.evaluate(() => {
    location.hash = '/databases/find';
  });
  await page.getByRole('button', { name: 'Search this machine' }).click();
}

test('found databases are selected and backed up together', async () => {
  await search();
  await page.getByRole('checkbox', { name: 'Select Anki' }).check();
  await page.getByRole('button', { name: 'Back up 1 database' }).click();
  await expect(page.getByText('1 plan added.')).toBeVisible();
  await expect(page.getByRole('checkbox', { name: 'Select Anki' })).toHaveCount(0);
  await expect(page.getByRole('checkbox', { name: 'Select Zotero' })).toBeVisible();
  await openPage(page, 'Databases');
  await expect(page.getByRole('link', { name: 'Anki', exact: true })).toBeVisible();
  await expect
    .poll(async () => (await callMethod(page, 'snapshots.list', {})).map(({ planName }) => planName))
    .toEqual(['Anki']);
});

test('what is ignored and what is a cache is listed apart, at addresses of their own, on every screen', async () => {
  await search();
  const zotero = page.getByRole('row').filter({ hasText: 'zotero.sqlite' });
  await zotero.getByRole('button', { name: 'Ignore Zotero' }).click();
  await expect(zotero).toHaveCount(0);
  await judgeEverywhere(page, 'find-databases', USUAL_WIDTHS);
  await page.getByText(/^Caches \(\d+\)$/).click();
  await expect(page.getByRole('row').filter({ hasText: 'favicons.sqlite' })).toContainText('cache');
  await page.getByText(/^Ignored \(1\)$/).click();
  await expect(page).toHaveURL(/#\/databases\/find\?show=ignored$/);
  await page.reload();
  await zotero.getByRole('button', { name: 'Stop ignoring Zotero' }).click();
  await expect(zotero).toHaveCount(0);
  await page.getByText(/^No plan \(\d+\)$/).click();
  await expect(zotero).toBeVisible();
});

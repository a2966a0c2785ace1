import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, expect, test } from '@playwright/test';
import { makeDatabase } from '../support/databases.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import { judgeBothWays, openNewPlan } from '../support/screens.ts';

/* The picker of the window in a folder of 20,000 files; the service has a test with 100,000. */

const FILES = 20_000;

let folder: string;
let server: RunningServer;
let browser: Browser;
let close: () => Promise<void>;

test.beforeEach(async () => {
  ({ folder, server, browser, close } = await serveWindow('picker'));
});

test.afterEach(() => close());

test('in a folder of many files the first are listed, any other is found, and the window never stops', async () => {
  const many = join(folder, 'many');
  mkdirSync(join(many, 'below'), { recursive: true });
  for (let number = 0; number < FILES; number++) writeFileSync(join(many, `${number}.txt`), '');
  makeDatabase(join(many, 'دفتر 📒.db'));
  const page = await openWindow(browser, server.address);
  await openNewPlan(page);
  const source = page.getByRole('textbox', { name: 'Database file' });
  await source.fill(join(many, 'x'));
  await page.evaluate(() => {
    const long: number[] = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) long.push(duration);
    }).observe({ type: 'longtask' });
    Object.assign(globalThis, { longTasks: long });
  });
  await page.getByRole('button', { name: 'Browse: Database file' }).click();
  const picker = page.getByRole('dialog', { name: 'Choose database' });
  const rows = picker.locator('.picker-row');
  await expect(rows).toHaveCount(200);
  await expect(rows.first()).toContainText('below');
  await expect(picker.getByText('19,802 more items. Search to find them.')).toBeVisible();
  await judgeBothWays(page, 'picker-many');
  const search = picker.getByRole('searchbox', { name: 'Search in this folder' });
  await search.fill('19999');
  await expect(rows).toHaveText(['19999.txt0 bytes']);
  await search.fill('nothing has this name');
  await expect(picker.getByText('No matching files in this folder.')).toBeVisible();
  await search.fill('دفتر');
  await rows.click();
  await expect(picker).toHaveCount(0);
  await expect(source).toHaveValue(join(many, 'دفتر 📒.db'));
});

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { makeDatabase } from '../support/databases.ts';
import { launchServer, openWindow, type RunningServer, testBrowser } from '../support/launch-server.ts';
import { customize, openNewPlan, storeIn } from '../support/screens.ts';

/*
 * The one test with the system's own clock: everything else about schedules is tried with a clock in the test's hand.
 * SNAPKEEP_SLEEP_SECONDS makes the sleep longer.
 */

const SLEEP_MS = 1000 * Number(process.env.SNAPKEEP_SLEEP_SECONDS ?? 125);

let folder: string;
let server: RunningServer;
let browser: Browser;

test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeep-clock-'));
  makeDatabase(join(folder, 'app.db'), { rows: 100 });
  mkdirSync(join(folder, 'backups'));
  server = await launchServer({ home: join(folder, 'home') });
  browser = await testBrowser();
});

test.afterEach(async () => {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('every minute on the real clock: the scheduled times missed in sleep are one catch-up, on screen and in the log', async () => {
  test.setTimeout(SLEEP_MS + 180_000);
  const page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  await makeMinutelyPlan(page);
  await page.getByRole('link', { name: 'Activity' }).click();
  const backups = page.getByRole('link', { name: /Back up app/ });
  // The first one manually, the second by the clock.
  await expect(backups).toHaveCount(2, { timeout: 75_000 });
  server.signal('SIGSTOP');
  await new Promise((wake) => setTimeout(wake, SLEEP_MS));
  server.signal('SIGCONT');
  await expect(backups).toHaveCount(3);
  await backups.first().click();
  await expect(page.getByText(/Catch-up run for [2-9] missed scheduled times/)).toBeVisible();
});

async function makeMinutelyPlan(page: Page): Promise<void> {
  await openNewPlan(page);
  await page.getByRole('textbox', { name: 'Database file' }).fill(join(folder, 'app.db'));
  await expect(page.getByText('2 tables')).toBeVisible();
  await storeIn(page, join(folder, 'backups'));
  await customize(page);
  await page.getByRole('combobox', { name: 'Frequency' }).click();
  await page.getByRole('option', { name: 'Cron expression' }).click();
  await page.getByRole('textbox', { name: 'Cron expression' }).fill('* * * * *');
  await expect(page.getByText(/Every minute/)).toBeVisible();
  await page.getByRole('button', { name: 'Create and back up now' }).click();
  await expect(page.getByRole('heading', { name: 'app', level: 1 })).toBeVisible();
}

import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { launchServer, openWindow, type RunningServer, testBrowser } from '../support/launch-server.ts';
import { openPage, openPlan } from '../support/screens.ts';

/** Each plan has this many snapshots: more than two pages. */
const SNAPSHOTS = 250;
const PLANS = 4;
const RUNS = 250;

let folder: string;
let server: RunningServer;
let browser: Browser;

test.beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-long-lists-')));
  // In a process of its own: Playwright loads modules in a way that the core's cannot be loaded in.
  const make = resolve(import.meta.dirname, '../support/large-catalog-process.ts');
  const size = { plans: PLANS, snapshots: PLANS * SNAPSHOTS, runs: RUNS };
  execFileSync(process.execPath, [make, folder, JSON.stringify(size)]);
  server = await launchServer({ home: join(folder, 'home') });
  browser = await testBrowser();
});

test.afterEach(async () => {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Sent {
  method?: string;
  params?: { planIds?: string[]; planId?: string };
}

/** Opens the window, and what it asks the service for from then on. */
async function open(): Promise<{ page: Page; sent: Sent[] }> {
  const sent: Sent[] = [];
  const page = await openWindow(browser, server.address, {
    prepare: async (opened) => {
      opened.on('websocket', (socket) => {
        socket.on('framesent', ({ payload }) => sent.push(JSON.parse(String(payload)) as Sent));
      });
    },
  });
  return { page, sent };
}

const scrollToEnd = (page: Page): Promise<void> =>
  page.locator('.table-scroll').evaluate((element) => element.scrollTo({ top: element.scrollHeight }));

test('snapshots are listed page by page down to the oldest, only those in view are drawn, and a change keeps them', async () => {
  const { page, sent } = await open();
  await openPlan(page, 'App 0');
  const table = page.getByRole('table', { name: 'Snapshots' });
  await expect(table).toHaveAttribute('aria-rowcount', '101');
  for (const count of ['201', '251']) {
    await scrollToEnd(page);
    await expect(table).toHaveAttribute('aria-rowcount', count);
  }
  await scrollToEnd(page);
  const oldest = page.locator('.snapshot-row[title="app-0-0.db.gz"]');
  await expect(oldest).toBeVisible();
  expect(await page.locator('.snapshot-row').count()).toBeLessThan(60);
  expect(sent.filter(({ method }) => method === 'snapshots.list')).toHaveLength(3);
  await oldest.getByRole('button', { name: /^More actions/ }).click();
  await page.getByRole('menuitem', { name: 'Pin', exact: true }).click();
  await expect(oldest.locator('.tags')).toContainText('Pinned');
  await expect(table).toHaveAttribute('aria-rowcount', '251');
});

test('the menu and the copies of a row open from the keyboard, and give the focus back', async () => {
  const { page } = await open();
  await openPlan(page, 'App 0');
  const row = page.locator('.snapshot-row:not(.head)').nth(1);
  for (const [button, opened] of [
    [row.getByRole('button', { name: /^More actions/ }), page.getByRole('menu')],
    [row.getByRole('button', { name: /^Stored at/ }), page.getByRole('dialog')],
  ] as const) {
    await expect(button).toHaveAttribute('aria-expanded', 'false');
    await expect(opened).toHaveCount(0);
    await button.press('Enter');
    await expect(opened).toBeVisible();
    await expect(opened.locator(':focus')).toHaveCount(1);
    await expect(button).toHaveAttribute('aria-expanded', 'true');
    await page.keyboard.press('Escape');
    await expect(opened).toHaveCount(0);
    await expect(button).toBeFocused();
    await button.click();
    await expect(opened).toBeVisible();
    await button.click();
    await expect(opened).toHaveCount(0);
    await button.click();
    await page.getByRole('heading', { level: 1 }).click();
    await expect(opened).toHaveCount(0);
  }
});

test('older runs are shown on request, down to the oldest', async () => {
  const { page } = await open();
  await page.getByRole('navigation').getByRole('link', { name: 'Activity' }).click();
  const rows = page.locator('.activity-row');
  const older = page.getByRole('button', { name: 'Show older' });
  for (const count of [100, 200, RUNS]) {
    await expect(rows).toHaveCount(count);
    if (count < RUNS) await older.click();
  }
  await expect(older).toHaveCount(0);
});

test('a plan that changes is asked for alone', async () => {
  const { page, sent } = await open();
  await openPage(page, 'Databases');
  await expect(page.getByRole('table', { name: 'Databases' })).toHaveAttribute('aria-rowcount', String(PLANS + 1));
  await openPlan(page, 'App 2');
  await page.getByRole('tab', { name: 'Settings' }).click();
  const listed = (): Sent[] => sent.filter(({ method }) => method === 'plans.list');
  const before = listed().length;
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Renamed');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Renamed' })).toBeVisible();
  const [, planId] = /\/databases\/([^/]+)\/settings$/.exec(page.url()) ?? [];
  const asked = listed().slice(before);
  expect(asked.length).toBeGreaterThan(0);
  for (const { params } of asked) expect(params?.planIds).toEqual([planId]);
});

test('a restore goes to the snapshot of a date, beyond the first page too', async () => {
  const { page, sent } = await open();
  await openPlan(page, 'App 0');
  await page
    .getByRole('button', { name: /^More actions/ })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Restore…' }).click();
  const { planId } = sent.find(({ method }) => method === 'snapshots.list')?.params ?? {};
  const instants = await page.evaluate(async (plan) => {
    const session = localStorage.getItem('snapkeep.session');
    const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${session}` };
    const body = JSON.stringify({ planId: plan, limit: 500 });
    const { result } = await (await fetch('/api/snapshots.list', { method: 'POST', headers, body })).json();
    return (result as { createdAt: string }[]).map(({ createdAt }) => createdAt);
  }, planId);
  // Swedish dates are written as fields of dates take them.
  const dayOf = (instant: string): string => new Date(instant).toLocaleDateString('sv-SE');
  const day = dayOf(instants[150] ?? '');
  const newest = instants.find((instant) => dayOf(instant) <= day) ?? '';
  const time = new Date(newest).toLocaleTimeString('en-GB').slice(0, 5);
  const date = page.getByLabel('Go to date');
  const snapshot = page.getByRole('combobox', { name: 'Snapshot' });
  await date.fill(day);
  await expect(snapshot).toHaveValue(new RegExp(`, ${time} \\(`));
  const chosen = await snapshot.inputValue();
  await snapshot.click();
  await page.getByRole('option').nth(1).click();
  await expect(snapshot).not.toHaveValue(chosen);
  await date.fill('2000-01-01');
  await expect(page.getByText('No snapshot taken by this date.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Review changes' })).toBeEnabled();
});

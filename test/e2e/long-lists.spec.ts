import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { makeLargeCatalog, planIdOf } from '../support/large-catalog.ts';
import { launchBrowser, launchServer, openWindow, type RunningServer } from '../support/launch-server.ts';

/** Each plan has this many snapshots: more than two pages. */
const SNAPSHOTS = 250;
const PLANS = 4;

let folder: string;
let server: RunningServer;
let browser: Browser;

test.beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-long-lists-')));
  const { home } = makeLargeCatalog(folder, { plans: PLANS, snapshots: PLANS * SNAPSHOTS, runs: 400 });
  server = await launchServer({ home });
  browser = await launchBrowser();
});

test.afterEach(async () => {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Sent {
  method?: string;
  params?: object;
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

const call = (page: Page, method: string, params: object): Promise<void> =>
  page.evaluate(
    async ([name, given]) => {
      const headers = {
        'Content-Type': 'application/json',
        Authorization: `Bearer ${localStorage.getItem('snapkeep.session')}`,
      };
      const answer = await fetch(`/api/${name}`, { method: 'POST', headers, body: JSON.stringify(given) });
      if (!answer.ok) throw new Error(await answer.text());
    },
    [method, params] as const,
  );

test('the list of snapshots is fetched page by page down to the oldest, and stays whole after a change', async () => {
  const { page, sent } = await open();
  await page.getByRole('navigation').getByRole('link', { name: 'App 0' }).click();
  const table = page.getByRole('table', { name: 'Snapshots' });
  await expect(table).toHaveAttribute('aria-rowcount', '101');
  const rows = page.locator('.table-scroll');
  const oldest = page.locator('.snapshot-row[title="app-0-0.db.gz"]');
  for (const count of ['201', '251']) {
    await rows.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
    await expect(table).toHaveAttribute('aria-rowcount', count);
  }
  await rows.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
  await expect(oldest).toBeVisible();
  expect(sent.filter(({ method }) => method === 'snapshots.list')).toHaveLength(3);
  await oldest.getByRole('button', { name: /^More actions/ }).click();
  await page.getByRole('menuitem', { name: 'Pin' }).click();
  await expect(oldest.locator('.tags')).toContainText('Pinned');
  await expect(table).toHaveAttribute('aria-rowcount', '251');
});

test('a plan that changes is asked for alone', async () => {
  const { page, sent } = await open();
  await expect(page.getByRole('article')).toHaveCount(PLANS);
  // What the checks of the start find has come.
  await expect.poll(() => sent.filter(({ method }) => method === 'plans.list').length).toBeGreaterThan(0);
  await page.waitForLoadState('networkidle');
  const before = sent.length;
  await call(page, 'plans.update', { planId: planIdOf(2), name: 'Renamed' });
  await expect(page.getByRole('article', { name: 'Renamed' })).toBeVisible();
  const asked = sent.slice(before).filter(({ method }) => method === 'plans.list');
  expect(asked.map(({ params }) => params)).toContainEqual({ planIds: [planIdOf(2)] });
  expect(asked.map(({ params }) => params)).not.toContainEqual({});
});

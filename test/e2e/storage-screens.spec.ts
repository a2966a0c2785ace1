import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import type { DestinationSummary } from '../../src-shared/model/destination.ts';
import type { DestinationStorage, PlanStorage, StorageDay } from '../../src-shared/model/storage.ts';
import { makeDatabase } from '../support/databases.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import { paintAnswers } from '../support/painted-answers.ts';
import { DESTINATIONS } from '../support/painted-destinations.ts';
import { judgeEverywhere, openPage, openPlan, planFor, USUAL_WIDTHS } from '../support/screens.ts';

/*
 * How destinations fill: a steady one, one that is nearly full and unavailable, a bucket that tells no free space, and a
 * new one without a history, painted over the answers of a real core.
 */

const WIDE = { width: 1280, height: 1000 };
const GB = 10 ** 9;

let folder: string;
let server: RunningServer;
let browser: Browser;
let close: () => Promise<void>;

test.beforeEach(async () => {
  ({ folder, server, browser, close } = await serveWindow('storage'));
});

test.afterEach(() => close());

const dayBefore = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

/** So many days, on each of which a little more was stored and less was free. */
function history(count: number, step: number, hasSpace: boolean): StorageDay[] {
  return Array.from({ length: count }, (_, index) => ({
    day: dayBefore(count - 1 - index),
    storedBytes: 20 * GB + index * step + (index % 7) * step,
    freeBytes: hasSpace ? 400 * GB - index * step : null,
    totalBytes: hasSpace ? 2000 * GB : null,
  }));
}

const plansAt: DestinationStorage['plans'] = ['hone', 'grafana', 'anki'].map((name, index) => ({
  planId: `00000000-0000-4000-8000-00000000090${index}`,
  ...{ name, snapshotCount: 60 - index * 20, storedBytes: (3 - index) * 11 * GB },
}));

/** What is stored where, by the name of the destination that is asked for. */
const STORAGE: Record<string, DestinationStorage> = {
  NAS: { days: history(120, GB / 5, true), plans: plansAt },
  'b2-offsite': { days: history(40, GB / 10, false), plans: plansAt.slice(0, 1) },
  'Storage box': { days: history(90, GB, true), plans: plansAt },
  New: { days: history(1, 0, true), plans: plansAt.slice(0, 1) },
};

/** The first three destinations, with a new one that has a snapshot. */
const SUMMARIES: DestinationSummary[] = DESTINATIONS.map((each, index) =>
  index < 3
    ? each
    : {
        ...each,
        destination: { ...each.destination, name: 'New' },
        ...{ state: 'ready', reason: 'Available.', label: '/mnt/new', snapshotCount: 1, storedBytes: GB },
        space: { day: dayBefore(0), freeBytes: 400 * GB, totalBytes: 2000 * GB },
      },
);

function storageOf(destinationId: string): DestinationStorage {
  const summary = SUMMARIES.find(({ destination }) => destination.id === destinationId);
  const storage = STORAGE[summary?.destination.name ?? ''];
  if (storage === undefined) throw new Error(`Nothing is stored at ${destinationId}.`);
  return storage;
}

async function openStorage(page: Page): Promise<void> {
  await openPage(page, 'Storage');
  await expect(page.getByRole('article')).toHaveCount(4);
}

test('each destination shows what is free and stored, how fast it fills, and what is in it', async () => {
  test.setTimeout(240_000);
  const prepare = (page: Page) =>
    paintAnswers(
      page,
      { 'destinations.list': () => SUMMARIES },
      { 'destinations.storage': ({ destinationId }) => storageOf(destinationId) },
    );
  const page = await openWindow(browser, server.address, { viewport: WIDE, prepare });
  await openStorage(page);
  const card = (name: string) => page.getByRole('article', { name });
  await expect(card('NAS')).toContainText('412 GB of 2.0 TB');
  await expect(card('NAS')).toContainText('+2.1 MB a week');
  await expect(card('NAS').getByRole('img', { name: 'Stored at NAS, last 90 days' })).toBeVisible();
  await expect(card('NAS').getByRole('img', { name: /snapshots, .* other files, 412 GB free/ })).toBeVisible();
  await expect(card('b2-offsite')).toContainText('Unknown');
  await expect(card('Storage box')).toContainText('3.1 GB of 1.0 TB');
  await expect(card('Storage box')).toContainText('full in about 3 weeks');
  await expect(card('Storage box').getByRole('img', { name: 'Nearly full' })).toBeVisible();
  await expect(card('New')).toContainText('Not known yet');
  for (const name of Object.keys(STORAGE)) {
    await card(name).getByRole('button', { name: 'Growth and databases' }).press('Enter');
    const growth = page.getByRole('region', { name: `Growth of ${name}`, exact: true });
    if (name === 'New') await expect(growth).toContainText('No history yet');
    else await expect(growth.getByRole('img', { name: /^Stored: .* on .* \d{4}, .* on / })).toBeVisible();
  }
  // By keyboard: the table has what the chart shows.
  await page.getByRole('radiogroup', { name: 'Growth of Storage box as' }).getByRole('radio').first().focus();
  await page.keyboard.press('ArrowRight');
  const table = page.getByRole('region', { name: 'Growth of Storage box, by day' });
  await expect(table.getByRole('row')).toHaveCount(91);
  await expect(table.getByRole('row').nth(1)).toContainText('114 GB');
  const databases = page.getByRole('region', { name: 'Stored at NAS, by database' });
  await expect(databases.getByRole('row').nth(1)).toContainText('hone');
  await expect(databases.getByRole('row').nth(1)).toContainText('33 GB');
  await card('NAS').scrollIntoViewIfNeeded();
  await judgeEverywhere(page, 'storage', USUAL_WIDTHS);
  await page.context().close();
});

test('Home and Databases show growth beside sizes, and a real core says how it stands', async () => {
  test.setTimeout(240_000);
  const source = join(folder, 'hone.db');
  makeDatabase(source, { rows: 400 });
  const first = await openWindow(browser, server.address);
  await planFor(first, source, join(folder, 'backups'));
  await first.getByRole('button', { name: 'Create and back up now' }).click();
  await expect(first.getByText(/^Verified/)).toBeVisible();
  await openPage(first, 'Storage');
  const article = first.getByRole('article');
  await expect(article).toContainText('1 snapshot');
  // It was opened by itself: there is only one destination.
  await expect(article.getByRole('region', { name: /by database$/ })).toContainText('hone');
  await expect(article).toContainText('No history yet');
  await first.context().close();
  const page = await openWindow(browser, server.address, {
    viewport: WIDE,
    prepare: (page) =>
      paintAnswers(
        page,
        {
          'destinations.list': () => SUMMARIES,
          'plans.list': (plans) =>
            plans.map((each) => ({
              ...each,
              sizes: Array.from({ length: 12 }, (_, index) => ({
                at: new Date(Date.now() - (11 - index) * 7 * 86_400_000).toISOString(),
                bytes: 30_000_000 + index * 1_000_000,
              })),
            })),
        },
        { 'plans.storage': () => PLAN_STORAGE },
      ),
  });
  const storage = page.getByRole('region', { name: 'Storage' });
  await expect(storage.getByRole('listitem').filter({ hasText: 'NAS' })).toContainText('+2.1 MB a week');
  await expect(storage).toContainText('+1.2 GB a week, full in about 3 weeks');
  await judgeEverywhere(page, 'home-storage', USUAL_WIDTHS);
  await openPage(page, 'Databases');
  await expect(page.getByRole('img', { name: /^Size of hone: .* 30 MB, Today 41 MB$/ })).toBeVisible();
  await judgeEverywhere(page, 'databases-size', USUAL_WIDTHS);

  await openPlan(page, 'hone');
  await page.getByRole('button', { name: 'Growth From 10 MB to 49 MB stored +3.1 MB a week' }).press('Enter');
  const growth = page.getByRole('region', { name: 'Growth of hone', exact: true });
  await expect(growth.getByRole('img', { name: /^Stored: 10 MB on .*, 49 MB on / })).toBeVisible();
  await judgeEverywhere(page, 'plan-growth', USUAL_WIDTHS);
  await page.getByRole('radiogroup', { name: 'Growth of hone as' }).getByRole('radio').first().focus();
  await page.keyboard.press('ArrowRight');
  const table = page.getByRole('region', { name: 'Growth of hone, by day' });
  await expect(table.getByRole('row')).toHaveCount(91);
  await expect(table.getByRole('row').nth(1)).toContainText('49 MB');
  await judgeEverywhere(page, 'plan-growth-table', [390, 1280]);
  await page.context().close();
});

/** A plan whose stored bytes grow each day. */
const PLAN_STORAGE: PlanStorage = {
  days: Array.from({ length: 90 }, (_, index) => ({
    day: dayBefore(89 - index),
    storedBytes: 10_000_000 + index * 441_000,
  })),
  growth: { bytesPerWeek: 3_087_000, fullInDays: null },
};

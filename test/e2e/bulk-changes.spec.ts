import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { callMethod } from '../support/call-method.ts';
import { makeDatabase } from '../support/databases.ts';
import { openWindow, type ServedWindow, serveWindow } from '../support/launch-server.ts';
import { judgeEverywhere, openPage, USUAL_WIDTHS } from '../support/screens.ts';

/* Retention and destinations of several plans are changed at once, by keyboard. */

let served: ServedWindow;
let page: Page;

test.beforeEach(async () => {
  test.setTimeout(240_000);
  served = await serveWindow('bulk');
  page = await openWindow(served.browser, served.server.address);
  page.setDefaultTimeout(20_000);
  for (const name of ['ledger', 'notes', 'shop']) {
    makeDatabase(join(served.folder, `${name}.db`), { rows: 200 });
    await callMethod(page, 'plans.create', {
      name,
      sourcePath: join(served.folder, `${name}.db`),
      destinations: [{ path: join(served.folder, 'backups') }],
    });
  }
});

test.afterEach(() => served.close());

const plans = () => callMethod(page, 'plans.list', {});
const counts = async () =>
  Object.fromEntries((await plans()).map(({ plan, snapshotCount }) => [plan.name, snapshotCount]));

async function backUp(...names: string[]): Promise<void> {
  for (const { plan } of (await plans()).filter((each) => names.includes(each.plan.name)))
    await callMethod(page, 'backups.start', { planId: plan.id });
  const active = async () => (await callMethod(page, 'runs.list', {})).filter(({ finishedAt }) => finishedAt === null);
  await expect.poll(async () => (await active()).length, { timeout: 60_000 }).toBe(0);
}

async function change(what: string): Promise<void> {
  await page.getByRole('toolbar').getByRole('button', { name: 'Change' }).press('Enter');
  await page.getByRole('menuitem', { name: what }).press('Enter');
}

test('retention is reviewed first, and a plan that would lose content is left to its own review', async () => {
  await backUp('ledger', 'notes', 'shop');
  const shop = new Database(join(served.folder, 'shop.db'));
  shop.exec('DROP TABLE entries');
  shop.close();
  await backUp('ledger', 'shop');
  expect(await counts()).toEqual({ ledger: 2, notes: 1, shop: 2 });

  await openPage(page, 'Databases');
  await page.getByRole('checkbox', { name: 'Select all' }).press('Space');
  await change('Retention…');
  const dialog = page.getByRole('dialog', { name: 'Change retention of 3 plans' });
  await dialog.getByRole('textbox', { name: 'Keep last' }).fill('1');
  await judgeEverywhere(page, 'change-retention', USUAL_WIDTHS);
  await dialog.getByRole('button', { name: 'Review' }).press('Enter');
  await expect(dialog.getByRole('row')).toHaveText([
    /^Plan/,
    /^shopNothing is removed before you review it on its page\. .*entries.*02$/,
    'ledger11',
    'notes01',
  ]);
  await judgeEverywhere(page, 'change-retention-review', USUAL_WIDTHS);
  expect((await plans()).map(({ plan }) => plan.retention.keepLast)).not.toContain(1);
  await dialog.getByRole('button', { name: 'Change and remove 1 snapshot' }).press('Enter');
  await expect(page.getByText('3 plans changed. Removing 1 snapshot.')).toBeVisible();
  await expect.poll(counts).toEqual({ ledger: 1, notes: 1, shop: 2 });
  expect((await plans()).map(({ plan }) => plan.retention.keepLast)).toEqual([1, 1, 1]);
});

test('an added destination gets copies of the snapshots of all plans', async () => {
  await backUp('ledger', 'notes', 'shop');
  const nas = join(served.folder, 'nas');
  mkdirSync(nas);
  await callMethod(page, 'destinations.save', {
    name: 'NAS',
    settings: { kind: 'folder', path: nas, bytesPerSecond: null },
  });
  await openPage(page, 'Databases');
  await page.getByRole('checkbox', { name: 'Select all' }).press('Space');
  await change('Destinations…');
  const dialog = page.getByRole('dialog', { name: 'Change destinations of 3 plans' });
  await dialog.getByRole('button', { name: 'Add destination', exact: true }).press('Enter');
  await page.getByRole('menuitem', { name: /NAS/ }).press('Enter');
  await expect(dialog.getByRole('listitem')).toHaveCount(2);
  await judgeEverywhere(page, 'change-destinations', USUAL_WIDTHS);
  await dialog.getByRole('button', { name: 'Change 3 plans' }).press('Enter');
  await expect(page.getByText('3 plans changed.')).toBeVisible();
  expect((await plans()).map(({ plan }) => plan.destinations.length)).toEqual([2, 2, 2]);
  await expect
    .poll(() => readdirSync(nas).filter((name) => name.endsWith('.db.gz')).length, { timeout: 60_000 })
    .toBe(3);
});

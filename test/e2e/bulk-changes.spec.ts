import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Locator, type Page, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { KEEP_ALL } from '../../src-shared/model/plan.ts';
import { callMethod } from '../support/call-method.ts';
import { makeDatabase } from '../support/databases.ts';
import { openWindow, type ServedWindow, serveWindow } from '../support/launch-server.ts';
import { judgeEverywhere, openPage, rowOf, USUAL_WIDTHS } from '../support/screens.ts';

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

const NAS = 'NAS of the office';

/** Adds the NAS as a destination. */
async function makeNas(): Promise<string> {
  const path = join(served.folder, 'nas');
  mkdirSync(path);
  await callMethod(page, 'destinations.save', {
    name: NAS,
    settings: { kind: 'folder', path, bytesPerSecond: null },
  });
  return path;
}

async function choose(dialog: Locator, field: string, option: string): Promise<void> {
  await dialog.getByRole('combobox', { name: field }).press('ArrowDown');
  await page.getByRole('listbox', { name: field }).getByRole('option', { name: option }).click();
  await dialog.getByRole('heading').click();
}

test('an added destination gets copies of the snapshots of all plans, and each plan keeps its other destinations', async () => {
  const usb = join(served.folder, 'usb');
  mkdirSync(usb);
  const [ledger] = await plans();
  const { plan } = ledger ?? { plan: undefined };
  const own = { ...(plan?.retention ?? KEEP_ALL), keepLast: 5 };
  await callMethod(page, 'plans.update', {
    planId: plan?.id ?? '',
    destinations: [...(plan?.destinations ?? []), { path: usb, retention: own }],
  });
  await backUp('ledger', 'notes', 'shop');
  const nas = await makeNas();
  await openPage(page, 'Databases');
  await page.getByRole('checkbox', { name: 'Select all' }).press('Space');
  await change('Destinations…');
  const dialog = page.getByRole('dialog', { name: 'Change destinations of 3 plans' });
  await expect(dialog.getByRole('button', { name: 'Change 3 plans' })).toBeDisabled();
  await choose(dialog, 'Remove destinations', 'backups');
  await expect(dialog.getByText('notes and shop would have no destination.')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Change 3 plans' })).toBeDisabled();
  await judgeEverywhere(page, 'change-destinations', USUAL_WIDTHS);
  await dialog.getByRole('combobox', { name: 'Remove destinations' }).press('Backspace');
  await choose(dialog, 'Add destinations', NAS);
  await dialog.getByRole('button', { name: 'Change 3 plans' }).press('Enter');
  await expect(page.getByText('3 plans changed.')).toBeVisible();
  const chosen = (await plans()).map(({ plan }) =>
    plan.destinations.map(({ retention }) => retention?.keepLast ?? null),
  );
  expect(chosen).toEqual([
    [null, 5, null],
    [null, null],
    [null, null],
  ]);
  await expect
    .poll(() => readdirSync(nas).filter((name) => name.endsWith('.db.gz')).length, { timeout: 60_000 })
    .toBe(3);
});

test('a plan that another window changes while a dialog is open is named, and not overwritten', async () => {
  await makeNas();
  await openPage(page, 'Databases');
  await page.getByRole('checkbox', { name: 'Select all' }).press('Space');
  const [ledger] = await plans();
  const planId = ledger?.plan.id ?? '';
  const dialog = page.getByRole('dialog', { name: /^Change / });
  const refused = page
    .getByRole('alert')
    .filter({ hasText: 'ledger not changed: The plan ledger was changed meanwhile.' });
  const press = (name: RegExp | string) => dialog.getByRole('button', { name }).press('Enter');
  const dialogs = [
    ['Schedule…', 'First', async () => {}, []],
    ['Retention…', 'Second', () => dialog.getByRole('textbox', { name: 'Keep last' }).fill('9'), ['Review']],
    ['Destinations…', 'Third', () => choose(dialog, 'Add destinations', NAS), []],
  ] as const;
  for (const [what, group, fill, before] of dialogs) {
    const save = async (): Promise<void> => {
      for (const name of [...before, /^Change \d/]) await press(name);
    };
    await change(what);
    await expect(dialog).toContainText('3 plans');
    await fill();
    await callMethod(page, 'plans.update', { planId, group });
    await expect(rowOf(page, 'ledger')).toContainText(group);
    const other = (await plans())[0]?.plan;
    await save();
    await expect(refused).toBeVisible();
    await expect(page.getByText('2 plans changed.')).toBeVisible();
    expect((await plans())[0]?.plan).toEqual(other);
    // What was chosen stays, for the plan that was not changed.
    await expect(dialog).toHaveAccessibleName(/of 1 plan$/);
    await save();
    await expect(dialog).toHaveCount(0);
    expect((await plans())[0]?.plan).toMatchObject({ group });
    await expect(async () => {
      await page.getByRole('button', { name: 'Close message' }).first().press('Enter', { timeout: 1000 });
      await expect(page.getByRole('alert')).toHaveCount(0, { timeout: 500 });
    }).toPass();
  }
  const [after] = await plans();
  expect(after?.plan.retention.keepLast).toBe(9);
  expect(after?.plan.destinations).toHaveLength(2);
});

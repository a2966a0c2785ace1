import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { callMethod } from '../support/call-method.ts';
import { makeDatabase } from '../support/databases.ts';
import { hosts, type OpenHost } from '../support/hosts.ts';
import { judgeEverywhere, openPage, rowOf, USUAL_WIDTHS } from '../support/screens.ts';

/*
 * Sixty databases, five of them in trouble: found, narrowed to and mended at once. Names are as long as they may be, from
 * right to left, and of pictures.
 */

const LONG = 'A database whose name is as long as a name may be: '.repeat(4).slice(0, 199).concat('.');
const NAMES = [
  'App 2',
  'App 10',
  LONG,
  'دفتر الحسابات',
  '📒 notes',
  ...Array.from({ length: 55 }, (_, n) => `base ${n}`),
];
const TROUBLED = ['App 2', 'App 10', LONG, 'دفتر الحسابات', '📒 notes'];

let folder: string;
let host: OpenHost;

test.beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-many-')));
  for (const name of ['sources', 'backups']) mkdirSync(join(folder, name));
});

test.afterEach(async () => {
  await host.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const sourceOf = (name: string): string => join(folder, 'sources', `${NAMES.indexOf(name)}.db`);

/** Makes the plans, and takes the sources of five away. */
async function makePlans(page: Page): Promise<void> {
  for (const name of NAMES) {
    makeDatabase(sourceOf(name), { rows: 1 });
    await callMethod(page, 'plans.create', {
      name,
      sourcePath: sourceOf(name),
      destinations: [{ path: join(folder, 'backups') }],
      group: TROUBLED.includes(name) ? null : 'Servers',
    });
  }
  for (const name of TROUBLED) renameSync(sourceOf(name), `${sourceOf(name)} away`);
  await callMethod(page, 'plans.check', {});
}

/** Changes the schedule of the selected plans. */
async function changeAll(page: Page): Promise<void> {
  await page.getByRole('toolbar').getByRole('button', { name: 'Change' }).press('Enter');
  await page.getByRole('menuitem', { name: 'Schedule…' }).press('Enter');
  await page.getByRole('combobox', { name: 'Frequency' }).click();
  await page.getByRole('option', { name: 'Hourly' }).click();
  await judgeEverywhere(page, 'many-change-schedule', USUAL_WIDTHS);
  await page.getByRole('button', { name: 'Change 5 plans' }).press('Enter');
  await expect(page.getByText('5 plans changed.')).toBeVisible();
  const listed = await callMethod(page, 'plans.list', {});
  const hourly = listed.filter(({ plan }) => plan.schedule.kind === 'interval').map(({ plan }) => plan.name);
  expect(hourly.toSorted()).toEqual(TROUBLED.toSorted());
}

/** Verifies the five, changes what they keep, deletes them and takes that back, and pauses them. */
async function actOnAll(page: Page): Promise<void> {
  const bar = page.getByRole('toolbar');
  const selectAll = async (): Promise<void> => {
    await page.getByRole('checkbox', { name: 'Select all' }).check();
    await expect(page.getByText('5 selected')).toBeVisible();
  };
  await selectAll();
  await bar.getByRole('button', { name: 'Verify' }).click();
  await expect(page.getByText('5 verifications started.')).toBeVisible();

  await bar.getByRole('button', { name: 'Change' }).click();
  await page.getByRole('menuitem', { name: 'Retention…' }).click();
  await page.getByRole('textbox', { name: 'Keep last' }).fill('7');
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByRole('button', { name: 'Change 5 plans' }).click();
  await expect(page.getByText('5 plans changed.').last()).toBeVisible();
  const ofFive = async () =>
    (await callMethod(page, 'plans.list', {})).filter(({ plan }) => TROUBLED.includes(plan.name));
  expect((await ofFive()).map(({ plan }) => plan.retention.keepLast)).toEqual([7, 7, 7, 7, 7]);
  // A plan whose snapshots are being verified cannot be deleted.
  await expect
    .poll(async () => (await callMethod(page, 'runs.list', {})).filter(({ finishedAt }) => finishedAt === null).length)
    .toBe(0);

  const before = await ofFive();
  await bar.getByRole('button', { name: 'Delete…' }).click();
  await page.getByRole('button', { name: 'Delete 5 plans' }).click();
  await expect(page.getByText('5 plans are deleted.')).toBeVisible();
  expect(await ofFive()).toEqual([]);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(page.getByText('5 of 60 databases')).toBeVisible();
  expect((await ofFive()).map(({ plan, snapshotCount }) => [plan, snapshotCount])).toEqual(
    before.map(({ plan, snapshotCount }) => [plan, snapshotCount]),
  );

  await selectAll();
  await bar.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('menuitem').first().click();
  await expect.poll(async () => (await ofFive()).filter(({ plan }) => plan.paused !== null).length).toBe(5);
}

for (const { name, open } of hosts) {
  test(`${name}: of 60 databases the five in trouble come first, and are mended at once`, async () => {
    test.setTimeout(420_000);
    host = await open(join(folder, 'home'));
    const { page } = host;
    page.setDefaultTimeout(20_000);
    await makePlans(page);
    const isBrowser = name.includes('browser');

    await openPage(page, 'Home');
    const attention = page.getByRole('list', { name: 'Needs attention' });
    await expect(attention.getByRole('listitem')).toHaveCount(5);
    await expect(page.getByRole('heading', { name: '0 of 60 plans OK' })).toBeVisible();
    if (isBrowser) await judgeEverywhere(page, 'many-home', USUAL_WIDTHS);
    await attention.getByRole('button', { name: 'Mute: App 10' }).click();
    await expect(attention.getByRole('listitem')).toHaveCount(4);
    await page.getByRole('button', { name: '1 muted plan' }).click();
    await page.getByRole('button', { name: 'Unmute: App 10' }).click();
    await expect(attention.getByRole('listitem')).toHaveCount(5);

    await openPage(page, 'Databases');
    const names = page.locator('.database-row .database-name');
    await expect(names.nth(8)).toBeVisible();
    expect((await names.allTextContents()).slice(0, 5).toSorted()).toEqual(TROUBLED.toSorted());
    expect((await names.allTextContents()).filter((each) => each.startsWith('App'))).toEqual(['App 2', 'App 10']);
    if (isBrowser) await judgeEverywhere(page, 'many-databases', USUAL_WIDTHS);
    await page.getByRole('combobox', { name: 'Show' }).selectOption('Needs attention');
    await expect(page.getByText('5 of 60 databases')).toBeVisible();
    await page.getByRole('checkbox', { name: 'Select all' }).check();
    await expect(page.getByText('5 selected')).toBeVisible();
    if (isBrowser) await judgeEverywhere(page, 'many-selected', USUAL_WIDTHS);

    if (isBrowser) await changeAll(page);
    for (const troubled of TROUBLED) renameSync(`${sourceOf(troubled)} away`, sourceOf(troubled));
    await page.getByRole('toolbar').getByRole('button', { name: 'Back up' }).click();
    await expect(page.getByText('No matching database')).toBeVisible({ timeout: 60_000 });
    await page.getByRole('combobox', { name: 'Show' }).selectOption('OK');
    await expect(page.getByText('5 of 60 databases')).toBeVisible();
    await expect(rowOf(page, 'App 10')).toContainText('OK');
    await actOnAll(page);
  });
}

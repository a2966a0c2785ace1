import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { callMethod } from '../support/call-method.ts';
import { makeDatabase } from '../support/databases.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import { enterManySnapshots } from '../support/many-snapshots.ts';
import { judgeBothWays, openPage, openPlan, rowOf } from '../support/screens.ts';

/* Every page, tab, filter and dialog has an address, Back returns to it, and all of it can be reached by keyboard. */

let folder: string;
let server: RunningServer;
let browser: Browser;
let close: () => Promise<void>;
let page: Page;

test.beforeEach(async () => {
  ({ folder, server, browser, close } = await serveWindow('addresses'));
  page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  for (const name of ['hone', 'App 2', 'App 10']) {
    makeDatabase(join(folder, `${name}.db`), { rows: 3 });
    await callMethod(page, 'plans.create', {
      name,
      sourcePath: join(folder, `${name}.db`),
      destinations: [{ path: join(folder, 'backups') }],
    });
  }
});

test.afterEach(() => close());

const address = (): string => new URL(page.url()).hash;

test('tabs and filters have addresses: Back goes through them, and a reload keeps them', async () => {
  await openPage(page, 'Databases');
  await page.getByRole('searchbox', { name: 'Search databases' }).fill('app & 100% 📒');
  await expect(page.getByText('0 of 3 databases')).toBeVisible();
  await page.reload();
  await expect(page.getByRole('searchbox', { name: 'Search databases' })).toHaveValue('app & 100% 📒');
  await page.getByRole('button', { name: 'Show all databases' }).click();
  await page.getByRole('searchbox', { name: 'Search databases' }).fill('app');
  await page.getByRole('button', { name: 'Name' }).click();
  await expect(page.locator('.database-name')).toHaveText(['App 2', 'App 10']);
  expect(address()).toBe('#/databases?search=app&sort=name');

  await rowOf(page, 'App 2').getByRole('link').click();
  await page.getByRole('tab', { name: 'Settings' }).click();
  await expect(page.getByRole('switch', { name: 'Keep all snapshots' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('tab', { name: 'Settings' })).toHaveAttribute('aria-selected', 'true');
  await page.goBack();
  await expect(page.getByRole('tab', { name: 'Snapshots' })).toHaveAttribute('aria-selected', 'true');
  await page.goBack();
  await expect(page.locator('.database-name')).toHaveText(['App 2', 'App 10']);
  await page.goForward();
  await expect(page.getByRole('heading', { name: 'App 2', level: 1 })).toBeVisible();
  await openPage(page, 'Home');
  expect(address()).toBe('#/');
});

test('a dialog has an address, and Back closes it', async () => {
  await openPage(page, 'Databases');
  await page.getByRole('checkbox', { name: 'Select hone' }).check();
  await page.getByRole('button', { name: 'Delete…' }).click();
  await expect(page.getByRole('dialog', { name: 'Delete 1 plan?' })).toBeVisible();
  expect(address()).toBe('#/databases?dialog=delete-plans');
  await page.goBack();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(rowOf(page, 'hone')).toBeVisible();
});

test('the dialogs of destinations, plans and snapshots have addresses that a reload keeps', async () => {
  const [hone] = (await callMethod(page, 'plans.list', {})).filter(({ plan }) => plan.name === 'hone');
  const planId = hone?.plan.id ?? '';
  await callMethod(page, 'backups.start', { planId });
  await openPlan(page, 'hone');
  await page.getByRole('button', { name: /^Details/ }).click();
  const details = page.getByRole('dialog');
  await expect(details).toBeVisible();
  expect(address()).toMatch(new RegExp(`^#/databases/${planId}\\?snapshot=[0-9a-f-]+&dialog=details$`));
  await page.reload();
  await expect(details).toBeVisible();
  await page.goBack();
  await expect(details).toHaveCount(0);

  for (const [where, name] of [
    [`/databases/${planId}/settings?dialog=delete`, /^Delete the plan hone/],
    [`/databases/${planId}?dialog=prune`, 'Prune hone'],
    [`/storage/${hone?.destinations[0]?.id}?dialog=edit`, /backups/],
    ['/storage/new', 'Add destination'],
  ] as const) {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, where);
    await expect(page.getByRole('dialog', { name })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect.poll(address).not.toContain('dialog');
  }
  await expect.poll(address).toBe('#/storage');
});

/** Shows an address, as following a link does. */
const goTo = (hash: string): Promise<void> =>
  page.evaluate((to) => {
    location.hash = to;
  }, hash);

test('the restore sheet has an address that a reload keeps, and Back closes it', async () => {
  const [first] = await callMethod(page, 'plans.list', {});
  const planId = first?.plan.id ?? '';
  await callMethod(page, 'backups.start', { planId });
  await goTo(`/databases/${planId}`);
  await page
    .getByRole('button', { name: /^More actions/ })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Restore…' }).click();
  const sheet = page.getByRole('dialog', { name: 'Restore' });
  await expect(sheet).toContainText('This is a snapshot of');
  expect(address()).toMatch(new RegExp(`^#/databases/${planId}\\?restore=[0-9a-f-]+$`));
  await page.reload();
  await expect(sheet).toContainText('This is a snapshot of');
  await page.goBack();
  await expect(sheet).toHaveCount(0);
  await page.goForward();
  await expect(sheet).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
  await expect.poll(address).toBe(`#/databases/${planId}`);
});

test('the palette and the list of keys have addresses; Back closes them, and leads from what was chosen to the page', async () => {
  await openPage(page, 'Storage');
  const palette = page.getByRole('textbox', { name: /^Find databases/ });
  await page.keyboard.press('Control+k');
  await expect(palette).toBeFocused();
  expect(address()).toBe('#/storage?over=palette');
  await page.goBack();
  await expect(palette).toHaveCount(0);
  expect(address()).toBe('#/storage');
  await page.keyboard.press('?');
  expect(address()).toBe('#/storage?over=keys');
  await page.goBack();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('Control+k');
  await palette.fill('app 10');
  await page.getByRole('button', { name: /^.*App 10/ }).click();
  await expect(page.getByRole('heading', { name: 'App 10', level: 1 })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'Storage', level: 1 })).toBeVisible();
  await expect(palette).toHaveCount(0);
});

test('the picker has an address; Back closes it and nothing more, and what was typed stays', async () => {
  await goTo('/storage/new');
  const dialog = page.getByRole('dialog', { name: 'Add destination' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill('مجلد 📒');
  await dialog.getByRole('button', { name: /^Browse/ }).click();
  const picker = page.getByRole('dialog', { name: 'Choose folder' });
  await expect(picker).toBeVisible();
  expect(address()).toMatch(/^#\/storage\/new\?picker=/);
  await page.goBack();
  await expect(picker).toHaveCount(0);
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue('مجلد 📒');
});

test('an address that leads nowhere shows Home; a plan that does not exist is named as missing', async () => {
  await page.evaluate(() => {
    location.hash = '/nowhere';
  });
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
  await page.evaluate(() => {
    location.hash = '/databases/00000000-0000-4000-8000-000000000000/settings';
  });
  await expect(page.getByRole('heading', { name: 'Plan not found' })).toBeVisible();
});

test('the palette finds databases, snapshots by their day, actions and settings', async () => {
  const { run } = await callMethod(page, 'backups.start', {
    planId: (await callMethod(page, 'plans.list', {})).find(({ plan }) => plan.name === 'hone')?.plan.id ?? '',
  });
  await openPage(page, 'Activity');
  await expect(page.getByRole('link', { name: /^Done Back up hone/ })).toBeVisible();
  expect(run.kind).toBe('backup');
  const find = async (query: string): Promise<void> => {
    await page.keyboard.press('Control+k');
    await page.getByRole('textbox', { name: /^Find databases/ }).fill(query);
  };
  await find('');
  await judgeBothWays(page, 'palette');
  await page.keyboard.press('Escape');
  await find('app 10');
  await expect(page.getByRole('button', { name: /^.*App 10/ })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'App 10', level: 1 })).toBeVisible();
  await find('hone today');
  await page.getByRole('button', { name: /hone, Today / }).click();
  await expect(page.getByRole('dialog', { name: 'Restore' })).toContainText('This is a snapshot of hone.');
  await page.keyboard.press('Escape');
  await find('hone 2020-01-01');
  await expect(page.getByRole('button', { name: /hone, / })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await find('lock timeout');
  await page.getByRole('button', { name: 'Settings: Restore' }).click();
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
  expect(address()).toBe('#/settings?section=Restore');
  await find('nothing is called so');
  await expect(page.getByText('Nothing found')).toBeVisible();
});

test('the palette finds the snapshots of a plan among hundreds that others have of the day', async () => {
  const plans = await callMethod(page, 'plans.list', {});
  const idOf = (name: string): string => plans.find(({ plan }) => plan.name === name)?.plan.id ?? '';
  const backUp = async (name: string): Promise<void> => {
    await callMethod(page, 'backups.start', { planId: idOf(name) });
    const count = async () => (await callMethod(page, 'snapshots.list', { planId: idOf(name) })).length;
    await expect.poll(count).toBe(1);
  };
  await backUp('App 2');
  await backUp('hone');
  // All of them are newer.
  enterManySnapshots(join(folder, 'home', 'catalog.db'), 300, 0.0001);
  await page.keyboard.press('Control+k');
  const query = page.getByRole('textbox', { name: /^Find databases/ });
  await query.fill('app today');
  await expect(page.getByRole('button', { name: /App 2, Today / })).toHaveCount(12);
  await query.fill('hone today');
  await expect(page.getByRole('button', { name: /hone, Today / })).toHaveCount(1);
});

test('keys: / searches databases, ? lists the keys, and neither disturbs typing', async () => {
  await page.keyboard.press('/');
  const search = page.getByRole('searchbox', { name: 'Search databases' });
  await expect(search).toBeFocused();
  await page.keyboard.type('h/?');
  await expect(search).toHaveValue('h/?');
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await judgeBothWays(page, 'keyboard-shortcuts');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a pinned plan is in the sidebar of every window, until it is unpinned', async () => {
  const other = await openWindow(browser, server.address);
  await openPage(page, 'Databases');
  await page.getByRole('button', { name: 'Pin: hone' }).press('Enter');
  for (const each of [page, other])
    await expect(each.getByRole('navigation').getByRole('link', { name: /hone$/ })).toBeVisible();
  await openPlan(other, 'hone');
  await page.getByRole('button', { name: 'Pin: hone' }).press('Enter');
  await expect(other.getByRole('navigation').getByRole('link', { name: /hone$/ })).toHaveCount(0);
});

test('the columns that a person hides stay hidden', async () => {
  await openPage(page, 'Databases');
  await page.getByRole('button', { name: 'Columns' }).press('Enter');
  await page.getByRole('menuitemcheckbox', { name: 'Size' }).press('Enter');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('columnheader', { name: 'Size' })).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('columnheader', { name: 'Name' })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'Size' })).toHaveCount(0);
});

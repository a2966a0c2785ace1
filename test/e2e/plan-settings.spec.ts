import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { callMethod } from '../support/call-method.ts';
import { makeDatabase } from '../support/databases.ts';
import { makeEncrypted } from '../support/encrypted-databases.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import { judgeEverywhere, openPlan, USUAL_WIDTHS } from '../support/screens.ts';

/* The settings of a plan are one form: what is typed is saved, discarded or asked about, and never lost or overwritten. */

let folder: string;
let server: RunningServer;
let browser: Browser;
let close: () => Promise<void>;
let page: Page;
let planId: string;

test.beforeEach(async () => {
  ({ folder, server, browser, close } = await serveWindow('plan-settings'));
  page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(15_000);
  makeDatabase(join(folder, 'hone.db'), { rows: 30 });
  ({ id: planId } = await callMethod(page, 'plans.create', {
    name: 'hone',
    sourcePath: join(folder, 'hone.db'),
    destinations: [{ path: join(folder, 'backups') }],
  }));
});

test.afterEach(() => close());

const bar = () => page.getByRole('region', { name: 'Unsaved changes' });
const nameField = (window = page) => window.getByRole('textbox', { name: 'Name', exact: true });
const saved = async () => (await callMethod(page, 'plans.get', { planId })).plan;

async function openSettings(window = page): Promise<void> {
  await openPlan(window, 'hone');
  await window.getByRole('tab', { name: 'Settings' }).click();
}

test('changes of several sections are saved together, or discarded', async () => {
  await openSettings();
  await expect(bar()).toHaveCount(0);
  await nameField().fill('honed');
  await page.getByRole('combobox', { name: 'Frequency', exact: true }).click();
  await page.getByRole('option', { name: 'Daily' }).click();
  await expect(bar()).toBeInViewport();
  await bar().getByRole('button', { name: 'Discard' }).click();
  await expect(bar()).toHaveCount(0);
  await expect(nameField()).toHaveValue('hone');
  expect((await saved()).schedule).toEqual({ kind: 'manual' });

  await nameField().fill('');
  await expect(bar().getByRole('button', { name: 'Save' })).toBeDisabled();
  await nameField().fill('honed');
  await page.getByRole('switch', { name: 'Verify each backup' }).uncheck();
  await bar().getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { name: 'honed', level: 1 })).toBeVisible();
  await expect(bar()).toHaveCount(0);
  expect(await saved()).toMatchObject({ name: 'honed', verifyAfterBackup: false, schedule: { kind: 'manual' } });
});

test('a changed retention is reviewed before it is saved with the other changes', async () => {
  await openSettings();
  await nameField().fill('honed');
  await page.getByRole('textbox', { name: 'Keep last' }).fill('3');
  await bar().getByRole('button', { name: 'Save' }).click();
  const review = page.getByRole('dialog', { name: 'Prune hone' });
  await expect(review).toContainText('Retention: the last 3');
  expect((await saved()).name).toBe('hone');
  await review.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(review).toHaveCount(0);
  await expect(bar()).toHaveCount(0);
  expect(await saved()).toMatchObject({ name: 'honed', retention: { keepLast: 3 } });
});

test('leaving with unsaved changes asks: by a link, a tab, Back and Forward, and when the page is closed', async () => {
  await openSettings();
  const question = page.getByRole('dialog', { name: 'Discard unsaved changes?' });
  const stay = async (): Promise<void> => {
    await question.getByRole('button', { name: 'Cancel' }).click();
    await expect(question).toHaveCount(0);
    await expect(nameField()).toHaveValue('typed');
    expect(new URL(page.url()).hash).toBe(`#/databases/${planId}/settings`);
  };
  await nameField().fill('typed');
  await page.getByRole('navigation', { name: 'Navigation' }).getByRole('link', { name: 'Home' }).click();
  await expect(question).toBeVisible();
  await judgeEverywhere(page, 'discard-changes', USUAL_WIDTHS);
  await stay();
  await page.getByRole('tab', { name: /^Snapshots/ }).click();
  await stay();
  await page.goBack();
  await expect(question).toBeVisible();
  await stay();
  await page.evaluate(() => {
    location.hash = '/activity';
  });
  await expect(question).toBeVisible();
  await stay();
  // A section and a dialog are on the same page.
  await page.getByRole('navigation', { name: 'Sections' }).getByRole('button', { name: 'Retention' }).click();
  await expect(page.getByRole('heading', { name: 'Retention' })).toBeInViewport();
  await expect(nameField()).toHaveValue('typed');

  const asked = page.waitForEvent('dialog');
  const closing = page.close({ runBeforeUnload: true });
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
  await closing;
  await expect(nameField()).toHaveValue('typed');

  await page.goBack();
  await question.getByRole('button', { name: 'Discard changes' }).click();
  await expect(page.getByRole('tab', { name: /^Snapshots/ })).toHaveAttribute('aria-selected', 'true');
  await page.getByRole('tab', { name: 'Settings' }).click();
  await expect(nameField()).toHaveValue('hone');
  expect((await saved()).name).toBe('hone');
});

test('a plan that another window changes is told, and nothing is overwritten', async () => {
  await openSettings();
  const other = await openWindow(browser, server.address);
  await openSettings(other);
  // What is not typed in follows.
  await nameField(other).fill('from the other');
  await other.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(nameField()).toHaveValue('from the other');
  await expect(bar()).toHaveCount(0);

  await page.getByRole('switch', { name: 'Verify each backup' }).uncheck();
  await nameField(other).fill('changed again');
  await other.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(bar()).toContainText('The plan was changed in another window.');
  await expect(bar().getByRole('button', { name: 'Save', exact: true })).toHaveCount(0);
  expect((await saved()).verifyAfterBackup).toBe(true);
  await bar().getByRole('button', { name: 'Keep changes' }).click();
  await expect(nameField()).toHaveValue('changed again');
  await bar().getByRole('button', { name: 'Save', exact: true }).click();
  await expect(bar()).toHaveCount(0);
  expect(await saved()).toMatchObject({ name: 'changed again', verifyAfterBackup: false });
});

test('a lost connection loses nothing that was typed', async () => {
  await openSettings();
  await nameField().fill('typed');
  await page.getByRole('combobox', { name: 'Group' }).fill('Tools');
  server.signal('SIGSTOP');
  await page.context().setOffline(true);
  await bar().getByRole('button', { name: 'Save' }).click();
  await page.context().setOffline(false);
  server.signal('SIGCONT');
  await expect(nameField()).toHaveValue('typed');
});

test('former tabs lead to their sections, and all of it works by keyboard', async () => {
  for (const [tab, heading] of [
    ['retention', 'Retention'],
    ['schedule', 'Schedule'],
    ['source', 'Source'],
  ] as const) {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, `/databases/${planId}/${tab}`);
    await expect(page.getByRole('tab', { name: 'Settings' })).toHaveAttribute('aria-selected', 'true');
    await expect(page.getByRole('heading', { name: heading, exact: true })).toBeInViewport();
    expect(new URL(page.url()).hash).toBe(`#/databases/${planId}/settings?section=${heading}`);
  }
  await page.getByRole('button', { name: 'Retention', exact: true }).focus();
  await page.keyboard.press('Enter');
  await nameField().focus();
  await page.keyboard.type('d');
  await bar().getByRole('button', { name: 'Save' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'honed', level: 1 })).toBeVisible();
});

test('the settings and the dialog of the source pass at every width', async () => {
  test.slow();
  await callMethod(page, 'backups.start', { planId });
  await openPlan(page, 'hone');
  await expect(page.getByText(/^Verified/).first()).toBeVisible();
  await page.getByRole('tab', { name: 'Settings' }).click();
  makeDatabase(join(folder, 'other.db'), { rows: 3 });
  renameSync(join(folder, 'hone.db'), join(folder, 'moved.db'));
  await callMethod(page, 'plans.check', {});
  await nameField().fill('hone and others');
  await judgeEverywhere(page, 'plan-settings', USUAL_WIDTHS);
  await page.getByRole('button', { name: 'Change source' }).first().click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Database file' }).fill(join(folder, 'other.db'));
  await expect(page.getByText('It does not look like')).toBeVisible();
  await judgeEverywhere(page, 'change-source', USUAL_WIDTHS);
});

test('a moved source with another key is unlocked in the dialog before it is compared', async () => {
  test.slow();
  const [secret, moved] = [join(folder, 'secret.db'), join(folder, 'moved.db')];
  makeEncrypted(secret, 'first key');
  const { id } = await callMethod(page, 'plans.create', {
    name: 'secret',
    sourcePath: secret,
    destinations: [{ path: join(folder, 'backups') }],
    key: { value: 'first key' },
  });
  await callMethod(page, 'backups.start', { planId: id });
  await openPlan(page, 'secret');
  await expect(page.getByText(/^Verified/).first()).toBeVisible();
  rmSync(secret);
  makeEncrypted(moved, 'second key');
  await page
    .getByRole('button', { name: /^Change…|^Change source/ })
    .first()
    .press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Change the source of secret' });
  await dialog.getByRole('textbox', { name: 'Database file' }).fill(moved);
  const key = dialog.getByLabel('Database key');
  const change = dialog.getByRole('button', { name: 'Change source' });
  // Every known key is tried with all settings first.
  await expect(key).toBeVisible({ timeout: 60_000 });
  await expect(change).toBeDisabled();
  await judgeEverywhere(page, 'change-source-key', USUAL_WIDTHS);
  await key.fill('third key');
  await key.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('No known key opens', { timeout: 60_000 });
  // Another key can be entered at once.
  await key.fill('second key');
  await key.press('Enter');
  await expect(dialog.getByText(/^It looks like the same database/)).toBeVisible({ timeout: 60_000 });
  await change.press('Enter');
  await expect(dialog).toHaveCount(0, { timeout: 60_000 });
  await page.getByRole('button', { name: 'Back up now' }).click();
  await expect(page.getByText(/^Verified/)).toHaveCount(2, { timeout: 60_000 });
  expect((await callMethod(page, 'plans.get', { planId: id })).plan.sourcePath).toBe(moved);
});

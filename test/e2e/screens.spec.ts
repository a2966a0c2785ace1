import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { appendEntries, makeDatabase } from '../support/databases.ts';
import { dropFiles } from '../support/drop-files.ts';
import { countEncrypted, makeEncrypted } from '../support/encrypted-databases.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import { judge, judgeBothWays, nextStep, openNewPlan, openPage, openPlan, rowOf, storeIn } from '../support/screens.ts';

/*
 * Every screen and dialog in both themes and two sizes: what axe says of it, and whether it fits. With
 * SNAPKEEP_PICTURES=FOLDER a picture of each is taken, for people to look at.
 */

let folder: string;
let server: RunningServer;
let browser: Browser;
let close: () => Promise<void>;

test.beforeEach(async () => {
  ({ folder, server, browser, close } = await serveWindow('screens'));
  for (const name of ['hone', 'portunus', 'soundbox'])
    makeDatabase(join(folder, `${name}.db`), { rows: 400, journalMode: name === 'portunus' ? 'delete' : 'wal' });
});

test.afterEach(() => close());

test('empty', async () => {
  test.setTimeout(240_000);
  const page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  await expect(page.getByRole('heading', { name: 'Nothing is backed up yet' })).toBeVisible();
  await judgeBothWays(page, 'empty');
  await page.context().close();
});

test('with plans, in trouble, and every dialog', async () => {
  await fillIn();
  test.setTimeout(240_000);
  const page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  await expect(page.getByRole('heading', { name: '1 of 3 plans OK' })).toBeVisible();
  await expect(page.getByRole('list', { name: 'Needs attention' })).toContainText('portunus');
  await judgeBothWays(page, 'home');

  await openPage(page, 'Databases');
  await judgeBothWays(page, 'databases');
  await page.getByRole('checkbox', { name: 'Select all' }).check();
  await page.getByRole('button', { name: 'Delete…' }).click();
  await expect(page.getByRole('dialog', { name: 'Delete 3 plans?' })).toContainText('3 snapshots stay');
  await judgeBothWays(page, 'databases-delete');
  await page.keyboard.press('Escape');

  await openNewPlan(page);
  await page.getByRole('textbox', { name: 'Database file' }).fill(join(folder, 'soundbox.db'));
  await expect(page.getByText('2 tables')).toBeVisible();
  await judgeBothWays(page, 'new-plan');
  await nextStep(page);
  await page.getByRole('button', { name: 'Browse: Backup folder' }).click();
  await expect(page.getByRole('dialog', { name: 'Choose folder' })).toBeVisible();
  await judgeBothWays(page, 'picker');
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Source', exact: true }).click();
  await page.getByRole('textbox', { name: 'Database file' }).fill(join(folder, 'not-a-database.txt'));
  await expect(page.getByRole('alert')).toBeVisible();
  await judgeBothWays(page, 'new-plan-trouble');

  await openPlan(page, 'hone');
  await expect(page.getByRole('table', { name: 'Snapshots' })).toBeVisible();
  await judgeBothWays(page, 'plan');
  await page
    .getByRole('button', { name: /^More actions/ })
    .last()
    .click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await expect(page.getByText(/^The copy at .+ can be put back for 7 days\.$/)).toBeVisible();
  await judgeBothWays(page, 'delete');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Review and prune' }).click();
  await expect(page.getByRole('button', { name: 'Nothing to remove' })).toBeVisible();
  await judgeBothWays(page, 'prune-nothing');
  await page.keyboard.press('Escape');
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Database details' }).click();
  await expect(page.getByText('2 tables')).toBeVisible();
  await judgeBothWays(page, 'plan-settings');
  await expect(page.getByText(/^Mondays, Wednesdays and Fridays at 02:30/)).toBeVisible();
  await page.getByRole('list', { name: 'Last restore tests' }).scrollIntoViewIfNeeded();
  await judgeBothWays(page, 'restore-tests');
  await page.getByRole('button', { name: 'Retention', exact: true }).click();
  await expect(page.getByText(/^After a year: /)).toBeVisible();
  await page.getByRole('switch', { name: 'Keep all snapshots' }).click();
  await page.getByRole('switch', { name: 'Keep all snapshots' }).click();
  await page.getByRole('textbox', { name: 'Keep last' }).fill('1');
  await judgeBothWays(page, 'retention');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Remove 2', { exact: true })).toBeVisible();
  await judgeBothWays(page, 'prune');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Discard' }).click();

  await page.getByRole('tab', { name: 'Snapshots' }).click();
  await page
    .getByRole('button', { name: /^More actions/ })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Restore…' }).click();
  await expect(page.getByText('This is a snapshot of hone.')).toBeVisible();
  await judgeBothWays(page, 'restore');
  await page.getByRole('button', { name: 'Review changes' }).click();
  await expect(page.getByText('You will lose 25 rows')).toBeVisible();
  await judgeBothWays(page, 'restore-review');
  await page.keyboard.press('Escape');

  await page.getByRole('link', { name: 'Activity' }).click();
  await judgeBothWays(page, 'activity');
  await page
    .getByRole('link', { name: /^Failed Back up portunus/ })
    .first()
    .click();
  await expect(page.getByRole('button', { name: 'Retry' })).toBeVisible();
  await judgeBothWays(page, 'activity-failed');
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('switch', { name: 'Email' }).click();
  await judgeBothWays(page, 'settings');
  await page.getByRole('button', { name: 'Pause all' }).click();
  await page.getByRole('menuitem', { name: 'Until resumed' }).click();
  await expect(page.getByText(/^All schedules are paused since/)).toBeVisible();
  await judgeBothWays(page, 'paused');
  await page.getByRole('button', { name: 'Resume all' }).first().click();
  await expect(page.getByText(/^All schedules are paused since/)).toHaveCount(0);
  await page.context().close();
});

/** Says by keyboard where the key comes from. */
async function chooseWay(page: Page, way: string): Promise<void> {
  await page.getByRole('button', { name: /^Key source/ }).press('Enter');
  await page.getByRole('menuitem', { name: way }).press('Enter');
}

test('an encrypted database: its key is asked for where it is met, and all of it goes by keyboard', async () => {
  const secret = join(folder, 'secret.db');
  makeEncrypted(secret, 'first key');
  const page = await openWindow(browser, server.address);
  await openNewPlan(page);
  await page.getByRole('textbox', { name: 'Database file' }).fill(secret);
  const key = page.getByLabel('Database key');
  await expect(key).toBeVisible();
  await judge(page, 'new-plan-locked');
  await key.pressSequentially('no');
  await key.press('Enter');
  await expect(page.getByRole('alert')).toContainText('No known key opens');
  await judge(page, 'new-plan-wrong-key');
  await chooseWay(page, 'From an environment variable');
  const variable = page.getByRole('textbox', { name: 'Environment variable' });
  await variable.fill('TEST_KEY_NOT_SET');
  await variable.press('Enter');
  await expect(page.getByRole('alert')).toContainText('The environment variable TEST_KEY_NOT_SET is empty or not set');
  await judge(page, 'new-plan-no-variable');
  await chooseWay(page, 'Enter key');
  await page.getByLabel('Database key').fill('first key');
  await page.getByLabel('Database key').press('Enter');
  await expect(page.getByText('SQLCipher 4')).toBeVisible();
  await judge(page, 'new-plan-unlocked');
  await storeIn(page, join(folder, 'backups'));
  await page.getByRole('button', { name: 'Create and back up now' }).press('Enter');
  await expect(page.getByRole('table', { name: 'Snapshots' })).toBeVisible();

  rmSync(secret);
  makeEncrypted(secret, 'second key');
  await page.getByRole('tab', { name: 'Settings' }).click();
  await expect(page.getByText(/^SQLCipher 4, key [0-9a-f]{8} \(saved\)\./)).toBeVisible();
  await page.getByRole('button', { name: 'Replace key…' }).press('Enter');
  await chooseWay(page, 'From a command');
  const command = page.getByRole('textbox', { name: 'Command' });
  await command.fill('echo second key');
  await judge(page, 'plan-settings-key-command');
  await command.press('Enter');
  await expect(page.getByText('Key read. It opens the database.')).toBeVisible();
  await expect(page.getByText(/^SQLCipher 4, key [0-9a-f]{8} \(read from a command\)\./)).toBeVisible();
  await judge(page, 'plan-settings-encrypted');

  await page.getByRole('tab', { name: 'Snapshots' }).click();
  await page
    .getByRole('button', { name: /^More actions/ })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Restore…' }).click();
  await page.getByRole('button', { name: 'Review changes' }).press('Enter');
  await expect(page.getByText(/will have the key .* that this snapshot was taken with, and no longer/)).toBeVisible();
  await judge(page, 'restore-review-encrypted');
  await page.context().close();
});

test('a dropped encrypted snapshot asks for its key', async () => {
  const secret = join(folder, 'dropped.db');
  makeEncrypted(secret, 'its key');
  const page = await openWindow(browser, server.address);
  await dropFiles(page, [secret]);
  await page.getByRole('textbox', { name: 'Database path' }).fill(join(folder, 'restored.db'));
  await page.getByRole('button', { name: 'Review changes' }).press('Enter');
  const key = page.getByLabel('Database key');
  await expect(key).toBeVisible();
  await judge(page, 'restore-key');
  await key.fill('its key');
  await key.press('Enter');
  await expect(page.getByText(/will have the key .* that this snapshot was taken with/)).toBeVisible();
  await page.getByRole('button', { name: 'Restore to restored.db' }).press('Enter');
  await expect(page.getByRole('heading', { name: 'Restored' })).toBeVisible();
  await expect(page.getByText(/500 rows/).first()).toBeVisible();
  await page.context().close();
  expect(countEncrypted(join(folder, 'restored.db'), 'its key')).toBe(500);
});

test('the whole way by keyboard', async () => {
  await fillIn();
  const page = await openWindow(browser, server.address);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Home' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await rowOf(page, 'hone').getByRole('link').press('Enter');
  await page
    .getByRole('button', { name: /^More actions/ })
    .first()
    .focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Restore…' }).press('Enter');
  await expect(page.getByRole('dialog', { name: 'Restore' })).toBeVisible();
  await page.getByRole('button', { name: 'Review changes' }).press('Enter');
  await page.getByRole('textbox', { name: 'Type hone.db to confirm' }).pressSequentially('hone.d');
  await expect(page.getByRole('button', { name: 'Replace hone.db' })).toBeDisabled();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page
    .getByRole('button', { name: /^More actions/ })
    .first()
    .press('Enter');
  await page.getByRole('menuitem', { name: 'Compare with source…' }).press('Enter');
  await expect(page.getByText('You will lose 25 rows')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.context().close();
});

/** Three plans: one with three snapshots and rows since, one that fails, one that has never run. */
async function fillIn(): Promise<void> {
  const page = await openWindow(browser, server.address);
  writeFileSync(join(folder, 'not-a-database.txt'), 'This is a text and no database.');
  const backups = join(folder, 'backups');
  await page.evaluate(
    async ({ base, folder, backups }) => {
      const call = async (method: string, params: unknown): Promise<{ result: never }> =>
        (
          await fetch(`${base}api/${method}`, {
            method: 'POST',
            headers: {
              'Content-Type': 'application/json',
              Authorization: `Bearer ${localStorage.getItem('snapkeep.session')}`,
            },
            body: JSON.stringify(params),
          })
        ).json();
      for (const name of ['hone', 'portunus', 'soundbox']) {
        await call('plans.create', {
          name,
          sourcePath: `${folder}/${name}.db`,
          destinations: [{ path: backups }],
          ...(name === 'hone'
            ? {
                schedule: { kind: 'weekly', days: [1, 3, 5], time: '02:30' },
                timeZone: 'Europe/Berlin',
                retention: { keepLast: 7, daily: 30, weekly: 8, monthly: 12 },
                restoreTest: {
                  schedule: { kind: 'monthly', day: 1, time: '12:00' },
                  withinDays: 40,
                  checks: [{ name: 'entries', sql: 'SELECT count(*) FROM entries', operator: '>=', value: '1' }],
                },
              }
            : {}),
        });
      }
    },
    { base: new URL('/', server.address).href, folder, backups },
  );
  await page.reload();
  for (let count = 1; count <= 3; count++) {
    await openPage(page, 'Databases');
    await page.getByRole('button', { name: 'Back up now: hone' }).click();
    await openPage(page, 'Activity');
    await expect(page.getByRole('link', { name: /^Done Back up hone/ })).toHaveCount(count);
  }
  await openPlan(page, 'hone');
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Run restore test now' }).click();
  await expect(page.getByRole('list', { name: 'Last restore tests' })).toBeVisible();
  appendEntries(join(folder, 'hone.db'), 25);
  rmSync(join(folder, 'portunus.db'));
  await openPage(page, 'Databases');
  await page.getByRole('button', { name: 'Back up now: portunus' }).click();
  await expect(rowOf(page, 'portunus')).toContainText('Failed');
  await page.context().close();
}

import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { makeDatabase } from '../support/databases.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import { paintAnswers } from '../support/painted-answers.ts';
import { DESTINATIONS, FORTY, planLike, snapshotsLike } from '../support/painted-destinations.ts';
import {
  inEveryLook,
  judge,
  judgeBothWays,
  nextStep,
  openNewPlan,
  openPage,
  openPlan,
  storeIn,
} from '../support/screens.ts';

/*
 * Destinations, copies and the recovery kit in every state there is, painted over the answers of a real core.
 */

let folder: string;
let server: RunningServer;
let browser: Browser;
let close: () => Promise<void>;

test.beforeEach(async () => {
  ({ folder, server, browser, close } = await serveWindow('looks'));
  makeDatabase(join(folder, 'hone.db'), { rows: 400 });
});

test.afterEach(() => close());

test('destinations: none, every kind in every state, forty of them, and their dialogs', async () => {
  test.setTimeout(180_000);
  const empty = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  await openDestinations(empty);
  await expect(empty.getByRole('heading', { name: 'No destination yet' })).toBeVisible();
  await judgeBothWays(empty, 'destinations-empty');
  await empty.context().close();
  const page = await openWindow(browser, server.address, {
    viewport: { width: 1280, height: 800 },
    prepare: (page) => paintAnswers(page, { 'destinations.list': () => DESTINATIONS }),
  });
  await openDestinations(page);
  await expect(page.getByRole('article')).toHaveCount(4);
  await judgeBothWays(page, 'destinations');
  const bucket = page.getByRole('article', { name: 'b2-offsite' });
  await expect(bucket).toContainText('Permission denied for these keys');
  await expect(bucket).toContainText('Grant them list, read, write and delete access');
  await expect(bucket).toContainText('3 snapshots wait to be copied here. Next attempt:');
  await expect(page.getByRole('article', { name: 'Storage box' })).toContainText(
    'Marker file of Storage box not found',
  );
  await page.getByRole('article').last().scrollIntoViewIfNeeded();
  await judgeBothWays(page, 'destinations-end');

  await page.getByRole('button', { name: 'More actions: NAS' }).click();
  await expect(page.getByRole('menuitem', { name: /^Remove…/ })).toBeDisabled();
  await expect(page.getByRole('menuitem', { name: /^Remove…/ })).toContainText('Used by hone.');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^More actions: A disk/ }).click();
  await page.getByRole('menuitem', { name: 'Remove…' }).click();
  await expect(page.getByText('No files are deleted')).toBeVisible();
  await judgeBothWays(page, 'destination-remove');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Edit: b2-offsite' }).click();
  await expect(page.getByPlaceholder('Saved. Enter a new value to replace it.')).toHaveCount(2);
  await page.getByRole('button', { name: 'Advanced' }).click();
  await judgeBothWays(page, 'destination-edit');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Add destination' }).click();
  await judgeBothWays(page, 'destination-add-folder');
  await page.getByRole('radio', { name: 'S3-compatible' }).press('Space');
  await page.getByRole('button', { name: 'Save and test' }).click();
  await expect(page.getByText('Enter the bucket name.')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Bucket', exact: true })).toBeFocused();
  await judgeBothWays(page, 'destination-add-s3');
  await page.getByRole('radio', { name: 'SFTP' }).press('Space');
  await judgeBothWays(page, 'destination-add-sftp');
  await page.keyboard.press('Escape');
  await page.context().close();
  const forty = await openWindow(browser, server.address, {
    prepare: (page) => paintAnswers(page, { 'destinations.list': () => FORTY }),
  });
  await openDestinations(forty);
  await expect(forty.getByRole('article')).toHaveCount(40);
  await judge(forty, 'destinations-forty');
  await openNewPlan(forty);
  await forty.getByRole('textbox', { name: 'Database file' }).fill(join(folder, 'hone.db'));
  await expect(forty.getByRole('button', { name: 'Continue' })).toBeEnabled();
  await nextStep(forty);
  const last = forty.getByRole('checkbox', { name: /Disk 40$/ });
  await last.press('Space');
  await expect(last).toBeChecked();
  await judge(forty, 'new-plan-forty');
  await forty.context().close();
});

test('a plan whose copies are in every state, and the recovery kit', async () => {
  test.setTimeout(180_000);
  await makePlan();
  const page = await openWindow(browser, server.address, {
    viewport: { width: 1280, height: 800 },
    prepare: (page) =>
      paintAnswers(page, {
        'destinations.list': () => DESTINATIONS,
        'plans.list': (plans) => plans.map(planLike),
        'snapshots.list': (snapshots) => snapshots.slice(0, 1).flatMap(snapshotsLike),
      }),
  });
  const storage = page.getByRole('region', { name: 'Storage' });
  await expect(storage.getByRole('listitem').filter({ hasText: 'b2-offsite' })).toContainText('Failed');
  await expect(page.getByRole('region', { name: 'Copies' })).toContainText('Off-site copy (b2-offsite failed for');
  await expect(page.getByRole('region', { name: 'Recovery kit' })).toContainText('has not been saved');
  await judgeBothWays(page, 'home-copies');
  await openPage(page, 'Databases');
  const waiting = page.getByRole('img', {
    name: /1 snapshot waits for Storage box: Marker file of Storage box not found/,
  });
  await inEveryLook(page, (look) => expect(waiting).toHaveCount(look.endsWith('1280') ? 1 : 0));

  await openPlan(page, 'hone');
  await expect(page.getByRole('button', { name: 'Stored at b2-offsite failed NAS stored' })).toBeVisible();
  await judgeBothWays(page, 'copies');
  await page.getByRole('button', { name: 'Stored at Storage box waiting NAS stored' }).click();
  await expect(page.getByText('Waiting for nas.example.org.').last()).toBeVisible();
  await judgeBothWays(page, 'copies-of-one');
  await page.keyboard.press('Escape');
  // One that is only beyond this machine has no folder to be shown in; one at two places can be had from either.
  const menu = page.getByRole('button', { name: /^More actions/ }).nth(5);
  await menu.press('Enter');
  await page.getByRole('menuitem', { name: 'Restore from' }).press('ArrowRight');
  await expect(page.getByRole('menuitem', { name: 'b2-offsite' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.getByRole('tab', { name: 'Settings' }).click();
  await expect(page.getByRole('list', { name: 'Destinations of snapshots' }).getByRole('listitem')).toHaveCount(3);
  await judgeBothWays(page, 'plan-settings-destinations');
  await page.getByRole('heading', { name: 'Snapshot encryption' }).scrollIntoViewIfNeeded();
  await page.getByRole('radio', { name: 'Encrypt for age recipients' }).check();
  await page.getByRole('textbox', { name: 'Recipients (one per line)' }).fill('nobody');
  await expect(page.getByText('“nobody” is not a recipient')).toBeVisible();
  await judgeBothWays(page, 'plan-settings-encryption');
  await page.getByRole('region', { name: 'Recovery kit' }).getByRole('link').click();
  await page.getByRole('button', { name: 'Discard changes' }).click();
  await expect(page.getByRole('region', { name: 'Recovery kit text' })).toContainText('hone');
  await judgeBothWays(page, 'recovery-kit');
  await page.context().close();
});

async function openDestinations(page: Page): Promise<void> {
  await openPage(page, 'Storage');
}

/** A plan with one snapshot. */
async function makePlan(): Promise<void> {
  const page = await openWindow(browser, server.address);
  await openNewPlan(page);
  await page.getByRole('textbox', { name: 'Database file' }).fill(join(folder, 'hone.db'));
  await expect(page.getByText('2 tables')).toBeVisible();
  await storeIn(page, join(folder, 'backups'));
  await page.getByRole('button', { name: 'Create and back up now' }).click();
  await expect(page.getByText(/^Verified/)).toBeVisible();
  await page.context().close();
}

import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { storageMounts } from '../../src-main/platform/mounts.ts';
import type { SuggestedFolder } from '../../src-shared/model/destination.ts';
import { callMethod } from '../support/call-method.ts';
import { commandLineOf } from '../support/command-line.ts';
import { makeDatabase } from '../support/databases.ts';
import { hosts, type OpenHost } from '../support/hosts.ts';
import { openWindow, type ServedWindow, serveWindow } from '../support/launch-server.ts';
import { paintAnswers } from '../support/painted-answers.ts';
import {
  customize,
  judge,
  judgeEverywhere,
  nextStep,
  openNewPlan,
  planFor,
  rowOf,
  USUAL_WIDTHS,
} from '../support/screens.ts';

/* A new plan in three steps, and plans recovered on a new computer. */

const HARD = [`${'long name '.repeat(19)}end`, 'مذكرات يومية', '📒 Notes 🗝️'];

for (const { name, open } of hosts) {
  test.describe(name, () => {
    const home = process.env.HOME;
    let folder: string;
    let host: OpenHost;

    test.beforeEach(async () => {
      folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-first-')));
      process.env.HOME = join(folder, 'user');
      const database = join(folder, 'user/.local/share/Anki2/User 1/collection.anki2');
      mkdirSync(dirname(database), { recursive: true });
      // Large enough to be among the first, whatever else this machine has.
      makeDatabase(database, { rows: 20_000 });
      mkdirSync(join(folder, 'nas'));
      host = await open(join(folder, 'home'));
    });

    test.afterEach(async () => {
      await host.close();
      process.env.HOME = home;
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    });

    test('from the empty Home, the first backup of a found database takes three clicks and no typing', async () => {
      const { page } = host;
      // A disk of this machine would be suggested, and nothing is to be written there.
      if ((await storageMounts()).length > 0)
        await callMethod(page, 'destinations.save', {
          name: 'NAS',
          settings: { kind: 'folder', path: join(folder, 'nas'), bytesPerSecond: null },
        });
      await page.evaluate(() => {
        const counted = { click: 0, keydown: 0 };
        for (const kind of ['click', 'keydown'] as const)
          addEventListener(kind, ({ isTrusted }) => (counted[kind] += Number(isTrusted)), true);
        Object.assign(window, { counted });
      });
      await page.getByRole('button', { name: 'Find databases' }).click();
      // The search reads what this machine has, and takes its time beside other work.
      await page.getByRole('button', { name: /^Anki/ }).click({ timeout: 60_000 });
      await expect(
        page.getByText(/^collection\.anki2 is backed up daily at 02:00 to .*; retention keeps/),
      ).toBeVisible();
      await expect(page.getByText(/^Same disk as the source: if it fails, both are lost\./)).toBeVisible();
      await page.getByRole('button', { name: 'Create and back up now' }).click();
      await expect(page.getByText(/^Verified/).first()).toBeVisible({ timeout: 60_000 });
      expect(await page.evaluate(() => (window as unknown as { counted: object }).counted)).toEqual({
        click: 3,
        keydown: 0,
      });
      expect((await callMethod(page, 'plans.list', {})).map(({ plan }) => plan.name)).toEqual(['Anki']);
    });

    test('on a new computer, plans are recovered from the empty Home', async () => {
      const { page } = host;
      const lost = commandLineOf(join(folder, 'lost home'));
      const notes = join(folder, 'notes.db');
      makeDatabase(notes, { rows: 20 });
      expect(lost(['plan', 'add', '--name', 'Notes', '--source', notes, '--to', join(folder, 'nas')]).exitCode).toBe(0);
      expect(lost(['backup', 'Notes']).exitCode).toBe(0);
      rmSync(notes);
      makeDatabase(join(folder, 'moved.db'), { rows: 20 });

      await page.getByRole('link', { name: 'I already have backups' }).press('Enter');
      await expect(page.getByRole('heading', { name: 'Recover plans', level: 1 })).toBeVisible();
      // A folder without backups is no dead end.
      const where = page.getByRole('textbox', { name: 'Backup folder' });
      await where.fill(join(folder, 'user'));
      await where.press('Enter');
      await expect(page.getByText(/^No backups of Snapkeep found\./)).toBeVisible();
      await where.fill(join(folder, 'nas'));
      await where.press('Enter');
      await expect(page).toHaveURL(/#\/plans\/recover\?folder=/);
      const source = page.getByRole('textbox', { name: 'Source (missing on this machine)' });
      await expect(source).toHaveValue(notes);
      await judge(page, `recover-page-${name.slice(0, 7)}`);
      await source.fill('');
      await expect(page.getByText('1 plan lacks a name or a path.')).toBeVisible();
      await source.fill(join(folder, 'moved.db'));
      await page.getByRole('button', { name: 'Recover 1 plan' }).press('Enter');
      await expect(rowOf(page, 'Notes')).toBeVisible();
      const [summary] = await callMethod(page, 'plans.list', {});
      expect(summary?.plan.sourcePath).toBe(join(folder, 'moved.db'));
    });
  });
}

test.describe('in a browser', () => {
  let served: ServedWindow;

  test.beforeEach(async () => {
    served = await serveWindow('new-plan');
    makeDatabase(join(served.folder, 'app.db'), { rows: 20 });
  });

  test.afterEach(() => served.close());

  const address = (page: Page): string => new URL(page.url()).hash;

  test('each step has an address; Back, a reload and another page lose nothing that was typed', async () => {
    const { folder, browser, server } = served;
    const page = await openWindow(browser, server.address);
    await planFor(page, join(folder, 'app.db'), join(folder, 'backups'));
    expect(address(page)).toBe('#/plans/new/review');
    await customize(page);
    await page.getByRole('textbox', { name: 'Plan name' }).fill('My app');
    await page.goBack();
    await expect(page.getByRole('textbox', { name: 'Plan name' })).toHaveCount(0);
    await page.goBack();
    await expect(page.getByRole('textbox', { name: 'Backup folder' })).toHaveValue(join(folder, 'backups'));
    await page.goBack();
    await expect(page.getByRole('textbox', { name: 'Database file' })).toHaveValue(join(folder, 'app.db'));
    await page.goForward();
    await page.reload();
    await expect(page.getByRole('textbox', { name: 'Backup folder' })).toHaveValue(join(folder, 'backups'));
    await page.getByRole('navigation').getByRole('link', { name: 'Activity' }).click();
    await openNewPlan(page);
    await page.getByRole('link', { name: 'Review' }).click();
    await customize(page);
    await expect(page.getByRole('textbox', { name: 'Plan name' })).toHaveValue('My app');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'My app', level: 1 })).toBeVisible();
    // It was created, not backed up, and the next plan begins empty.
    expect(await callMethod(page, 'snapshots.list', {})).toEqual([]);
    await openNewPlan(page);
    await expect(page.getByRole('textbox', { name: 'Database file' })).toHaveValue('');
  });

  test('a disk that appears is offered, and one that vanishes is named; what was chosen stays', async () => {
    const { folder, browser, server } = served;
    const disk: SuggestedFolder = {
      path: join(folder, 'usb', 'Snapkeep'),
      volume: join(folder, 'usb'),
      kind: 'removable',
      freeBytes: 64e9,
      sameDisk: false,
    };
    const home: SuggestedFolder = {
      ...disk,
      path: join(folder, 'Snapkeep'),
      volume: folder,
      kind: 'home',
      sameDisk: true,
    };
    let plugged = false;
    const page = await openWindow(browser, server.address, {
      prepare: (empty) => paintAnswers(empty, { 'destinations.suggest': () => (plugged ? [disk, home] : [home]) }),
    });
    await openNewPlan(page);
    await page.getByRole('textbox', { name: 'Database file' }).fill(join(folder, 'app.db'));
    await nextStep(page);
    await expect(page.getByRole('checkbox', { name: /Home folder/ })).toBeChecked();
    await expect(page.getByText(/^Same disk as the source/)).toBeVisible();

    plugged = true;
    mkdirSync(join(folder, 'usb'));
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    const usb = page.getByRole('checkbox', { name: 'New folder: Removable disk usb' });
    // What was chosen is not changed under the person's hands.
    await expect(usb).not.toBeChecked();
    await usb.press('Space');
    await expect(page.getByRole('textbox', { name: 'Backup folder' })).toHaveValue(disk.path);
    await judge(page, 'new-plan-destinations');

    plugged = false;
    rmSync(join(folder, 'usb'), { recursive: true });
    await page.getByRole('button', { name: 'Refresh' }).press('Enter');
    await expect(page.getByText(/Snapkeep is not available, nor is the folder around it\./)).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'Backup folder' })).toHaveValue(disk.path);
    await nextStep(page);
    await page.getByRole('button', { name: 'Create', exact: true }).press('Enter');
    const refused = page.getByRole('alert').filter({ hasText: /NOT_FOUND|UNAVAILABLE/ });
    await expect(refused).toContainText('usb');
    await expect(page.getByText(/^app\.db is backed up/)).toBeVisible();

    mkdirSync(join(folder, 'usb'));
    await page.getByRole('button', { name: 'Create and back up now' }).press('Enter');
    await expect(page.getByText(/^Verified/).first()).toBeVisible();
    expect(readdirSync(disk.path).some((file) => file.endsWith('.db.gz'))).toBe(true);
  });

  test('a connection that is lost in the middle of the form loses nothing that was typed', async () => {
    const { folder, browser, server } = served;
    let lost = false;
    const open: Array<{ close(): Promise<void> }> = [];
    const page = await openWindow(browser, server.address, {
      prepare: (empty) =>
        empty.routeWebSocket(/\/ws$/, async (socket) => {
          if (lost) return socket.close();
          socket.connectToServer();
          open.push(socket);
        }),
    });
    await planFor(page, join(folder, 'app.db'), join(folder, 'backups'));
    await customize(page);
    const name = page.getByRole('textbox', { name: 'Plan name' });
    const passphrase = page.getByLabel('Passphrase', { exact: true });
    await name.fill('Kept');
    await page.getByRole('radio', { name: 'Encrypt with passphrase' }).check();
    await passphrase.fill('paper lantern orbit');
    await page.getByLabel('Confirm passphrase').fill('paper lantern orbit');
    lost = true;
    for (const socket of open) await socket.close();
    await expect(page.getByText(/^Connection lost/)).toBeVisible();
    await expect(name).toHaveValue('Kept');
    // What is pressed meanwhile says why it did nothing.
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'UNAVAILABLE' })).toBeVisible();
    lost = false;
    await expect(page.getByText(/^Connection lost/)).toHaveCount(0, { timeout: 30_000 });
    await expect(passphrase).toHaveValue('paper lantern orbit');
    await page.getByRole('button', { name: 'Create and back up now' }).click();
    await expect(page.getByRole('heading', { name: 'Kept', level: 1 })).toBeVisible();
    await expect(page.getByRole('img', { name: 'Encrypted with a passphrase' })).toBeVisible();
  });

  test('names of 200 characters, right to left and with emoji, in every look', async () => {
    test.setTimeout(300_000);
    const { folder, browser, server } = served;
    const page = await openWindow(browser, server.address);
    for (const [index, name] of HARD.entries()) {
      const source = join(folder, `${name}.db`);
      makeDatabase(source, { rows: 3 });
      await planFor(page, source, join(folder, `${name.slice(0, 60)} copies`));
      await expect(page.getByText(new RegExp(`^${name}\\.db is backed up daily at 02:00 to `))).toBeVisible();
      await page.getByRole('link', { name: 'Source', exact: true }).click();
      await judgeEverywhere(page, `new-plan-source-${index}`, USUAL_WIDTHS);
      await page.getByRole('link', { name: 'Destinations' }).click();
      await judgeEverywhere(page, `new-plan-destinations-${index}`, USUAL_WIDTHS);
      await page.getByRole('link', { name: 'Review' }).click();
      await judgeEverywhere(page, `new-plan-review-${index}`, USUAL_WIDTHS);
      if (index === 0) {
        await customize(page);
        await judgeEverywhere(page, 'new-plan-customize', USUAL_WIDTHS);
      }
      await page.getByRole('button', { name: 'Create and back up now' }).press('Enter');
      await expect(page.getByText(/^Verified/).first()).toBeVisible();
    }
    await openNewPlan(page);
    await expect(page.getByRole('textbox', { name: 'Database file' })).toHaveValue('');
  });

  test('a plan is created by keyboard alone', async () => {
    const { folder, browser, server } = served;
    const page = await openWindow(browser, server.address);
    const tabTo = async (name: string): Promise<void> => {
      for (let stops = 0; stops < 60; stops++) {
        await page.keyboard.press('Tab');
        const focused = page.locator(':focus');
        if ((await focused.count()) > 0 && (await focused.evaluate(labelOf)) === name) return;
      }
      throw new Error(`${name} cannot be reached by the Tab key.`);
    };
    await tabTo('New plan');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'New plan', level: 1 })).toBeVisible();
    await tabTo('Database file');
    await page.keyboard.type(join(folder, 'app.db'));
    await expect(page.getByText('2 tables')).toBeVisible();
    await tabTo('Continue');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Continue' })).toBeEnabled();
    await tabTo('Backup folder');
    await page.keyboard.press('Control+a');
    await page.keyboard.type(join(folder, 'backups'));
    await tabTo('Continue');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Create and back up now' })).toBeEnabled();
    await tabTo('Create and back up now');
    await page.keyboard.press('Enter');
    await expect(page.getByText(/^Verified/).first()).toBeVisible();
    expect(readdirSync(join(folder, 'backups')).some((file) => file.endsWith('.db.gz'))).toBe(true);
  });
});

/** The label of what has the focus. */
function labelOf(element: Element): string {
  const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
  return (labels[0] ?? element).textContent ?? '';
}

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { callMethod } from '../support/call-method.ts';
import { makeDatabase } from '../support/databases.ts';
import { dropFiles } from '../support/drop-files.ts';
import { openWindow, type ServedWindow, serveWindow } from '../support/launch-server.ts';
import { nextStep, openNewPlan, openPage, openPlan } from '../support/screens.ts';

/* A dialog that closes leaves nothing in the history, Back closes it and nothing more, and one key closes one dialog. */

let served: ServedWindow;
let page: Page;

test.beforeEach(async () => {
  served = await serveWindow('dialogs');
  page = await openWindow(served.browser, served.server.address, { viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(15_000);
  makeDatabase(join(served.folder, 'hone.db'), { rows: 3 });
  await callMethod(page, 'plans.create', {
    name: 'hone',
    sourcePath: join(served.folder, 'hone.db'),
    destinations: [{ path: join(served.folder, 'backups') }],
  });
});

test.afterEach(() => served.close());

const address = (): string => new URL(page.url()).hash;
const dialogs = () => page.getByRole('dialog');

test('dialogs that were opened and closed leave one step to the page before', async () => {
  await openPage(page, 'Storage');
  await openPage(page, 'Databases');
  await page.getByRole('checkbox', { name: 'Select hone' }).check();
  for (const _time of [1, 2, 3]) {
    await page.getByRole('button', { name: 'Delete…' }).click();
    await expect(dialogs()).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(dialogs()).toHaveCount(0);
  }
  // Two at once, and what follows a closed one.
  await page.keyboard.press('?');
  await expect(dialogs()).toHaveAccessibleName('Keyboard shortcuts');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await expect(dialogs()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialogs()).toHaveCount(0);
  await expect.poll(address).toBe('#/databases');
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'Storage', level: 1 })).toBeVisible();

  const card = page.getByRole('button', { name: /^Edit/ }).first();
  for (const _time of [1, 2, 3]) {
    await card.click();
    await expect(dialogs()).toBeVisible();
    await dialogs().getByRole('button', { name: 'Cancel' }).click();
    await expect(dialogs()).toHaveCount(0);
  }
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
});

test('a dialog about a selection is not opened by the selection after a reload', async () => {
  await openPage(page, 'Databases');
  await page.getByRole('checkbox', { name: 'Select hone' }).check();
  await page.getByRole('button', { name: 'Delete…' }).click();
  await expect(dialogs()).toBeVisible();
  await page.reload();
  await expect(page.getByRole('checkbox', { name: 'Select hone' })).toBeVisible();
  await expect.poll(address).toBe('#/databases');
  await page.getByRole('checkbox', { name: 'Select hone' }).check();
  await expect(page.getByRole('toolbar', { name: 'Selected databases' })).toBeVisible();
  await expect(dialogs()).toHaveCount(0);
});

test('the palette opens above a dialog, and Escape closes what is on top', async () => {
  await openPage(page, 'Storage');
  await page.getByRole('button', { name: /^Edit/ }).first().click();
  const edit = page.getByRole('dialog', { name: 'Edit backups' });
  const name = edit.getByRole('textbox', { name: 'Name' });
  await name.fill('typed');
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('textbox', { name: /^Find databases/ });
  await expect(palette).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(palette).toHaveCount(0);
  await expect(name).toHaveValue('typed');
  await page.keyboard.press('Control+k');
  await palette.fill('keyboard');
  await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialogs()).toHaveCount(1);
  await expect(name).toHaveValue('typed');
  await page.keyboard.press('Escape');
  await expect(dialogs()).toHaveCount(0);

  await page.getByRole('button', { name: 'Add destination' }).click();
  const added = page.getByRole('dialog', { name: 'Add destination' });
  await added.getByRole('textbox', { name: 'Name' }).fill('typed');
  await added.getByRole('button', { name: /^Browse/ }).click();
  await expect(page.getByRole('dialog', { name: 'Choose folder' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Choose folder' })).toHaveCount(0);
  await expect(added.getByRole('textbox', { name: 'Name' })).toHaveValue('typed');
});

/** Goes back while a dialog is open: it closes, and the page stays as it was. */
async function backCloses(name: string | RegExp): Promise<void> {
  const before = address().split('?')[0];
  await expect(page.getByRole('dialog', { name })).toBeVisible();
  await page.goBack();
  await expect(dialogs()).toHaveCount(0);
  expect(address().split('?')[0]).toBe(before);
}

test('Back closes the dialogs within forms, and nothing that was typed around them is lost', async () => {
  await openNewPlan(page);
  await page.getByRole('textbox', { name: 'Database file' }).fill(join(served.folder, 'hone.db'));
  await nextStep(page);
  const folder = page.getByRole('textbox', { name: 'Backup folder' });
  await folder.fill('/mnt/typed');
  await page.getByRole('button', { name: 'Add destination…' }).click();
  await backCloses('Add destination');
  await expect(folder).toHaveValue('/mnt/typed');

  await openPage(page, 'Home');
  await openPlan(page, 'hone');
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByRole('textbox', { name: 'Keep last' }).fill('3');
  await page.getByRole('button', { name: /^Add destination/ }).click();
  await backCloses('Add destination');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await backCloses('Prune hone');
  await expect(page.getByRole('textbox', { name: 'Keep last' })).toHaveValue('3');
  await page.getByRole('button', { name: 'Discard' }).click();

  await page.evaluate(() => {
    location.hash = '/plans/recover';
  });
  await page.getByRole('textbox', { name: 'Backup folder' }).fill('/mnt/typed');
  await page.getByRole('button', { name: 'Add bucket or server…' }).click();
  await backCloses('Add destination');
  await expect(page.getByRole('textbox', { name: 'Backup folder' })).toHaveValue('/mnt/typed');
});

test('Back closes the dialogs about a folder or a file, and a reload closes what no address can name', async () => {
  await openPage(page, 'Settings');
  const folder = page.getByRole('textbox', { name: 'Backup folder' });
  await folder.fill(join(served.folder, 'backups'));
  await page.getByRole('button', { name: 'Import from other programs…' }).click();
  await backCloses('Import from other programs');
  await expect(folder).toHaveValue(join(served.folder, 'backups'));
  await page
    .locator('input[type="file"]')
    .setInputFiles({ name: 'bad.json', mimeType: 'application/json', buffer: Buffer.from('{"id": ') });
  await backCloses('Template not imported');

  await openPage(page, 'Storage');
  const files = ['one.db', 'two.db'].map((name) => join(served.folder, name));
  for (const file of files) makeDatabase(file, { rows: 1 });
  await dropFiles(page, files);
  await backCloses('Which file do you want to restore?');
  await page.goForward();
  await expect(page.getByRole('dialog', { name: 'Which file do you want to restore?' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Storage', level: 1 })).toBeVisible();
  await expect.poll(address).toBe('#/storage');
  await expect(dialogs()).toHaveCount(0);
  mkdirSync(join(served.folder, 'old'));
  await dropFiles(page, [join(served.folder, 'old')]);
  await backCloses('Backups in old');
  await expect(page.getByRole('heading', { name: 'Storage', level: 1 })).toBeVisible();
});

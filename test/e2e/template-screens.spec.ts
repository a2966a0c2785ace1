import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { callMethod } from '../support/call-method.ts';
import { makeDatabase } from '../support/databases.ts';
import { makeEncrypted } from '../support/encrypted-databases.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import {
  customize,
  judge,
  judgeBothWays,
  judgeEverywhere,
  nextStep,
  storeIn,
  USUAL_WIDTHS,
} from '../support/screens.ts';

let folder: string;
let server: RunningServer;
let browser: Browser;
let close: () => Promise<void>;

test.beforeEach(async () => {
  ({ folder, server, browser, close } = await serveWindow('templates', { HONE_DB_KEY: 'its key' }));
  mkdirSync(join(folder, 'soundbox', 'generated'), { recursive: true });
  writeFileSync(join(folder, 'soundbox', 'generated', 'one.wav'), 'one');
  makeDatabase(join(folder, 'soundbox', 'soundbox.db'), { rows: 30 });
  makeDatabase(join(folder, 'elsewhere.db'), { rows: 30 });
});

test.afterEach(() => close());

async function chooseTemplate(page: Page, name: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Template' }).click();
  await page.getByRole('option', { name }).click();
}

test('a template fills in the form of a new plan, and says what it does and leaves out', async () => {
  const page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(15_000);
  await page.getByRole('main').getByRole('link', { name: 'New plan' }).click();
  await chooseTemplate(page, 'Portunus');
  await page.getByRole('button', { name: 'About this template' }).click();
  await expect(page.getByText('Retention: all from the last 30 days.')).toBeVisible();
  await judgeBothWays(page, 'new-plan-template');
  await page.getByRole('textbox', { name: 'Database file' }).fill(join(folder, 'elsewhere.db'));
  await expect(page.getByText('2 tables')).toBeVisible();
  await nextStep(page);
  await expect(page.getByRole('textbox', { name: 'Backup folder' })).toHaveValue('/var/backups/portunus');
  await nextStep(page);
  await expect(page.getByText(/retention keeps all from the last 30 days\.$/)).toBeVisible();
  await customize(page);
  await expect(page.getByRole('textbox', { name: 'Plan name' })).toHaveValue('portunus');
  await page.getByRole('button', { name: 'File names, schema version and lock files' }).click();
  await expect(page.getByRole('textbox', { name: 'Lock files' })).toHaveValue('state.db.lock');
  await expect(page.getByText(/^Example: portunus-state-.*Z\.db$/)).toBeVisible();
  await page.getByRole('textbox', { name: 'File name pattern' }).fill('{when}');
  await expect(page.getByText(/^Unknown placeholder: \{when\}\./)).toBeVisible();
  await judgeBothWays(page, 'new-plan-program');
  await page.getByRole('link', { name: 'Source', exact: true }).click();

  await page.getByRole('textbox', { name: 'Database file' }).fill('');
  await chooseTemplate(page, 'Sound Box');
  await page.getByRole('textbox', { name: /^The folder Sound Box is installed in/ }).fill(join(folder, 'soundbox'));
  await page.getByRole('button', { name: 'Scan folder' }).click();
  await expect(page.getByText('2 tables')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Label' })).toHaveValue('generated');
  await page.getByRole('button', { name: 'Exclude: nothing' }).click();
  await judgeBothWays(page, 'new-plan-attached-files');

  // Another database: what is beside the first one is not beside this one.
  await page.getByRole('textbox', { name: 'Database file' }).fill(join(folder, 'elsewhere.db'));
  await expect(page.getByText(/generated, which was not found\./)).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Label' })).toHaveCount(0);

  await chooseTemplate(page, 'None');
  await page.getByText('Files, folders or disk').click();
  await page.getByRole('button', { name: 'Add disk or image' }).click();
  await page.getByRole('textbox', { name: 'Device or image file' }).fill('/dev/mmcblk0');
  await page.getByRole('textbox', { name: 'Label' }).fill('manifest');
  await judgeBothWays(page, 'new-plan-files');
  await page.context().close();
});

test('the key of a template’s database is offered from the program’s own variable', async () => {
  makeEncrypted(join(folder, 'hone.db'), 'its key');
  const page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(15_000);
  await page.getByRole('main').getByRole('link', { name: 'New plan' }).click();
  await chooseTemplate(page, 'Hone');
  await page.getByRole('textbox', { name: 'Database file' }).fill(join(folder, 'hone.db'));
  await expect(page.getByRole('textbox', { name: 'Environment variable' })).toHaveValue('HONE_DB_KEY');
  await page.getByRole('button', { name: 'Unlock' }).press('Enter');
  await expect(page.getByText('SQLCipher 4')).toBeVisible();
  await storeIn(page, join(folder, 'backups'));
  await page.getByRole('button', { name: 'Create and back up now' }).press('Enter');
  await expect(page.getByText(/^Verified/).first()).toBeVisible();
  await page.getByRole('tab', { name: 'Settings' }).click();
  await expect(page.getByText(/read from HONE_DB_KEY/)).toBeVisible();
  await page.context().close();
});

test('a template of several parts makes a group of plans, with one place for all', async () => {
  const page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(15_000);
  await page.getByRole('main').getByRole('link', { name: 'New plan' }).click();
  await chooseTemplate(page, 'PiSovereign');
  const elsewhere = async (part: string, path: string): Promise<void> => {
    await page.getByRole('button', { name: `Choose location: ${part}` }).click();
    await page.getByRole('textbox', { name: `Path of ${part}` }).fill(path);
  };
  await elsewhere('Vault', join(folder, 'soundbox', 'generated'));
  await expect(page.getByRole('checkbox', { name: 'Vault' })).toBeChecked();
  await elsewhere('Configuration', join(folder, 'nowhere.toml'));
  await expect(page.getByText('File or folder not found.')).toBeVisible();
  await expect(page.getByRole('checkbox', { name: 'Configuration' })).toBeDisabled();
  await expect(page.getByRole('button', { name: 'Create 1 plan and back up now' })).toBeVisible();
  await judgeEverywhere(page, 'new-plan-group', USUAL_WIDTHS);
  await elsewhere('Database', join(folder, 'elsewhere.db'));
  await elsewhere('Cache', join(folder, 'soundbox', 'generated', 'one.wav'));
  await page.getByRole('textbox', { name: 'Backup folder' }).fill(join(folder, 'nowhere', 'below'));
  await page.getByRole('button', { name: 'Create 3 plans and back up now' }).click();
  await expect(page.getByRole('alert').last()).toContainText('nowhere');
  await judge(page, 'new-plan-group-refused');
  await page.getByRole('textbox', { name: 'Backup folder' }).fill(join(folder, 'backups'));
  await page.getByRole('button', { name: 'Create 3 plans and back up now' }).click();
  await expect(page.getByRole('combobox', { name: 'Group' })).toHaveValue('PiSovereign');
  await expect(page.getByTitle(/^1 snapshot, /)).toHaveCount(3);
  expect(readdirSync(join(folder, 'backups')).sort()).toEqual(['cache', 'daily', 'vault']);
  await judge(page, 'databases-pisovereign');
});

test('an old crontab gives a new plan its times and its retention', async () => {
  const page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(15_000);
  await page.getByRole('main').getByRole('link', { name: 'New plan' }).click();
  await page.getByRole('textbox', { name: 'Database file' }).fill(join(folder, 'elsewhere.db'));
  await storeIn(page, join(folder, 'backups'));
  await customize(page);
  await page.getByRole('button', { name: 'Import schedule from crontab, systemd or script' }).press('Enter');
  const old = page.getByRole('textbox', { name: 'Crontab, systemd unit, script or settings' });
  await old.fill(
    '30 4 * * 0 HONE_DB_KEY=hunter2 hone backup create && hone backup prune --keep 3 -y\n@reboot hone serve',
  );
  await page.getByRole('button', { name: 'Find schedules' }).press('Enter');
  await expect(page.getByText(/^Line 1: .*keeps the last 3 snapshots/)).toBeVisible();
  await expect(page.getByText(/^Line 2: /)).toBeVisible();
  await judgeBothWays(page, 'new-plan-old-schedule');
  await page.getByRole('button', { name: 'Use line 1' }).press('Enter');
  await expect(page.getByRole('combobox', { name: 'Frequency' })).toHaveValue('Weekly');
  await expect(page.getByRole('textbox', { name: 'Time', exact: true })).toHaveValue('04:30');
  await expect(page.getByRole('textbox', { name: 'Keep last' })).toHaveValue('3');
  // What stands in the field is the person's own; nothing else shows the secret.
  await old.fill('');
  await expect(page.getByText('hunter2')).toHaveCount(0);
  await page.context().close();
});

test('a template is imported, replaced only on confirmation, and one that is damaged says why', async () => {
  const page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(15_000);
  const { text } = await callMethod(page, 'templates.export', { templateId: 'hone' });
  const file = (name: string): { name: string; mimeType: string; buffer: Buffer } => ({
    name: 'mine.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify({ ...JSON.parse(text), id: 'mine', name })),
  });
  await page.getByRole('link', { name: 'Settings' }).click();
  const templates = page.getByRole('list', { name: 'Templates' });
  await expect(templates).toContainText('Hone');
  const given = page.locator('input[type=file][accept*=json]');
  await given.setInputFiles(file('Mine'));
  await expect(templates).toContainText('Mine');

  await given.setInputFiles(file('Mine, changed'));
  const taken = page.getByRole('dialog', { name: 'Replace template?' });
  await expect(taken).toContainText('Existing plans do not change.');
  await judgeEverywhere(page, 'template-taken', USUAL_WIDTHS);
  await expect(taken.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(taken).toHaveCount(0);
  await expect(templates).toContainText('Mine, changed');

  await given.setInputFiles({ name: 'bad.json', mimeType: 'application/json', buffer: Buffer.from('{"id": ') });
  const refused = page.getByRole('dialog', { name: 'Template not imported' });
  await expect(refused.getByRole('alert')).toContainText('INVALID_PARAMS');
  await judgeEverywhere(page, 'template-refused', USUAL_WIDTHS);
  await page.keyboard.press('Escape');
  await expect(refused).toHaveCount(0);
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { makeDatabase } from '../support/databases.ts';
import { launchBrowser, launchServer, type RunningServer } from '../support/launch-server.ts';
import { inEveryLook, judge } from '../support/screens.ts';

let folder: string;
let server: RunningServer;
let browser: Browser;

test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeep-templates-'));
  mkdirSync(join(folder, 'backups'));
  mkdirSync(join(folder, 'soundbox', 'generated'), { recursive: true });
  writeFileSync(join(folder, 'soundbox', 'generated', 'one.wav'), 'one');
  makeDatabase(join(folder, 'soundbox', 'soundbox.db'), { rows: 30 });
  makeDatabase(join(folder, 'elsewhere.db'), { rows: 30 });
  server = await launchServer({ home: join(folder, 'home') });
  browser = await launchBrowser();
});

test.afterEach(async () => {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function chooseTemplate(page: Page, name: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Template' }).click();
  await page.getByRole('option', { name }).click();
}

test('a template fills in the form of a new plan, and says what it does and leaves out', async () => {
  test.setTimeout(240_000);
  await inEveryLook(browser, server.address, async (page, look) => {
    await page.getByRole('main').getByRole('link', { name: 'New plan' }).click();
    await chooseTemplate(page, 'Portunus');
    await expect(page.getByRole('textbox', { name: 'Name of the plan' })).toHaveValue('portunus');
    await expect(page.getByRole('textbox', { name: 'Folder for the snapshots' })).toHaveValue('/var/backups/portunus');
    await page.getByRole('button', { name: 'What the template of Portunus says' }).click();
    await expect(page.getByText('It keeps everything of 30 days.')).toBeVisible();
    await judge(page, `new-plan-template-${look}`);
    await page.getByRole('button', { name: 'For this program' }).click();
    await expect(page.getByRole('textbox', { name: 'Lock files' })).toHaveValue('state.db.lock');
    await expect(page.getByText(/^Now it would be portunus-state-.*Z\.db$/)).toBeVisible();
    await page.getByRole('textbox', { name: 'Names of snapshots' }).scrollIntoViewIfNeeded();
    await judge(page, `new-plan-program-${look}`);

    await chooseTemplate(page, 'Sound Box');
    await page.getByRole('textbox', { name: /^The folder Sound Box is installed in/ }).fill(join(folder, 'soundbox'));
    await page.getByRole('button', { name: 'Look there' }).click();
    await expect(page.getByText('2 tables')).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'Called' })).toHaveValue('generated');
    await page.getByRole('button', { name: 'Leave nothing out' }).click();
    await judge(page, `new-plan-companions-${look}`);

    // Another database: what is beside the first one is not beside this one.
    await page.getByRole('textbox', { name: 'Database file' }).fill(join(folder, 'elsewhere.db'));
    await expect(page.getByText(/generated, which is not there\./)).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'Called' })).toHaveCount(0);

    await chooseTemplate(page, 'PiSovereign');
    await page.getByRole('button', { name: 'It is elsewhere: Vault' }).click();
    await page.getByRole('textbox', { name: 'Where Vault is' }).fill(join(folder, 'soundbox', 'generated'));
    await expect(page.getByRole('checkbox', { name: 'Vault' })).toBeChecked();
    await page.getByRole('button', { name: 'It is elsewhere: Configuration' }).click();
    await page.getByRole('textbox', { name: 'Where Configuration is' }).fill(join(folder, 'nowhere.toml'));
    await expect(page.getByText('There is nothing at this path.')).toBeVisible();
    await expect(page.getByRole('checkbox', { name: 'Configuration' })).toBeDisabled();
    await expect(page.getByRole('button', { name: 'Create 1 plan and back up now' })).toBeVisible();
    await judge(page, `new-plan-group-${look}`);

    await chooseTemplate(page, 'None: any database or files');
    await page.getByText('Files, folders or a disk only').click();
    await page.getByRole('button', { name: 'Add a disk or image' }).click();
    await page.getByRole('textbox', { name: 'Device or image file' }).last().fill('/dev/mmcblk0');
    await page.getByRole('textbox', { name: 'Called' }).last().fill('manifest');
    await judge(page, `new-plan-files-${look}`);
  });
});

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { launchBrowser, launchServer } from '../support/launch-server.ts';
import { inEveryLook, judge } from '../support/screens.ts';

test('a template fills in the form of a new plan, and says what it does and leaves out', async () => {
  test.setTimeout(240_000);
  const folder = mkdtempSync(join(tmpdir(), 'snapkeep-templates-'));
  mkdirSync(join(folder, 'backups'));
  const server = await launchServer({ home: join(folder, 'home') });
  const browser = await launchBrowser();
  try {
    await inEveryLook(browser, server.address, async (page, look) => {
      await page.getByRole('main').getByRole('link', { name: 'New plan' }).click();
      await page.getByRole('combobox', { name: 'Template' }).click();
      await page.getByRole('option', { name: 'Portunus' }).click();
      await expect(page.getByRole('textbox', { name: 'Name of the plan' })).toHaveValue('portunus');
      await expect(page.getByRole('textbox', { name: 'Folder for the snapshots' })).toHaveValue(
        '/var/backups/portunus',
      );
      await page.getByRole('button', { name: 'What the template of Portunus says' }).click();
      await expect(page.getByText('It keeps everything of 30 days.')).toBeVisible();
      await judge(page, `new-plan-template-${look}`);
    });
  } finally {
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

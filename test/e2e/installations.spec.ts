import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, expect, test } from '@playwright/test';
import {
  ask,
  contentOf,
  type ProgramAtWork,
  rowsIn,
  startWork,
  unpack,
  whyNoInstallations,
} from '../support/installations/installation.ts';
import { installSoundBox, SOUNDS } from '../support/installations/soundbox.ts';
import { launchBrowser, launchServer, openWindow, type RunningServer } from '../support/launch-server.ts';
import { readTree } from '../support/trees.ts';

let folder: string;
let server: RunningServer;
let browser: Browser;
let work: ProgramAtWork | undefined;

test.skip(whyNoInstallations !== undefined, whyNoInstallations);

test.beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-installed-')));
  mkdirSync(join(folder, 'backups'));
  server = await launchServer({ home: join(folder, 'home') });
  browser = await launchBrowser();
});

test.afterEach(async () => {
  work?.kill();
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test(`Sound Box with ${SOUNDS} audio files: from its template to everything restored`, async () => {
  const box = installSoundBox(join(folder, 'soundbox'));
  const audio = readTree(box.generated);
  const page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  const newestMenu = page.getByRole('button', { name: /^More for/ }).first();

  await test.step('a plan by the template, and a backup while the program writes', async () => {
    work = await startWork(box);
    const before = rowsIn(box, box.grows);
    await page.getByRole('navigation').getByRole('link', { name: 'New plan' }).click();
    await page.getByRole('combobox', { name: 'Template' }).click();
    await page.getByRole('option', { name: 'Sound Box' }).click();
    await page.getByRole('textbox', { name: /^The folder Sound Box is installed in/ }).fill(box.folder);
    await page.getByRole('button', { name: 'Look there' }).click();
    await expect(page.getByRole('textbox', { name: 'Called' })).toHaveValue('generated');
    await page.getByRole('textbox', { name: 'Folder for the snapshots' }).fill(join(folder, 'backups'));
    await page.getByRole('button', { name: 'Create and back up now' }).click();
    await expect(page.getByText(/^Checked/).first()).toBeVisible();
    expect(rowsIn(box, box.grows), 'the program went on').toBeGreaterThan(before);
    await work.stop();
  });

  const stored = readdirSync(join(folder, 'backups')).find((name) => /^soundbox-.*\.db$/.test(name)) ?? '';
  const unpacked = { database: join(folder, 'unpacked.db') };
  unpack(join(folder, 'backups', stored), unpacked.database);
  const content = contentOf(unpacked);

  await test.step('much is lost, and the snapshot is verified', async () => {
    ask(box, box.mishap);
    box.spoilAudio();
    expect(contentOf(box)).not.toBe(content);
    expect(readTree(box.generated)).not.toEqual(audio);
    await page.getByRole('button', { name: 'Verify' }).first().click();
    await page.getByRole('link', { name: 'Activity' }).click();
    await expect(page.getByRole('link', { name: /Done Verification of .* Valid: / })).toBeVisible();
  });

  await test.step('everything is restored', async () => {
    await page
      .getByRole('navigation')
      .getByRole('link', { name: /soundbox$/ })
      .click();
    await newestMenu.click();
    await page.getByRole('menuitem', { name: 'Restore…' }).click();
    await expect(page.getByRole('radio', { name: 'Everything' })).toBeChecked();
    await page.getByRole('button', { name: 'Next: where' }).click();
    await page.getByRole('button', { name: 'Next: review' }).click();
    await page.getByRole('textbox', { name: 'Type soundbox.db to confirm' }).fill('soundbox.db');
    await page.getByRole('button', { name: 'Replace soundbox.db and the files' }).click();
    await expect(page.getByRole('heading', { name: 'Files restored' })).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Database restored' })).toBeVisible();
  });
  expect(contentOf(box)).toBe(content);
  expect(readTree(box.generated)).toEqual(audio);
});

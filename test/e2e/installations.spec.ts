import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { installHone } from '../support/installations/hone.ts';
import {
  ask,
  contentOf,
  type Installation,
  type ProgramAtWork,
  rowsIn,
  startWork,
  unpack,
  whyNoInstallations,
} from '../support/installations/installation.ts';
import { installOpenMemory } from '../support/installations/openmemory.ts';
import { installPiSovereign } from '../support/installations/pisovereign.ts';
import { installPortunus } from '../support/installations/portunus.ts';
import { installSoundBox, SOUNDS } from '../support/installations/soundbox.ts';
import { launchServer, openWindow, type RunningServer, testBrowser } from '../support/launch-server.ts';
import { openNewPlan, openPage, openPlan, storeIn } from '../support/screens.ts';
import { readTree } from '../support/trees.ts';

const HONE_KEY = 'four words of a passphrase';

let folder: string;
let backups: string;
let server: RunningServer;
let browser: Browser;
let page: Page;
let work: ProgramAtWork | undefined;

test.skip(whyNoInstallations !== undefined, whyNoInstallations);

test.beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-installed-')));
  backups = join(folder, 'backups');
  mkdirSync(backups);
  server = await launchServer({ home: join(folder, 'home'), environment: { HONE_DB_KEY: HONE_KEY } });
  browser = await testBrowser();
  page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
});

test.afterEach(async () => {
  work?.kill();
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function chooseTemplate(name: string): Promise<void> {
  await openNewPlan(page);
  await page.getByRole('combobox', { name: 'Template' }).click();
  await page.getByRole('option', { name }).click();
}

/** Makes what the form says and waits until it is verified, while the program writes; answers what the snapshot holds. */
async function backUpAtWork(program: Installation, button: string): Promise<string> {
  work = await startWork(program);
  const before = rowsIn(program, program.grows);
  await page.getByRole('button', { name: button }).click();
  await expect(
    page
      .locator('.pill')
      .getByText(/^(Verified|OK)/)
      .first(),
  ).toBeVisible();
  expect(rowsIn(program, program.grows), 'the program went on').toBeGreaterThan(before);
  await work.stop();
  const stored = readdirSync(backups, { recursive: true, encoding: 'utf8' }).find((name) => /\.db(\.gz)?$/.test(name));
  const unpacked = { ...program, database: join(folder, 'unpacked.db') };
  unpack(join(backups, stored ?? ''), unpacked.database);
  return contentOf(unpacked);
}

/** Lets the mishap happen, and has the newest snapshot of a plan verified. */
async function loseAndVerify(program: Installation, content: string): Promise<void> {
  ask(program, program.mishap);
  expect(contentOf(program)).not.toBe(content);
  await page.getByRole('button', { name: 'Verify' }).first().click();
  await openPage(page, 'Activity');
  await expect(page.getByRole('link', { name: /Done Verify .* Verified: / })).toBeVisible();
}

/** Restores the newest snapshot of a plan to where it came from. */
async function putBack(plan: string, word: string, what = word): Promise<void> {
  await openPlan(page, plan);
  await page
    .getByRole('button', { name: /^More actions/ })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Compare with source…' }).click();
  await confirm(word, what);
  await expect(page.getByRole('heading', { name: 'Restored' })).toBeVisible();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
}

/** Confirms a restore. The name is asked for where rows or files would be lost: what the program wrote since the snapshot decides. */
async function confirm(word: string, what: string): Promise<void> {
  const replace = page.getByRole('button', { name: `Replace ${what}` });
  await replace.waitFor();
  if (await replace.isDisabled()) await page.getByRole('textbox', { name: `Type ${word} to confirm` }).fill(word);
  await replace.click();
}

for (const [template, file, install] of [
  ['Hone', 'hone.db', (at: string) => installHone(at, HONE_KEY)],
  ['Portunus', 'state.db', installPortunus],
  ['OpenMemory', 'openmemory.db', installOpenMemory],
] as const) {
  test(`${template}: from its template to its database restored`, async () => {
    const program = install(join(folder, 'program'));
    await chooseTemplate(template);
    await page.getByRole('textbox', { name: 'Database file' }).fill(program.database);
    // Its variable is filled in by the template.
    if (program.key !== undefined) await page.getByRole('button', { name: 'Unlock' }).click();
    await storeIn(page, backups);
    const content = await backUpAtWork(program, 'Create and back up now');
    await loseAndVerify(program, content);
    await putBack(template.toLowerCase(), file);
    expect(contentOf(program)).toBe(content);
    if (program.key !== undefined) expect(readFileSync(program.database).includes('Account 1')).toBe(false);
  });
}

test(`Sound Box with ${SOUNDS} audio files: from its template to everything restored`, async () => {
  const box = installSoundBox(join(folder, 'soundbox'));
  const audio = readTree(box.generated);
  await chooseTemplate('Sound Box');
  await page.getByRole('textbox', { name: /^The folder Sound Box is installed in/ }).fill(box.folder);
  await page.getByRole('button', { name: 'Scan folder' }).click();
  await expect(page.getByRole('textbox', { name: 'Label' })).toHaveValue('generated');
  await storeIn(page, backups);
  const content = await backUpAtWork(box, 'Create and back up now');
  box.spoilAudio();
  expect(readTree(box.generated)).not.toEqual(audio);
  await loseAndVerify(box, content);

  await openPlan(page, 'soundbox');
  await page
    .getByRole('button', { name: /^More actions/ })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Restore…' }).click();
  await expect(page.getByRole('radio', { name: 'Everything' })).toBeChecked();
  await page.getByRole('button', { name: 'Review changes' }).click();
  await confirm('soundbox.db', 'soundbox.db and the files');
  await expect(page.getByRole('heading', { name: 'Restored', exact: true })).toBeVisible();
  expect(contentOf(box)).toBe(content);
  expect(readTree(box.generated)).toEqual(audio);
});

test('PiSovereign: from its template to all four parts restored', async () => {
  const pi = installPiSovereign(join(folder, 'machine'));
  const settings = ['config.toml', 'env', 'backup.toml'].map((name) => join(pi.configuration, name));
  const places = [...settings, pi.vault];
  // A device has no time of its own.
  const disk = readFileSync(pi.disk);
  const files = places.map(readTree);
  await chooseTemplate('PiSovereign');
  for (const [part, path] of [
    ['Database', pi.database],
    ['Configuration', join(pi.configuration, 'config.toml')],
    ['Vault', pi.vault],
    ['System image', pi.disk],
  ] as const) {
    await page.getByRole('button', { name: `Choose location: ${part}` }).click();
    await page.getByRole('textbox', { name: `Path of ${part}` }).fill(path);
    await expect(page.getByTitle(path, { exact: true })).toBeVisible();
    await expect(page.getByRole('checkbox', { name: part })).toBeChecked();
  }
  await page.getByRole('textbox', { name: 'Backup folder' }).fill(backups);
  const content = await backUpAtWork(pi, 'Create 4 plans and back up now');
  await expect(page.locator('.pill').getByText(/^OK/)).toHaveCount(4);
  pi.spoilFiles();
  await openPlan(page, 'pisovereign-database');
  await loseAndVerify(pi, content);
  await putBack('pisovereign-database', 'pisovereign.db');
  await putBack('pisovereign-configuration', 'files', 'the files');
  await putBack('pisovereign-vault', 'data');
  await putBack('pisovereign-image', 'mmcblk0');
  expect(contentOf(pi)).toBe(content);
  expect(places.map(readTree)).toEqual(files);
  expect(readFileSync(pi.disk).equals(disk)).toBe(true);
});

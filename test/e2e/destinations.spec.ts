import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { MARKER_NAME } from '../../src-main/core/destinations/drivers/destination.ts';
import { makeDatabase } from '../support/databases.ts';
import { dropFiles } from '../support/drop-files.ts';
import { launchServer, openWindow, type RunningServer, testBrowser } from '../support/launch-server.ts';
import { paintAnswers } from '../support/painted-answers.ts';
import {
  customize,
  judge,
  judgeEverywhere,
  nextStep,
  openNewPlan,
  openPage,
  rowOf,
  storeIn,
  USUAL_WIDTHS,
} from '../support/screens.ts';
import { startS3Server, whyNoS3 } from '../support/servers/s3.ts';
import { startSftpServer, whyNoSftp } from '../support/servers/sftp.ts';

/*
 * Destinations from the window on real folders, a real bucket and a real SSH server.
 */

let folder: string;
let source: string;
let server: RunningServer;
let browser: Browser;
let closeServers: Array<() => Promise<void>>;

test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeep-destinations-'));
  source = join(folder, 'ledger.db');
  makeDatabase(source, { rows: 400 });
  mkdirSync(join(folder, 'backups'));
  closeServers = [];
  server = await launchServer({ home: join(folder, 'home') });
  browser = await testBrowser();
});

test.afterEach(async () => {
  await browser.close();
  await server.close();
  for (const close of closeServers) await close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('a server is pinned, tested, stored to and restored from; another key of its is unmissable', async () => {
  test.skip(whyNoSftp !== undefined, whyNoSftp);
  const ssh = await startSftpServer();
  closeServers.push(() => ssh.stop());
  const page = await openWindow(browser, server.address);
  await openDestinations(page);
  await page.getByRole('button', { name: 'Add destination' }).click();
  await page.getByRole('radio', { name: 'SFTP' }).press('Space');
  await page.getByRole('textbox', { name: 'Server', exact: true }).fill('127.0.0.1');
  await page.getByRole('textbox', { name: 'Port' }).fill(String(ssh.port));
  await page.getByRole('textbox', { name: 'User name' }).fill(ssh.user);
  await page.getByRole('textbox', { name: 'Folder', exact: true }).fill(ssh.root);
  await page.getByRole('textbox', { name: 'Private key' }).fill(ssh.keyFile);
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Storage box');
  await page.getByRole('button', { name: 'Save and test' }).click();
  await expect(page.getByText('Show the host key, compare it with the server’s, and trust it.')).toBeVisible();
  await page.getByRole('button', { name: 'Show host key' }).press('Enter');
  await expect(page.getByText('Host key of 127.0.0.1')).toBeVisible();
  await judge(page, 'host-key');
  await page.getByRole('button', { name: 'Trust this key' }).press('Enter');
  await page.getByRole('button', { name: 'Save and test' }).press('Enter');
  await expect(page.getByText('Storage box is ready.')).toBeVisible();
  await judge(page, 'destination-test-passed');
  await page.getByRole('button', { name: 'Done' }).press('Enter');
  await expect(page.getByRole('article', { name: 'Storage box' })).toContainText('OK');

  await newPlan(page);
  await nextStep(page);
  // What is not on the disk of the source is chosen first.
  await expect(page.getByRole('checkbox', { name: /Storage box/ })).toBeChecked();
  await page.getByLabel('Backup folder', { exact: true }).fill(join(folder, 'backups'));
  await judge(page, 'new-plan-two-destinations');
  await nextStep(page);
  await page.getByRole('button', { name: 'Create and back up now' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Stored at backups stored Storage box stored' })).toBeVisible();
  expect(readdirSync(ssh.root).some((name) => name.endsWith('.db.gz'))).toBe(true);
  await judge(page, 'copies-stored');

  await page.getByRole('button', { name: /^More actions/ }).press('Enter');
  await page.getByRole('menuitem', { name: 'Restore from' }).press('ArrowRight');
  // The first item takes the focus once it is open.
  await expect(page.getByRole('menuitem', { name: 'backups' })).toBeFocused();
  await page.getByRole('menuitem', { name: 'Storage box' }).press('Enter');
  await expect(page.getByRole('combobox', { name: 'Restore from' })).toHaveValue('Storage box');
  await page.getByRole('button', { name: 'Review changes' }).press('Enter');
  await expect(page.getByText(/^Verified: 2 tables/)).toBeVisible();
  await page.keyboard.press('Escape');

  await ssh.restart({ newKey: true });
  await openDestinations(page);
  await page.getByRole('button', { name: 'Edit: Storage box' }).press('Enter');
  await page.getByRole('button', { name: 'Save and test' }).press('Enter');
  await expect(page.getByRole('alert')).toContainText('Host key of 127.0.0.1 changed.');
  await judge(page, 'host-key-changed');
  await page.getByRole('button', { name: 'Trust new key' }).press('Enter');
  await expect(page.getByText('Storage box is ready.')).toBeVisible();
  await page.context().close();
});

test('a bucket that refuses the keys says so, can be saved anyway, and is mended', async () => {
  test.skip(whyNoS3 !== undefined, whyNoS3);
  const s3 = await startS3Server();
  closeServers.push(() => s3.stop());
  await s3.makeBucket('kept');
  const page = await openWindow(browser, server.address);
  await openDestinations(page);
  await page.getByRole('button', { name: 'Add destination' }).click();
  await page.getByRole('radio', { name: 'S3-compatible' }).press('Space');
  await page.getByRole('combobox', { name: 'Provider' }).click();
  await page.getByRole('option', { name: 'Other S3-compatible server' }).click();
  await page.getByRole('textbox', { name: 'Endpoint URL' }).fill(s3.endpoint);
  await page.getByRole('textbox', { name: 'Bucket', exact: true }).fill('kept');
  await page.getByLabel('Access key', { exact: true }).fill(s3.keys.accessKeyId);
  await page.getByLabel('Secret key', { exact: true }).fill('not the secret');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('offsite');
  await page.getByRole('button', { name: 'Save and test' }).press('Enter');
  await expect(page.getByRole('list', { name: 'Test steps' })).toContainText('Write failed');
  await expect(page.getByRole('alert')).toContainText('rejected the keys');
  await judge(page, 'destination-test-failed');
  await page.getByRole('button', { name: 'Save anyway' }).press('Enter');
  const card = page.getByRole('article', { name: 'offsite' });
  await expect(card).toContainText('rejected the keys');
  await judge(page, 'destination-failed');

  await page.getByRole('button', { name: 'Edit: offsite' }).press('Enter');
  await page.getByLabel('Secret key', { exact: true }).fill(s3.keys.secretAccessKey);
  await page.getByRole('button', { name: 'Save and test' }).press('Enter');
  await expect(page.getByText('offsite is ready.')).toBeVisible();
  await page.getByRole('button', { name: 'Done' }).press('Enter');
  await expect(card).toContainText('OK');
  await page.context().close();
});

test('a bucket and a folder that do not exist are created from the result of their test', async () => {
  test.skip(whyNoS3 !== undefined, whyNoS3);
  const s3 = await startS3Server();
  closeServers.push(() => s3.stop());
  const page = await openWindow(browser, server.address);
  await openDestinations(page);
  await page.getByRole('button', { name: 'Add destination' }).click();
  const location = join(folder, 'new-folder');
  await page.getByRole('textbox', { name: 'Folder', exact: true }).fill(location);
  await page.getByRole('button', { name: 'Save and test' }).press('Enter');
  await expect(page.getByRole('alert')).toContainText(`Folder not found: ${location}`);
  await judge(page, 'destination-missing');
  expect(existsSync(location)).toBe(false);
  await page.getByRole('button', { name: 'Create folder' }).press('Enter');
  await expect(page.getByText('new-folder is ready.')).toBeVisible();
  expect(readdirSync(location)).toEqual([MARKER_NAME]);
  await page.getByRole('button', { name: 'Done' }).press('Enter');

  await page.getByRole('button', { name: 'Add destination' }).click();
  await page.getByRole('radio', { name: 'S3-compatible' }).press('Space');
  await page.getByRole('combobox', { name: 'Provider' }).click();
  await page.getByRole('option', { name: 'Other S3-compatible server' }).click();
  await page.getByRole('textbox', { name: 'Endpoint URL' }).fill(s3.endpoint);
  await page.getByRole('textbox', { name: 'Bucket', exact: true }).fill('new-bucket');
  await page.getByLabel('Access key', { exact: true }).fill(s3.keys.accessKeyId);
  await page.getByLabel('Secret key', { exact: true }).fill(s3.keys.secretAccessKey);
  await page.getByRole('button', { name: 'Save and test' }).press('Enter');
  await expect(page.getByRole('alert')).toContainText('Bucket new-bucket not found');
  await page.getByRole('button', { name: 'Create bucket' }).press('Enter');
  await expect(page.getByText('new-bucket is ready.')).toBeVisible();
  await page.context().close();
});

test('a folder that is away is waited for and caught up manually', async () => {
  const away = join(folder, 'away');
  const page = await openWindow(browser, server.address);
  await newPlan(page);
  await nextStep(page);
  await page.getByLabel('Backup folder', { exact: true }).fill(join(folder, 'backups'));
  mkdirSync(away);
  await page.getByRole('button', { name: 'Add destination…' }).press('Enter');
  await page.getByRole('textbox', { name: 'Folder', exact: true }).fill(away);
  await page.getByRole('button', { name: 'Save and test' }).press('Enter');
  await expect(page.getByText('away is ready.')).toBeVisible();
  await page.getByRole('button', { name: 'Done' }).press('Enter');
  await nextStep(page);
  // As a disk that is taken off and put back: with what marks it.
  renameSync(away, `${away} unplugged`);
  await page.getByRole('button', { name: 'Create and back up now' }).press('Enter');
  await expect(page.getByRole('button', { name: /^Stored at away waiting backups stored/ })).toBeVisible();
  await openDestinations(page);
  const card = page.getByRole('article', { name: 'away' });
  await expect(card).toContainText('1 snapshot waits to be copied here');
  await judge(page, 'destination-away');
  renameSync(`${away} unplugged`, away);
  await page.getByRole('button', { name: 'Retry now: away' }).press('Enter');
  await expect(card).toContainText('1 snapshot,');
  expect(readdirSync(away).filter((name) => name.endsWith('.db.gz'))).toHaveLength(1);
  await page.context().close();
});

test('a folder that lost its marker is unavailable until a person re-attaches it', async () => {
  const path = join(folder, 'backups');
  const page = await openWindow(browser, server.address);
  await newPlan(page);
  await storeIn(page, path);
  await page.getByRole('button', { name: 'Create and back up now' }).press('Enter');
  await expect(page.getByText(/^Verified/)).toBeVisible();
  await page.context().close();
  rmSync(join(path, MARKER_NAME));

  // Opening the window is a reason to look.
  const again = await openWindow(browser, server.address);
  await expect(again.getByRole('list', { name: 'Needs attention' })).toContainText('Unavailable');
  await openDestinations(again);
  const card = again.getByRole('article', { name: 'backups' });
  await expect(card).toContainText('Marker file of backups not found');
  await card.getByRole('button', { name: 'Re-attach: backups' }).press('Enter');
  const dialog = again.getByRole('dialog', { name: 'Re-attach backups?' });
  await expect(dialog).toContainText('1 of the 1 snapshot of backups');
  await expect(dialog).toContainText('Re-attaching creates one');
  await judgeEverywhere(again, 'reattach', USUAL_WIDTHS);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toHaveCount(0);
  expect(existsSync(join(path, MARKER_NAME))).toBe(false);
  await card.getByRole('button', { name: 'Re-attach: backups' }).click();
  await dialog.getByRole('button', { name: 'Re-attach', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  await expect(card).toContainText('OK');
  expect(existsSync(join(path, MARKER_NAME))).toBe(true);
  await openPage(again, 'Home');
  await expect(again.getByRole('heading', { name: '1 plan OK' })).toBeVisible();
  await again.context().close();
});

test('an encrypted plan, its recovery kit, and its snapshot on a machine that knows nothing of it', async () => {
  const page = await openWindow(browser, server.address);
  await newPlan(page);
  await storeIn(page, join(folder, 'backups'));
  await customize(page);
  await page.getByRole('radio', { name: 'Encrypt with passphrase' }).check();
  await page.getByLabel('Passphrase', { exact: true }).fill('paper lantern orbit');
  await expect(page.getByRole('button', { name: 'Create and back up now' })).toBeDisabled();
  await page.getByLabel('Confirm passphrase').fill('paper lantern orbit');
  await expect(page.getByText(/^Fair: /)).toBeVisible();
  await judge(page, 'new-plan-encrypted');
  await page.getByRole('button', { name: 'Create and back up now' }).press('Enter');
  await expect(page.getByRole('img', { name: 'Encrypted with a passphrase' })).toBeVisible();
  await expect(page.getByText(/^Verified/)).toBeVisible();
  await judge(page, 'snapshots-encrypted');

  await openPage(page, 'Home');
  const reminder = page.getByRole('region', { name: 'Recovery kit' });
  await reminder.getByRole('link', { name: 'Recovery kit' }).press('Enter');
  await expect(page.getByRole('region', { name: 'Recovery kit text' })).toContainText('age');
  await judge(page, 'recovery-kit');
  const kept = join(folder, 'stick');
  mkdirSync(kept);
  await page.getByRole('textbox', { name: 'Folder', exact: true }).fill(kept);
  await page.getByRole('textbox', { name: 'Folder', exact: true }).press('Enter');
  await expect(page.getByText('Recovery kit saved.')).toBeVisible();
  expect(readdirSync(kept)).toHaveLength(2);
  await openPage(page, 'Home');
  // The folder is on the disk of the database, and people are told what to do about that.
  await expect(page.getByRole('region', { name: 'Copies' })).toContainText('1 kind of storage (all on one disk)');
  await expect(reminder).toHaveCount(0);
  await openPage(page, 'Databases');
  await expect(rowOf(page, 'ledger')).toContainText('OK (one disk)');
  await expect(rowOf(page, 'ledger')).toContainText('Add a destination on another disk');
  await page.context().close();

  const elsewhere = await launchServer({ home: join(folder, 'other-home') });
  closeServers.push(() => elsewhere.close());
  const stored = readdirSync(join(folder, 'backups')).find((name) => name.endsWith('.age')) ?? '';
  const other = await openWindow(browser, elsewhere.address);
  await dropFiles(other, [join(folder, 'backups', stored)]);
  const target = other.getByRole('textbox', { name: 'Database path' });
  await target.fill(join(folder, 'restored.db'));
  await other.getByRole('button', { name: 'Review changes' }).press('Enter');
  const passphrase = other.getByLabel('Snapshot passphrase');
  await expect(passphrase).toBeVisible();
  await judge(other, 'restore-passphrase');
  await passphrase.fill('paper lantern orbit');
  await passphrase.press('Enter');
  await other.getByRole('button', { name: 'Restore to restored.db' }).press('Enter');
  await expect(other.getByRole('heading', { name: 'Restored' })).toBeVisible();
  expect(existsSync(join(folder, 'restored.db'))).toBe(true);
  await other.context().close();
});

test('who leaves the new plan while it is made is not called back to it', async () => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const page = await openWindow(browser, server.address, {
    prepare: (page) => paintAnswers(page, { 'plans.create': (plan) => held.then(() => plan) }),
  });
  await newPlan(page);
  await storeIn(page, join(folder, 'backups'));
  await page.getByRole('button', { name: 'Create and back up now' }).press('Enter');
  await page.getByRole('navigation').getByRole('link', { name: 'Activity' }).press('Enter');
  release();
  await expect(page.getByRole('link', { name: /^Done Back up ledger/ })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Activity', level: 1 })).toBeVisible();
  await page.context().close();
});

async function openDestinations(page: Page): Promise<void> {
  await openPage(page, 'Storage');
}

async function newPlan(page: Page): Promise<void> {
  await openNewPlan(page);
  await page.getByRole('textbox', { name: 'Database file' }).fill(source);
  await expect(page.getByText('2 tables')).toBeVisible();
}

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import type { SnapshotAttachedFile } from '../../src-shared/model/attached-file.ts';
import { missingInWords } from '../../src-shared/words/incomplete.ts';
import { appendEntries, countEntries, makeDatabase } from '../support/databases.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import { type PaintedAnswers, paintAnswers } from '../support/painted-answers.ts';
import {
  customize,
  judge,
  judgeBothWays,
  judgeEverywhere,
  openNewPlan,
  openPage,
  openPlan,
  rowOf,
  storeIn,
  USUAL_WIDTHS,
} from '../support/screens.ts';

let folder: string;
let database: string;
let generated: string;
let server: RunningServer;
let browser: Browser;
let close: () => Promise<void>;

test.beforeEach(async () => {
  ({ folder, server, browser, close } = await serveWindow('attachedFiles'));
  database = join(folder, 'soundbox.db');
  generated = join(folder, 'generated');
  makeDatabase(database, { rows: 50 });
  mkdirSync(generated);
  writeFileSync(join(generated, 'one.wav'), 'one');
  writeFileSync(join(generated, 'two.wav'), 'two');
  writeFileSync(join(generated, 'same.wav'), 'same');
});

test.afterEach(() => close());

test('a database and its files are backed up together, and come back together or in part', async () => {
  const page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(15_000);
  await openNewPlan(page);
  await page.getByRole('textbox', { name: 'Database file' }).fill(database);
  await page.getByRole('button', { name: /^Attached files/ }).click();
  await page.getByRole('button', { name: 'Add folder' }).click();
  await page.getByRole('textbox', { name: 'Folder path' }).fill(generated);
  await expect(page.getByRole('textbox', { name: 'Label' })).toHaveValue('generated');
  await storeIn(page, join(folder, 'backups'));
  await customize(page);
  await page.getByRole('combobox', { name: 'Group' }).fill('Music');
  await page.getByRole('button', { name: 'Create and back up now' }).click();
  await expect(page.getByRole('button', { name: /^Details: .* added on disk$/ })).toBeVisible();
  await expect(page.getByText(/^Verified/).first()).toBeVisible();

  appendEntries(database, 5);
  writeFileSync(join(generated, 'one.wav'), 'changed');
  rmSync(join(generated, 'two.wav'));
  writeFileSync(join(generated, 'new.wav'), 'new');

  await page
    .getByRole('button', { name: /^More actions/ })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Details…' }).click();
  await expect(page.getByRole('dialog')).toContainText('3 files');
  await judgeBothWays(page, 'snapshot-details');
  await page.getByRole('dialog').getByRole('button', { name: 'Restore…' }).click();

  await expect(page.getByRole('radio', { name: 'Everything' })).toBeChecked();
  await page.getByRole('radio', { name: 'Selected file or folder' }).check();
  await page.getByRole('textbox', { name: 'Path (optional)' }).fill('two.wav');
  await judgeBothWays(page, 'restore-attached-files');
  await expect(page.getByRole('radio', { name: /^Original path/ })).toBeChecked();
  await page.getByRole('button', { name: 'Review changes' }).click();
  await page.getByRole('button', { name: 'Restore two.wav' }).click();
  await expect(page.getByRole('heading', { name: 'Restored' })).toBeVisible();
  expect(readFileSync(join(generated, 'two.wav'), 'utf8')).toBe('two');
  expect(readFileSync(join(generated, 'one.wav'), 'utf8')).toBe('changed');
  await page.getByRole('button', { name: 'Close', exact: true }).last().click();

  await page
    .getByRole('button', { name: /^More actions/ })
    .first()
    .press('Enter');
  await page.getByRole('menuitem', { name: 'Restore…' }).press('Enter');
  await expect(page.getByRole('radio', { name: 'Everything' })).toBeChecked();
  await expect(page.getByText(generated)).toBeVisible();
  await judgeEverywhere(page, 'restore-everything', USUAL_WIDTHS);
  await page.getByRole('button', { name: 'Review changes' }).press('Enter');
  await expect(page.getByText('You will lose 5 rows')).toBeVisible();
  await expect(page.getByRole('row', { name: /^generated/ })).toContainText('0112');
  await page.getByRole('button', { name: 'Changed files' }).press('Enter');
  await expect(page.getByText('new.wav')).toBeVisible();
  await page.getByRole('textbox', { name: 'Type soundbox.db to confirm' }).fill('soundbox.db');
  await judgeBothWays(page, 'restore-review-everything');
  await page.getByRole('button', { name: 'Replace soundbox.db and the files' }).press('Enter');
  await expect(page.getByRole('heading', { name: 'Restored', exact: true })).toBeVisible();
  expect(countEntries(database)).toBe(50);
  expect(readdirSync(generated).sort()).toEqual(['one.wav', 'same.wav', 'two.wav']);
  await judge(page, 'restored-everything');
  await page.getByRole('button', { name: 'Undo', exact: true }).press('Enter');
  await expect(page.getByRole('heading', { name: 'Undone' })).toBeVisible();
  await judgeBothWays(page, 'undone');
  expect(readFileSync(join(generated, 'new.wav'), 'utf8')).toBe('new');
  await page.getByRole('button', { name: 'Close', exact: true }).last().click();

  await page.getByRole('tab', { name: 'Settings' }).click();
  await judgeBothWays(page, 'plan-settings-attached-files');
  await page.getByRole('button', { name: 'Save as template…' }).click();
  await judgeEverywhere(page, 'save-template', USUAL_WIDTHS);
  await page.getByRole('textbox', { name: 'Template name' }).fill('My Box');
  await page.getByRole('button', { name: 'Save template' }).click();

  await page.getByRole('link', { name: 'Settings' }).click();
  const templates = page.getByRole('list', { name: 'Templates' });
  await expect(templates).toContainText('My Box');
  await templates.scrollIntoViewIfNeeded();
  await judgeBothWays(page, 'settings-templates');
  await page.getByRole('button', { name: 'Remove: My Box' }).press('Enter');
  await expect(templates).not.toContainText('My Box');
  await judge(page, 'template-removed');
  await page.getByRole('alert').getByRole('button', { name: 'Undo' }).press('Enter');
  await expect(templates).toContainText('My Box');
  await page.getByRole('button', { name: 'Remove: My Box' }).press('Enter');
  await expect(templates).not.toContainText('My Box');
});

/** What lies beside a database in a snapshot, in every state there is. */
const PAINTED: SnapshotAttachedFile[] = [
  {
    name: 'generated',
    kind: 'folder',
    path: '/srv/a-folder-with-a-long-name/of-a-program-with-a-long-name/and-one-more-folder/in-it/generated',
    way: 'linked-folder',
    why: 'Unchanged files are hard links to the previous snapshot.',
    files: 48_211,
    bytes: 182_000_000_000,
    diskBytes: 412_000_000,
    whole: false,
    problems: [
      {
        path: 'a-very-long-folder-name/another-very-long-folder-name/locked-recording-of-a-session.wav',
        reason: 'could not be read: permission denied',
      },
      { path: 'session.tmp', reason: 'kept changing while it was being read' },
    ],
  },
  {
    name: 'settings',
    kind: 'file',
    path: '/etc/soundbox/settings.toml',
    way: 'archive',
    why: 'The destination has no hard links.',
    files: 1,
    bytes: 1840,
    diskBytes: 912,
    whole: true,
    problems: [],
  },
  {
    name: 'disk',
    kind: 'image',
    path: '/dev/mmcblk0',
    way: 'image',
    why: 'A device is stored front to back.',
    files: 0,
    bytes: 0,
    diskBytes: 0,
    whole: false,
    problems: [{ path: '', reason: 'Not found: /dev/mmcblk0.' }],
  },
];

const paintedSnapshots: PaintedAnswers = {
  'snapshots.list': (real) =>
    real.map((snapshot) => ({
      ...snapshot,
      attachedFiles: PAINTED,
      incomplete: missingInWords(PAINTED),
      apparentBytes: 182_000_001_840,
      diskBytes: 412_000_912,
    })),
};

/** Makes three plans, two of them in a group, and a backup of each. */
async function makeGroup(page: Page): Promise<void> {
  const base = new URL('/', server.address).href;
  await page.evaluate(
    async ({ base, database, generated, backups }) => {
      const call = async (method: string, params: unknown): Promise<void> => {
        const session = localStorage.getItem('snapkeep.session');
        const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${session}` };
        await fetch(`${base}api/${method}`, { method: 'POST', headers, body: JSON.stringify(params) });
      };
      const plan = {
        sourcePath: database,
        destinations: [{ path: backups }],
        schedule: { kind: 'daily', time: '02:00' },
      };
      const attachedFiles = [{ name: 'generated', path: generated, kind: 'folder' }];
      await call('plans.create', { ...plan, name: 'soundbox-database', group: 'Sound Box', attachedFiles });
      await call('plans.create', { ...plan, name: 'soundbox-weekly', group: 'Sound Box' });
      await call('plans.create', { ...plan, name: 'alone' });
    },
    { base, database, generated, backups: join(folder, 'backups') },
  );
}

test('plans of a group are shown, paused and backed up together', async () => {
  const page = await openWindow(browser, server.address, {
    viewport: { width: 1280, height: 800 },
    prepare: (opened) => paintAnswers(opened, paintedSnapshots),
  });
  page.setDefaultTimeout(15_000);
  await makeGroup(page);
  await openPage(page, 'Databases');
  await expect(page.getByText('3 databases')).toBeVisible();
  await page.getByRole('combobox', { name: 'Group' }).selectOption('Sound Box');
  await expect(page.getByText('2 of 3 databases')).toBeVisible();
  await page.getByRole('checkbox', { name: 'Select all' }).press('Space');
  const actions = page.getByRole('toolbar', { name: 'Selected databases' });
  await actions.getByRole('button', { name: 'Back up' }).press('Enter');
  const next = page.locator('.column-next');
  await expect(page.getByTitle(/^1 snapshot, /)).toHaveCount(2);
  await actions.getByRole('button', { name: 'Pause' }).press('Enter');
  await page.getByRole('menuitem', { name: 'Until tomorrow' }).press('Enter');
  await expect(next.getByText(/^Paused until /)).toHaveCount(2);
  await judgeBothWays(page, 'databases-group');
  await actions.getByRole('button', { name: 'Pause' }).press('Enter');
  await page.getByRole('menuitem', { name: 'Resume', exact: true }).press('Enter');
  await expect(next.getByText(/^Paused until /)).toHaveCount(0);
  await page.getByRole('combobox', { name: 'Group' }).selectOption('All groups');
  await expect(rowOf(page, 'alone')).toContainText('No snapshot yet');

  await openPlan(page, 'soundbox-database');
  const details = page.getByRole('button', { name: 'Details: 182 GB, 412 MB added on disk, incomplete' });
  await expect(page.getByRole('row', { name: /incomplete/ }).getByText('Incomplete', { exact: true })).toBeVisible();
  await judgeBothWays(page, 'plan-not-whole');
  await details.press('Enter');
  await expect(page.getByRole('dialog').getByText(/^Missing: generated\//)).toBeVisible();
  await page.getByRole('button', { name: 'Missing: 2 entries' }).press('Enter');
  await expect(page.getByText('kept changing while it was being read', { exact: true })).toBeVisible();
  await judgeBothWays(page, 'snapshot-details-not-whole');
});

test('a plan of files alone is made, backed up and restored', async () => {
  const page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(15_000);
  await openNewPlan(page);
  await page.getByText('Files, folders or disk').click();
  await page.getByRole('button', { name: 'Add folder' }).press('Enter');
  await page.getByRole('textbox', { name: 'Folder path' }).fill(generated);
  await storeIn(page, join(folder, 'backups'));
  await expect(page.getByRole('heading', { name: 'generated' })).toBeVisible();
  await page.getByRole('button', { name: 'Create and back up now' }).press('Enter');
  await page.getByRole('button', { name: /^Details: .* added on disk$/ }).press('Enter');
  await expect(page.getByRole('dialog')).toContainText('3 files');
  await judge(page, 'files-details');
  await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().press('Enter');

  writeFileSync(join(generated, 'one.wav'), 'changed');
  await page
    .getByRole('button', { name: /^More actions/ })
    .first()
    .press('Enter');
  await page.getByRole('menuitem', { name: 'Compare with source…' }).press('Enter');
  await expect(page.getByRole('heading', { name: /^Replace generated with the snapshot of today/ })).toBeVisible();
  const confirm = page.getByRole('button', { name: 'Replace generated' });
  await expect(confirm).toBeDisabled();
  await page.getByRole('textbox', { name: 'Type generated to confirm' }).fill('generated');
  await judgeEverywhere(page, 'files-review', USUAL_WIDTHS);
  await confirm.press('Enter');
  await expect(page.getByRole('heading', { name: 'Restored' })).toBeVisible();
  expect(readFileSync(join(generated, 'one.wav'), 'utf8')).toBe('one');
  await page.getByRole('button', { name: 'Close', exact: true }).last().press('Enter');

  await page.getByRole('tab', { name: 'Settings' }).click();
  const files = page.getByRole('region', { name: 'Files and folders' });
  await expect(files.getByRole('textbox', { name: 'Folder path' })).toHaveValue(generated);
  await judgeBothWays(page, 'files-settings');
  await page.getByRole('link', { name: 'Activity' }).click();
  await page
    .getByRole('link', { name: /^Done Restore/ })
    .first()
    .press('Enter');
  await expect(page.getByRole('region', { name: 'Results' })).toContainText(generated);
  await judge(page, 'activity-files-restored');
});

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, expect, test } from '@playwright/test';
import { commandLineOf } from '../support/command-line.ts';
import { appendEntries, countEntries, makeDatabase } from '../support/databases.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import { judgeBothWays, judgeEverywhere, openPage, USUAL_WIDTHS } from '../support/screens.ts';

let folder: string;
let server: RunningServer;
let browser: Browser;
let close: () => Promise<void>;

test.beforeEach(async () => {
  ({ folder, server, browser, close } = await serveWindow('recover'));
  mkdirSync(join(folder, 'nas'));
  makeDatabase(join(folder, 'app.db'), { rows: 20 });
});

test.afterEach(() => close());

test('plans of a lost machine are recovered from a destination', async () => {
  const lost = commandLineOf(join(folder, 'lost home'));
  const add = ['plan', 'add', '--name', 'App', '--source', join(folder, 'app.db'), '--to', join(folder, 'nas')];
  expect(lost([...add, '--schedule', 'every 6h']).exitCode).toBe(0);
  for (let n = 0; n < 2; n++) expect(lost(['backup', 'App']).exitCode).toBe(0);

  const page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(15_000);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('textbox', { name: 'Backup folder' }).fill(join(folder, 'nas'));
  await page.getByRole('button', { name: 'Import snapshots' }).press('Enter');
  await expect(page.getByText('2 snapshots found, 2 imported').first()).toBeVisible();
  await openPage(page, 'Storage');
  await page.getByRole('button', { name: /^More actions: nas/ }).press('Enter');
  await page.getByRole('menuitem', { name: 'Recover plans' }).press('Enter');
  const plans = page.getByRole('list', { name: 'Plans' });
  await expect(plans).toContainText('2 snapshots');
  await page.getByRole('button', { name: /^Snapshots to recover: 2 of 2/ }).press('Enter');
  await plans.getByRole('checkbox').nth(2).uncheck();
  await judgeEverywhere(page, 'recover-plans', USUAL_WIDTHS);
  await page.getByRole('textbox', { name: 'Name' }).fill('Recovered app');
  await page.getByRole('button', { name: 'Recover 1 plan' }).press('Enter');
  await page.getByRole('link', { name: 'Recovered app' }).first().click();
  await page.getByRole('tab', { name: 'Snapshots' }).click();
  await expect(page.getByRole('row')).not.toHaveCount(0);
  await judgeBothWays(page, 'recovered-snapshots');

  // The snapshot that was not ticked is an imported one: the place that its manifest names is asked about.
  const imported = page.getByRole('row').filter({ hasText: 'Imported' });
  await imported.getByRole('button', { name: /^More actions/ }).press('Enter');
  await page.getByRole('menuitem', { name: 'Restore…' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Restore' });
  await expect(dialog).toContainText(join(folder, 'app.db'));
  const next = page.getByRole('button', { name: 'Review changes' });
  await expect(next).toBeDisabled();
  await judgeBothWays(page, 'restore-imported');
  await page.getByRole('checkbox', { name: 'Restore to this path' }).check();
  await next.press('Enter');
  await expect(page.getByRole('button', { name: 'Replace app.db' })).toBeVisible();
});

test('on the command line', () => {
  const run = commandLineOf(join(folder, 'lost home'));
  const source = join(folder, 'app.db');
  expect(run(['plan', 'add', '--name', 'App', '--source', source, '--to', join(folder, 'nas')]).exitCode).toBe(0);
  expect(run(['backup', 'App']).exitCode).toBe(0);
  const fresh = commandLineOf(join(folder, 'new home'));
  expect(fresh(['list', '--dir', join(folder, 'nas')]).stdout).toMatch(/not listed .*App-/);
  expect(fresh(['list']).stdout).toContain('No snapshots yet.');
  expect(fresh(['recover', join(folder, 'nas'), '--list']).stdout).toContain('1 plan to recover');
  expect(fresh(['recover', join(folder, 'nas')])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('use --yes'),
  });
  expect(fresh(['recover', join(folder, 'nas'), '--plan', 'Ap', '--yes']).exitCode).toBe(2);
  const recovered = fresh(['recover', join(folder, 'nas'), '--source', `App=${source}`, '--yes']);
  expect(recovered).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 plan with 1 snapshot') });
  expect(fresh(['backup', 'App']).exitCode).toBe(0);
  expect(fresh(['list', 'App']).stdout.trim().split('\n')).toHaveLength(2);
});

test('a snapshot that was recovered on the command line is restored to where its source is now', () => {
  const [old, moved] = [join(folder, 'app.db'), join(folder, 'moved.db')];
  const lost = commandLineOf(join(folder, 'lost home'));
  expect(lost(['plan', 'add', '--name', 'App', '--source', old, '--to', join(folder, 'nas')]).exitCode).toBe(0);
  expect(lost(['backup', 'App']).exitCode).toBe(0);
  // What is at the old path now belongs to something else.
  appendEntries(old, 5);
  makeDatabase(moved, { rows: 3 });
  const fresh = commandLineOf(join(folder, 'new home'));
  expect(fresh(['recover', join(folder, 'nas'), '--source', `App=${moved}`, '--yes']).exitCode).toBe(0);
  const [snapshot] = JSON.parse(fresh(['list', 'App', '--json']).stdout);
  const restored = fresh(['restore', snapshot.name, '--force']);
  expect(restored).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(moved) });
  expect([countEntries(old), countEntries(moved)]).toEqual([25, 20]);
});

import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { callMethod } from '../support/call-method.ts';
import { makeDatabase } from '../support/databases.ts';
import { hosts, type OpenHost } from '../support/hosts.ts';
import { judgeEverywhere, openPage, rowOf, USUAL_WIDTHS } from '../support/screens.ts';

/* What needs attention is said wherever a person looks first, with the step that ends it. */

let folder: string;
let host: OpenHost;

test.beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-attention-')));
  mkdirSync(join(folder, 'backups'));
  makeDatabase(join(folder, 'grafana.db'), { rows: 100 });
});

test.afterEach(async () => {
  await host.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Backs up, and waits until all that follows has ended. */
async function backUp(page: Page, planId: string): Promise<void> {
  const { run } = await callMethod(page, 'backups.start', { planId });
  await expect.poll(async () => (await callMethod(page, 'runs.get', { runId: run.id })).run.state).toBe('succeeded');
  await expect
    .poll(async () => (await callMethod(page, 'runs.list', {})).filter(({ finishedAt }) => finishedAt === null).length)
    .toBe(0);
}

for (const { name, open } of hosts) {
  test(`${name}: a database that lost 56 % of its rows, and a destination that is unavailable`, async () => {
    host = await open(join(folder, 'home'));
    const { page } = host;
    const isBrowser = name.includes('browser');
    const { id } = await callMethod(page, 'plans.create', {
      name: 'grafana',
      sourcePath: join(folder, 'grafana.db'),
      destinations: [{ path: join(folder, 'backups') }],
    });
    await backUp(page, id);
    const database = new Database(join(folder, 'grafana.db'));
    // Of 102 rows in both tables.
    database.exec('DELETE FROM entries WHERE id <= 58');
    database.close();
    await backUp(page, id);

    await openPage(page, 'Home');
    const row = page.getByRole('list', { name: 'Needs attention' }).getByRole('listitem');
    await expect(row).toContainText(/grafana.*Pruning paused: .* has 56 % fewer rows than .*: 44 instead of 102\./);
    await expect(page.getByRole('navigation').getByRole('link', { name: 'Pruning paused grafana' })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Status' })).toContainText('1 with pruning paused');
    if (isBrowser) await judgeEverywhere(page, 'attention-fewer-rows', USUAL_WIDTHS);
    await openPage(page, 'Databases');
    await page.getByRole('combobox', { name: 'Show' }).selectOption('Needs attention');
    await expect(rowOf(page, 'grafana')).toContainText('56 % fewer rows');
    await openPage(page, 'Home');
    await row.getByRole('link', { name: 'Review: grafana' }).click();
    await page.getByRole('button', { name: 'Continue pruning' }).click();
    await openPage(page, 'Home');
    await expect(row).toHaveCount(0);

    renameSync(join(folder, 'backups'), join(folder, 'away'));
    await callMethod(page, 'plans.check', {});
    await expect(row).toContainText(/Unavailable since today \d\d:\d\d\./);
    if (isBrowser) await judgeEverywhere(page, 'attention-unavailable', USUAL_WIDTHS);
    await row.getByRole('button', { name: 'Retry: grafana' }).click();
    await expect(page.getByRole('alert')).toContainText(join(folder, 'backups'));
    renameSync(join(folder, 'away'), join(folder, 'backups'));
    await row.getByRole('button', { name: 'Retry: grafana' }).click();
    await expect(row).toHaveCount(0);
  });
}

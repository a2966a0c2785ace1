import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { callMethod } from '../support/call-method.ts';
import { makeDatabase } from '../support/databases.ts';
import { hosts, type OpenHost } from '../support/hosts.ts';
import { judge, openPlan } from '../support/screens.ts';

let folder: string;
let host: OpenHost;

test.beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-moved-')));
  mkdirSync(join(folder, 'backups'));
});

test.afterEach(async () => {
  await host.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

for (const { name, open } of hosts) {
  test(`${name}: a moved source is found missing, compared and changed`, async () => {
    host = await open(join(folder, 'home'));
    const { page } = host;
    page.setDefaultTimeout(15_000);
    const [source, moved, other] = ['app.db', 'moved.db', 'other.db'].map((file) => join(folder, file)) as [
      string,
      string,
      string,
    ];
    makeDatabase(source, { rows: 40, journalMode: 'delete' });
    makeDatabase(other, { rows: 3, journalMode: 'delete' });
    const { id: planId } = await callMethod(page, 'plans.create', {
      name: 'app',
      sourcePath: source,
      destinations: [{ path: join(folder, 'backups') }],
    });
    await callMethod(page, 'backups.start', { planId });
    await openPlan(page, 'app');
    await expect(page.getByText(/^Verified/).first()).toBeVisible();

    renameSync(source, moved);
    await callMethod(page, 'plans.check', {});
    await expect(page.getByText(`Source not found: ${source}.`)).toBeVisible();
    await page.getByRole('button', { name: 'Change source' }).press('Enter');
    expect(new URL(page.url()).hash).toBe(`#/databases/${planId}?dialog=source`);
    const dialog = page.getByRole('dialog', { name: 'Change the source of app' });
    const file = dialog.getByRole('textbox', { name: 'Database file' });
    const change = dialog.getByRole('button', { name: 'Change source' });
    await expect(change).toBeDisabled();

    await file.fill(other);
    await expect(dialog.getByText(/^It does not look like the database in the snapshot of /)).toBeVisible();
    await expect(dialog.getByText('Its tables have 5 rows; in the snapshot they have 42 rows.')).toBeVisible();
    await expect(change).toBeDisabled();
    await dialog.getByRole('checkbox', { name: 'Use this database anyway' }).check();
    await expect(change).toBeEnabled();

    // An answer about one file is none about another.
    await file.fill(moved);
    await expect(dialog.getByText(/^It looks like the same database/)).toBeVisible();
    await expect(dialog.getByRole('checkbox')).toHaveCount(0);
    // Another window is faster: the person is told, and decides.
    await callMethod(page, 'plans.update', { planId, sourcePath: other });
    await expect(dialog.getByText(/^The source was changed in another window/)).toContainText(other);
    await expect(change).toBeDisabled();
    await judge(page, 'change-source-changed-elsewhere');
    await dialog.getByRole('button', { name: 'Keep changes' }).press('Enter');
    await change.press('Enter');
    await expect(dialog).toHaveCount(0);
    await expect(page.getByText(/^Source not found/)).toHaveCount(0);
    await expect(page.getByTitle(moved)).toBeVisible();
    await page.getByRole('button', { name: 'Back up now' }).click();
    await expect(page.getByRole('row')).toHaveCount(3);
    expect((await callMethod(page, 'plans.get', { planId })).plan.sourcePath).toBe(moved);
  });
}

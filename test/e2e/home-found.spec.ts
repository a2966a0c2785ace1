import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { callMethod } from '../support/call-method.ts';
import { makeDatabase } from '../support/databases.ts';
import { hosts, type OpenHost } from '../support/hosts.ts';
import { judgeBothWays, openPage } from '../support/screens.ts';

/* The databases that no plan backs up, on Home. */

let folder: string;
let host: OpenHost;

test.beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-home-found-')));
  for (const name of ['programs', 'backups']) mkdirSync(join(folder, name));
  for (const name of ['app', 'ledger', 'دفتر 📒']) makeDatabase(join(folder, 'programs', `${name}.db`));
});

test.afterEach(async () => {
  await host.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

for (const { name, open } of hosts) {
  test(`${name}: a found database is backed up from Home, another ignored, which is remembered`, async () => {
    host = await open(join(folder, 'home'));
    const { page } = host;
    // First by name, and unavailable: what is backed up from Home goes elsewhere.
    mkdirSync(join(folder, 'a-stick'));
    const { destination: stick } = await callMethod(page, 'destinations.save', {
      name: 'A stick',
      settings: { kind: 'folder', path: join(folder, 'a-stick') },
    });
    rmSync(join(folder, 'a-stick'), { recursive: true });
    await callMethod(page, 'plans.check', {});
    const listed = await callMethod(page, 'destinations.list', {});
    expect(listed.map(({ destination, state }) => [destination.id, state])).toEqual([
      [stick?.destination.id, 'unavailable'],
    ]);
    await callMethod(page, 'plans.create', {
      name: 'app',
      sourcePath: join(folder, 'programs', 'app.db'),
      destinations: [{ path: join(folder, 'backups') }],
    });
    await expect(page.getByRole('button', { name: 'Search this machine' })).toBeVisible();
    const find = () => callMethod(page, 'databases.find', { folders: [join(folder, 'programs')] });
    await find();
    const found = page.getByRole('region', { name: 'No backups' });
    await expect(found.getByRole('listitem')).toHaveCount(2);
    if (name.includes('browser')) await judgeBothWays(page, 'home-no-backups');
    await found.getByRole('button', { name: 'Ignore ledger' }).click();
    await expect(found.getByRole('listitem')).toHaveCount(1);
    await found.getByRole('button', { name: /^Back up/ }).click();
    await expect(found).toHaveCount(0);
    await expect
      .poll(async () => (await callMethod(page, 'snapshots.list', {})).map(({ sourcePath }) => sourcePath))
      .toEqual([join(folder, 'programs', 'دفتر 📒.db')]);
    const { plan } = (await callMethod(page, 'plans.list', {})).find(({ plan: { name: own } }) => own !== 'app') ?? {};
    expect(plan?.destinations.map(({ destinationId }) => destinationId)).not.toContain(stick?.destination.id);
    const { run } = await find();
    await expect
      .poll(async () => (await callMethod(page, 'runs.get', { runId: run.id })).run.state, { timeout: 60_000 })
      .toBe('succeeded');
    await openPage(page, 'Activity');
    await openPage(page, 'Home');
    await expect(page.getByRole('region', { name: 'Status' })).toBeVisible();
    await expect(found).toHaveCount(0);
  });
}

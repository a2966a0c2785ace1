import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import type { Plan, PlanInput } from '../../src-shared/model/plan.ts';
import { KEEP_ALL } from '../../src-shared/model/retention.ts';
import type { ListedSnapshot } from '../../src-shared/model/snapshot.ts';
import { appendEntries, countEntries, makeDatabase } from '../support/databases.ts';
import { killAt } from '../support/killed.ts';
import { bucketOn, folderAt, folderOn, save, settle, storeTo } from '../support/places.ts';
import { checkOf, pathOf, setScene, takeBackup } from '../support/scene.ts';
import { type S3Server, startS3Server, whyNoS3 } from '../support/servers/s3.ts';
import { startSftpServer, whyNoSftp } from '../support/servers/sftp.ts';
import { manifestOf } from '../support/stored-files.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { startTestCore, succeed } from '../support/test-core.ts';

/** One of two machines, with a plan that is called as the other's. */
interface Service {
  home: string;
  source: string;
  core: Core;
  plan: Plan;
}

type Given = Parameters<typeof save>[1];

async function startService(root: string, name: string, given: Given, plan: Partial<PlanInput>): Promise<Service> {
  const home = join(root, name, 'home');
  const source = join(root, name, 'app.db');
  mkdirSync(join(root, name));
  makeDatabase(source, { rows: 50 });
  const core = await startTestCore(home);
  const destinationId = await save(core, given);
  const made = await core.call('plans.create', {
    ...{ name: 'app', sourcePath: source, destinations: [{ destinationId }] },
    ...plan,
  });
  return { home, source, core, plan: made };
}

async function backUp({ core, plan, source }: Service): Promise<void> {
  appendEntries(source, 1);
  await succeed(core, 'backups.start', { planId: plan.id });
  await settle(core);
}

/** Kills a backup of a service while it stores, and starts the service again. */
async function crash(service: Service): Promise<void> {
  const { core, home, plan } = service;
  await core.close();
  await killAt({ phase: 'storing' }, home, 'backups.start', { planId: plan.id });
  service.core = await startTestCore(home, { host: 'server' });
  await settle(service.core);
}

const snapshotsOf = ({ core, plan }: Service): Promise<ListedSnapshot[]> =>
  core.call('snapshots.list', { planId: plan.id });

/** Every snapshot that a service counts as its own is stored, and is the one that its catalog means. */
async function expectAllWhole({ core, plan }: Service): Promise<void> {
  const own = (await core.call('snapshots.list', { planId: plan.id })).filter(({ origin }) => origin === 'own');
  for (const { id, missing, copies } of own) {
    expect({ missing, states: copies.map(({ state }) => state) }).toMatchObject({ missing: false, states: ['stored'] });
    const run = await succeed(core, 'verifications.start', { snapshotId: id });
    expect(run.result).toMatchObject({ verification: { valid: true } });
  }
}

describe('two data folders whose plans have one name and one folder', () => {
  test.each([false, true])('keep three snapshots each (a crash in one: %s)', async (crashes) => {
    const root = temporaryFolder();
    const given = folderAt(join(root, 'shared'), 'Shared');
    const retention = { ...KEEP_ALL, keepLast: 3 };
    const one = await startService(root, 'one', given, { retention });
    const other = await startService(root, 'other', given, { retention });
    for (let round = 0; round < 4; round++) {
      await backUp(one);
      if (crashes && round === 2) await crash(one);
      await backUp(other);
      // Reading what is there makes nobody's snapshots one's own.
      for (const { core } of [one, other]) await succeed(core, 'destinations.rescan', { path: join(root, 'shared') });
    }
    for (const service of [one, other]) {
      const own = (await snapshotsOf(service)).filter(({ origin }) => origin === 'own');
      expect(own).toHaveLength(3);
      await expectAllWhole(service);
    }
  });
});

test('forged snapshots of the far future, imported from one of two destinations, push out nothing', async () => {
  const scene = await setScene({ plan: { retention: { ...KEEP_ALL, keepLast: 3 } } });
  const { core, folder, plan, destination } = scene;
  const second = await save(core, folderAt(join(folder, 'second'), 'Second'));
  const first = plan.destinations[0]?.destinationId ?? '';
  await storeTo(scene, first, second);
  const real: string[] = [];
  for (let n = 0; n < 3; n++) {
    appendEntries(scene.source, 1);
    real.push((await takeBackup(scene)).id);
    await settle(core);
  }
  const [newest] = await core.call('snapshots.list', { planId: plan.id });
  const manifest = manifestOf(pathOf(newest ?? { path: null, name: 'none' }));
  for (let n = 1; n <= 3; n++) {
    const name = `My-app-2099-01-0${n}-000000-aaaaa${n}.db.gz`;
    const instant = `2099-01-0${n}T00:00:00.000Z`;
    const forged = { ...manifest, id: crypto.randomUUID(), name, createdAt: instant, startedAt: instant };
    cpSync(join(destination, manifest.name), join(destination, name));
    writeFileSync(join(destination, `${name}.manifest.json`), JSON.stringify(forged));
  }
  const scan = await succeed(core, 'destinations.rescan', { destinationId: first });
  expect(scan.result).toMatchObject({ added: 3 });
  expect((await core.call('prune.preview', { planId: plan.id })).removed).toEqual([]);
  await takeBackup(scene);
  await settle(core);
  const listed = await core.call('snapshots.list', { planId: plan.id });
  const imported = listed.filter(({ origin }) => origin === 'imported');
  expect(imported.map(({ copies }) => copies.map(({ destinationName }) => destinationName))).toEqual(
    imported.map(() => ['backups']),
  );
  const own = listed.filter(({ origin }) => origin === 'own');
  expect(own).toHaveLength(3);
  for (const id of real.slice(1)) {
    const { copies } = own.find((each) => each.id === id) ?? { copies: [] };
    expect(copies.map(({ state }) => state)).toEqual(['stored', 'stored']);
  }
  expect(imported).toHaveLength(3);
});

describe('two services that share a destination, under names by the day alone, with crashes in between', () => {
  async function share(root: string, given: Given, rounds: number): Promise<void> {
    const plan: Partial<PlanInput> = { namePattern: '{plan}-{compact-date}' };
    const services = [
      await startService(root, 'one', given, plan),
      await startService(root, 'other', given, plan),
    ] as const;
    for (let round = 0; round < rounds; round++) {
      await Promise.all(services.map(backUp));
      const [one, other] = services;
      // So that a round follows on each crash.
      if (round < Math.min(2, rounds - 1)) await crash(round === 0 ? one : other);
    }
    for (const service of services) {
      const own = await snapshotsOf(service);
      expect(own.length).toBeGreaterThanOrEqual(rounds);
      expect(new Set(own.map(({ name }) => name)).size).toBe(own.length);
      await expectAllWhole(service);
    }
    const names = (await Promise.all(services.map(snapshotsOf))).flat().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  }

  test('in a folder', async () => {
    const root = temporaryFolder();
    await share(root, folderAt(join(root, 'shared'), 'Shared'), 4);
  });

  describe.skipIf(whyNoS3)('in a bucket [s3]', () => {
    let s3: S3Server;
    beforeAll(async () => {
      s3 = await startS3Server();
    });
    afterAll(() => s3.stop());

    test('each keeps its own', async () => share(temporaryFolder(), await bucketOn(s3, 'Shared'), 2));
  });

  test.skipIf(whyNoSftp)('on an SSH server [sftp]', async () => {
    const ssh = await startSftpServer();
    onTestFinished(() => ssh.stop());
    const { folder: _folder, ...given } = await folderOn(ssh, 'Shared');
    await share(temporaryFolder(), given, 2);
  });
});

describe('where another machine has the name of a snapshot, at a place that is shared later, its copy has letters of its id', () => {
  async function meet(
    given: Given,
    look: (other: Service, named: string, copy: string) => Promise<void>,
  ): Promise<void> {
    const root = temporaryFolder();
    const plan: Partial<PlanInput> = { namePattern: '{plan}-{compact-date}' };
    const one = await startService(root, 'one', folderAt(join(root, 'own'), 'Own'), plan);
    const other = await startService(root, 'other', given, plan);
    await backUp(one);
    // In a bucket and on a server, only a name that a person typed lacks letters.
    const name = (await snapshotsOf(one))[0]?.name ?? '';
    await succeed(other.core, 'backups.start', { planId: other.plan.id, name });
    await settle(other.core);
    const [own] = one.plan.destinations.map(({ destinationId }) => destinationId);
    const nas = await save(one.core, { ...given, name: 'NAS' });
    await storeTo(one, own ?? '', nas);
    await settle(one.core);
    const first = (await snapshotsOf(one)).at(-1);
    const copy = first?.copies.find(({ destinationId }) => destinationId === nas);
    expect(first?.name).toBe((await snapshotsOf(other))[0]?.name);
    expect(copy).toMatchObject({ state: 'stored', name: expect.stringMatching(/^app-\d{8}-[0-9a-z]{6}\.db\.gz$/) });
    const source = { snapshotId: first?.id ?? '', destinationId: nas };
    const verified = await succeed(one.core, 'verifications.start', source);
    expect(verified.result).toMatchObject({ verification: { valid: true } });
    const targetPath = join(root, 'restored.db');
    const restore = async (from: { snapshotId: string; destinationId: string }): Promise<void> => {
      const check = await succeed(one.core, 'restores.check', { source: from, targetPath });
      const { confirmation } = checkOf(check);
      await succeed(one.core, 'restores.start', { checkRunId: check.id, confirmation });
    };
    await restore(source);
    expect(countEntries(targetPath)).toBe(countEntries(one.source));
    // Both names find it, and nothing is missing or new there but what the other has.
    expect(await one.core.call('snapshots.list', { match: copy?.name ?? '' })).toHaveLength(1);
    const scan = await succeed(one.core, 'destinations.rescan', { destinationId: nas });
    expect(scan.result).toMatchObject({ found: 2, added: 1, missing: 0, problems: [] });
    await look(other, first?.name ?? '', copy?.name ?? '');
    // Retention removes that file, and nothing of the other's.
    await backUp(one);
    // The newest one that was restored stays.
    await restore({ ...source, snapshotId: (await snapshotsOf(one)).find(({ origin }) => origin === 'own')?.id ?? '' });
    await one.core.call('plans.update', { planId: one.plan.id, retention: { ...KEEP_ALL, keepLast: 1 } });
    const preview = await one.core.call('prune.preview', { planId: one.plan.id });
    expect(preview.removed.map(({ id }) => id)).toEqual([first?.id, first?.id]);
    await succeed(one.core, 'prune.start', { planId: one.plan.id, confirmation: preview.confirmation });
    const after = await succeed(one.core, 'destinations.rescan', { destinationId: nas });
    expect(after.result).toMatchObject({ found: 2, added: 0, missing: 0, problems: [] });
    await expectAllWhole(other);
  }

  test('in a folder, from where it is recovered too', async () => {
    const shared = join(temporaryFolder(), 'shared');
    await meet(folderAt(shared, 'Shared'), async (other, named, copy) => {
      expect(manifestOf(join(shared, copy)).name).toBe(copy);
      expect(manifestOf(join(shared, named)).source.path).toBe(other.source);
      const anew = await startTestCore(join(shared, '..', 'anew'));
      const { plans } = await anew.call('recoveries.scan', { path: shared });
      expect(plans.flatMap(({ snapshots }) => snapshots.map(({ name }) => name)).sort()).toEqual([copy, named].sort());
    });
  });

  describe.skipIf(whyNoS3)('in a bucket [s3]', () => {
    let s3: S3Server;
    beforeAll(async () => {
      s3 = await startS3Server();
    });
    afterAll(() => s3.stop());

    test('each keeps its own', async () => meet(await bucketOn(s3, 'Shared'), async () => {}));
  });

  test.skipIf(whyNoSftp)('on an SSH server [sftp]', async () => {
    const ssh = await startSftpServer();
    onTestFinished(() => ssh.stop());
    const { folder: _folder, ...given } = await folderOn(ssh, 'Shared');
    await meet(given, async () => {});
  });
});

test('what another machine is writing outlives a crash and a clean-up here', async () => {
  const scene = await setScene();
  const { core, destination, home, plan } = scene;
  const { name } = await takeBackup(scene);
  const text = readFileSync(join(destination, `${name}.manifest.json`), 'utf8');
  const manifest = JSON.parse(text) as { service: object; name: string };
  const service = { id: crypto.randomUUID(), runId: crypto.randomUUID() };
  const others = 'My-app-2026-11-20-020000-k3f9qa.db.gz';
  // A manifest whose file is still to come, a file in the making, and attached files without a manifest yet.
  writeFileSync(
    join(destination, `${others}.manifest.json`),
    JSON.stringify({ ...manifest, id: crypto.randomUUID(), name: others, service }),
  );
  writeFileSync(join(destination, `${others}.0badcafe.partial`), 'half');
  mkdirSync(join(destination, 'My-app-2026-11-20-020000-k3f9qa.uploads'));
  await core.close();
  await killAt({ phase: 'storing' }, home, 'backups.start', { planId: plan.id });
  const again = await startTestCore(home, { host: 'server' });
  await settle(again);
  for (const left of [`${others}.manifest.json`, `${others}.0badcafe.partial`])
    expect(readFileSync(join(destination, left), 'utf8').length).toBeGreaterThan(0);
  expect(existsSync(join(destination, 'My-app-2026-11-20-020000-k3f9qa.uploads'))).toBe(true);
});

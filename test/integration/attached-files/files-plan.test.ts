import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { describe, expect, test } from 'vitest';
import { takeSnapshot } from '../../../src-main/core/backup/take-snapshot.ts';
import type { HostPorts } from '../../../src-main/core/ports.ts';
import { AttachedFileScene } from '../../support/attached-file-scene.ts';
import { filesWith } from '../../support/encrypted-databases.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { configIn, type FilesScene, putBackFiles, setFilesScene, writeConfig } from '../../support/files-scene.ts';
import { killAt } from '../../support/killed.ts';
import { folderAt, save, settle, statesAt } from '../../support/places.ts';
import { quietContext } from '../../support/quiet-context.ts';
import { contentsOf, expectFailure, expectNothingLeft, OK_HERE, setScene, takeBackup } from '../../support/scene.ts';
import { manifestOf } from '../../support/stored-files.ts';
import { storedIn } from '../../support/stored-names.ts';
import { runToEnd, startTestCore, succeed } from '../../support/test-core.ts';
import { makeTree, readTree } from '../../support/trees.ts';

const MINUTE = 60_000;

test('a configuration of three files is stored, listed, verified, tested, and put back as it was', async () => {
  const scene = await setFilesScene();
  const { core, app, plan } = scene;
  expect(plan).toMatchObject({ sourceKind: 'files', sourcePath: join(app, 'config.toml') });
  const before = contentsOf(app);
  const snapshot = await takeBackup(scene);
  expect(snapshot).toMatchObject({ sourceKind: 'files', tableCount: 0, rowCount: 0, verification: { valid: true } });
  expect(snapshot.name).toMatch(/^Config-\d{4}-\d\d-\d\d-\d{6}-[0-9a-z]{6}\.files\.json$/);
  expect(snapshot.attachedFiles.map(({ name, files, whole }) => [name, files, whole])).toEqual([
    ['config-toml', 1, true],
    ['env', 1, true],
    ['backup-toml', 1, true],
  ]);
  expect(manifestOf(snapshot.path)).toMatchObject({
    format: 1,
    method: 'files',
    database: null,
    databaseEncryption: null,
  });
  expect(JSON.parse(readFileSync(snapshot.path, 'utf8'))).toMatchObject({
    plan: 'Config',
    contents: [{ name: 'config-toml', path: join(app, 'config.toml'), files: 1, whole: true, missing: [] }, {}, {}],
  });

  const { result } = await succeed(core, 'verifications.start', { path: snapshot.path });
  if (result?.kind !== 'verify') throw new Error('no verification');
  expect(result.verification).toMatchObject({ valid: true, level: 'checked', tables: [] });
  const outcomes = new Map(result.verification.checks.map(({ name, outcome }) => [name, outcome]));
  for (const name of ['stored-hash', 'image-hash', 'attachedFiles'] as const) expect(outcomes.get(name)).toBe('passed');
  for (const name of ['integrity', 'schema', 'row-counts'] as const) expect(outcomes.get(name)).toBe('skipped');
  const tested = await succeed(core, 'restoreTests.start', { planId: plan.id });
  expect(tested.result).toMatchObject({ valid: true, verification: { level: 'restored' }, checks: [] });

  writeConfig(app, 2);
  rmSync(join(app, 'env'));
  const changed = contentsOf(app);
  const restored = await putBackFiles(core, snapshot.id);
  const now = Object.fromEntries(Object.entries(contentsOf(app)).filter(([name]) => !name.includes('.kept')));
  expect(now).toEqual(before);
  await succeed(core, 'restores.undo', { runId: restored.id });
  for (const [name, hash] of Object.entries(changed)) expect(contentsOf(app)[name]).toBe(hash);
  await putBackFiles(core, snapshot.id, { attachedFile: 'env', to: scene.folder });
  expect(readFileSync(join(scene.folder, 'env'), 'utf8')).toBe('TOKEN=1\n');
  expectNothingLeft(scene);
});

test('it is known for what it is, and no database is made of it', async () => {
  const scene = await setFilesScene();
  const { core, folder, destination } = scene;
  const { id, path, name } = await takeBackup(scene);
  expect(await core.call('files.identify', { path })).toMatchObject({
    content: 'files',
    sourceKind: 'files',
    restorable: true,
    snapshotId: id,
    planName: 'Config',
  });
  const targetPath = join(folder, 'restored.db');
  for (const source of [{ snapshotId: id }, { path }])
    await expect(core.call('restores.check', { source, targetPath })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      hint: expect.stringContaining('files'),
    });
  await expect(core.call('databaseDeletions.preview', { target: { planId: scene.plan.id } })).rejects.toMatchObject({
    code: 'UNSUPPORTED',
  });
  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere);
  const bare = join(elsewhere, 'bare.files.json');
  copyFileSync(path, bare);
  const verified = await succeed(core, 'verifications.start', { path: bare });
  expect(verified.result).toMatchObject({
    verification: { valid: false, message: expect.stringContaining('manifest') },
  });
  for (const each of storedIn(destination))
    if (each.startsWith(name)) copyFileSync(join(destination, each), join(elsewhere, each));
  const checked = await runToEnd(core, 'restores.check', { source: { path: join(elsewhere, name) }, targetPath });
  expectFailure(checked, 'UNSUPPORTED', 'snapshot of files');
  const alone = await succeed(core, 'verifications.start', { path: join(elsewhere, name) });
  expect(alone.result).toMatchObject({ verification: { valid: false } });
});

test('it is copied to a second folder, read there, found by another Snapkeep, and deleted everywhere', async () => {
  const scene = await setFilesScene({
    files: (app) => {
      makeTree(app, { 'a.txt': 'first', 'deep/b.txt': 'second' });
      return [{ name: 'vault', path: app, kind: 'folder', exclude: [] }];
    },
  });
  const { core, app, plan, folder } = scene;
  const nas = await save(core, folderAt(join(folder, 'nas'), 'NAS'));
  const first = plan.destinations[0]?.destinationId ?? '';
  await core.call('plans.update', {
    planId: plan.id,
    destinations: [{ destinationId: first }, { destinationId: nas }],
  });
  const old = await takeBackup(scene);
  await settle(core);
  expect(await statesAt(core, nas)).toEqual(['stored']);
  const before = readTree(app);
  // An empty folder would look like a mount point without its disk.
  writeFileSync(join(scene.destination, 'note.txt'), 'still here');
  for (const name of storedIn(scene.destination))
    if (name !== 'note.txt') rmSync(join(scene.destination, name), { recursive: true });
  rmSync(join(app, 'deep'), { recursive: true });
  await putBackFiles(core, old.id, { destinationId: nas });
  expect(readTree(app)).toEqual(before);

  const other = await startTestCore(join(folder, 'other home'));
  const scan = await succeed(other, 'destinations.rescan', { path: join(folder, 'nas') });
  expect(scan.result).toMatchObject({ found: 1, added: 1, problems: [] });
  expect(await other.call('snapshots.list', {})).toMatchObject([{ sourceKind: 'files', id: old.id }]);

  const newer = await takeBackup(scene);
  await settle(core);
  const { confirmation } = await core.call('snapshots.previewDelete', { snapshotId: old.id });
  await succeed(core, 'snapshots.delete', { snapshotId: old.id, confirmation });
  for (const at of [scene.destination, join(folder, 'nas')])
    expect(readdirSync(at).filter((name) => name.endsWith('.vault'))).toEqual([
      newer.name.replace('.files.json', '.vault'),
    ]);
  expectNothingLeft(scene);
});

test('encrypted, nothing plain is on the destination, and it comes back with the identity', async () => {
  const identity = await generateIdentity();
  const recipients = [await identityToRecipient(identity)];
  const scene = await setFilesScene({
    plan: { encryption: { kind: 'recipients', recipients }, encryptionSecrets: { identity } },
    files: (app) => {
      writeConfig(app, 1);
      writeFileSync(join(app, 'env'), 'TOKEN=a very plain token');
      return configIn(app);
    },
  });
  const { core, app, destination } = scene;
  const snapshot = await takeBackup(scene);
  expect(snapshot).toMatchObject({ encrypted: 'recipients', verification: { valid: true, level: 'checked' } });
  expect(snapshot.name).toMatch(/\.files\.json\.age$/);
  expect(snapshot.attachedFiles.map(({ way }) => way)).toEqual(['archive', 'archive', 'archive']);
  expect(filesWith(destination, 'a very plain token')).toEqual([]);
  expect(await core.call('files.identify', { path: snapshot.path })).toMatchObject({
    content: 'age',
    sourceKind: 'files',
  });
  writeFileSync(join(app, 'env'), 'lost');
  await putBackFiles(core, snapshot.id);
  expect(readFileSync(join(app, 'env'), 'utf8')).toBe('TOKEN=a very plain token');
});

test('an image file comes back byte for byte, into a file that may hold something else', async () => {
  const content = Buffer.alloc(3_000_000, 'sectors of a disk, ');
  const scene = await setFilesScene({
    files: (app) => {
      writeFileSync(join(app, 'card.img'), content);
      return [{ name: 'card', path: join(app, 'card.img'), kind: 'image', exclude: [] }];
    },
  });
  const { core, app } = scene;
  const snapshot = await takeBackup(scene);
  expect(snapshot).toMatchObject({
    attachedFiles: [{ way: 'image', bytes: content.length }],
    verification: { valid: true },
  });
  expect(snapshot.diskBytes).toBeGreaterThan(snapshot.sizeBytes);
  writeFileSync(join(app, 'card.img'), Buffer.alloc(content.length));
  const to = join(scene.folder, 'other.img');
  await putBackFiles(core, snapshot.id, { to });
  expect(readFileSync(to).equals(content)).toBe(true);
  await putBackFiles(core, snapshot.id);
  expect(readFileSync(join(app, 'card.img')).equals(content)).toBe(true);
  const [summary] = await core.call('plans.list', {});
  expect(summary).toMatchObject({ state: OK_HERE, storedBytes: snapshot.diskBytes });
});

test('one file that is gone makes the run fail, which says so; where nothing is left, nothing is stored', async () => {
  const scene = await setFilesScene();
  const { core, app, plan } = scene;
  rmSync(join(app, 'env'));
  const partly = await runToEnd(core, 'backups.start', { planId: plan.id });
  expectFailure(partly, 'NOT_FOUND', 'was backed up without env');
  const before = contentsOf(scene.destination);
  rmSync(app, { recursive: true });
  expectFailure(await runToEnd(core, 'backups.start', { planId: plan.id }), 'NOT_FOUND', 'None of the files of Config');
  expect(contentsOf(scene.destination)).toEqual(before);
  expectNothingLeft(scene);
});

test.each(['copying', 'storing'])(
  'what a crash while %s leaves of files is gone after the next start',
  async (phase) => {
    const scene = await setFilesScene();
    await scene.core.close();
    await killAt({ phase }, scene.home, 'backups.start', { planId: scene.plan.id });
    const again = await startTestCore(scene.home);
    const snapshots = await again.call('snapshots.list', {});
    const folders = readdirSync(scene.destination, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    // The crash is either before or after the snapshot got its name: it is there with its files, or not at all.
    expect(folders).toHaveLength(3 * snapshots.length);
    expectNothingLeft(scene);
  },
);

describe('on change', () => {
  const plan = {
    schedule: { kind: 'on-change' as const, quietMinutes: 5, atLatestMinutes: 60 },
    verifyAfterBackup: false,
  };

  async function watch<S extends Pick<FilesScene, 'core' | 'plan'>>(set: (ports: Partial<HostPorts>) => Promise<S>) {
    const clock = new FakeClock(Math.ceil(Date.now() / 3_600_000) * 3_600_000);
    const scene = await set({ host: 'server', clock });
    const { core } = scene;
    const settled = async (): Promise<void> => {
      await core.idle();
      for (const run of core.activeRuns()) await core.runEnded(run.id);
      await core.idle();
    };
    return {
      ...scene,
      pass: (minutes: number) => clock.advance(minutes * MINUTE, settled),
      backups: async () =>
        (await core.call('runs.list', { planId: scene.plan.id })).filter(({ kind }) => kind === 'backup').length,
    };
  }

  test('any of the three files is enough, and without a change nothing is stored', async () => {
    const scene = await watch((ports) => setFilesScene({ plan, ports }));
    await scene.pass(6);
    expect(await scene.backups()).toBe(1);
    await scene.pass(20);
    expect(await scene.backups()).toBe(1);
    writeFileSync(join(scene.app, 'backup.toml'), 'changed');
    await scene.pass(7);
    expect(await scene.backups()).toBe(2);
  });

  test('what is left out of a folder sets nothing off; what is in it does, even with its old size and time', async () => {
    const files = (app: string) => {
      makeTree(app, { 'a.txt': 'first', 'cache/x': '1' });
      return [{ name: 'vault', path: app, kind: 'folder' as const, exclude: ['cache/'] }];
    };
    const scene = await watch((ports) => setFilesScene({ plan, ports, files }));
    await scene.pass(6);
    writeFileSync(join(scene.app, 'cache', 'y'), 'not kept');
    await scene.pass(20);
    expect(await scene.backups()).toBe(1);
    makeTree(scene.app, { 'a.txt': 'FIRST' });
    await scene.pass(7);
    expect(await scene.backups()).toBe(2);
  });

  test('the files beside a database are watched with it', async () => {
    const scene = await watch(async (ports) => {
      const made = await setScene({ plan, ports });
      const beside = join(made.folder, 'beside');
      makeTree(beside, { 'a.wav': 'first' });
      const attachedFiles = [{ name: 'beside', path: beside, kind: 'folder' as const }];
      return { ...made, beside, plan: await made.core.call('plans.update', { planId: made.plan.id, attachedFiles }) };
    });
    await scene.pass(6);
    expect(await scene.backups()).toBe(1);
    makeTree(scene.beside, { 'b.wav': 'second' });
    await scene.pass(7);
    expect(await scene.backups()).toBe(2);
  });

  test('it waits while the folder around its files is away', async () => {
    const scene = await watch((ports) => setFilesScene({ plan, ports }));
    await scene.pass(3);
    renameSync(scene.app, `${scene.app} unplugged`);
    await scene.pass(1);
    await scene.core.call('plans.update', {
      planId: scene.plan.id,
      schedule: { kind: 'cron', expression: '*/10 * * * *' },
    });
    await scene.pass(12);
    expect(await scene.backups()).toBe(0);
    const [summary] = await scene.core.call('plans.list', {});
    expect(summary?.schedule.due?.waitingFor).toContain(scene.app);
    renameSync(`${scene.app} unplugged`, scene.app);
    await scene.pass(12);
    expect(await scene.backups()).toBeGreaterThan(0);
  });
});

test('a folder over three days shares what has not changed, and each day comes back', async () => {
  const days = new AttachedFileScene({ 'a.txt': 'one', 'b/c.txt': 'two', 'd.txt': 'three' });
  const trees: Record<string, string>[] = [];
  const names: string[] = [];
  for (const [day, change] of [{}, { 'a.txt': 'one, changed' }, { 'new.txt': 'four' }].entries()) {
    makeTree(days.source, change);
    trees.push(readTree(days.source));
    const name = await takeSnapshot(
      {
        ...{ runId: days.request.runId, snapshotId: crypto.randomUUID(), sourceKind: 'files', sourcePath: days.source },
        ...{ folder: days.destination, takenNames: [], distinctName: false },
        ...{
          copied: null,
          check: false,
          takenWith: [],
          plan: { id: null, name: 'vault', settings: null },
          ownName: null,
          namePattern: 'v-{date}',
          timeZone: 'UTC',
        },
        ...{ compression: 'gz', encryption: null, method: 'online', schemaVersion: null, asArchive: null },
        attachedFiles: [{ name: 'data', path: days.source, kind: 'folder', exclude: [] }],
        ...{ storesIn: 'destination', trigger: 'manual', snapkeepVersion: '0.0.0', serviceId: crypto.randomUUID() },
      },
      quietContext(days.staging, { now: () => new Date(Date.UTC(2026, 0, 1 + day, 3)) }),
      async (manifest) => manifest.name,
    );
    names.push(name);
  }
  expect(names).toEqual(['v-2026-01-01', 'v-2026-01-02', 'v-2026-01-03'].map((name) => `${name}.files.json`));
  const folders = days.names().filter((name) => /\.data$/.test(name));
  expect(folders.map((folder) => readTree(join(days.destination, folder)))).toEqual(trees);
  const added = names.map((name) => manifestOf(join(days.destination, name)).attachedFiles[0]?.diskBytes ?? 0);
  expect(Math.max(added[1] ?? 0, added[2] ?? 0)).toBeLessThan(added[0] ?? 0);
});

import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { canMount } from '../support/can-mount.ts';
import { countEntries, makeDatabase } from '../support/databases.ts';
import {
  contentsOf,
  expectFailure,
  expectNothingLeft,
  onPhase,
  prepareRestore,
  setScene,
  takeBackup,
} from '../support/scene.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { storedIn } from '../support/stored-names.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

/** A scene with one of its folders on a small disk. */
async function setSceneOnDisk(
  folder: 'backups' | 'home' | 'app',
  bytes: number,
  rows: number,
  options: Parameters<typeof setScene>[0] = {},
) {
  let disk: SmallDisk | undefined;
  const scene = await setScene({
    rows,
    ...options,
    prepare: (root) => {
      disk = mountSmallDisk(join(root, folder), bytes);
    },
  });
  if (disk === undefined) throw new Error('no disk');
  return { scene, disk };
}

const ballastless = (names: string[]): string[] => names.filter((name) => !name.startsWith('ballast'));

describe('the destination', () => {
  test('is missing: a disk that is away is not made up for by a folder', async () => {
    const scene = await setScene();
    renameSync(scene.destination, `${scene.destination}-away`);
    const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
    expectFailure(run, 'UNAVAILABLE', scene.destination);
    expect(run.error?.retryable).toBe(true);
    expect(readdirSync(scene.folder)).not.toContain('backups');
    expectNothingLeft(scene);
    renameSync(`${scene.destination}-away`, scene.destination);
    await takeBackup(scene);
  });

  test('is a file', async () => {
    const scene = await setScene();
    rmSync(scene.destination, { recursive: true });
    writeFileSync(scene.destination, 'a file');
    expectFailure(
      await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id }),
      'INVALID_PARAMS',
      scene.destination,
    );
    expectNothingLeft(scene);
    const plan = {
      name: 'Other',
      sourcePath: scene.source,
      destinations: [{ path: scene.destination }],
    };
    await expect(scene.core.call('plans.create', plan)).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
    const inside = [{ path: join(scene.destination, 'inside') }];
    await expect(scene.core.call('plans.create', { ...plan, destinations: inside })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('and the folder around it are missing when a plan is made', async () => {
    const { core, folder, source } = await setScene();
    const path = join(folder, 'mnt', 'usb');
    const plan = { name: 'Other', sourcePath: source, destinations: [{ path }] };
    await expect(core.call('plans.create', plan)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(path),
    });
    expect(readdirSync(folder)).not.toContain('mnt');
  });

  test.skipIf(!canMount)('can only be read [root]', async () => {
    const { scene, disk } = await setSceneOnDisk('backups', 4 << 20, 100);
    const snapshot = await takeBackup(scene);
    await takeBackup(scene);
    disk.makeReadOnly();
    const before = contentsOf(scene.destination);
    expectFailure(
      await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id }),
      'PERMISSION',
      scene.destination,
    );
    const { confirmation } = await scene.core.call('prune.preview', {
      planId: scene.plan.id,
      retention: { keepLast: 1 },
    });
    const prune = await runToEnd(scene.core, 'prune.start', {
      planId: scene.plan.id,
      retention: { keepLast: 1 },
      confirmation,
    });
    expectFailure(prune, 'PERMISSION', scene.destination);
    expect(contentsOf(scene.destination)).toEqual(before);
    expect(await scene.core.call('snapshots.list', {})).toHaveLength(2);
    expect((await succeed(scene.core, 'verifications.start', { snapshotId: snapshot.id })).result).toMatchObject({
      verification: { valid: true },
    });
    expectNothingLeft(scene);
  });

  test.skipIf(!canMount)('is full before a backup begins [root]', async () => {
    const { scene, disk } = await setSceneOnDisk('backups', 4 << 20, 5000);
    const kept = await takeBackup(scene);
    disk.fill();
    expectFailure(
      await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id }),
      'NO_SPACE',
      scene.destination,
    );
    expect(ballastless(storedIn(scene.destination)).sort()).toEqual([kept.name, `${kept.name}.manifest.json`]);
    expectNothingLeft(scene);
  });

  test.skipIf(!canMount).each(['gz', 'zst', 'none'] as const)(
    'becomes full while a snapshot is stored as %s [root]',
    async (compression) => {
      const { scene, disk } = await setSceneOnDisk('backups', 40 << 20, 100_000, { plan: { compression } });
      onPhase(scene.core, 'backup', 'copying', () => disk.fill());
      expectFailure(
        await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id }),
        'NO_SPACE',
        scene.destination,
      );
      expect(ballastless(storedIn(scene.destination))).toEqual([]);
      expect(await scene.core.call('snapshots.list', {})).toEqual([]);
      expectNothingLeft(scene);
    },
  );

  test.skipIf(!canMount)('has room for the snapshot and not for its manifest [root]', async () => {
    const { scene, disk } = await setSceneOnDisk('backups', 1 << 20, 0, { plan: { compression: 'none' } });
    // 16 KiB of database: with these free, its pages fit and the manifest does not.
    disk.fill(16 * 1024);
    expectFailure(
      await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id }),
      'NO_SPACE',
      scene.destination,
    );
    expect(ballastless(storedIn(scene.destination))).toEqual([]);
    expectNothingLeft(scene);
  });

  test('is taken away during a backup', async () => {
    const scene = await setScene({ rows: 50_000 });
    onPhase(scene.core, 'backup', 'copying', () => renameSync(scene.destination, `${scene.destination}-away`));
    const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
    expect(run).toMatchObject({
      state: 'failed',
      error: { hint: expect.any(String), message: expect.stringContaining(scene.destination) },
    });
    expect(['NOT_FOUND', 'UNAVAILABLE']).toContain(run.error?.code);
    expect(storedIn(`${scene.destination}-away`)).toEqual([]);
    expectNothingLeft(scene);
  });
});

describe('the staging area', () => {
  test.skipIf(!canMount)('is too small for a backup [root]', async () => {
    const { scene } = await setSceneOnDisk('home', 3 << 20, 40_000);
    expectFailure(await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id }), 'NO_SPACE', scene.home);
    expect(storedIn(scene.destination)).toEqual([]);
    expectNothingLeft(scene);
  });

  test.skipIf(!canMount)('becomes full during a backup: the run fails, and the core goes on [root]', async () => {
    const { scene, disk } = await setSceneOnDisk('home', 30 << 20, 100_000);
    onPhase(scene.core, 'backup', 'copying', () => disk.fill());
    const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
    expect(run).toMatchObject({ state: 'failed', error: { code: 'NO_SPACE', hint: expect.any(String) } });
    expect(scene.core.activeRuns()).toEqual([]);
    expect(storedIn(scene.destination)).toEqual([]);
    for (const name of readdirSync(scene.home).filter((name) => name.startsWith('ballast')))
      rmSync(join(scene.home, name));
    expectNothingLeft(scene);
    await takeBackup(scene);
  });

  test.skipIf(!canMount)('is full when a run is asked for: refused, and nothing is kept of it [root]', async () => {
    const { scene, disk } = await setSceneOnDisk('home', 4 << 20, 100);
    disk.fill();
    const outcome = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id }).then(
      (run) => run.error,
      (error: unknown) => error,
    );
    expect(outcome).toMatchObject({ code: 'NO_SPACE', hint: expect.any(String) });
    expect(scene.core.activeRuns()).toEqual([]);
    for (const name of readdirSync(scene.home).filter((name) => name.startsWith('ballast')))
      rmSync(join(scene.home, name));
    await takeBackup(scene);
    expectNothingLeft(scene);
  });

  test.skipIf(!canMount)('is too small to unpack a snapshot for a check or a verification [root]', async () => {
    const { scene } = await setSceneOnDisk('home', 3 << 20, 100);
    const big = join(scene.folder, 'big.db');
    makeDatabase(big, { rows: 60_000 });
    const elsewhere = await setScene({ rows: 60_000 });
    const { path } = await takeBackup(elsewhere);
    expectFailure(await runToEnd(scene.core, 'verifications.start', { path }), 'NO_SPACE', scene.home);
    expectFailure(await runToEnd(scene.core, 'verifications.start', { path: big }), 'NO_SPACE', scene.home);
    const before = contentsOf(join(scene.folder, 'app'));
    const check = await runToEnd(scene.core, 'restores.check', { source: { path }, targetPath: scene.source });
    expectFailure(check, 'NO_SPACE', scene.home);
    expect(contentsOf(join(scene.folder, 'app'))).toEqual(before);
    expectNothingLeft(scene);
  });

  test.skipIf(!canMount)('has no room for the safety snapshot: nothing is replaced [root]', async () => {
    const { scene, disk } = await setSceneOnDisk('home', 24 << 20, 60_000);
    const other = join(scene.folder, 'other.db');
    makeDatabase(other, { rows: 3 });
    const { start } = await prepareRestore(scene.core, other, scene.source);
    const before = contentsOf(join(scene.folder, 'app'));
    disk.fill(256 * 1024);
    expectFailure(await runToEnd(scene.core, 'restores.start', start), 'NO_SPACE', scene.home);
    expect(contentsOf(join(scene.folder, 'app'))).toEqual(before);
    expect(readdirSync(join(scene.home, 'safety'))).toEqual([]);
  });
});

describe('the disk of the target', () => {
  test.skipIf(!canMount)('has no room for what is restored into the live file: it stays as it was [root]', async () => {
    const { scene, disk } = await setSceneOnDisk('app', 8 << 20, 100);
    const big = join(scene.folder, 'big.db');
    makeDatabase(big, { rows: 60_000 });
    const { check, start } = await prepareRestore(scene.core, big, scene.source);
    expect(check.target.method).toBe('into-live');
    disk.fill(128 * 1024);
    expectFailure(await runToEnd(scene.core, 'restores.start', start), 'NO_SPACE', scene.source);
    expect(countEntries(scene.source)).toBe(100);
  });

  test.skipIf(!canMount)('has no room for the file that would be exchanged or created [root]', async () => {
    const { scene, disk } = await setSceneOnDisk('app', 8 << 20, 100, { pageSize: 1024 });
    const big = join(scene.folder, 'big.db');
    makeDatabase(big, { rows: 60_000 });
    disk.fill(128 * 1024);
    const before = contentsOf(join(scene.folder, 'app'));
    for (const target of [scene.source, join(scene.folder, 'app', 'new.db')]) {
      const { check, start } = await prepareRestore(scene.core, big, target);
      expect(check.target.method).toBe(target === scene.source ? 'replace-file' : 'create');
      expectFailure(await runToEnd(scene.core, 'restores.start', start), 'NO_SPACE', target);
      expect(contentsOf(join(scene.folder, 'app'))).toEqual(before);
    }
  });

  test.skipIf(!canMount)('can only be read [root]', async () => {
    const { scene, disk } = await setSceneOnDisk('app', 8 << 20, 100);
    const snapshot = await takeBackup(scene);
    disk.makeReadOnly();
    const run = await runToEnd(scene.core, 'restores.check', {
      source: { path: snapshot.path },
      targetPath: scene.source,
    });
    expectFailure(run, 'PERMISSION', join(scene.folder, 'app'));
    expectNothingLeft(scene);
  });
});

test('the folder of the target is missing', async () => {
  const scene = await setScene();
  const snapshot = await takeBackup(scene);
  const targetPath = join(scene.folder, 'gone', 'app.db');
  const run = await runToEnd(scene.core, 'restores.check', { source: { path: snapshot.path }, targetPath });
  expectFailure(run, 'NOT_FOUND', join(scene.folder, 'gone'));
  mkdirSync(join(scene.folder, 'gone'));
  const { start } = await prepareRestore(scene.core, snapshot.path, targetPath);
  rmSync(join(scene.folder, 'gone'), { recursive: true });
  expectFailure(await runToEnd(scene.core, 'restores.start', start), 'NOT_FOUND', targetPath);
  expect(readdirSync(scene.folder)).not.toContain('gone');
});

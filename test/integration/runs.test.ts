import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createCore } from '../../src-main/core/create-core.ts';
import { KEEP_ALL } from '../../src-shared/model/plan.ts';
import type { Run, RunPhase } from '../../src-shared/model/run.ts';
import type { ListedSnapshot } from '../../src-shared/model/snapshot.ts';
import { canMount } from '../support/can-mount.ts';
import { appendEntries, countEntries, integrityOf, makeDatabase } from '../support/databases.ts';
import {
  contentsOf,
  expectFailure,
  expectNothingLeft,
  onPhase,
  prepareRestore,
  setScene,
  takeBackup,
} from '../support/scene.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { storedIn } from '../support/stored-names.ts';
import { runToEnd, startTestCore, succeed, testPorts } from '../support/test-core.ts';
import { workerProcess } from '../support/worker-in-process.ts';

describe('cancelled', () => {
  const backupPhases: RunPhase[] = ['waiting', 'copying', 'reading', 'compressing', 'storing', 'verifying', 'checking'];
  test.each(backupPhases)('a backup at “%s” leaves nothing half done', async (phase) => {
    const scene = await setScene({ rows: 60_000, ports: { startWorkerProcess: workerProcess } });
    onPhase(scene.core, 'backup', phase, ({ id }) => void scene.core.call('runs.cancel', { runId: id }));
    const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
    // A phase may be over before the wish arrives; what counts is that the end is a clean one.
    expect(['cancelled', 'succeeded']).toContain(run.state);
    if (phase === 'waiting' || phase === 'copying')
      expect(run).toMatchObject({ state: 'cancelled', error: { code: 'CANCELLED' } });
    const snapshots = await scene.core.call('snapshots.list', {});
    expect(storedIn(scene.destination)).toHaveLength(snapshots.length * 2);
    expect(snapshots.filter((snapshot) => snapshot.missing)).toEqual([]);
    expectNothingLeft(scene);
    expect(scene.core.activeRuns()).toEqual([]);
    expect((await takeBackup(scene)).verification.valid).toBe(true);
  });

  const restorePhases: RunPhase[] = ['waiting', 'safety-snapshot', 'replacing', 'confirming'];
  test.each(restorePhases)('a restore at “%s” leaves the old content or the new, whole', async (phase) => {
    const scene = await setScene({ rows: 60_000, ports: { startWorkerProcess: workerProcess } });
    const { path } = await takeBackup(scene, { verify: false });
    appendEntries(scene.source, 5);
    const { start } = await prepareRestore(scene.core, path, scene.source);
    onPhase(scene.core, 'restore', phase, ({ id }) => void scene.core.call('runs.cancel', { runId: id }));
    const run = await runToEnd(scene.core, 'restores.start', start);
    expect(['cancelled', 'succeeded']).toContain(run.state);
    expect(countEntries(scene.source)).toBe(run.state === 'succeeded' ? 60_000 : 60_005);
    expect(integrityOf(scene.source)).toBe('ok');
    if (run.state === 'succeeded') {
      await succeed(scene.core, 'restores.undo', {});
      expect(countEntries(scene.source)).toBe(60_005);
    } else await expect(scene.core.call('restores.undo', {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await scene.core.call('restores.discard', { checkRunId: start.checkRunId });
    expectNothingLeft(scene);
  });

  test.each(['verifying', 'checking', 'comparing'] as RunPhase[])('a check at “%s” leaves nothing', async (phase) => {
    const scene = await setScene({ rows: 60_000, ports: { startWorkerProcess: workerProcess } });
    const { path } = await takeBackup(scene, { verify: false });
    onPhase(scene.core, 'restore-check', phase, ({ id }) => void scene.core.call('runs.cancel', { runId: id }));
    const run = await runToEnd(scene.core, 'restores.check', { source: { path }, targetPath: scene.source });
    if (run.state === 'succeeded') await scene.core.call('restores.discard', { checkRunId: run.id });
    else expect(run.state).toBe('cancelled');
    expectNothingLeft(scene);
  });

  test('while it waits for another run: it never starts', async () => {
    const scene = await setScene({ rows: 20_000 });
    const first = await scene.core.call('backups.start', { planId: scene.plan.id });
    const second = await scene.core.call('backups.start', { planId: scene.plan.id });
    expect(second.run).toMatchObject({ state: 'queued', waitingFor: expect.stringContaining('app.db') });
    await scene.core.call('runs.cancel', { runId: second.run.id });
    expect(await scene.core.runEnded(second.run.id)).toMatchObject({ state: 'cancelled', startedAt: null });
    expect(await scene.core.runEnded(first.run.id)).toMatchObject({ state: 'succeeded' });
    expectNothingLeft(scene);
  });

  test('when it has ended: nothing happens; and a run that is none is NOT_FOUND', async () => {
    const scene = await setScene();
    const { id } = await succeed(scene.core, 'backups.start', { planId: scene.plan.id });
    expect(await scene.core.call('runs.cancel', { runId: id })).toMatchObject({
      state: 'succeeded',
      cancelRequested: false,
    });
  });

  test('by closing the core: everything ends cleanly, and the next core finds nothing to tidy up', async () => {
    const scene = await setScene({ rows: 60_000, ports: { startWorkerProcess: workerProcess } });
    const core = await startTestCore(join(scene.folder, 'second-home'));
    const started: Run[] = [];
    for (let n = 0; n < 3; n++)
      started.push((await core.call('backups.start', { source: scene.source, to: scene.destination })).run);
    await core.close();
    const again = await startTestCore(join(scene.folder, 'second-home'));
    for (const { id } of started) expect((await again.call('runs.get', { runId: id })).run.state).toBe('cancelled');
    expect(storedIn(scene.destination)).toEqual([]);
    expectNothingLeft({ ...scene, home: join(scene.folder, 'second-home') });
  });
});

describe('previews that are stale, and what is never removed', () => {
  test('a prune after a new snapshot, a pin or a verification', async () => {
    const scene = await setScene();
    const { core, plan } = scene;
    const first = await takeBackup(scene);
    const second = await takeBackup(scene, { verify: false });
    const changes = [
      () => takeBackup(scene),
      () => core.call('snapshots.pin', { snapshotId: first.id, pinned: true }),
      () => core.call('snapshots.pin', { snapshotId: first.id, pinned: false }),
    ];
    for (const change of changes) {
      const { confirmation } = await core.call('prune.preview', { planId: plan.id, retention: { keepLast: 1 } });
      await change();
      const before = contentsOf(scene.destination);
      await expect(
        core.call('prune.start', { planId: plan.id, retention: { keepLast: 1 }, confirmation }),
      ).rejects.toMatchObject({ code: 'CONFLICT', hint: expect.stringContaining('Nothing was removed') });
      expect(contentsOf(scene.destination)).toEqual(before);
    }
    const preview = await core.call('prune.preview', { planId: plan.id, retention: { keepLast: 1 } });
    expect(preview.removed.map(({ id }) => id).sort()).toEqual([first.id, second.id].sort());
    await expect(
      core.call('prune.start', { planId: plan.id, retention: { keepLast: 2 }, confirmation: preview.confirmation }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('deleting the newest good one or a pinned one', async () => {
    const scene = await setScene();
    const { core } = scene;
    const good = await takeBackup(scene);
    const unverified = await takeBackup(scene, { verify: false });
    await expect(core.call('snapshots.previewDelete', { snapshotId: good.id })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(good.name),
    });
    await expect(core.call('snapshots.delete', { snapshotId: good.id, confirmation: '' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await core.call('snapshots.pin', { snapshotId: unverified.id, pinned: true });
    await expect(core.call('snapshots.previewDelete', { snapshotId: unverified.id })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('pinned'),
    });
    await core.call('snapshots.pin', { snapshotId: unverified.id, pinned: false });
    const { confirmation } = await core.call('snapshots.previewDelete', { snapshotId: unverified.id });
    await expect(core.call('snapshots.delete', { snapshotId: unverified.id, confirmation: 'x' })).rejects.toMatchObject(
      {
        code: 'CONFLICT',
      },
    );
    await succeed(core, 'snapshots.delete', { snapshotId: unverified.id, confirmation });
    expect(storedIn(scene.destination).sort()).toEqual([good.name, `${good.name}.manifest.json`]);
    expect((await core.call('snapshots.list', {})).map(({ id }) => id)).toEqual([good.id]);
  });

  test('a prune with the disk away removes nothing from the list', async () => {
    const scene = await setScene();
    for (let n = 0; n < 2; n++) await takeBackup(scene);
    const retention = { keepLast: 1 };
    const { confirmation } = await scene.core.call('prune.preview', { planId: scene.plan.id, retention });
    execFileSync('mv', [scene.destination, `${scene.destination}-away`]);
    const run = await runToEnd(scene.core, 'prune.start', { planId: scene.plan.id, retention, confirmation });
    expectFailure(run, 'UNAVAILABLE', scene.destination);
    expect(await scene.core.call('snapshots.list', {})).toHaveLength(2);
  });
});

describe('the data folder', () => {
  test.skipIf(!canMount)(
    'may have its staging folder on a disk of its own, which is emptied at the start [root]',
    async () => {
      const scene = await setScene();
      const { core, home } = scene;
      await core.close();
      const staging = mountSmallDisk(join(home, 'staging'), 8 * 1024 * 1024).path;
      mkdirSync(join(staging, 'left by a crash'));
      writeFileSync(join(staging, 'left by a crash', 'image'), 'half');
      const again = await startTestCore(home);
      expect(readdirSync(staging)).toEqual([]);
      await takeBackup({ ...scene, core: again });
    },
  );

  test('is held by one core at a time, and says by whom', async () => {
    const { home, core } = await setScene();
    const second = createCore({ dataFolder: home, ports: testPorts });
    await expect(second).rejects.toMatchObject({
      code: 'BUSY',
      message: expect.stringMatching(new RegExp(`${home}.*cli.*${process.pid}`)),
      hint: expect.any(String),
    });
    expect(await core.call('plans.list', {})).toHaveLength(1);
    await core.close();
    expect(await (await startTestCore(home)).call('plans.list', {})).toHaveLength(1);
  });

  test('without its catalog gets its plans back by recovering them, to the same list', async () => {
    const scene = await setScene();
    const { core, home, plan, destination } = scene;
    for (let n = 0; n < 3; n++) {
      appendEntries(scene.source, n);
      await takeBackup(scene);
    }
    const forget = ({
      verification: _verification,
      planId: _plan,
      order: _order,
      origin: _origin,
      keptBy: _keptBy,
      copies,
      ...rest
    }: ListedSnapshot) => ({
      ...rest,
      copies: copies.map(({ destinationName, kind, state }) => ({ destinationName, kind, state })),
    });
    const before = (await core.call('snapshots.list', {})).map(forget);
    await core.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(home, `catalog.db${suffix}`), { force: true });
    const again = await startTestCore(home);
    const { plans } = await again.call('recoveries.scan', { path: destination });
    const chosen = plans.map(({ serviceId, planId, name, sourcePath, snapshots }) => ({
      ...{ serviceId, planId, name, sourcePath, attachedFilePaths: {} },
      snapshotIds: snapshots.map(({ id }) => id),
    }));
    const { plans: made } = await again.call('recoveries.apply', { path: destination, plans: chosen });
    expect(made).toMatchObject([{ name: plan.name, sourcePath: plan.sourcePath, retention: plan.retention }]);
    const listed = await again.call('snapshots.list', { planId: made[0]?.id ?? '' });
    expect(listed.map(({ origin }) => origin)).toEqual(['own', 'own', 'own']);
    expect(listed.map(forget)).toEqual(before);
  });

  test('with a damaged catalog says so, and is not overwritten', async () => {
    const { home, core } = await setScene();
    await core.close();
    for (const suffix of ['-wal', '-shm']) rmSync(join(home, `catalog.db${suffix}`), { force: true });
    writeFileSync(join(home, 'catalog.db'), 'garbage '.repeat(500));
    const before = contentsOf(home);
    await expect(createCore({ dataFolder: home, ports: testPorts })).rejects.toMatchObject({
      name: 'SnapkeepError',
      message: expect.stringContaining(join(home, 'catalog.db')),
      hint: expect.stringContaining('snapkeep recover'),
    });
    expect(contentsOf(home)['catalog.db']).toBe(before['catalog.db']);
    await expect(createCore({ dataFolder: home, ports: testPorts })).rejects.not.toMatchObject({ code: 'BUSY' });
  });

  test('that is a file is refused', async () => {
    const { folder } = await setScene();
    writeFileSync(join(folder, 'file'), '');
    await expect(createCore({ dataFolder: join(folder, 'file'), ports: testPorts })).rejects.toMatchObject({
      name: 'SnapkeepError',
    });
  });
});

test('a plan takes over no snapshot by its name', async () => {
  const scene = await setScene();
  const { core, source } = scene;
  const other = join(scene.folder, 'other');
  mkdirSync(other);
  await succeed(core, 'backups.start', { source, to: other });
  const plan = await core.call('plans.create', { name: 'app', sourcePath: source, destinations: [{ path: other }] });
  await succeed(core, 'destinations.rescan', { path: other });
  expect(await core.call('snapshots.list', { planId: plan.id })).toEqual([]);
});

test('two runs go on at a time, never two on one database, in the order asked for', async () => {
  const scene = await setScene({ rows: 3000 });
  const others = [0, 1, 2].map((n) => join(scene.folder, `other-${n}.db`));
  for (const path of others) makeDatabase(path, { rows: 3000 });
  const running = new Map<string, string>();
  let most = 0;
  let doubled = false;
  scene.core.on('run.changed', ({ run }) => {
    if (run.state !== 'running') running.delete(run.id);
    else {
      doubled ||= [...running].some(([id, subject]) => id !== run.id && subject === run.subject);
      running.set(run.id, run.subject);
    }
    most = Math.max(most, running.size);
  });
  const sources = [scene.source, scene.source, ...others, scene.source];
  const runs = await Promise.all(
    sources.map((source) => runToEnd(scene.core, 'backups.start', { source, to: scene.destination, verify: false })),
  );
  expect(runs.map((run) => run.state)).toEqual(sources.map(() => 'succeeded'));
  expect({ most, doubled }).toEqual({ most: 2, doubled: false });
});

test('after each good backup what no rule keeps is removed, and the log says why', async () => {
  const scene = await setScene({ plan: { retention: { ...KEEP_ALL, keepLast: 2 } } });
  for (let n = 0; n < 3; n++) {
    await takeBackup(scene);
    for (const run of scene.core.activeRuns()) await scene.core.runEnded(run.id);
  }
  const [first, second, ...others] = await scene.core.call('snapshots.list', {});
  expect([first?.keptBy, second?.keptBy, others]).toEqual([['latest-1'], ['latest-2'], []]);
  const [prune] = (await scene.core.call('runs.list', {})).filter(({ kind }) => kind === 'prune');
  const { log } = await scene.core.call('runs.get', { runId: prune?.id ?? '' });
  const messages = log.map(({ message }) => message).join('\n');
  expect(messages).not.toContain('Kept');
  expect(messages).toMatch(/^Removed .* \(Older than the last 2\)\.$/m);
});

test('a backup that is not verified good removes nothing', async () => {
  const scene = await setScene({ plan: { retention: { ...KEEP_ALL, keepLast: 1 } } });
  await takeBackup(scene);
  const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id, name: 'taken.db.gz' });
  const again = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id, name: 'taken.db.gz' });
  expect([run.state, again.state]).toEqual(['succeeded', 'failed']);
  for (const active of scene.core.activeRuns()) await scene.core.runEnded(active.id);
  expect(await scene.core.call('snapshots.list', {})).toHaveLength(1);
});

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import { appendEntries, countEntries, makeDatabase } from '../support/databases.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { putBackFiles, setFilesScene } from '../support/files-scene.ts';
import { prepareRestore, setScene, takeBackup } from '../support/scene.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

const DAY = 86_400_000;

/** Lets days pass on which Snapkeep looks at the clock once. */
async function pass(days: number, { core, clock }: { core: Core; clock: FakeClock }): Promise<void> {
  for (let day = 0; day < days; day++) {
    clock.jump(DAY);
    await core.serveDue();
  }
}

/** A clock that is a year ahead for two looks at it, and then right again. */
async function setClockAhead({ core, clock }: { core: Core; clock: FakeClock }): Promise<void> {
  clock.jump(366 * DAY);
  await core.serveDue();
  await core.serveDue();
  clock.jump(-366 * DAY);
  await core.serveDue();
}

test('safety snapshots go 30 days after their restore, but for the newest of a database', async () => {
  const clock = new FakeClock();
  const scene = await setScene({ ports: { clock } });
  const { path } = await takeBackup(scene);
  const restore = async () => {
    const { start } = await prepareRestore(scene.core, path, scene.source);
    const run = await succeed(scene.core, 'restores.start', start);
    await scene.core.idle();
    return run;
  };
  const kept = async () =>
    (await scene.core.call('snapshots.list', {})).filter(({ trigger }) => trigger === 'before-restore');
  const first = await restore();
  await restore();
  expect(await kept()).toHaveLength(2);
  const [, oldest] = await kept();
  await pass(31, { core: scene.core, clock });
  await restore();
  expect(await kept()).toHaveLength(1);
  expect(existsSync(oldest?.path ?? '')).toBe(false);
  await expect(scene.core.call('restores.undo', { runId: first.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await succeed(scene.core, 'restores.undo', {});
  expect(countEntries(scene.source)).toBe(100);
});

test('a clock that was a year ahead removes no safety snapshot: every restore can still be undone', async () => {
  const clock = new FakeClock();
  const scene = await setScene({ ports: { clock }, rows: 100 });
  const { core, source } = scene;
  const { path } = await takeBackup(scene);
  const restored = [];
  for (const more of [7, 11]) {
    appendEntries(source, more);
    const { start } = await prepareRestore(core, path, source);
    restored.push(await succeed(core, 'restores.start', start));
    await core.idle();
  }
  await setClockAhead({ core, clock });
  const [first, second] = restored;
  await succeed(core, 'restores.undo', { runId: second?.id ?? '' });
  expect(countEntries(source)).toBe(111);
  await succeed(core, 'restores.undo', { runId: first?.id ?? '' });
  expect(countEntries(source)).toBe(107);
});

/** A plan of one folder that was restored a few times, each time over another state of it. */
async function setKeptFolders(times: number) {
  const clock = new FakeClock();
  const scene = await setFilesScene({
    ports: { clock },
    files: (app) => {
      const path = join(app, 'data');
      mkdirSync(path);
      writeFileSync(join(path, 'state'), Buffer.alloc(100_000, 1));
      return [{ name: 'data', path, kind: 'folder', exclude: [] }];
    },
  });
  await succeed(scene.core, 'backups.start', { planId: scene.plan.id });
  const [snapshot] = await scene.core.call('snapshots.list', { planId: scene.plan.id });
  if (snapshot === undefined) throw new Error('no snapshot');
  const state = join(scene.app, 'data/state');
  const restoreOver = async (content: string) => {
    writeFileSync(state, content.repeat(100_000 / content.length));
    const run = await putBackFiles(scene.core, snapshot.id);
    await scene.core.idle();
    return run;
  };
  const runs = [];
  for (let time = 0; time < times; time++) {
    runs.push(await restoreOver(`state ${time}\n `));
    clock.jump(1000);
  }
  const kept = () => readdirSync(scene.app).filter((name) => name.endsWith('.kept'));
  return { ...scene, clock, state, runs, kept, restoreOver };
}

describe('kept folders of restores', () => {
  test('go 30 days after their restore, but for the newest of a place, whose undo still works', async () => {
    const { core, clock, state, runs, kept, restoreOver } = await setKeptFolders(3);
    await pass(29, { core, clock });
    await restoreOver('a later state ');
    expect(kept()).toHaveLength(4);
    await pass(2, { core, clock });
    const last = await restoreOver('the last state\n');
    // The one of two days ago and the one of just now stay.
    expect(kept()).toHaveLength(2);
    const gone = await runToEnd(core, 'restores.undo', { runId: last.id });
    expect(gone.state).toBe('succeeded');
    expect(readFileSync(state, 'utf8')).toContain('the last state');
    await expect(core.call('restores.undo', { runId: runs[0]?.id ?? '' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('stay where a clock was a year ahead, and each can still be put back', async () => {
    const { core, clock, state, runs, kept } = await setKeptFolders(3);
    await setClockAhead({ core, clock });
    expect(kept()).toHaveLength(3);
    for (const [at, run] of [...runs.entries()].reverse()) {
      await succeed(core, 'restores.undo', { runId: run.id });
      expect(readFileSync(state, 'utf8')).toContain(`state ${at}`);
    }
  });

  test('count for one size limit with safety snapshots, which removes nothing younger than 30 days', async () => {
    const { core, clock, kept, folder, restoreOver } = await setKeptFolders(3);
    const source = join(folder, 'ledger.db');
    makeDatabase(source, { rows: 5000 });
    const plan = await core.call('plans.create', {
      name: 'Ledger',
      sourcePath: source,
      destinations: [{ path: join(folder, 'backups') }],
    });
    await succeed(core, 'backups.start', { planId: plan.id });
    const [snapshot] = await core.call('snapshots.list', { planId: plan.id });
    const { start } = await prepareRestore(core, snapshot?.path ?? '', source);
    await succeed(core, 'restores.start', start);
    // All of it together is larger than the limit; neither the folders nor the snapshot alone are.
    const safety = (await core.call('snapshots.list', {})).find(({ trigger }) => trigger === 'before-restore');
    const safetyBytes = safety?.sizeBytes ?? 0;
    expect(safetyBytes).toBeGreaterThan(10_000);
    await core.call('settings.update', {
      safetyKeepDays: 36_500,
      safetyMaxBytes: 500_000 + Math.round(safetyBytes / 2),
    });
    await restoreOver('young\n    ');
    expect(kept()).toHaveLength(4);
    await pass(31, { core, clock });
    await restoreOver('old now\n  ');
    expect(kept().length).toBeLessThan(5);
    expect(existsSync(safety?.path ?? '')).toBe(true);
    await core.call('settings.update', { safetyMaxBytes: 0 });
    await core.serveDue();
    expect(kept()).toHaveLength(1);
    expect(existsSync(safety?.path ?? '')).toBe(true);
  });
});

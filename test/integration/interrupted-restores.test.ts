import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import { type Clock, type StartWorkerProcess, systemClock } from '../../src-main/core/ports.ts';
import type { WorkerOrder } from '../../src-main/core/runs/worker-protocol.ts';
import { canBePutBack, type Run, type RunKind } from '../../src-shared/model/run.ts';
import { appendEntries } from '../support/databases.ts';
import { openElsewhere } from '../support/elsewhere.ts';
import { killBeforeStep } from '../support/killed.ts';
import { CHANGED, checkEverything, type PartsScene, RESTORED, setPartsScene, stateOf } from '../support/parts-scene.ts';
import { runToEnd, startTestCore, succeed, testPorts } from '../support/test-core.ts';

type Step = Parameters<typeof killBeforeStep>[0];
type Who = Parameters<typeof killBeforeStep>[1];

const newest = async (core: Core, kind: RunKind) => (await core.call('runs.list', {})).find((run) => run.kind === kind);

/** Restores everything, and is killed before a step. */
async function killedRestore(step: Step, who: Who, pragmas = ''): Promise<PartsScene> {
  const scene = await setPartsScene();
  await change(scene, pragmas);
  await scene.core.close();
  const { source, snapshot } = scene;
  const params = [
    { source: { snapshotId: snapshot.id }, targetPath: source },
    { what: 'files', snapshotId: snapshot.id },
  ];
  expect(await killBeforeStep(step, who, scene.home, 'restores.start', params)).toBe(true);
  return scene;
}

/** Undoes the restore of everything, and is killed before a step. */
async function killedUndo(step: Step, who: Who = 'all', pragmas = ''): Promise<PartsScene & { runId: string }> {
  const scene = await setPartsScene();
  await change(scene, pragmas);
  const { id: runId } = await succeed(scene.core, 'restores.start', await checkEverything(scene));
  await scene.core.close();
  expect(await killBeforeStep(step, who, scene.home, 'restores.undo', { runId })).toBe(true);
  return { ...scene, runId };
}

async function change({ source }: PartsScene, sql: string): Promise<void> {
  const other = await openElsewhere(source);
  await other.exec(sql);
  await other.close();
}

/** Starts again, and answers the run that was killed. Once it is settled, nothing half done is left. */
async function startAgain({ home, source, paths: [path = ''] }: PartsScene, kind: RunKind) {
  const core = await startTestCore(home);
  const names = [path, source].flatMap((each) => readdirSync(dirname(each)));
  expect(names.filter((name) => name.endsWith('.partial'))).toEqual([]);
  const run = await newest(core, kind);
  if (run === undefined) throw new Error('no run');
  return { core, run };
}

/** For this clock, the second that a start waits for its clean-up is over at once. */
const IMPATIENT: Clock = { ...systemClock, wake: (ms, callback) => systemClock.wake(ms === 1000 ? 0 : ms, callback) };
/** What is said of a run that is not settled yet. */
const PENDING = { state: 'interrupted', error: { hint: expect.stringContaining('everything or nothing') } };

/** Worker processes whose orders are seen. @param settling what a worker waits for that settles something */
function watchedWorkers(settling = Promise.resolve()) {
  const orders: Array<Extract<WorkerOrder, { type: 'start' }>> = [];
  const startWorkerProcess: StartWorkerProcess = async (output) => {
    const worker = await testPorts.startWorkerProcess(output);
    const send = (order: WorkerOrder): void => {
      const isStart = order.type === 'start';
      if (isStart) orders.push(order);
      const ready = isStart && order.task === 'resolve-replacement' ? settling : Promise.resolve();
      void ready.then(() => worker.send(order));
    };
    return { ...worker, send: (order) => send(order as WorkerOrder) };
  };
  return { orders, startWorkerProcess };
}

const ENDED = { worker: 'failed', all: 'interrupted' };
/** Database and files are the parts; a file is a part of two renames. */
const KILLED: Array<[when: string, step: Step, who: Who]> = [
  ['before the first part', 2, 'all'],
  ['between the renames of the first part', 4, 'all'],
  ['after the first part', 5, 'all'],
  ['between the renames of the second part', 8, 'all'],
  ['before the database', 'replacing the database', 'all'],
  ['after the database', 'answer', 'all'],
  ['between the renames of the first part', 4, 'worker'],
  ['before the database', 'replacing the database', 'worker'],
  ['after the database', 'answer', 'worker'],
];
const BY_EXCHANGE = 'PRAGMA journal_mode = DELETE; PRAGMA page_size = 8192; VACUUM';

/** All is done after the last step, and taken back before it. */
async function expectRestoredOrNot(scene: PartsScene, step: Step, who: Who): Promise<void> {
  const { core, run } = await startAgain(scene, 'restore');
  if (step === 'answer') {
    expect(stateOf(scene)).toEqual(RESTORED);
    expect(run).toMatchObject({ state: 'succeeded', error: null });
    await succeed(core, 'restores.undo', {});
  } else {
    expect(run).toMatchObject({ state: ENDED[who], error: { hint: 'Start it again.' } });
    expect(canBePutBack(run.result)).toBe(false);
    await expect(core.call('restores.undo', {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
  }
  expect(stateOf(scene)).toEqual(CHANGED);
}

async function expectUndoneOrNot(scene: PartsScene, step: Step, who: Who): Promise<void> {
  const { core, run } = await startAgain(scene, 'undo');
  if (step === 'answer') {
    expect(stateOf(scene)).toEqual(CHANGED);
    expect(run).toMatchObject({ state: 'succeeded', error: null });
    await expect(core.call('restores.undo', {})).rejects.toMatchObject({ code: 'CONFLICT' });
    await succeed(core, 'restores.undo', { runId: run.id });
    expect(stateOf(scene)).toEqual(RESTORED);
  } else {
    expect(stateOf(scene)).toEqual(RESTORED);
    expect(run).toMatchObject({ state: ENDED[who], result: null, error: { hint: 'Start it again.' } });
    await succeed(core, 'restores.undo', {});
    expect(stateOf(scene)).toEqual(CHANGED);
  }
}

describe.each(KILLED)('killed %s (%s, %s)', (_when, step, who) => {
  test('a restore of everything is done, or taken back', async () => {
    await expectRestoredOrNot(await killedRestore(step, who), step, who);
  });

  test('an undo of everything is done, or taken back', async () => {
    await expectUndoneOrNot(await killedUndo(step, who), step, who);
  });
});

describe.each(['replacing the database', 'answer'] as const)(
  'where the file is exchanged, killed before: %s',
  (step) => {
    test('a restore of everything is done, or taken back', async () => {
      await expectRestoredOrNot(await killedRestore(step, 'all', BY_EXCHANGE), step, 'all');
    });

    test('an undo of everything is done, or taken back', async () => {
      await expectUndoneOrNot(await killedUndo(step, 'all', BY_EXCHANGE), step, 'all');
    });
  },
);

describe('when other programs went on with the database before the next start', () => {
  test('an undo is taken back, and keeps what they committed', async () => {
    const scene = await killedUndo('replacing the database');
    appendEntries(scene.source, 1);
    const { core } = await startAgain(scene, 'undo');
    expect(stateOf(scene)).toEqual([101, ...RESTORED.slice(1)]);
    await succeed(core, 'restores.undo', {});
    expect(stateOf(scene)).toEqual(CHANGED);
  });

  test('an undo that had replaced the database is done, and keeps what they committed', async () => {
    const scene = await killedUndo('answer');
    appendEntries(scene.source, 1);
    const { core, run } = await startAgain(scene, 'undo');
    expect(stateOf(scene)).toEqual([151, ...CHANGED.slice(1)]);
    expect(run).toMatchObject({
      state: 'succeeded',
      result: { rows: 152, note: expect.stringContaining('Snapkeep ended during this run') },
    });
    expect(await newest(core, 'restore')).toMatchObject({ result: { undoneBy: expect.any(String) } });
  });

  test.each([
    ['replacing the database', 'wal'],
    ['answer', 'wal'],
    ['replacing the database', 'delete'],
    ['answer', 'delete'],
  ] as const)('they may have changed its schema: %s, %s', async (step, mode) => {
    const scene = await killedUndo(step, 'all', `PRAGMA journal_mode = ${mode}`);
    await change(scene, 'CREATE TABLE later (x); INSERT INTO later VALUES (1)');
    await startAgain(scene, 'undo');
    expect(stateOf(scene)).toEqual(step === 'answer' ? CHANGED : RESTORED);
  });

  test('an undo is settled once the database can be read; until then nothing else replaces it', async () => {
    const scene = await killedUndo('replacing the database');
    const other = await openElsewhere(scene.source);
    await other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT');
    const { orders, startWorkerProcess } = watchedWorkers();
    const core = await startTestCore(scene.home, { startWorkerProcess });
    // Once for all of its folders, and without waiting for the other program.
    expect(orders).toMatchObject([{ task: 'resolve-replacement', request: { lockWaitMs: 500 } }]);
    expect(await newest(core, 'undo')).toMatchObject(PENDING);
    const { runId } = scene;
    expect(await runToEnd(core, 'restores.undo', { runId })).toMatchObject({ error: { code: 'LOCKED' } });
    await other.close();
    await succeed(core, 'restores.undo', { runId });
    expect(stateOf(scene)).toEqual(CHANGED);
  });
});

test.each(['server', 'desktop'] as const)('a %s starts while a restore is being settled', async (host) => {
  const scene = await killedRestore('replacing the database', 'all');
  const settling = Promise.withResolvers<void>();
  const { startWorkerProcess } = watchedWorkers(settling.promise);
  const core = await startTestCore(scene.home, { host, clock: IMPATIENT, startWorkerProcess });
  expect(await newest(core, 'restore')).toMatchObject(PENDING);
  const settled = Promise.withResolvers<Run>();
  core.on('run.changed', ({ run }) => run.kind === 'restore' && settled.resolve(run));
  settling.resolve();
  expect(await settled.promise).toMatchObject({ state: 'interrupted', error: { hint: 'Start it again.' } });
  expect(stateOf(scene)).toEqual(CHANGED);
});

test('a backup waits until what was interrupted is settled', async () => {
  const scene = await killedRestore('replacing the database', 'all');
  const settling = Promise.withResolvers<void>();
  const { orders, startWorkerProcess } = watchedWorkers(settling.promise);
  const core = await startTestCore(scene.home, { host: 'server', clock: IMPATIENT, startWorkerProcess });
  const backup = succeed(core, 'backups.start', { planId: scene.plan.id });
  settling.resolve();
  const { result } = await backup;
  expect(result).toMatchObject({ kind: 'backup', incomplete: null });
  const tasks = orders.map(({ task }) => task).filter((task) => task !== 'copy-catalog');
  expect(tasks.slice(0, 2)).toEqual(['resolve-replacement', 'backup']);
});

test('files that a program has written to since a restore was killed are kept when it is taken back', async () => {
  const scene = await killedRestore('replacing the database', 'all');
  const [path = ''] = scene.paths;
  appendFileSync(join(path, 'a'), ', and written to');
  const { core, run } = await startAgain(scene, 'restore');
  expect(stateOf(scene)).toEqual(CHANGED);
  const kept = readdirSync(dirname(path)).filter((name) => name.startsWith('.pictures.'));
  expect(kept.map((name) => readFileSync(join(dirname(path), name, 'a'), 'utf8'))).toEqual([
    'as backed up, and written to',
  ]);
  await expect(core.call('restores.undo', { runId: run.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

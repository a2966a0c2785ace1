import { setImmediate } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { GRACE_MS } from '../../src-main/core/runs/task-process.ts';
import type { Run } from '../../src-shared/model/run.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type Scene, setScene, takeBackup } from '../support/scene.ts';
import { succeed } from '../support/test-core.ts';
import { workerProcess } from '../support/worker-in-process.ts';
import { workerProcesses } from '../support/worker-processes.ts';

const MINUTE = 60_000;
/** A question that SQLite never ends to answer, and cannot be interrupted in. */
const ENDLESS = 'WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count) SELECT max(n) FROM count';
const CHECKS = [{ name: 'endless', sql: ENDLESS, operator: '=' as const, value: '1' }];

/** Starts a restore test and waits until it is asking its endless question. */
async function askEndlessly({ core, plan }: Scene): Promise<Run> {
  const { run } = await core.call('restoreTests.start', { planId: plan.id });
  while (
    !(await core.call('runs.get', { runId: run.id })).log.some(({ message }) =>
      message.includes('matching the manifest'),
    )
  )
    await setImmediate();
  return run;
}

const noOneWaits = async (): Promise<void> => {};

test('a run that hangs in a statement is killed after the grace time when it is cancelled, and the next one works', async () => {
  const clock = new FakeClock();
  const scene = await setScene({
    ports: { clock, startWorkerProcess: workerProcess },
    plan: { restoreTest: { schedule: { kind: 'manual' }, withinDays: null, checks: CHECKS } },
  });
  await takeBackup(scene);
  const run = await askEndlessly(scene);
  await scene.core.call('runs.cancel', { runId: run.id });
  await clock.advance(GRACE_MS - 1, noOneWaits);
  expect(workerProcesses()).toHaveLength(1);
  await clock.advance(1, noOneWaits);
  expect(await scene.core.runEnded(run.id)).toMatchObject({ state: 'cancelled', error: { code: 'CANCELLED' } });
  expect(workerProcesses()).toEqual([]);
  await takeBackup(scene);
});

test('a run that reaches its time limit fails and says so', async () => {
  const clock = new FakeClock();
  const scene = await setScene({
    ports: { clock, startWorkerProcess: workerProcess },
    plan: { timeLimitMinutes: 5, restoreTest: { schedule: { kind: 'manual' }, withinDays: null, checks: CHECKS } },
  });
  await takeBackup(scene);
  const run = await askEndlessly(scene);
  await clock.advance(5 * MINUTE, noOneWaits);
  await clock.advance(GRACE_MS, noOneWaits);
  expect(await scene.core.runEnded(run.id)).toMatchObject({
    state: 'failed',
    error: { code: 'TIMED_OUT', message: expect.stringContaining('5 min') },
  });
  await takeBackup(scene);
});

test('closing while a statement hangs ends the process that is in it', async () => {
  const clock = new FakeClock();
  const scene = await setScene({
    ports: { clock, startWorkerProcess: workerProcess },
    plan: { restoreTest: { schedule: { kind: 'manual' }, withinDays: null, checks: CHECKS } },
  });
  await takeBackup(scene);
  await askEndlessly(scene);
  let isClosed = false;
  void scene.core.close().then(() => {
    isClosed = true;
  });
  // When the run is asked to stop, and so when its grace time begins, is up to the core.
  while (!isClosed) {
    await clock.advance(GRACE_MS, noOneWaits);
    await setImmediate();
  }
  expect(workerProcesses()).toEqual([]);
});

test('a database whose view never ends is described, backed up and restored', async () => {
  const scene = await setScene();
  const database = new Database(scene.source);
  database.exec(`CREATE VIEW forever AS ${ENDLESS}`);
  database.close();
  expect(await scene.core.call('sources.describe', { path: scene.source })).toMatchObject({
    tables: expect.any(Array),
  });
  const { id } = await takeBackup(scene);
  const run = await succeed(scene.core, 'verifications.start', { snapshotId: id });
  expect(run.result).toMatchObject({ verification: { valid: true } });
});

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunRepo } from '../../src-main/core/catalog/repos/run-repo.ts';
import { diskFull } from '../../src-main/core/engine/files/disk-full.ts';
import { EventBus } from '../../src-main/core/event-bus.ts';
import { systemClock } from '../../src-main/core/ports.ts';
import type { RunSpec } from '../../src-main/core/runs/run-work.ts';
import { Runs } from '../../src-main/core/runs/runs.ts';
import type { Run } from '../../src-shared/model/run.ts';
import { capturedLog } from '../support/captured-log.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const full = () => diskFull('catalog', '/data/catalog.db');

/** Runs that are remembered in memory, as long as the catalog takes them. */
function setRuns(taken: (run: Run) => boolean, logTaken = true) {
  const saved = new Map<string, Run>();
  const repo: Pick<RunRepo, 'save' | 'get' | 'addLog'> = {
    save: (run) => {
      if (!taken(run)) throw full();
      saved.set(run.id, run);
    },
    get: (id) => saved.get(id),
    addLog: () => {
      if (!logTaken) throw full();
    },
  };
  const { log, lines } = capturedLog();
  const events = new EventBus(log);
  const runs = new Runs({
    repo: repo as RunRepo,
    events,
    clock: systemClock,
    log,
    stagingFolder: join(temporaryFolder(), 'staging'),
    follower: { began: () => {}, ended: () => {} },
    cleanUp: async () => true,
    resolve: async () => ({ complete: false, result: null }),
    areReachable: async () => true,
    timeLimitOf: () => null,
  });
  return { runs, saved, events, lines };
}

const spec = (work: RunSpec['work']): RunSpec => ({ kind: 'verify', subject: 'app.db', locks: [], folders: [], work });
const done = async () => ({
  kind: 'scan' as const,
  folder: '/f',
  destinationId: randomUUID(),
  found: 0,
  added: 0,
  missing: 0,
  problems: [],
});

test('a run that cannot be remembered is not started', () => {
  const { runs } = setRuns(() => false);
  expect(() => runs.start(spec(done))).toThrow('full');
  expect(runs.active()).toEqual([]);
});

test('a run whose log is not taken goes on; what it said stands in the log of the process', async () => {
  const { runs, lines } = setRuns(() => true, false);
  const { id } = runs.start(
    spec(async (handle) => {
      handle.log('info', 'hello');
      return done();
    }),
  );
  expect(await runs.ended(id)).toMatchObject({ state: 'succeeded', error: null });
  expect(lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('hello'), facts: { run: id } }]);
  expect(runs.active()).toEqual([]);
});

test('a run whose end is not taken has succeeded with a warning once it has replaced something', async () => {
  const { runs } = setRuns((run) => run.finishedAt === null);
  const replaced = { targetPath: '/app.db', method: 'into-live' as const, rows: 1, tables: 1, files: [] };
  const kept = { safetySnapshotId: randomUUID(), undoneBy: null, note: null, stateAfter: null };
  const { id } = runs.start(spec(async () => ({ kind: 'restore' as const, ...replaced, ...kept })));
  expect(await runs.ended(id)).toMatchObject({
    state: 'succeeded',
    error: null,
    result: { note: expect.stringMatching(/catalog/) },
  });
});

test('a run whose end is not taken says so, and the next one goes on', async () => {
  const { runs, events } = setRuns((run) => run.finishedAt === null);
  const states: string[] = [];
  events.on('run.changed', ({ run }) => states.push(run.state));
  const { id } = runs.start(spec(done));
  expect(await runs.ended(id)).toMatchObject({
    state: 'failed',
    error: { code: 'NO_SPACE', message: expect.stringContaining('catalog') },
  });
  expect(states.at(-1)).toBe('failed');
  expect(runs.active()).toEqual([]);
  expect(runs.start(spec(done)).state).toBe('running');
});

test('what goes wrong is explained with the subject of the run', async () => {
  const { runs } = setRuns(() => true);
  const { id } = runs.start(spec(() => Promise.reject(Object.assign(new Error('gone'), { code: 'ENOENT' }))));
  expect(await runs.ended(id)).toMatchObject({
    state: 'failed',
    error: { code: 'NOT_FOUND', message: 'Not found: app.db.' },
  });
  expect(() => runs.get('nobody')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
});

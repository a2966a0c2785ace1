import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { OpenCopies } from '../../src-main/core/browse/open-copies.ts';
import { Views } from '../../src-main/core/browse/views.ts';
import type { WorkerProcess } from '../../src-main/core/ports.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

/**
 * Processes that answer each query with no rows, and how many of them run.
 * @param startable a process is started when this is resolved
 */
function answeringProcesses(startable: Promise<void>) {
  const running = new Set<WorkerProcess>();
  const start = async (): Promise<WorkerProcess> => {
    await startable;
    let tell: (message: unknown) => void = () => {};
    let end: () => void = () => {};
    const process: WorkerProcess = {
      send: (order) => {
        const { type, id } = order as { type: string; id: number };
        const result = { columns: [], rows: [], more: false, durationMs: 0 };
        if (type === 'ask' && !JSON.stringify(order).includes('endless'))
          void setImmediate().then(() => tell({ type: 'answered', id, result }));
      },
      onMessage: (listener) => {
        tell = listener;
        listener({ type: 'ready' });
      },
      onEnd: (listener) => {
        end = () => listener({ code: null, signal: 'SIGKILL' });
      },
      kill: () => {
        running.delete(process);
        end();
      },
    };
    running.add(process);
    return process;
  };
  return { start, running };
}

function setViews(startable: Promise<void> = Promise.resolve()) {
  const clock = new FakeClock();
  const copies = new OpenCopies(temporaryFolder(), clock);
  const { start, running } = answeringProcesses(startable);
  const views = new Views(copies, { start, clock, lockFile: '/lock', isLowPriority: () => false });
  const copy = { path: '/copy.db', bytes: 1, takenAt: null, rows: null, unlocking: null };
  const open = (): string => views.open([{ copyId: 'one', copy, name: 'a', snapshotId: null, planId: null }]);
  const ask = (viewId: string, sql = 'SELECT 1', signal = new AbortController().signal) =>
    views.ask(viewId, 'query', { sql, limit: 1 }, { signal });
  return { views, open, ask, running };
}

test('of more than fifty views the one unused for longest is closed', async () => {
  const { open, ask } = setViews();
  const views = Array.from({ length: 50 }, open);
  await ask(views[0] ?? '');
  open();
  await expect(ask(views[1] ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND', hint: expect.stringMatching(/again/) });
  for (const index of [0, 2, 49]) await expect(ask(views[index] ?? '')).resolves.toMatchObject({ more: false });
});

test('no more than eight views have a process, and each is answered', async () => {
  const { open, ask, running } = setViews();
  const views = Array.from({ length: 20 }, open);
  for (const viewId of [...views, ...views]) {
    await ask(viewId);
    expect(running.size).toBeLessThanOrEqual(8);
  }
});

test('questions to one view are answered in turn, and all that are closed are refused', async () => {
  const { views, open, ask, running } = setViews();
  const viewId = open();
  await expect(Promise.all([ask(viewId), ask(viewId), ask(viewId)])).resolves.toHaveLength(3);
  expect(running.size).toBe(1);
  await views.closeAll();
  expect(running.size).toBe(0);
  await expect(ask(viewId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a question that is cancelled or closed while its process starts leaves no process', async () => {
  for (const leave of [
    (_: Views, __: string, cancelling: AbortController) => cancelling.abort(),
    (views: Views, viewId: string) => views.close(viewId),
  ]) {
    const startable = Promise.withResolvers<void>();
    const { views, open, ask, running } = setViews(startable.promise);
    const viewId = open();
    const cancelling = new AbortController();
    const asked = ask(viewId, 'SELECT 1', cancelling.signal).catch(({ code }) => code);
    await setImmediate();
    const left = leave(views, viewId, cancelling);
    startable.resolve();
    expect(await asked).toMatch(/CANCELLED|NOT_FOUND/);
    await left;
    await setImmediate();
    expect(running.size).toBe(0);
  }
});

test('a question that is cancelled while it waits for another ends at once, and one whose view is closed ends too', async () => {
  const { views, open, ask, running } = setViews();
  const viewId = open();
  const endless = ask(viewId, 'endless').catch(({ code }) => code);
  const cancelling = new AbortController();
  const waiting = ask(viewId, 'SELECT 1', cancelling.signal).catch(({ code }) => code);
  const last = ask(viewId).catch(({ code }) => code);
  while (running.size === 0) await setImmediate();
  cancelling.abort();
  expect(await waiting).toBe('CANCELLED');
  expect(running.size).toBe(1);
  await views.close(viewId);
  expect([await endless, await last]).toEqual(['NOT_FOUND', 'NOT_FOUND']);
  expect(running.size).toBe(0);
});

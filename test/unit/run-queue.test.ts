import { expect, test } from 'vitest';
import { RunQueue } from '../../src-main/core/runs/run-queue.ts';

/** A queue of jobs that end when the test says so. */
function setQueue(parallel = 2) {
  const queue = new RunQueue(parallel);
  const started: string[] = [];
  const reasons: Record<string, string[]> = {};
  const ends = new Map<string, () => void>();
  return {
    queue,
    started,
    reasons,
    add: (id: string, ...locks: string[]) => {
      reasons[id] = [];
      queue.add({
        id,
        locks,
        folders: [],
        waits: (reason) => reasons[id]?.push(reason),
        start: () => {
          started.push(id);
          return new Promise<void>((resolve) => ends.set(id, resolve));
        },
      });
    },
    /** Ends a job and waits until the queue has gone on. */
    end: async (id: string) => {
      ends.get(id)?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('two at a time, the others in the order they came', async () => {
  const { add, end, started, reasons } = setQueue();
  for (const id of ['a', 'b', 'c', 'd']) add(id, `/${id}.db`);
  expect(started).toEqual(['a', 'b']);
  expect(reasons).toMatchObject({ c: ['2 other runs'], d: ['2 other runs'] });
  await end('b');
  expect(started).toEqual(['a', 'b', 'c']);
  await end('a');
  expect(started).toEqual(['a', 'b', 'c', 'd']);
});

test('one at a time on a database, and others pass it by', async () => {
  const { add, end, started, reasons, queue } = setQueue(3);
  add('a', '/data/app.db');
  add('b', '/data/app.db');
  add('c', '/data/other.db');
  expect(started).toEqual(['a', 'c']);
  expect(reasons.b).toEqual(['another run on app.db']);
  expect([queue.isLocked('/data/app.db'), queue.isLocked('/data/third.db')]).toEqual([true, false]);
  await end('a');
  expect(started).toEqual(['a', 'c', 'b']);
});

test('who waits for two databases is not overtaken for ever', async () => {
  const { add, end, started } = setQueue(3);
  add('a', '/1');
  add('both', '/1', '/2');
  add('late', '/2');
  expect(started).toEqual(['a']);
  await end('a');
  expect(started).toEqual(['a', 'both']);
  await end('both');
  expect(started).toEqual(['a', 'both', 'late']);
});

test('who is withdrawn never starts, and gives way', async () => {
  const { add, end, started, queue } = setQueue(3);
  add('a', '/1');
  add('both', '/1', '/2');
  add('late', '/2');
  expect(queue.withdraw('both')).toBe(true);
  expect(started).toEqual(['a', 'late']);
  expect([queue.withdraw('both'), queue.withdraw('a'), queue.withdraw('nobody')]).toEqual([false, false, false]);
  await end('a');
  expect(started).toEqual(['a', 'late']);
});

test('closing starts nothing more and waits for what runs', async () => {
  const { add, end, started, queue } = setQueue(1);
  add('a', '/1');
  add('b', '/2');
  let closed = false;
  const closing = queue.close().then(() => {
    closed = true;
  });
  await end('nobody');
  expect(closed).toBe(false);
  await end('a');
  await closing;
  expect(started).toEqual(['a']);
});

test('a folder that is held keeps waiting what uses it, and nothing else', async () => {
  const { queue, add, started, reasons } = setQueue();
  const release = queue.hold('/backups');
  add('inside', '/backups/app.db.gz');
  add('beside', '/backups-2/app.db.gz');
  expect(started).toEqual(['beside']);
  expect(reasons.inside).toEqual(['the clean-up of /backups']);
  release();
  expect(started).toEqual(['beside', 'inside']);
});

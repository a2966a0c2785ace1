import { existsSync, readdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { OpenCopies } from '../../src-main/core/browse/open-copies.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

function setCopies() {
  const folder = join(temporaryFolder(), 'browse');
  const staging = temporaryFolder();
  const clock = new FakeClock();
  const copies = new OpenCopies(folder, clock);
  let made = 0;
  const add = (id: string, bytes = 1) => {
    made += 1;
    const path = join(staging, `${made}.db`);
    writeFileSync(path, id);
    return copies.add(id, path, { bytes, takenAt: null, rows: null, unlocking: null });
  };
  return { folder, clock, copies, add };
}

/** An eighth of the free space: of two such copies and a third one, a quarter of all has room for two. */
const eighth = (folder: string): number => {
  const { bavail, bsize } = statfsSync(folder);
  return Math.floor((bavail * bsize) / 8);
};

test('beyond the limit, the copy unused for longest is removed', async () => {
  const { folder, copies, add } = setCopies();
  const bytes = eighth(folder);
  const [one, two] = [await add('one', bytes), await add('two', bytes)];
  for (const id of ['one', 'two']) copies.release(id);
  copies.use('one');
  copies.release('one');
  const three = await add('three', bytes);
  expect([one, two, three].map(({ path }) => existsSync(path))).toEqual([true, false, true]);
  expect(copies.use('two')).toBe(undefined);
});

test('a copy in use is never removed, however large the others are', async () => {
  const { folder, clock, copies, add } = setCopies();
  const bytes = eighth(folder) * 8;
  const kept = [await add('one', bytes), await add('two', bytes), await add('three', bytes)];
  await clock.advance(60 * 60_000, async () => {});
  expect(kept.every(({ path }) => existsSync(path))).toBe(true);
  for (const id of ['one', 'two', 'three']) copies.release(id);
  await clock.advance(10 * 60_000, async () => {});
  while (readdirSync(folder).length > 0) await setImmediate();
});

test('one that two have unpacked at the same time is kept once', async () => {
  const { folder, copies, add } = setCopies();
  const [one, other] = await Promise.all([add('same'), add('same')]);
  expect(one.path).toBe(other.path);
  expect(readdirSync(folder)).toHaveLength(1);
  copies.release('same');
  expect(copies.use('same')?.path).toBe(one.path);
});

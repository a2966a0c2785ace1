import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GrowthWatch } from '../../src-main/core/runs/growth-watch.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

test('a file that grows is told about, never past its end, and not after the watch has stopped', async () => {
  const path = join(temporaryFolder(), 'growing.db');
  const told: unknown[][] = [];
  const { promise: twice, resolve } = Promise.withResolvers<void>();
  const watch = new GrowthWatch((...progress) => {
    told.push(progress);
    if (told.length === 2) resolve();
    else grow(2000);
  });
  const grow = (bytes: number): void => {
    appendFileSync(path, Buffer.alloc(bytes));
    vi.advanceTimersByTime(250);
  };
  watch.start({ phase: 'copying', path, total: 1500 });
  grow(1000);
  await twice;
  watch.stop();
  grow(1);
  expect(told).toEqual([
    ['copying', 1000, 1500],
    ['copying', 1500, 1500],
  ]);
});

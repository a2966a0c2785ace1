import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCatalog } from '../../src-main/core/catalog/catalog.ts';
import type { Run } from '../../src-shared/model/run.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 27);

test('old runs go with their logs; the newest hundred, the last of each kind and what can be undone stay', () => {
  const catalog = createCatalog(join(temporaryFolder(), 'catalog.db'));
  const planId = randomUUID();
  const add = (kind: Run['kind'], daysAgo: number): string => {
    const at = new Date(NOW - daysAgo * DAY).toISOString();
    const run = { id: randomUUID(), kind, state: 'succeeded', planId, queuedAt: at, finishedAt: at } as Run;
    catalog.runs.save(run, null);
    catalog.runs.addLog(run.id, { at, level: 'info', message: 'done' });
    return run.id;
  };
  const restore = add('restore', 400);
  const drill = add('drill', 300);
  const old = [add('backup', 200), add('backup', 199)];
  for (let hour = 0; hour < 1100; hour++) add('backup', 80 - hour / 24);
  const left = (): Run[] => catalog.runs.list({ limit: 5000 });
  expect(left()).toHaveLength(1104);
  expect(catalog.runs.removeOld(new Date(NOW - 90 * DAY).toISOString())).toBe(102);
  const ids = left().map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining([restore, drill]));
  for (const id of old) {
    expect(ids).not.toContain(id);
    expect(catalog.runs.log(id)).toEqual([]);
  }
  expect(catalog.runs.removeOld(new Date(NOW - 90 * DAY).toISOString())).toBe(0);
  catalog.close();
});

test('what a transaction began is undone when it fails', () => {
  const catalog = createCatalog(join(temporaryFolder(), 'catalog.db'));
  const failing = () =>
    catalog.transaction(() => {
      catalog.settings.savePause({ until: null, since: new Date(NOW).toISOString() });
      throw new Error('no');
    });
  expect(failing).toThrow('no');
  expect(catalog.settings.pause()).toBeNull();
  catalog.close();
});

import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCatalog } from '../../src-main/core/catalog/catalog.ts';
import { newRun } from '../../src-main/core/runs/new-run.ts';
import type { Run } from '../../src-shared/model/run.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { setScene, takeBackup } from '../support/scene.ts';
import { manifestOf } from '../support/stored-files.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 27);

test('old runs go with their logs; the newest hundred, the last of each kind and what can be undone stay', () => {
  const catalog = createCatalog(join(temporaryFolder(), 'catalog.db'));
  const planId = randomUUID();
  const add = (kind: Run['kind'], daysAgo: number): string => {
    const at = new Date(NOW - daysAgo * DAY).toISOString();
    const run: Run = {
      ...newRun({ kind, subject: 'app', planId }, at),
      state: 'succeeded',
      finishedAt: at,
    };
    catalog.runs.save(run, null);
    catalog.runs.addLog(run.id, { at, level: 'info', message: 'done' });
    return run.id;
  };
  const restore = add('restore', 400);
  const restoreTest = add('restoreTest', 300);
  const old = [add('backup', 200), add('backup', 199)];
  for (let hour = 0; hour < 1100; hour++) add('backup', 80 - hour / 24);
  const left = (): Run[] => catalog.runs.list({ limit: 5000 });
  expect(left()).toHaveLength(1104);
  // A clock that is ahead for a moment, and right again, makes nothing old.
  const countedAt = (days: number): number => catalog.settings.countedNow(NOW + days * DAY);
  expect([0, 400, 0, 1, 400].map((days) => (countedAt(days) - NOW) / DAY)).toEqual([0, 1, 0, 1, 3]);
  expect(catalog.runs.removeOld(new Date(NOW - 90 * DAY).toISOString())).toBe(102);
  const ids = left().map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining([restore, restoreTest]));
  for (const id of old) {
    expect(ids).not.toContain(id);
    expect(catalog.runs.log(id)).toEqual([]);
  }
  expect(catalog.runs.removeOld(new Date(NOW - 90 * DAY).toISOString())).toBe(0);
  catalog.close();
});

test('a year of a backup and a prune every eight hours: the catalog does not grow once its retention holds', async () => {
  const { core, home, plan } = await setScene({ plan: { schedule: { kind: 'manual' } } });
  const { id, path } = await takeBackup({ core, plan });
  const [verification] = (await core.call('snapshots.get', { snapshotId: id })).verifications;
  const [made] = (await core.call('runs.list', {})).filter(({ kind }) => kind === 'backup');
  await core.close();
  const catalog = createCatalog(join(home, 'catalog.db'));
  const manifest = manifestOf(path);
  const [copy] = catalog.copies.ofSnapshot(id);
  if (made === undefined || copy === undefined || verification === undefined) throw new Error('There is no backup.');
  const kept: string[] = [];
  const sizes: number[] = [];
  const clock = new FakeClock(NOW);
  const addRun = (run: Run, lines: number): void => {
    catalog.runs.save(run, null);
    for (let line = 0; line < lines; line++)
      catalog.runs.addLog(run.id, { at: run.queuedAt, level: 'info', message: `Line ${line} of what was done.` });
  };
  const backUpAndPrune = (): void => {
    clock.jump(DAY / 3);
    const at = clock.now().toISOString();
    const ids = { id: randomUUID(), queuedAt: at, startedAt: at, finishedAt: at };
    const name = `app-${at}.db.gz`;
    addRun({ ...made, ...ids, snapshotId: ids.id }, 2);
    const entry = { origin: 'own' as const, destinationId: copy.destinationId, planId: plan.id, at };
    catalog.snapshots.enter({ ...manifest, id: ids.id, name, createdAt: at }, entry);
    catalog.snapshots.addVerification(ids.id, copy.destinationId, { ...verification, at });
    kept.push(ids.id);
    const [oldest] = kept;
    if (oldest === undefined || kept.length <= 48) return;
    kept.shift();
    catalog.snapshots.remove(oldest);
    addRun({ ...made, ...ids, id: randomUUID(), kind: 'prune', result: null }, 1);
  };
  for (let week = 0; week < 52; week++) {
    catalog.transaction(() => {
      for (let n = 0; n < 21; n++) backUpAndPrune();
      catalog.runs.removeOld(new Date(clock.now().getTime() - 90 * DAY).toISOString());
    });
    sizes.push(statSync(join(home, 'catalog.db')).size);
  }
  catalog.close();
  const [half = 0, year = 0] = [sizes[26], sizes[51]];
  expect(half).toBeGreaterThan(0);
  expect(year).toBeLessThanOrEqual(half * 1.05);
  expect(year).toBeLessThan(8_000_000);
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

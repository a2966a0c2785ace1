import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { countEntries } from '../support/databases.ts';
import { restore, setScene, takeBackup } from '../support/scene.ts';
import { verify } from '../support/stored-files.ts';
import { succeed } from '../support/test-core.ts';

describe.each(['online', 'compact', 'dump'] as const)('by the method %s', (method) => {
  test.each(['persist', 'truncate', 'memory', 'off'] as const)(
    'a database whose program uses the journal mode %s is backed up, restored and undone',
    async (mode) => {
      const scene = await setScene({ journalMode: 'delete', plan: { method } });
      const program = new Database(scene.source);
      program.pragma(`journal_mode = ${mode}`);
      program.pragma('mmap_size = 1000000');
      program.exec('INSERT INTO entries (account, amount) VALUES (1, 1)');
      program.close();
      const { path } = await takeBackup(scene);
      expect(await verify(scene, path)).toMatchObject({ valid: true, content: 'sound' });
      const target = join(scene.folder, 'restored.db');
      expect(await restore(scene.core, path, target)).toMatchObject({ state: 'succeeded', error: null });
      expect(await restore(scene.core, path, scene.source)).toMatchObject({ state: 'succeeded', error: null });
      await succeed(scene.core, 'restores.undo', {});
      expect([countEntries(target), countEntries(scene.source)]).toEqual([101, 101]);
    },
  );
});

test('bytes that are reserved on each page are kept by a copy, and a dump says that it has none', async () => {
  const scene = await setScene({ journalMode: 'delete', plan: { method: 'dump' } });
  rmSync(scene.source);
  execFileSync('sqlite3', [
    scene.source,
    '.filectrl reserve_bytes 32',
    'CREATE TABLE t (a)',
    'INSERT INTO t VALUES (1)',
    'VACUUM',
  ]);
  expect(readFileSync(scene.source)[20]).toBe(32);
  const run = await succeed(scene.core, 'backups.start', { planId: scene.plan.id });
  expect(JSON.stringify(await scene.core.call('runs.get', { runId: run.id }))).toMatch(/32 reserved bytes/);
  const online = await scene.core.call('plans.create', {
    ...{ name: 'Pages', sourcePath: scene.source, destinations: [{ path: scene.destination }], compression: 'none' },
  });
  const { path } = await takeBackup({ core: scene.core, plan: online });
  expect(readFileSync(path)[20]).toBe(32);
});

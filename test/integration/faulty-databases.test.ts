import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { KEEP_ALL } from '../../src-shared/model/plan.ts';
import type { BackupMethod } from '../../src-shared/model/values.ts';
import {
  BROKEN_RULES,
  DAMAGED_FREE_PAGES,
  type FaultyDatabase,
  REPAIRABLE,
  REPEATED_OUT_OF_STEP,
  REPEATED_VALUES,
  withoutIndex,
} from '../support/faulty-databases.ts';
import {
  expectFailure,
  expectNothingLeft,
  prepareRestore,
  restore,
  type Scene,
  setScene,
  takeBackup,
} from '../support/scene.ts';
import { verify } from '../support/stored-files.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

/** Every row of every table and the whole schema, without using an index. */
function contentOf(path: string): unknown {
  const database = new Database(path, { readonly: true });
  try {
    const schema = database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all() as Array<{
      type: string;
      name: string;
    }>;
    const tables = schema.filter(({ type, name }) => type === 'table' && name !== 'search');
    return [
      schema,
      tables.map(({ name }) => database.prepare(`SELECT * FROM "${name}" NOT INDEXED ORDER BY 1`).raw().all()),
    ];
  } finally {
    database.close();
  }
}

async function sceneOf({ make }: FaultyDatabase, method: BackupMethod): Promise<Scene> {
  const scene = await setScene({ plan: { method } });
  rmSync(scene.source);
  make(scene.source);
  return scene;
}

describe.each(['online', 'compact', 'dump'] as const)('%s of a database with', (method) => {
  test.each(BROKEN_RULES)('$what is exact, and says so', async (kind) => {
    const scene = await sceneOf(kind, method);
    const before = contentOf(scene.source);
    const { path } = await takeBackup(scene);
    const found = await verify(scene, path);
    expect(found).toMatchObject({ valid: true, stored: 'same', content: 'sound', level: 'checked' });
    expect(found.message).toMatch(kind.says);
    const target = join(scene.folder, 'restored.db');
    expect(await restore(scene.core, path, target)).toMatchObject({ state: 'succeeded', error: null });
    expect(contentOf(target)).toEqual(before);
    expect(await restore(scene.core, path, scene.source)).toMatchObject({ state: 'succeeded', error: null });
    await succeed(scene.core, 'restores.undo', {});
    expect(contentOf(scene.source)).toEqual(before);
  });
});

test('a dump of rows that break their rules is read by SQLite’s shell', async () => {
  for (const kind of BROKEN_RULES.slice(0, 3)) {
    const scene = await sceneOf(kind, 'dump');
    const { path } = await takeBackup(scene);
    const target = join(scene.folder, 'by-shell.db');
    execFileSync('sh', ['-c', 'gunzip -c "$1" | sqlite3 -bail "$2"', 'sh', path, target]);
    expect(contentOf(target)).toEqual(contentOf(scene.source));
  }
});

describe.each(['online', 'compact'] as const)('%s of a database with', (method) => {
  test.each(REPEATED_VALUES)('$what is exact, and says so', async (kind) => {
    const scene = await sceneOf(kind, method);
    const run = await succeed(scene.core, 'backups.start', { planId: scene.plan.id });
    expect(run.result).toMatchObject({
      verification: { valid: true, content: 'sound', message: expect.stringMatching(kind.says) },
    });
  });
});

test.each([...REPEATED_VALUES, ...REPEATED_OUT_OF_STEP])(
  '$what: a dump is refused before anything is stored',
  async (kind) => {
    const scene = await sceneOf(kind, 'dump');
    const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
    expectFailure(run, 'UNSUPPORTED', /Rows of the table codes of .* repeat a value in the unique index by_code/);
    expect(run.error?.hint).toContain('method online');
    expect(readdirSync(scene.destination).filter((name) => !name.startsWith('.'))).toEqual([]);
    expectNothingLeft(scene);
  },
);

test('a large table with a unique index that is out of step is dumped where no value is repeated, else refused', async () => {
  const kind = (last: number): FaultyDatabase => ({
    what: 'large',
    make: (path) => {
      const database = new Database(path);
      database.exec(`CREATE TABLE codes (code INT); CREATE UNIQUE INDEX by_code ON codes(code);
        WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20001) INSERT INTO codes SELECT i FROM n`);
      withoutIndex(database, 'by_code', () => database.exec(`INSERT INTO codes VALUES (${last})`));
      database.close();
    },
    says: /./,
  });
  const sound = await sceneOf(kind(0), 'dump');
  const run = await succeed(sound.core, 'backups.start', { planId: sound.plan.id });
  expect(run.result).toMatchObject({ verification: { valid: true, content: 'sound' } });
  const scene = await sceneOf(kind(5), 'dump');
  expectFailure(
    await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id }),
    'UNSUPPORTED',
    /unique index by_code/,
  );
});

describe('a database with', () => {
  test.each([...REPAIRABLE, DAMAGED_FREE_PAGES])(
    '$what is stored, explained, and restored by choice alone',
    async (kind) => {
      const scene = await sceneOf(kind, 'online');
      const before = contentOf(scene.source);
      const { path } = await takeBackup(scene);
      const found = await verify(scene, path);
      expect(found).toMatchObject({ valid: true, stored: 'same', content: 'repairable', level: 'none' });
      expect(found.message).toMatch(kind.says);

      const target = join(scene.folder, 'restored.db');
      const { check, start } = await prepareRestore(scene.core, path, target);
      expect(check.repairs).toMatch(kind.says);
      await expect(scene.core.call('restores.start', start)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringMatching(kind.says),
        hint: expect.stringMatching(/\w/),
      });
      await succeed(scene.core, 'restores.start', { ...start, force: true });
      expect(contentOf(target)).toEqual(before);

      const over = await prepareRestore(scene.core, path, scene.source);
      await succeed(scene.core, 'restores.start', { ...over.start, force: true });
      const undo = await succeed(scene.core, 'restores.undo', {});
      expect(contentOf(scene.source)).toEqual(before);
      expect(undo.result).toMatchObject({ note: expect.stringMatching(kind.says) });
      expect(undo.result).toMatchObject({ note: expect.not.stringContaining('does not contain') });
    },
  );

  test.each([...REPAIRABLE, DAMAGED_FREE_PAGES])('$what is dumped by its rows', async (kind) => {
    const scene = await sceneOf(kind, 'dump');
    const { path } = await takeBackup(scene);
    expect(await verify(scene, path)).toMatchObject({ valid: true, stored: 'same', content: 'sound' });
  });

  test.each(REPAIRABLE)('$what tells the rows of its tables', async (kind) => {
    const scene = await sceneOf(kind, 'online');
    const { path } = await takeBackup(scene);
    const [, tables] = contentOf(scene.source) as [unknown, unknown[][]];
    const rows = tables.reduce((sum, each) => sum + each.length, 0);
    expect((await verify(scene, path)).tables.reduce((sum, each) => sum + (each.rows ?? 0), 0)).toBe(rows);
  });
});

test('pages that two tables use are damage, whatever the free pages are', async () => {
  const scene = await setScene();
  const database = new Database(scene.source);
  database.exec('CREATE TABLE one (a); CREATE TABLE two (a); INSERT INTO one VALUES (1)');
  database.unsafeMode(true);
  database.pragma('writable_schema = ON');
  database.exec(
    "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'one') WHERE name = 'two'",
  );
  database.close();
  const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
  expect(run.result).toMatchObject({ verification: { valid: false, content: 'damaged' } });
});

test('copies that need repair are kept by the rules, and never instead of the last one that is verified', async () => {
  const scene = await setScene({ plan: { retention: { ...KEEP_ALL, keepLast: 2, minimum: 1 } } });
  const good = await takeBackup(scene);
  rmSync(scene.source);
  for (const end of ['-wal', '-shm']) rmSync(`${scene.source}${end}`, { force: true });
  REPAIRABLE[0]?.make(scene.source);
  for (let n = 0; n < 3; n++) await takeBackup(scene);
  // The other database has fewer rows, which a person has to review.
  const reviewed = { planId: scene.plan.id, review: true };
  const { confirmation } = await scene.core.call('prune.preview', reviewed);
  await succeed(scene.core, 'prune.start', { ...reviewed, confirmation });
  const kept = await scene.core.call('snapshots.list', { planId: scene.plan.id });
  expect(kept.map(({ id }) => id)).toContain(good.id);
  expect(kept).toHaveLength(3);
});

import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { BackupMethod } from '../../src-shared/model/values.ts';
import { makeProgramDatabase, PROGRAM_DATABASES } from '../support/program-databases.ts';
import { expectFailure, expectNothingLeft, restore, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { verify } from '../support/stored-files.ts';
import { runToEnd } from '../support/test-core.ts';

async function sceneOf(method: BackupMethod, make: (database: Database.Database) => void): Promise<Scene> {
  const scene = await setScene({ plan: { method } });
  rmSync(scene.source);
  makeProgramDatabase(scene.source, make);
  return scene;
}

describe.each(['compact', 'dump'] as const)('%s of a database with', (method) => {
  test.each(PROGRAM_DATABASES)('$what is right, or refused before anything is stored', async (kind) => {
    const scene = await sceneOf(method, kind.make);
    const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
    if (kind.notRewritable) {
      expectFailure(run, 'UNSUPPORTED', /dictionary|fold/);
      expect(run.error?.hint).toContain('method online');
      expect(readdirSync(scene.destination).filter((name) => !name.startsWith('.'))).toEqual([]);
      expectNothingLeft(scene);
      return;
    }
    expect(run).toMatchObject({ state: 'succeeded', result: { verification: { valid: true } } });
  });
});

test.each([1999, 2000])(
  'a table of %i columns comes back; with the most that there can be, without its rowids',
  async (most) => {
    const columns = Array.from({ length: most }, (_, n) => `c${n} TEXT`).join(', ');
    const scene = await sceneOf('dump', (database) =>
      database.exec(`CREATE TABLE wide (${columns}); INSERT INTO wide(rowid, c1998) VALUES (7, 'last'), (9, '\ufffd')`),
    );
    const { path } = await takeBackup(scene);
    expect(await verify(scene, path)).toMatchObject({ valid: true, content: 'sound' });
    const target = join(scene.folder, 'restored.db');
    expect(await restore(scene.core, path, target)).toMatchObject({ state: 'succeeded' });
    const restored = new Database(target, { readonly: true });
    expect(restored.prepare('SELECT c1998 FROM wide ORDER BY rowid').pluck().all()).toEqual(['last', '\ufffd']);
    expect(restored.prepare('SELECT rowid FROM wide').pluck().all()).toEqual(most < 2000 ? [7, 9] : [1, 2]);
    restored.close();
  },
);

describe('a row that is larger than a statement can be', () => {
  /** Made by a program that takes larger values than Snapkeep's driver does. */
  const VALUES: Array<[string, ...string[]]> = [
    ['a blob of 260 MB', 'zeroblob(260000000)'],
    ['a blob of 270 MB', 'zeroblob(270000000)'],
    ['two blobs of 140 MB', 'zeroblob(140000000)', 'zeroblob(140000000)'],
    ['a text of 600 MB', "replace(CAST(zeroblob(300000000) AS TEXT), char(0), 'ab')", 'NULL'],
  ];
  test.each(VALUES)('%s is refused by a dump with the limit, and nothing is stored', async (_what, ...values) => {
    const scene = await setScene({ plan: { method: 'dump', verifyAfterBackup: false } });
    rmSync(scene.source);
    execFileSync('sqlite3', [
      scene.source,
      'PRAGMA page_size = 65536; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; CREATE TABLE files (a, b)',
      `INSERT INTO files VALUES (${[...values, 'NULL'].slice(0, 2).join(', ')})`,
    ]);
    const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
    expectFailure(run, 'UNSUPPORTED', /table files is longer than 500 MB as SQL, the limit of a statement/);
    expect(run.error?.hint).toContain('method online');
    expect(readdirSync(scene.destination).filter((name) => !name.startsWith('.'))).toEqual([]);
    expectNothingLeft(scene);
  });
});

describe('strings in double quotes in a schema', () => {
  const SCHEMA = `CREATE TABLE a (id INTEGER PRIMARY KEY, s TEXT DEFAULT "none" CHECK (s <> "bad"), g TEXT AS (s || "x"))`;
  const INDEX = 'CREATE INDEX by_s ON a(id) WHERE s = "none"';
  const make = (database: Database.Database): void => {
    database.exec(
      "CREATE TABLE a (id INTEGER PRIMARY KEY, s TEXT DEFAULT 'none' CHECK (s <> 'bad'), g TEXT AS (s || 'x'))",
    );
    database.exec("CREATE INDEX by_s ON a(id) WHERE s = 'none'; INSERT INTO a(s) VALUES ('none'), ('q')");
    database.unsafeMode(true);
    database.pragma('writable_schema = ON');
    const update = database.prepare('UPDATE sqlite_schema SET sql = ? WHERE name = ?');
    update.run(SCHEMA, 'a');
    update.run(INDEX, 'by_s');
    database.pragma('writable_schema = OFF');
  };

  test.each(['online', 'compact', 'dump'] as const)('are backed up by the method %s', async (method) => {
    const scene = await sceneOf(method, make);
    const { path } = await takeBackup(scene);
    expect(await verify(scene, path)).toMatchObject({ valid: true, content: 'sound' });
    const target = join(scene.folder, 'restored.db');
    expect(await restore(scene.core, path, target)).toMatchObject({ state: 'succeeded' });
    const restored = new Database(target, { readonly: true });
    expect(
      restored.prepare("SELECT sql FROM sqlite_schema WHERE name IN ('a', 'by_s') ORDER BY name").pluck().all(),
    ).toEqual([SCHEMA, INDEX]);
    expect(restored.prepare('SELECT s FROM a ORDER BY id').pluck().all()).toEqual(['none', 'q']);
    restored.close();
  });
});

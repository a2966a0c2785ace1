import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { countEntries, makeDatabase } from '../support/databases.ts';
import { contentsOf, expectFailure, expectNothingLeft, restore, setScene, takeBackup } from '../support/scene.ts';
import { verify } from '../support/stored-files.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

/** Changes the schema past SQLite's checks. */
function edit(path: string, change: string): void {
  const database = new Database(path);
  database.unsafeMode(true);
  database.pragma('writable_schema = ON');
  database.exec(change);
  database.close();
}

describe('a schema that SQLite does not read', () => {
  test.each([
    [
      'with a view of another schema',
      "INSERT INTO sqlite_schema VALUES ('view', 'v', 'v', 0, 'CREATE VIEW v AS SELECT * FROM other.entries')",
    ],
    [
      'with an entry twice',
      'CREATE VIRTUAL TABLE search USING fts5(x); INSERT INTO sqlite_schema SELECT * FROM sqlite_schema WHERE rootpage = 0',
    ],
    ['with a text that is no SQL', "UPDATE sqlite_schema SET sql = 'CREATE TABLE entries (' WHERE name = 'entries'"],
  ])('%s is refused by a backup; a restore keeps the file, and Undo puts it back byte for byte', async (_what, sql) => {
    const scene = await setScene({ journalMode: 'delete' });
    const { path } = await takeBackup(scene);
    edit(scene.source, sql);
    const before = contentsOf(join(scene.folder, 'app'));
    for (const method of ['online', 'compact', 'dump'] as const)
      expectFailure(
        await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id, method }),
        'CORRUPT',
        scene.source,
      );
    expect(contentsOf(join(scene.folder, 'app'))).toEqual(before);
    expect(await restore(scene.core, path, scene.source)).toMatchObject({ state: 'succeeded', error: null });
    expect(countEntries(scene.source)).toBe(100);
    await succeed(scene.core, 'restores.undo', {});
    expect(contentsOf(join(scene.folder, 'app'))).toEqual(before);
    expectNothingLeft(scene);
  });
});

test.each(['online', 'compact', 'dump'] as const)(
  'statistics that make no sense are kept by the method %s',
  async (method) => {
    const scene = await setScene({ plan: { method } });
    rmSync(scene.source);
    makeDatabase(scene.source, { journalMode: 'delete' });
    edit(
      scene.source,
      `CREATE INDEX by_amount ON entries(amount); ANALYZE;
     INSERT INTO sqlite_stat1 VALUES ('entries', 'by_amount', 'abc'), ('entries', 'by_amount', NULL), (NULL, NULL, NULL),
       ('none', 'none', '1 1'), ('entries', 'by_amount', '9999999999999999999999 1'), (x'ff', 7, x'00');
     INSERT INTO sqlite_stat1 SELECT * FROM sqlite_stat1`,
    );
    const statisticsIn = (path: string): unknown => {
      const database = new Database(path, { readonly: true });
      try {
        return [database.prepare('SELECT * FROM sqlite_stat1').raw().all(), countEntries(path)];
      } finally {
        database.close();
      }
    };
    const { path } = await takeBackup(scene);
    expect(await verify(scene, path)).toMatchObject({ valid: true, content: 'sound' });
    const target = join(scene.folder, 'restored.db');
    expect(await restore(scene.core, path, target)).toMatchObject({ state: 'succeeded', error: null });
    expect(statisticsIn(target)).toEqual(statisticsIn(scene.source));
  },
);

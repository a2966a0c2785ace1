import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { restoreDump } from '../../src-main/core/engine/dump/restore-dump.ts';
import { dumpPieces } from '../../src-main/core/engine/dump/write-dump.ts';
import { openDatabase } from '../../src-main/core/engine/sqlite/open-database.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

test('a dump of many tables comes back in order, whatever is made between them', async () => {
  const folder = temporaryFolder();
  const [source, target] = [join(folder, 'source.db'), join(folder, 'target.db')];
  const writing = new Database(source);
  writing.transaction(() => {
    for (let n = 0; n < 700; n++) {
      writing.exec(`CREATE TABLE "tä ${n}" (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT NOT NULL)`);
      writing.exec(`CREATE INDEX "in ${n}" ON "tä ${n}"(v); INSERT INTO "tä ${n}"(v) VALUES ('value ${n}')`);
    }
    writing.exec('CREATE VIEW w AS SELECT * FROM "tä 3"; CREATE VIRTUAL TABLE f USING fts5(body)');
    writing.exec('CREATE TRIGGER g AFTER INSERT ON "tä 1" BEGIN DELETE FROM "tä 2"; END');
  })();
  // A row that no INSERT takes has its table defined anew in the middle of the dump.
  writing.exec('CREATE TABLE "late" (v TEXT); INSERT INTO late VALUES (NULL)');
  writing.exec(
    "CREATE TABLE quoted (s TEXT, g AS (s || 'x')); CREATE INDEX part ON quoted(s) WHERE s = 'none'; CREATE TABLE last (v)",
  );
  writing.unsafeMode(true);
  writing.pragma('writable_schema = ON');
  writing.exec("UPDATE sqlite_schema SET sql = 'CREATE TABLE \"late\" (v TEXT NOT NULL)' WHERE name = 'late'");
  writing.exec(
    'UPDATE sqlite_schema SET sql = \'CREATE TABLE quoted (s TEXT CHECK (s <> "bad"), g AS (s || "x"))\' WHERE name = \'quoted\'',
  );
  writing.exec(
    "UPDATE sqlite_schema SET sql = 'CREATE INDEX part ON quoted(s) WHERE s = \"none\"' WHERE name = 'part'",
  );
  writing.close();

  const reading = openDatabase(source, { readonly: true, mustExist: true });
  await restoreDump(dumpPieces(reading), target);
  reading.close();
  const content = (path: string) => {
    const database = new Database(path, { readonly: true });
    const schema = database.prepare(
      "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE type <> 'index' ORDER BY rowid",
    );
    const indexes = database.prepare(
      "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY rowid",
    );
    const rows = Array.from({ length: 700 }, (_, n) =>
      database.prepare(`SELECT id, v FROM "tä ${n}" WHERE v = ?`).all(`value ${n}`),
    );
    const found = {
      schema: new Set(schema.all().map((row) => JSON.stringify(row))),
      indexes: indexes.all(),
      rows,
      check: database.pragma('integrity_check'),
    };
    database.close();
    return found;
  };
  expect(content(target)).toEqual(content(source));
});

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { restoreDump } from '../../src-main/core/engine/dump/restore-dump.ts';
import { dumpPieces } from '../../src-main/core/engine/dump/write-dump.ts';
import { openDatabase } from '../../src-main/core/engine/sqlite/open-database.ts';
import { everythingIn } from '../support/dump-databases.ts';
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

/** Statements for many tables in an order that is not that in which they were made. */
function script(write: (add: (sql: string) => void) => void): string {
  const parts = ['BEGIN;'];
  write((sql) => void parts.push(sql));
  return [...parts, 'COMMIT;'].join('\n');
}

const tables = (add: (sql: string) => void, columns = 'a, b'): void => {
  for (let n = 0; n < 600; n++) add(`CREATE TABLE "T Ä${n}" (${columns});`);
};

describe('a dump of many tables is read as SQLite reads it', () => {
  test.each<[string, (add: (sql: string) => void) => void]>([
    [
      'with rows behind all tables, and indexes the other way around',
      (add) => {
        tables(add, 'a UNIQUE, b');
        for (let n = 0; n < 600; n++) add(`INSERT INTO "t Ä${n}" VALUES (${n}, 1);`);
        for (let n = 599; n >= 0; n--) add(`CREATE INDEX i${n} ON "T Ä${n}"(b);`);
      },
    ],
    [
      'with statements that need tables which are far apart',
      (add) => {
        tables(add, 'a INTEGER PRIMARY KEY AUTOINCREMENT, b');
        for (let n = 0; n < 300; n++) {
          add(`INSERT INTO "T Ä${n}" VALUES (NULL, ${n});`);
          add(`INSERT INTO "T Ä${599 - n}"(b) SELECT b FROM "T Ä${n}";`);
          add(`CREATE TABLE copy${n} AS SELECT * FROM "T Ä${(n * 37) % 600}";`);
        }
      },
    ],
    [
      'with a trigger, a view and a full-text table before most tables',
      (add) => {
        add('CREATE TABLE a (x); CREATE TABLE log (y); CREATE VIEW v AS SELECT * FROM a;');
        tables(add);
        add('CREATE TRIGGER g AFTER INSERT ON a BEGIN INSERT INTO log VALUES (new.x); END;');
        add("CREATE VIRTUAL TABLE f USING fts5(b); INSERT INTO f VALUES ('hello');");
        for (let n = 0; n < 300; n++) add(`CREATE TABLE later${n} (a); INSERT INTO f VALUES ('again ${n}');`);
        add('INSERT INTO a VALUES (5); INSERT INTO "T Ä3" SELECT x, 1 FROM v;');
      },
    ],
    [
      'with tables and indexes that are made only where they are missing',
      (add) => {
        tables(add);
        for (let n = 0; n < 600; n += 20) add(`CREATE TABLE IF NOT EXISTS main.[t Ä${n}] (other);`);
        for (let n = 0; n < 600; n++) add(`CREATE INDEX i${n} ON "T Ä${n}"(a);`);
        for (let n = 0; n < 600; n += 20) add(`CREATE INDEX IF NOT EXISTS I${n} ON "T Ä${n}"(b);`);
        add('DROP TABLE "T Ä7"; ALTER TABLE "T Ä8" RENAME TO renamed;');
      },
    ],
  ])('%s', async (_what, write) => {
    const folder = temporaryFolder();
    const [path, plain] = [join(folder, 'read.db'), join(folder, 'plain.db')];
    const sql = script(write);
    new Database(plain).exec(sql).close();
    await restoreDump([Buffer.from(sql)], path);
    expect(everythingIn(path)).toEqual(everythingIn(plain));
  });

  test.each([
    ['CREATE TABLE "t Ä0" (z);', /already exists/],
    ['CREATE INDEX "T Ä0" ON "T Ä1"(a);', /already a table named/],
    ['INSERT INTO nowhere VALUES (1);', /no such table/],
  ])('and %s is refused as SQLite refuses it', async (statement, message) => {
    const sql = script((add) => {
      tables(add);
      add(statement);
    });
    const path = join(temporaryFolder(), 'read.db');
    await expect(restoreDump([Buffer.from(sql)], path)).rejects.toThrow(message);
  });
});

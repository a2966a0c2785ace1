import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { restoreDump } from '../../src-main/core/engine/dump/restore-dump.ts';
import { dumpPieces } from '../../src-main/core/engine/dump/write-dump.ts';
import { identifyContent } from '../../src-main/core/engine/identify/identify-file.ts';
import { openDatabase } from '../../src-main/core/engine/sqlite/open-database.ts';
import type { FileContent } from '../../src-shared/model/restore/restore.ts';
import { makeDatabase } from '../support/databases.ts';
import { differences, everythingIn, hasSqliteTools, makeOddDatabase } from '../support/dump-databases.ts';
import { openElsewhere } from '../support/elsewhere.ts';
import { readUnpacked } from '../support/read-unpacked.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

function dumpTo(databasePath: string, dumpPath: string): void {
  const database = openDatabase(databasePath, { readonly: true });
  const file = openSync(dumpPath, 'wx');
  try {
    for (const piece of dumpPieces(database)) writeSync(file, piece);
  } finally {
    closeSync(file);
    database.close();
  }
}

/** Reads a dump in a file, packed or not. */
const restoreDumpFile = (path: string, content: FileContent, target: string) =>
  restoreDump(readUnpacked(path, content), target);

function dumpOf(databasePath: string): Buffer {
  const database = openDatabase(databasePath, { readonly: true });
  try {
    return Buffer.concat([...dumpPieces(database)]);
  } finally {
    database.close();
  }
}

/** SQLite's shell reads a file into a new database, and says nothing. */
function readByShell(dumpPath: string, target: string): void {
  const output = execFileSync('sh', ['-c', 'sqlite3 -bail "$1" < "$2" 2>&1', 'sh', target, dumpPath], {
    encoding: 'utf8',
  });
  expect(output).toBe('');
}

function change(path: string, sql: string): void {
  const database = new Database(path);
  database.exec(sql);
  database.close();
}

/** Reads a script that must fail, and looks that it leaves nothing. */
async function failureOf(script: string | Buffer | AsyncIterable<Buffer>): Promise<unknown> {
  const folder = temporaryFolder();
  const pieces = typeof script === 'string' ? [Buffer.from(script)] : Buffer.isBuffer(script) ? [script] : script;
  const failure = await restoreDump(pieces, join(folder, 'new.db')).then(
    () => 'nothing failed',
    (error: unknown) => error,
  );
  expect(readdirSync(folder)).toEqual([]);
  return failure;
}

describe.skipIf(!hasSqliteTools).each(['UTF-8', 'UTF-16le', 'UTF-16be'] as const)(
  'one of everything in %s',
  (encoding) => {
    test('comes back the same to the last bit, through SQLite’s shell and through us', async () => {
      const folder = temporaryFolder();
      const source = join(folder, 'source.db');
      const dump = join(folder, 'dump.sql');
      makeOddDatabase(source, encoding);
      dumpTo(source, dump);
      readByShell(dump, join(folder, 'shell.db'));
      await restoreDumpFile(dump, 'text', join(folder, 'ours.db'));
      for (const copy of [join(folder, 'ours.db'), join(folder, 'shell.db')]) {
        expect(everythingIn(copy)).toEqual(everythingIn(source));
        // A table whose columns take every name of the rowid is beyond sqldiff, also compared with itself.
        expect(differences(source, copy)).toBe(differences(source, source));
      }
      // Nor does a second round change anything.
      expect(dumpOf(join(folder, 'ours.db')).equals(readFileSync(dump))).toBe(true);
    });
  },
);

test('full-text and spatial indexes of a dump work, and are sound', async () => {
  const folder = temporaryFolder();
  makeOddDatabase(join(folder, 'source.db'));
  await restoreDump([dumpOf(join(folder, 'source.db'))], join(folder, 'ours.db'));
  const database = new Database(join(folder, 'ours.db'));
  for (const table of ['words', 'bare_words', 'old_words'])
    database.prepare(`INSERT INTO ${table}(${table}) VALUES ('integrity-check')`).run();
  const ids = (sql: string): unknown[] => database.prepare(sql).pluck().all();
  expect(ids("SELECT rowid FROM words WHERE words MATCH 'run'")).toEqual([7]);
  expect(ids("SELECT rowid FROM bare_words WHERE bare_words MATCH 'indexed'")).toEqual([12]);
  // What its owner has not indexed is not indexed by a dump.
  expect(ids("SELECT rowid FROM notes_words WHERE notes_words MATCH 'words'")).toEqual([1]);
  expect(ids("SELECT docid FROM old_words WHERE old_words MATCH 'older'")).toEqual([5]);
  expect(ids('SELECT id FROM boxes WHERE x0 > 0')).toEqual([1]);
  // The row that was stored past its check is kept; all else is sound.
  expect(database.pragma('integrity_check')).toEqual([{ integrity_check: 'CHECK constraint failed in checked' }]);
  database.close();
});

test.skipIf(!hasSqliteTools)('a dump of SQLite’s shell is read', async () => {
  const folder = temporaryFolder();
  const source = join(folder, 'source.db');
  makeOddDatabase(source);
  // What the shell’s dumps leave out or change: see docs/internals.md.
  change(
    source,
    `DELETE FROM checked WHERE v < 100; DELETE FROM odd; DELETE FROM odd_text; DELETE FROM odd_real; DELETE FROM odd_number;
     INSERT INTO odd(rowid, v) VALUES (3, 'it''s'), (2, X'00'), (9, 9223372036854775807), (11, char(13, 10)), (12, -1.5), (13, CAST(X'27ff27' AS TEXT));`,
  );
  const dump = execFileSync('sqlite3', [source, '.dump --preserve-rowids'], { maxBuffer: 1 << 28 });
  await restoreDump([dump], join(folder, 'ours.db'));
  const header = /^(page_size|encoding|auto_vacuum|user_version|application_id) /;
  // The shell writes CREATE TABLE IF NOT EXISTS for names in quotes, and no rows of the statistics of STAT4.
  const comparable = (path: string): string[] =>
    everythingIn(path).filter((line) => !header.test(line) && !/^\{|sqlite_stat4/.test(line));
  expect(comparable(join(folder, 'ours.db'))).toEqual(comparable(source));
});

test('an empty database comes back as one', async () => {
  const folder = temporaryFolder();
  new Database(join(folder, 'source.db')).close();
  const dump = dumpOf(join(folder, 'source.db'));
  await restoreDump([dump], join(folder, 'ours.db'));
  expect(everythingIn(join(folder, 'ours.db'))).toEqual(everythingIn(join(folder, 'source.db')));
});

test('a table of numbers stays where nothing needs it any more', async () => {
  const folder = temporaryFolder();
  const source = join(folder, 'source.db');
  new Database(source).close();
  change(source, 'CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT); DROP TABLE a; CREATE TABLE b(x)');
  await restoreDump([dumpOf(source)], join(folder, 'ours.db'));
  expect(everythingIn(join(folder, 'ours.db'))).toEqual(everythingIn(source));
});

test('a schema of which somebody stored the texts as blobs is dumped whole', async () => {
  const folder = temporaryFolder();
  const [source, target] = [join(folder, 'source.db'), join(folder, 'ours.db')];
  new Database(source).close();
  change(
    source,
    'CREATE TABLE a(x); INSERT INTO a VALUES (1), (2); CREATE INDEX b ON a(x); CREATE VIEW c AS SELECT x FROM a',
  );
  const expected = everythingIn(source);
  const database = new Database(source).unsafeMode();
  database.pragma('writable_schema = ON');
  database.exec(
    `UPDATE sqlite_schema SET type = CAST(type AS BLOB), name = CAST(name AS BLOB), tbl_name = CAST(tbl_name AS BLOB),
       sql = CAST(sql AS BLOB)`,
  );
  database.close();
  await restoreDump([dumpOf(source)], target);
  expect(everythingIn(target)).toEqual(expected);
});

test.each([
  ['gzip', gzipSync],
  ['zstd', zstdCompressSync],
] as const)('a dump packed by %s is read, and damage within is noticed', async (content, pack) => {
  const folder = temporaryFolder();
  const [source, packed] = [join(folder, 'source.db'), join(folder, 'dump')];
  makeDatabase(source, { rows: 5000 });
  writeFileSync(packed, pack(dumpOf(source)));
  expect(await identifyContent(packed)).toBe(content);
  await restoreDumpFile(packed, content, join(folder, 'ours.db'));
  expect(everythingIn(join(folder, 'ours.db'))).toEqual(everythingIn(source));
  writeFileSync(packed, readFileSync(packed).subarray(0, -20));
  await expect(restoreDumpFile(packed, content, join(folder, 'cut.db'))).rejects.toMatchObject({ code: 'CORRUPT' });
  expect(readdirSync(folder).filter((name) => name.startsWith('cut'))).toEqual([]);
});

test('a dump that is cut off anywhere is refused', async () => {
  const folder = temporaryFolder();
  makeDatabase(join(folder, 'source.db'), { rows: 3 });
  const dump = dumpOf(join(folder, 'source.db'));
  // The last line feed and semicolon can be missed.
  for (let bytes = dump.length - 3; bytes >= 0; bytes -= 29)
    expect(await failureOf(dump.subarray(0, bytes))).toMatchObject({
      code: 'CORRUPT',
      message: expect.stringMatching(/truncated|line \d+/),
    });
});

test.each([
  ["ATTACH 'other.db' AS x;", 'UNSUPPORTED', 'ATTACH'],
  ['\n.shell touch hacked\n', 'UNSUPPORTED', 'shell command .shell'],
  ['\n.read other.sql', 'UNSUPPORTED', 'shell command .read'],
  ['.read other.sql;', 'UNSUPPORTED', 'shell command .read'],
  ["/* a */ -- b\n VACUUM INTO 'other.db';", 'UNSUPPORTED', 'VACUUM'],
  ['PRAGMA schema_version=5;', 'UNSUPPORTED', 'PRAGMA schema_version'],
  ['PRAGMA main.temp_store_directory = "/tmp";', 'UNSUPPORTED', 'PRAGMA'],
  ["SELECT load_extension('x');", 'UNSUPPORTED', 'SELECT'],
  ["INSERT INTO a SELECT load_extension('x');", 'CORRUPT', 'not authorized'],
  ["INSERT INTO a VALUES(writefile('hacked','x'));", 'CORRUPT', 'writefile'],
  ['CREATE TEMP TABLE t(x);', 'UNSUPPORTED', 'CREATE'],
  ['EXPLAIN SELECT 1;', 'UNSUPPORTED', 'EXPLAIN'],
  ["PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql='x';", 'CORRUPT', 'may not be modified'],
  [
    "INSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql) VALUES('table','a','a',3,'CREATE TABLE a(b)');",
    'CORRUPT',
    'may not be modified',
  ],
  ['ROLLBACK; -- due to errors', 'CORRUPT', 'ROLLBACK'],
  ['INSERT INTO b VALUES (1);', 'CORRUPT', 'no such table: b'],
  ["INSERT INTO a VALUES ('\n\n', 1;", 'CORRUPT', 'syntax error'],
])('%j in a dump is refused with its line', async (statement, code, message) => {
  const failure = await failureOf(`BEGIN TRANSACTION;\nCREATE TABLE a(b TEXT);\n\n/* ; */${statement}\nCOMMIT;`);
  expect(failure).toMatchObject({ code, message: expect.stringContaining(message) });
  expect(String(failure)).toMatch(/[Ll]ine (4|5)\b/);
});

test('nothing is run behind the back of the reader, which takes for a letter what SQLite takes for white space', async () => {
  const folder = temporaryFolder();
  const other = join(folder, 'other.db');
  change(other, 'CREATE TABLE t (a); INSERT INTO t VALUES (1)');
  const script = `BEGIN; CREATE TABLE t (a);
    CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1;\u{feff}END;
    ATTACH '${other}' AS o; DELETE FROM o.t; SELECT 1; END;
    COMMIT;`;
  expect(await failureOf(script)).toMatchObject({ code: 'CORRUPT', message: expect.stringContaining('line 2') });
  const database = new Database(other, { readonly: true });
  expect(database.prepare('SELECT count(*) FROM t').pluck().get()).toBe(1);
  database.close();
});

test('bytes that are no text and an endless statement are refused', async () => {
  expect(await failureOf(Buffer.from('BEGIN; \0 COMMIT;'))).toMatchObject({ code: 'CORRUPT' });
  const endless = (async function* () {
    yield Buffer.from("INSERT INTO a VALUES ('");
    for (const piece = Buffer.alloc(50_000_000, 'x'); ; ) yield piece;
  })();
  expect(await failureOf(endless)).toMatchObject({ code: 'UNSUPPORTED' });
});

test('a mark of UTF-8, several transactions and what follows COMMIT without a meaning are read over', async () => {
  const folder = temporaryFolder();
  const script =
    '\ufeff-- x\nBEGIN; CREATE TABLE a(b); COMMIT; begin immediate;INSERT INTO a VALUES(1);END TRANSACTION; PRAGMA foreign_keys=ON;\n-- done';
  await restoreDump(
    Array.from(Buffer.from(script), (byte) => Buffer.from([byte])),
    join(folder, 'ours.db'),
  );
  expect(everythingIn(join(folder, 'ours.db'))).toContain('a: integer 1 0 integer 1 0');
});

test('a large table is written and read in pieces, and either can be stopped', async () => {
  const folder = temporaryFolder();
  const source = join(folder, 'source.db');
  new Database(source).close();
  change(
    source,
    `CREATE TABLE big(a, b TEXT, c REAL); WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
     INSERT INTO big SELECT i * 3, 'row ' || i, i / 7.0 FROM n`,
  );
  const database = openDatabase(source, { readonly: true });
  const pieces = [...dumpPieces(database)];
  expect(pieces.length).toBeGreaterThan(20);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(1_000_000);
  const stopped = function* (): Generator<Buffer> {
    yield* pieces.slice(0, 5);
    throw new Error('stopped');
  };
  for (const _ of dumpPieces(database)) break;
  // The connection can be used again at once.
  expect(database.inTransaction).toBe(false);
  expect(database.prepare('SELECT count(*) FROM big').pluck().get()).toBe(200_000);
  database.close();
  await expect(restoreDump(stopped(), join(folder, 'stopped.db'))).rejects.toThrow('stopped');
  expect(readdirSync(folder)).toEqual(['source.db']);
  await restoreDump(pieces, join(folder, 'ours.db'));
  expect(everythingIn(join(folder, 'ours.db'))).toEqual(everythingIn(source));
});

test('a dump is of one instant, and a transaction of the caller’s goes on', async () => {
  const folder = temporaryFolder();
  const source = join(folder, 'source.db');
  makeDatabase(source, { rows: 20_000 });
  const before = everythingIn(source);
  const other = await openElsewhere(source);
  const database = openDatabase(source, { readonly: true });
  database.exec('BEGIN');
  const pieces: Buffer[] = [];
  for (const piece of dumpPieces(database)) {
    if (pieces.push(piece) === 1) await other.exec('DELETE FROM entries WHERE id % 2; CREATE TABLE late(x)');
  }
  expect(pieces.length).toBeGreaterThan(1);
  expect(database.inTransaction).toBe(true);
  database.close();
  await restoreDump(pieces, join(folder, 'ours.db'));
  expect(everythingIn(join(folder, 'ours.db'))).toEqual(before);
});

test('nothing is ever overwritten', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'there'), 'something');
  await expect(restoreDump([Buffer.from('COMMIT;')], join(folder, 'there'))).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  expect(readFileSync(join(folder, 'there'), 'utf8')).toBe('something');
});

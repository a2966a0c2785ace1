import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import Cipher from 'better-sqlite3-multiple-ciphers';
import { describe, expect, test } from 'vitest';
import { RowFinder, type RowFindings, type SeenRow } from '../../../src-main/core/engine/rows/search-rows.ts';
import { openDatabase } from '../../../src-main/core/engine/sqlite/open-database.ts';
import type { RowSearch } from '../../../src-shared/model/rows/found-rows.ts';
import { foundRowLabel } from '../../../src-shared/words/row-history-words.ts';
import { BROKEN_RULES } from '../../support/faulty-databases.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

/** Makes a database as its program would. */
function made(make: (database: Database.Database) => void): string {
  const path = join(temporaryFolder(), 'app.db');
  const database = new Database(path);
  make(database);
  database.close();
  return path;
}

interface Found {
  labels: string[];
  rows: SeenRow[];
  more: boolean;
  columns: number;
  notes: string[];
}

function search(path: string, asked: Partial<RowSearch> & { text: string }, limit = 100): Found {
  using database = openDatabase(path, { readonly: true, mustExist: true });
  const findings = new RowFinder(database).search({ exact: false, ...asked }, limit, () => {});
  return { ...findings, labels: findings.rows.map(foundRowLabel) };
}

const SHOP = (database: Database.Database): void => {
  database.exec(`
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, balance REAL, note);
    INSERT INTO customers VALUES (4711, 'Ann Lee', 12.5, NULL), (4712, 'Bob 50%', 0, 'owes ann'), (47110, 'Eve', 7, x'414e4e');
    CREATE TABLE stock (place TEXT, article TEXT, count INTEGER, PRIMARY KEY (place, article)) WITHOUT ROWID;
    INSERT INTO stock VALUES ('Ulm', 'anniversary cup', 4711), ('Ulm', 'plate', 3);
    CREATE TABLE log (at TEXT, what TEXT);
    INSERT INTO log VALUES ('2026-11-28', 'Ann was here');
    CREATE VIEW people AS SELECT name FROM customers;`);
};

describe('what is found', () => {
  test('text anywhere in any column of every table, whatever its case, by the keys of the rows', () => {
    expect(search(made(SHOP), { text: 'ANN' }).labels).toEqual([
      'customers 4711',
      'customers 4712',
      'customers 47110',
      'log (no key)',
      'stock Ulm, anniversary cup',
    ]);
  });

  test('numbers by their digits; with “exact” whole values only, numbers as numbers', () => {
    const path = made(SHOP);
    expect(search(path, { text: '4711' }).labels).toEqual([
      'customers 4711',
      'customers 47110',
      'stock Ulm, anniversary cup',
    ]);
    expect(search(path, { text: '4711', exact: true }).labels).toEqual([
      'customers 4711',
      'stock Ulm, anniversary cup',
    ]);
    expect(search(path, { text: '12.50', exact: true }).labels).toEqual(['customers 4711']);
  });

  test('in one table or one column alone', () => {
    const path = made(SHOP);
    expect(search(path, { text: 'ann', table: 'CUSTOMERS' }).labels).toHaveLength(3);
    expect(search(path, { text: 'ann', column: 'Name' }).labels).toEqual(['customers 4711']);
    expect(search(path, { text: 'ann', table: 'nothing' })).toMatchObject({ labels: [], columns: 0 });
  });

  test('characters that LIKE takes for others stand for themselves', () => {
    const path = made(SHOP);
    expect(search(path, { text: '0%' }).labels).toEqual(['customers 4712']);
    expect(search(path, { text: '_' }).labels).toEqual([]);
  });

  test('no more rows than asked for, and it is said that there are more', () => {
    const path = made(SHOP);
    const found = [4, 5].map((limit) => search(path, { text: 'ann' }, limit));
    expect(found.map(({ rows, more }) => [rows.length, more])).toEqual([
      [4, true],
      [5, false],
    ]);
  });

  test('names in quotes, emoji, invalid text and rows whose PRIMARY KEY is NULL', () => {
    const path = made((database) =>
      database.exec(`
        CREATE TABLE "a ""b"" 🐟" ("c ""d""" TEXT PRIMARY KEY, 'select' BLOB);
        INSERT INTO "a ""b"" 🐟" VALUES (CAST(x'66ff6f' AS TEXT), 'needle'), (NULL, 'needle');`),
    );
    expect(search(path, { text: 'needle' }).rows).toMatchObject([
      { key: { columns: ['c "d"'], cells: [{ textBytes: 'Zv9v', bytes: 3 }] } },
      { key: null, cells: [null, 'needle'] },
    ]);
  });

  test('text of a database in UTF-16', () => {
    const path = made((database) => {
      database.pragma("encoding = 'UTF-16le'");
      SHOP(database);
    });
    expect(search(path, { text: 'lee' }).rows).toMatchObject([{ cells: [4711, 'Ann Lee', { real: 12.5 }, null] }]);
    expect(search(path, { text: 'Ulm', exact: true }).labels).toHaveLength(2);
  });

  test('a row of 2,000 columns', () => {
    const columns = Array.from({ length: 2000 }, (_, index) => `c${index}`);
    const path = made((database) => {
      database.exec(`CREATE TABLE wide (${columns.join(', ')})`);
      database.exec(`INSERT INTO wide (c3, c1999) VALUES (1, 'needle')`);
    });
    expect(search(path, { text: 'needle' }).rows[0]?.cells).toHaveLength(2000);
    expect(search(path, { text: 'needle', exact: true }).rows).toHaveLength(1);
  });
});

describe('what a table is searched by', () => {
  test('an index answers which rows have a value in a column', () => {
    const path = made((database) =>
      database.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT, free TEXT); CREATE INDEX i ON t (code);
        INSERT INTO t VALUES (1, 'abc', 'abc')`),
    );
    const asked: string[] = [];
    const database = new Cipher(path, { readonly: true, verbose: (sql) => asked.push(String(sql)) });
    const finder = new RowFinder(database);
    const planOf = (column: string): string => {
      asked.length = 0;
      expect(finder.search({ text: 'abc', table: 't', column, exact: true }, 10, () => {}).rows).toHaveLength(1);
      const scan = asked.find((sql) => /^SELECT .* FROM main."t"(?! WHERE rowid)/s.test(sql)) ?? '';
      return (database.prepare(`EXPLAIN QUERY PLAN ${scan}`).all() as Array<{ detail: string }>)[0]?.detail ?? '';
    };
    expect(planOf('code')).toMatch(/^SEARCH main.t USING (COVERING )?INDEX i/);
    expect(planOf('free')).toMatch(/^SCAN main.t/);
    database.close();
  });

  test('a collation that is not known here hides nothing', () => {
    const path = made((database) => {
      database.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE); INSERT INTO t VALUES (1, 'Ann');
        CREATE INDEX i ON t (name)`);
      database.unsafeMode(true);
      database.pragma('writable_schema = ON');
      database.exec("UPDATE sqlite_schema SET sql = replace(sql, 'NOCASE', 'german')");
    });
    expect(search(path, { text: 'Ann' }).labels).toEqual(['t 1']);
    expect(search(path, { text: 'Ann', table: 't', column: 'name', exact: true }).labels).toEqual(['t 1']);
  });

  test('what is computed on reading, views and unknown modules are never asked', () => {
    const path = made((database) => {
      database.exec(`
        CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, loud TEXT AS (upper(name)), kept TEXT AS (name || '!') STORED);
        INSERT INTO t (name) VALUES ('Ann');
        CREATE VIEW endless AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c;
        CREATE VIRTUAL TABLE terms USING fts5(x, content='endless');`);
      database.unsafeMode(true);
      database.pragma('writable_schema = ON');
      database.exec("UPDATE sqlite_schema SET sql = replace(sql, 'upper(', 'unknown_upper(')");
    });
    const { rows, notes } = search(path, { text: 'ann' });
    expect(rows).toMatchObject([{ columns: ['id', 'name', 'kept'], cells: [1, 'Ann', 'Ann!'] }]);
    expect(notes).toEqual([]);
  });

  test('a table for full text is searched once', () => {
    const path = made((database) =>
      database.exec(`
        CREATE VIRTUAL TABLE notes USING fts5(title, body); INSERT INTO notes VALUES ('first', 'a needle');
        CREATE TABLE mails (id INTEGER PRIMARY KEY, body); INSERT INTO mails VALUES (1, 'a needle');
        CREATE VIRTUAL TABLE mail_terms USING fts5(body, content='mails', content_rowid='id');
        INSERT INTO mail_terms(mail_terms) VALUES ('rebuild');`),
    );
    expect(search(path, { text: 'needle' }).labels).toEqual(['mails 1', 'notes (no key)']);
  });
});

const url = (path: string): string => JSON.stringify(pathToFileURL(resolve(import.meta.dirname, '../../..', path)));
const WITH_LITTLE_MEMORY = `
  const { openDatabase } = await import(${url('src-main/core/engine/sqlite/open-database.ts')});
  const { RowFinder } = await import(${url('src-main/core/engine/rows/search-rows.ts')});
  const database = openDatabase(process.argv[1], { readonly: true, mustExist: true });
  database.pragma('hard_heap_limit = 30000000');
  const found = new RowFinder(database).search({ text: 'needle', exact: false }, 10, () => {});
  process.stdout.write(JSON.stringify(found));`;

test.each(BROKEN_RULES)('a database with $what is searched, and stays as it is', ({ make }) => {
  const path = join(temporaryFolder(), 'faulty.db');
  make(path);
  const before = readFileSync(path);
  expect(search(path, { text: 'a' }).columns).toBeGreaterThan(0);
  expect(readFileSync(path).equals(before)).toBe(true);
});

describe('long values', () => {
  test('are not searched, which is said, nor loaded: little memory is enough', () => {
    const path = made((database) =>
      database.exec(`CREATE TABLE files (id INTEGER PRIMARY KEY, name TEXT, content BLOB);
        INSERT INTO files VALUES (1, 'needle.bin', zeroblob(60000000)), (2, 'short', CAST('a needle' AS BLOB))`),
    );
    // A limit of SQLite's memory holds for the whole process, and cannot be raised again.
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', WITH_LITTLE_MEMORY, path]);
    const found = JSON.parse(output.toString()) as RowFindings;
    expect(found.rows.map(foundRowLabel)).toEqual(['files 1', 'files 2']);
    expect(found.rows[0]?.cells[2]).toEqual({ blob: '', bytes: 60_000_000 });
    expect(found.notes).toEqual(['Values longer than 1.0 MB in files were not searched.']);
  });

  test('are told apart beyond what is shown of them', () => {
    const path = made((database) => {
      database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)');
      database.prepare('INSERT INTO t VALUES (1, ?), (2, ?)').run(`${'x'.repeat(5000)}a`, `${'x'.repeat(5000)}b`);
    });
    using database = openDatabase(path, { readonly: true, mustExist: true });
    const finder = new RowFinder(database);
    const lookUp = (id: number): SeenRow => finder.lookUp('t', { columns: ['id'], cells: [id] }) as SeenRow;
    expect(lookUp(1).cells[1]).toEqual(lookUp(2).cells[1]);
    expect(lookUp(1).sha256).not.toBe(lookUp(2).sha256);
  });
});

describe('a row is looked up by its key', () => {
  test('as it is now, or it is missing, or that cannot be told', () => {
    const path = made(SHOP);
    using database = openDatabase(path, { readonly: true, mustExist: true });
    const finder = new RowFinder(database);
    const key = { columns: ['place', 'article'], cells: ['Ulm', 'plate'] };
    expect(finder.lookUp('stock', key)).toMatchObject({ key, cells: ['Ulm', 'plate', 3] });
    expect(finder.lookUp('stock', { ...key, cells: ['Ulm', 'cup'] })).toBeNull();
    expect(finder.lookUp('shelves', key)).toBeNull();
    expect(finder.lookUp('stock', { columns: ['place', 'number'], cells: ['Ulm', 1] })).toBe('unknown');
  });
});

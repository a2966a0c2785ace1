import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { restoreDump } from '../../src-main/core/engine/dump/restore-dump.ts';
import { everythingIn } from '../support/dump-databases.ts';
import { type Scene, setScene } from '../support/scene.ts';
import { verify } from '../support/stored-files.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { runToEnd } from '../support/test-core.ts';

/** The statements that make a small shop, as exporters write them between their own beginning and end. */
const SHOP = [
  'CREATE TABLE items(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, price REAL);',
  "INSERT INTO items VALUES(1,'semi;colon',0.5);",
  "INSERT INTO items VALUES(2,'it''s',1.25);",
  "INSERT INTO items VALUES(3,'two\nlines',3.0);",
  'CREATE TABLE sales(item INTEGER, at TEXT);',
  "INSERT INTO sales VALUES(1,'2026-11-01');",
  'DELETE FROM sqlite_sequence;',
  "INSERT INTO sqlite_sequence VALUES('items',3);",
  'CREATE INDEX sold ON sales(at);',
  'CREATE TRIGGER spare AFTER INSERT ON sales BEGIN UPDATE items SET price = price; SELECT 1; END;',
  'CREATE VIEW cheap AS SELECT * FROM items WHERE price < 1;',
].join('\n');
const IN_TRANSACTION = `PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n${SHOP}\nCOMMIT;\n`;

/** What a script makes in SQLite itself. */
function shop(): string[] {
  const path = join(temporaryFolder(), 'shop.db');
  const database = new Database(path);
  database.exec(SHOP);
  database.close();
  return everythingIn(path);
}

/** Restores a file as a person does and answers what was said and what is there. */
async function restore(scene: Scene, name: string, bytes: Buffer | string) {
  const path = join(scene.folder, name);
  writeFileSync(path, bytes);
  const target = join(temporaryFolder(), 'restored.db');
  const check = await runToEnd(scene.core, 'restores.check', { source: { path }, targetPath: target });
  const result = check.result?.kind === 'restore-check' ? check.result.check : undefined;
  if (result === undefined) return { error: check.error, message: '', target };
  const restored = await runToEnd(scene.core, 'restores.start', {
    checkRunId: check.id,
    confirmation: result.confirmation,
  });
  expect(restored.error).toBeNull();
  return { error: null, message: result.verification.message, target };
}

const NO_WARNING = /No manifest to compare with\.$/;
const END_UNKNOWN = /(?:truncation|a missing one at its end) cannot be detected\. Compare tables and rows/;

describe('dumps of programs that people use are restored', () => {
  const shell = (...lines: string[]) => `${lines.join('\n')}\n${IN_TRANSACTION}`;
  test.each<[string, Buffer | string, RegExp]>([
    ['a script between BEGIN and COMMIT', IN_TRANSACTION, NO_WARNING],
    [
      'words in small letters',
      IN_TRANSACTION.replace('BEGIN TRANSACTION', 'begin').replace('COMMIT', 'commit'),
      NO_WARNING,
    ],
    ['no semicolon behind COMMIT', IN_TRANSACTION.replace('COMMIT;\n', 'COMMIT'), NO_WARNING],
    ['a cloud service that writes no transaction', `PRAGMA defer_foreign_keys=TRUE;\n${SHOP}\n`, END_UNKNOWN],
    ['no transaction at all', SHOP, END_UNKNOWN],
    [
      'a web tool with comments and a date at its end',
      `-- Tool 4.8.1 SQLite 3 dump\n\n${SHOP}\n\n-- 2026-11-20\n`,
      END_UNKNOWN,
    ],
    [
      'DROP before everything',
      `DROP TABLE IF EXISTS "items";\nDROP VIEW IF EXISTS cheap;\n${SHOP}\nCOMMIT;\n`,
      NO_WARNING,
    ],
    [
      'DROP within the transaction',
      IN_TRANSACTION.replace('CREATE TABLE items', 'DROP TABLE IF EXISTS items;CREATE TABLE items'),
      NO_WARNING,
    ],
    ['a savepoint instead of BEGIN', `SAVEPOINT "my dump";\n${SHOP}\nRELEASE SAVEPOINT "my dump";\n`, NO_WARNING],
    ['savepoints in a transaction', IN_TRANSACTION.replace(SHOP, `SAVEPOINT a;${SHOP}RELEASE a;`), NO_WARNING],
    ['INSERT OR', IN_TRANSACTION.replaceAll('INSERT INTO', 'INSERT OR IGNORE INTO'), NO_WARNING],
    ['REPLACE', IN_TRANSACTION.replaceAll('INSERT INTO', 'REPLACE INTO'), NO_WARNING],
    [
      'commands of the shell before it',
      shell('.bail on', '.dbconfig defensive off', '# a comment of the shell', '.timeout 500'),
      NO_WARNING,
    ],
    [
      'commands of the shell within and behind it',
      `${IN_TRANSACTION.replace('CREATE VIEW', '.mode list\nCREATE VIEW')}.changes on`,
      NO_WARNING,
    ],
    [
      'upkeep behind COMMIT',
      `${IN_TRANSACTION}VACUUM;\nREINDEX;\nPRAGMA user_version=0;\nPRAGMA optimize;\n\n\n-- end\n/* of it */\n`,
      NO_WARNING,
    ],
    ['rows behind COMMIT', `${IN_TRANSACTION}DELETE FROM sales WHERE item = 7;\n`, END_UNKNOWN],
    [
      'two transactions',
      `BEGIN;\n${SHOP.replace('CREATE VIEW', 'COMMIT;\nBEGIN IMMEDIATE;\nCREATE VIEW')}\nEND TRANSACTION;\n`,
      END_UNKNOWN,
    ],
    ['all on one line', IN_TRANSACTION.replaceAll(';\n', ';'), NO_WARNING],
    ['lines that end with CR LF', IN_TRANSACTION.replaceAll('\n', '\r\n'), NO_WARNING],
    ['a mark of UTF-8', `\ufeff${IN_TRANSACTION}`, NO_WARNING],
    ['UTF-16 with a mark', Buffer.from(`\ufeff${IN_TRANSACTION}`, 'utf16le'), NO_WARNING],
    [
      'UTF-16 with a mark and CR LF',
      Buffer.from(`\ufeff${IN_TRANSACTION.replaceAll('\n', '\r\n')}`, 'utf16le'),
      NO_WARNING,
    ],
    ['UTF-16 without a mark', Buffer.from(IN_TRANSACTION, 'utf16le'), NO_WARNING],
    ['UTF-16 the other way round', Buffer.from(`\ufeff${IN_TRANSACTION}`, 'utf16le').swap16(), NO_WARNING],
    ['UTF-16 without a mark, the other way round', Buffer.from(IN_TRANSACTION, 'utf16le').swap16(), NO_WARNING],
    ['a comment in Latin-1', Buffer.from(`-- gr\u00f6\u00dfer\n${IN_TRANSACTION}`, 'latin1'), NO_WARNING],
    ['a long licence before it', `/*\n${' * a line of it\n'.repeat(900)}*/\n${IN_TRANSACTION}`, NO_WARNING],
    [
      'the table of AUTOINCREMENT written out',
      IN_TRANSACTION.replace('CREATE TABLE sales', 'CREATE TABLE sqlite_sequence(name,seq);\nCREATE TABLE sales'),
      NO_WARNING,
    ],
    ['pragmas with values in double quotes', `PRAGMA encoding="UTF-8";\n${IN_TRANSACTION}`, NO_WARNING],
    [
      'names with the schema',
      IN_TRANSACTION.replace('CREATE TABLE items', 'CREATE TABLE main."items"').replace(
        'TABLE main."items"',
        'TABLE main.items',
      ),
      NO_WARNING,
    ],
  ])('%s', async (_title, dump, said) => {
    const scene = await setScene();
    const { error, message, target } = await restore(scene, 'export.sql', dump);
    expect(error).toBeNull();
    expect(message).toMatch(said);
    expect(everythingIn(target)).toEqual(shop());
  });

  test('the same dump packed, and under any name', async () => {
    const scene = await setScene();
    const files: Array<[string, Buffer]> = [
      ['export.sql.gz', gzipSync(SHOP)],
      ['export.zst', zstdCompressSync(Buffer.from(`\ufeff${SHOP}`, 'utf16le'))],
      ['export.txt', Buffer.from(SHOP)],
      ['export', Buffer.from(`# made by a script\n${SHOP}`)],
    ];
    for (const [name, bytes] of files) {
      const { error, message, target } = await restore(scene, name, bytes);
      expect(error, name).toBeNull();
      expect(message).toMatch(END_UNKNOWN);
      expect(everythingIn(target)).toEqual(shop());
    }
  });

  test('what .recover writes, with virtual tables and what was lost and found', async () => {
    const scene = await setScene();
    const source = join(temporaryFolder(), 'words.db');
    const words = new Database(source);
    words.exec("CREATE VIRTUAL TABLE words USING fts5(x); INSERT INTO words VALUES('hello world')");
    const shadows = ['data', 'idx', 'content', 'docsize', 'config'].map((name) => `words_${name}`);
    const made = shadows.map((name) => {
      const sql = words.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(name);
      const columns = (words.pragma(`table_info(${name})`) as { name: string }[]).map((column) => column.name);
      const values = columns.map((column) => `quote(${column})`).join(" || ', ' || ");
      const rows = words.prepare(`SELECT ${values} FROM ${name}`).pluck().all();
      const into = `INSERT OR IGNORE INTO '${name}'(${columns.map((column) => `'${column}'`).join(', ')})`;
      return [`${sql};`, ...rows.map((row) => `${into} VALUES (${row});`)].join('\n');
    });
    words.close();
    const dump = [
      ".dbconfig defensive off\nBEGIN;\nPRAGMA writable_schema = on;\nPRAGMA encoding = 'UTF-8';\nPRAGMA page_size = '8192';",
      "PRAGMA auto_vacuum = '0';\nPRAGMA user_version = '9';\nPRAGMA application_id = '0';",
      "INSERT INTO sqlite_schema VALUES('table', 'words', 'words', 0, 'CREATE VIRTUAL TABLE words USING fts5(x)');",
      ...made,
      'CREATE TABLE "lost_and_found"(rootpgno INTEGER, pgno INTEGER, nfield INTEGER, id INTEGER, c0);',
      'INSERT INTO "lost_and_found" VALUES(5, 5, 1, NULL, \'x\');',
      'PRAGMA writable_schema = off;\nCOMMIT;\n',
    ].join('\n');
    const { error, message, target } = await restore(scene, 'recovered.sql', dump);
    expect(error).toBeNull();
    expect(message).toContain('Verified');
    const database = new Database(target, { readonly: true });
    expect(database.pragma('user_version', { simple: true })).toBe(9);
    expect(database.pragma('page_size', { simple: true })).toBe(8192);
    expect(database.prepare('SELECT x FROM words').pluck().all()).toEqual(['hello world']);
    expect(database.prepare('SELECT count(*) FROM lost_and_found').pluck().get()).toBe(1);
    database.close();
  });

  test('text in Latin-1 keeps its bytes, as in SQLite’s shell, and that is said', async () => {
    const scene = await setScene();
    const dump = Buffer.from(IN_TRANSACTION.replaceAll('semi;colon', 'gr\u00f6\u00dfer'), 'latin1');
    const { message, target } = await restore(scene, 'old.sql', dump);
    expect(message).toContain(
      'Text in 1 statement of the dump, the first in line 4, is not UTF-8. Its bytes are kept unchanged.',
    );
    const database = new Database(target, { readonly: true });
    expect(database.prepare('SELECT hex(name) FROM items WHERE id = 1').pluck().get()).toBe('6772F6DF6572');
    database.close();
  });

  test('a CR in a value stays where lines end with LF alone', async () => {
    const scene = await setScene();
    const { target } = await restore(
      scene,
      'mixed.sql',
      "BEGIN;\nCREATE TABLE t(a);\nINSERT INTO t VALUES('a\r\nb');\nCOMMIT;\n",
    );
    const database = new Database(target, { readonly: true });
    expect(database.prepare('SELECT a FROM t').pluck().get()).toBe('a\r\nb');
    database.close();
  });

  test('rows that break a CHECK are read', async () => {
    const target = join(temporaryFolder(), 'restored.db');
    const dump = 'BEGIN;\nCREATE TABLE t(a CHECK (a > 5));\nINSERT INTO t VALUES(1);\nCOMMIT;\n';
    expect(await restoreDump([Buffer.from(dump)], target)).toEqual([]);
    const database = new Database(target, { readonly: true });
    expect(database.prepare('SELECT a FROM t').pluck().all()).toEqual([1]);
    database.close();
  });

  test('a dump of SQLite’s .schema makes its tables, empty', async () => {
    const scene = await setScene();
    const source = join(temporaryFolder(), 'shop.db');
    const database = new Database(source);
    database.exec(`${SHOP} CREATE VIRTUAL TABLE words USING fts5(x); ANALYZE;`);
    database.close();
    const { error, message, target } = await restore(
      scene,
      'structure.sql',
      execFileSync('sqlite3', [source, '.schema']),
    );
    expect(error).toBeNull();
    expect(message).toMatch(END_UNKNOWN);
    const restored = new Database(target, { readonly: true });
    expect(restored.prepare('SELECT count(*) FROM items').pluck().get()).toBe(0);
    expect(restored.prepare('SELECT count(*) FROM words').pluck().get()).toBe(0);
    restored.close();
  });
});

describe('what is no whole dump for SQLite is refused, and named', () => {
  test.each<[string, string, string, RegExp]>([
    [
      'an open transaction',
      IN_TRANSACTION.replace('COMMIT;\n', ''),
      'CORRUPT',
      /truncated: no COMMIT at its end, in line 14/,
    ],
    ['an open savepoint', `SAVEPOINT a;\n${SHOP}\n`, 'CORRUPT', /truncated: .*in line 13/],
    [
      'a savepoint in a transaction that is never committed',
      `BEGIN;\nSAVEPOINT a;\n${SHOP}\nRELEASE a;\n`,
      'CORRUPT',
      /truncated/,
    ],
    [
      'an open string',
      `${SHOP}\nINSERT INTO items VALUES(9,'and`,
      'CORRUPT',
      /truncated: its last statement, in line 13,/,
    ],
    [
      'half a statement',
      `${SHOP}\nINSERT INTO items VALUES(9,`,
      'CORRUPT',
      /truncated: its last statement, in line 13,/,
    ],
    [
      'half a trigger',
      `${SHOP}\nCREATE TRIGGER x AFTER INSERT ON sales BEGIN SELECT 1;`,
      'CORRUPT',
      /truncated: its last statement, in line 13,/,
    ],
    ['UTF-16 that ends within a letter', `\ufeff${IN_TRANSACTION}`, 'CORRUPT', /UTF-16 text cannot be read to the end/],
    [
      'ROLLBACK',
      IN_TRANSACTION.replace('COMMIT;', 'ROLLBACK; -- due to errors'),
      'CORRUPT',
      /ends with ROLLBACK in line 15/,
    ],
    [
      'rows without their tables',
      "INSERT OR REPLACE INTO items VALUES(1,'a',2);\n",
      'CORRUPT',
      /line 1 of the dump: no such table: items/,
    ],
    [
      'ATTACH',
      IN_TRANSACTION.replace('COMMIT', "ATTACH 'evil.db' AS e; COMMIT"),
      'UNSUPPORTED',
      /Line 15 .* not allowed: ATTACH/,
    ],
    ['ATTACH first', `ATTACH 'evil.db' AS e;\n${SHOP}`, 'UNSUPPORTED', /Line 1 .* not allowed: ATTACH/],
    ['DETACH', `${SHOP}\nDETACH e;`, 'UNSUPPORTED', /Line 13 .* not allowed: DETACH/],
    ['VACUUM INTO', `${IN_TRANSACTION}VACUUM INTO 'evil.db';`, 'UNSUPPORTED', /Line 16 .* not allowed: VACUUM/],
    [
      'a temporary table',
      'BEGIN;\nCREATE TEMP TABLE x(a);\nCOMMIT;',
      'UNSUPPORTED',
      /Line 2 .* not allowed: CREATE TEMP/,
    ],
    [
      'a table in temp',
      'BEGIN;\nCREATE TABLE IF NOT EXISTS "temp" . x(a);\nCOMMIT;',
      'UNSUPPORTED',
      /Line 2 .* not allowed: CREATE in the schema temp/,
    ],
    [
      'a command that runs programs',
      `.system touch evil\n${IN_TRANSACTION}`,
      'UNSUPPORTED',
      /Line 1 .* shell command \.system/,
    ],
    [
      'a command that reads files, within',
      IN_TRANSACTION.replace('CREATE VIEW', '.read evil.sql\nCREATE VIEW'),
      'UNSUPPORTED',
      /Line 14 .* shell command \.read/,
    ],
    [
      'an extension',
      `${SHOP}\nINSERT INTO sales VALUES(load_extension('x'),1);`,
      'CORRUPT',
      /line 13 .* not authorized/,
    ],
    [
      'MySQL',
      '-- MySQL dump 10.13\n/*!40101 SET NAMES utf8 */;\nDROP TABLE IF EXISTS `a`;\n',
      'UNSUPPORTED',
      /dump of a MySQL or MariaDB database/,
    ],
    [
      'MySQL without comments',
      'DROP TABLE IF EXISTS `a`;\nCREATE TABLE `a` (`id` int) ENGINE=InnoDB;\n',
      'UNSUPPORTED',
      /MySQL or MariaDB/,
    ],
    [
      'phpMyAdmin',
      '-- phpMyAdmin SQL Dump\nSET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";\n',
      'UNSUPPORTED',
      /MySQL or MariaDB/,
    ],
    [
      'PostgreSQL',
      '--\n-- PostgreSQL database dump\n--\nSET statement_timeout = 0;\n',
      'UNSUPPORTED',
      /dump of a PostgreSQL database/,
    ],
    ['PostgreSQL in its own format', 'PGDMP\u0001\u000e\u0000', 'UNSUPPORTED', /dump of a PostgreSQL database/],
    ['a table of values', 'id,name\n1,"a, b"\n2,c\n', 'UNSUPPORTED', /table of values \(CSV\)/],
    ['prose', 'Create a backup, then update\nthe table of contents.\n', 'CORRUPT', /(?:is|contains) a text file/],
    ['a question', '/* export */\nSELECT 1;\n', 'UNSUPPORTED', /is not a SQLite dump/],
  ])('%s', async (title, text, code, message) => {
    const scene = await setScene();
    const utf16 = title.includes('UTF-16');
    const bytes = utf16 ? Buffer.from(text, 'utf16le').subarray(0, -3) : Buffer.from(text);
    for (const [name, stored] of [
      ['export.sql', bytes],
      ['export.sql.gz', gzipSync(bytes)],
    ] as const) {
      const { error } = await restore(scene, name, stored);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
      expect(`${error?.message} ${error?.hint}`).not.toContain('staging');
    }
  });

  test('a dump for SQLite may speak of other programs', async () => {
    const scene = await setScene();
    const dump = `-- converted from: MySQL dump 10.13\nPRAGMA synchronous = OFF;\nBEGIN;\nCREATE TABLE t(a);\nINSERT INTO t VALUES('x) ENGINE=InnoDB');\nCOMMIT;\n`;
    const { error } = await restore(scene, 'converted.sql', dump);
    expect(error).toBeNull();
  });
});

test('a verification says it too, and keeps the warning as a check', async () => {
  const scene = await setScene();
  const path = join(scene.folder, 'export.sql');
  writeFileSync(path, SHOP);
  const { checks, valid } = await verify(scene, path);
  expect(valid).toBe(true);
  expect(checks.filter(({ outcome }) => outcome === 'warning')).toEqual([
    { name: 'dump', outcome: 'warning', on: 'copy', detail: expect.stringMatching(END_UNKNOWN) },
  ]);
  expect(readFileSync(path, 'utf8')).toBe(SHOP);
});

/** A virtual table as later versions of Python's iterdump write it, in place of its CREATE statement. */
const asEntry = (dump: string): string =>
  dump.replaceAll(/^CREATE VIRTUAL TABLE (\w+|"(?:[^"]|"")+") .*(?=;$)/gm, (sql, quoted: string) => {
    const name = quoted.replaceAll(/^"|"$/g, '').replaceAll('""', '"');
    const text = `'${sql.replaceAll("'", "''")}'`;
    return `INSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql)VALUES('table','${name}','${name}',0,${text})`;
  });
/** As earlier ones do. */
const asStatement = (dump: string): string =>
  dump.replaceAll(/^INSERT INTO sqlite_master\(.*,0,'(CREATE VIRTUAL TABLE .*)'\);$/gm, (_line, sql: string) => {
    return `${sql.replaceAll("''", "'")};`;
  });

describe.each([
  ['later versions of Python’s iterdump', asEntry],
  ['earlier versions of Python’s iterdump', asStatement],
])('what %s write of virtual tables', (_version, asWritten) => {
  const made = [
    'CREATE VIRTUAL TABLE words USING fts5(x);',
    "INSERT INTO words VALUES('some words');",
    'CREATE VIRTUAL TABLE "old ""words" USING fts4(x);',
    'INSERT INTO "old ""words" VALUES(\'other words\');',
    'CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1);',
    'INSERT INTO boxes VALUES(1, 2.0, 3.0);',
  ].join(' ');
  const script = `import sqlite3\nc = sqlite3.connect(':memory:')\nc.executescript('''${made}''')\nprint('\\n'.join(c.iterdump()))`;
  const write = (): string => asWritten(execFileSync('python3', ['-c', script], { encoding: 'utf8' }));

  test('is read, though the rows come before the tables that hold them', async () => {
    const scene = await setScene();
    const dump = write();
    expect(dump.indexOf('INSERT INTO "words"')).toBeLessThan(dump.indexOf("CREATE TABLE 'words_content'"));
    const { error, message, target } = await restore(scene, 'iterdump.sql', dump);
    expect(error).toBeNull();
    expect(message).toContain('The dump fills the virtual table words before it creates its shadow tables.');
    const restored = new Database(target, { readonly: true });
    expect(restored.prepare("SELECT x FROM words WHERE words MATCH 'some'").pluck().all()).toEqual(['some words']);
    expect(restored.prepare('SELECT x FROM "old ""words"').pluck().all()).toEqual(['other words']);
    expect(restored.prepare('SELECT * FROM boxes').all()).toEqual([{ id: 1, x0: 2, x1: 3 }]);
    restored.close();
  });

  test('is refused or read whole without the tables that hold the rows', async () => {
    const scene = await setScene();
    const without = write()
      .split('\n')
      .filter((line) => !/words_/.test(line));
    const { error, target } = await restore(scene, 'without.sql', without.join('\n'));
    if (asWritten === asEntry) {
      expect(error).toMatchObject({ code: 'CORRUPT', message: expect.stringContaining('shadow tables are missing') });
      return;
    }
    expect(error).toBeNull();
    const restored = new Database(target, { readonly: true });
    expect(restored.prepare("SELECT x FROM words WHERE words MATCH 'some'").pluck().all()).toEqual(['some words']);
    restored.close();
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import Database from 'better-sqlite3';

/** Whether this machine has SQLite's shell and the tool that compares two databases. */
export const hasSqliteTools = ['sqlite3', 'sqldiff'].every((tool) => spawnSync(tool, ['--help']).error === undefined);

/** Odd names that a table, a column or an index can have. */
const ODD_NAMES = [
  'a "quoted" one',
  "it's",
  'dots.and spaces',
  'select',
  'Ünïcödé ✓',
  'two\nlines',
  '[b]',
  '`c`',
  ';--',
];

/** Makes a database with one of everything that a dump could get wrong. */
export function makeOddDatabase(path: string, encoding: 'UTF-8' | 'UTF-16le' | 'UTF-16be' = 'UTF-8'): void {
  const database = new Database(path);
  database.pragma(`encoding = '${encoding}'`);
  // Hundreds of small commits, none of which has to outlive a loss of power.
  database.pragma('synchronous = OFF');
  database.pragma('page_size = 1024');
  database.pragma('auto_vacuum = INCREMENTAL');
  database.pragma('foreign_keys = OFF');
  database.exec(`
    PRAGMA user_version = -7;
    PRAGMA application_id = 1196444487;
    create  TABLE /* a comment */ child(id integer primary key autoincrement, parent REFERENCES parents(id), -- why
      note text default 'a;b''c');
    INSERT INTO child VALUES (1, 'not there', 'x'), (900, 5, NULL);
    DELETE FROM child WHERE id = 900;
    CREATE TABLE parents(id INT PRIMARY KEY DESC, v);
    INSERT INTO parents(rowid, id, v) VALUES (9, 1, 'one'), (4, 2, 'two'), (-3, 3, zeroblob(0));
    CREATE TABLE key_with_index(id INTEGER PRIMARY KEY DESC, v);
    INSERT INTO key_with_index(rowid, id, v) VALUES (70, 1, 'one'), (50, 2, 'two');
    CREATE TABLE no_rowid(a TEXT COLLATE NOCASE, b, c, PRIMARY KEY (b, a)) WITHOUT ROWID;
    INSERT INTO no_rowid VALUES ('z', 1, 'x'), ('a', 1, 'y'), ('m', 0, X'00ff');
    CREATE TABLE strict_one(i INT, r REAL, t TEXT, b BLOB, a ANY) STRICT;
    INSERT INTO strict_one VALUES (1, 2, '3', X'04', '05'), (NULL, -0.0, '', X'', 1e300);
    CREATE TABLE generated(a INT, twice INT AS (a * 2) STORED, b TEXT, thrice INT GENERATED ALWAYS AS (a * 3) VIRTUAL, c);
    INSERT INTO generated VALUES (5, 'five', 'c'), (6, 'six', NULL);
    CREATE TABLE shadowing(rowid TEXT, oid TEXT, v);
    INSERT INTO shadowing(_rowid_, rowid, oid, v) VALUES (44, 'r', 'o', 1), (33, 'R', 'O', 2);
    CREATE TABLE all_shadowed(rowid, oid, _rowid_);
    INSERT INTO all_shadowed VALUES (1, 2, 3), (4, 5, 6);
    CREATE TABLE checked(v CHECK (v > 100));
    PRAGMA ignore_check_constraints = ON;
    INSERT INTO checked VALUES (1), (200);
    PRAGMA ignore_check_constraints = OFF;
    CREATE TABLE grown(a);
    INSERT INTO grown VALUES (1), (2);
    ALTER TABLE grown ADD COLUMN b TEXT DEFAULT 'x''y' NOT NULL;
    ALTER TABLE grown ADD COLUMN c REAL DEFAULT 5;
    INSERT INTO grown VALUES (3, 'own', 0.1);
    ALTER TABLE grown RENAME TO Grown2;
    CREATE TABLE empty_one(a, b);
    CREATE INDEX partial ON parents(v) WHERE v IS NOT NULL AND v <> 'a;b';
    CREATE UNIQUE INDEX by_expression ON parents(lower(v) COLLATE NOCASE DESC, id + 1);
    CREATE VIEW later AS SELECT * FROM earlier;
    CREATE VIEW earlier AS SELECT id, 'it''s; here' AS "a b" FROM parents -- at the end
    ;
    CREATE TABLE log(what);
    CREATE TRIGGER logs AFTER INSERT ON parents WHEN new.v <> ';' BEGIN
      INSERT INTO log VALUES ('a "quoted"; END; ''one'''); -- END;
      SELECT CASE WHEN 1 THEN 2 END;
    END;
    CREATE TRIGGER "on view" INSTEAD OF DELETE ON earlier BEGIN DELETE FROM parents WHERE id = old.id; END;
    CREATE VIRTUAL TABLE words USING fts5(title, body, tokenize = 'porter unicode61');
    INSERT INTO words(rowid, title, body) VALUES (7, 'running', 'it''s a test'), (3, 'Füße', 'x');
    INSERT INTO words(words, rank) VALUES ('rank', 'bm25(10.0, 5.0)');
    CREATE TABLE notes(id INTEGER PRIMARY KEY, body);
    INSERT INTO notes VALUES (1, 'first words'), (2, 'second words');
    CREATE VIRTUAL TABLE notes_words USING fts5(body, content = 'notes', content_rowid = 'id');
    INSERT INTO notes_words(rowid, body) VALUES (1, 'first words');
    CREATE VIRTUAL TABLE bare_words USING fts5(body, content = '');
    INSERT INTO bare_words(rowid, body) VALUES (12, 'only indexed');
    CREATE VIRTUAL TABLE old_words USING fts4(a, b);
    INSERT INTO old_words(docid, a, b) VALUES (5, 'older words', 'more');
    CREATE VIRTUAL TABLE "oldest 'words'" USING fts3(a);
    INSERT INTO "oldest 'words'" VALUES ('oldest');
    CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1, +note);
    INSERT INTO boxes VALUES (1, 0.5, 2.25, 'box'), (2, -1, 1, X'00');
    CREATE TABLE dropped(id INTEGER PRIMARY KEY AUTOINCREMENT);
    INSERT INTO sqlite_sequence VALUES ('gone', 12);
    ANALYZE;
  `);
  for (const [n, name] of ODD_NAMES.entries()) {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    const other = `"${(ODD_NAMES[(n + 1) % ODD_NAMES.length] ?? '').replaceAll('"', '""')}"`;
    database.exec(`CREATE TABLE ${quoted}(${quoted} TEXT, ${other} DEFAULT ${n})`);
    database.exec(`CREATE INDEX "index ${name.replaceAll('"', '""')}" ON ${quoted}(${other})`);
    database.prepare(`INSERT INTO ${quoted}(rowid, ${quoted}) VALUES (?, ?)`).run(n * 10 - 40, name);
  }
  addOddValues(database);
  database.close();
}

function addOddValues(database: Database.Database): void {
  database.exec(
    'CREATE TABLE odd(v); CREATE TABLE odd_text(v TEXT); CREATE TABLE odd_real(v REAL); CREATE TABLE odd_number(v NUMERIC)',
  );
  const reals = [
    0.1,
    1 / 3,
    1e22,
    1e23,
    5e-324,
    -2.2250738585072014e-308,
    1.7976931348623157e308,
    4.91e-6,
    19.99,
    2 ** 53,
  ];
  const view = new DataView(new ArrayBuffer(8));
  for (let n = 0n; n < 400n; n++) {
    // Bits as if by chance, the same each time.
    view.setBigUint64(0, BigInt.asUintN(64, (n + 1n) * 0x9e3779b97f4a7c15n * 0x2545f4914f6cdd1dn));
    if (Number.isFinite(view.getFloat64(0))) reals.push(view.getFloat64(0));
  }
  const values: unknown[] = [
    null,
    ...[0n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)],
    ...[-0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, ...reals],
    ...[
      '',
      "'",
      "''';--",
      'null',
      '1e5',
      '\n.shell true\n;',
      '\r\nGO\r\n',
      'a\rb',
      '\\r\r\\n',
      '\u001a',
      '\ufeff',
      '\ufffd',
      '🂡',
    ],
    ...[Buffer.alloc(0), Buffer.from([0, 39, 10, 255]), Buffer.alloc(200_000, 7)],
    'long '.repeat(40_000),
  ];
  for (const table of ['odd', 'odd_text', 'odd_real', 'odd_number'])
    for (const value of values) database.prepare(`INSERT INTO ${table} VALUES (?)`).run(value);
  // Bytes that are no text in this encoding, a NUL, and half a surrogate pair.
  for (const bytes of [
    '00',
    '610062',
    'ff',
    '27ff27',
    'c328',
    'eda080',
    '0dff',
    '3dd8',
    'd83d',
    '0d000a00',
    '000d000a',
    '1a00',
  ])
    for (const table of ['odd', 'odd_text']) database.exec(`INSERT INTO ${table} VALUES (CAST(X'${bytes}' AS TEXT))`);
}

/** All that a database holds, one line for each thing, so that two can be compared to the last bit. */
export function everythingIn(path: string): string[] {
  const database = new Database(path, { readonly: true });
  try {
    const lines = ['page_size', 'encoding', 'auto_vacuum', 'user_version', 'application_id'].map(
      (name) => `${name} ${database.pragma(name, { simple: true })}`,
    );
    const schema = database
      .prepare('SELECT type, name, tbl_name, sql, rootpage > 0 AS stored FROM sqlite_master ORDER BY type, name')
      .all() as Array<{ type: string; name: string; sql: string | null; stored: number }>;
    for (const entry of schema) {
      lines.push(JSON.stringify(entry));
      if (entry.type === 'table' && entry.stored) for (const row of rowsOf(database, entry.name)) lines.push(row);
    }
    return lines;
  } finally {
    database.close();
  }
}

function rowsOf(database: Database.Database, table: string): string[] {
  const quoted = `"${table.replaceAll('"', '""')}"`;
  const columns = database.pragma(`table_info(${quoted})`) as Array<{ name: string }>;
  const names = columns.map(({ name }) => `"${name.replaceAll('"', '""')}"`);
  const [list] = database.pragma(`table_list(${quoted})`) as Array<{ wr: number }>;
  const alias = ['rowid', '_rowid_', 'oid'].find((each) => columns.every(({ name }) => name !== each));
  if (list?.wr === 0 && alias !== undefined) names.unshift(alias);
  // The arc tangent tells -0.0 from 0.0.
  const values = names.map(
    (name) => `typeof(${name}), iif(typeof(${name}) IN ('text', 'blob'), hex(${name}), ${name}),
    iif(typeof(${name}) = 'real', atan2(${name}, -1), 0)`,
  );
  return database
    .prepare(`SELECT ${values.join(',')} FROM ${quoted}`)
    .raw()
    .safeIntegers()
    .all()
    .map((row) => `${table}: ${(row as unknown[]).map(String).join(' ')}`)
    .sort();
}

/** What SQLite's own tool finds different between two databases; empty: nothing. */
export function differences(one: string, other: string): string {
  return execFileSync('sqldiff', [one, other], { encoding: 'latin1', maxBuffer: 1 << 26 });
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { makeEncrypted, openEncrypted, RAW_KEY, SQLCIPHER_4 } from './encrypted-databases.ts';
import { CHECKED_IN_FULL, PROGRAM_DATABASES } from './program-databases.ts';

const PASSPHRASE = 'correct horse battery staple';

/** A kind of database that people have. */
export interface DatabaseKind {
  what: string;
  make(path: string): void;
  /** The key of what is encrypted. */
  key?: string;
  /** Opens what is encrypted; it is encrypted where this is given. */
  open?(path: string): Database.Database;
  /** It needs what only its own program brings: some methods refuse it, and its pages are compared. */
  needsProgram?: boolean;
  /** What a backup by a method ends with, before anything is stored. */
  refused?: Partial<Record<'online' | 'compact' | 'dump', { code: string; message: RegExp }>>;
  /** What a method does not keep, as the product says. */
  changed?: Partial<Record<'online' | 'compact' | 'dump', ReadonlyArray<keyof DatabaseContent>>>;
}

/** All that must be the same once a database has been restored. */
export interface DatabaseContent {
  schema: unknown;
  /** By table: its rows in their order, each with a hash. */
  rows: Record<string, string>;
  /** By table: their rowids, where it has any. */
  rowids: Record<string, string>;
  /** Of the whole file: page size, encoding, versions and so on. */
  file: Record<string, unknown>;
}

const kind = (what: string, make: (database: Database.Database) => void, more: Partial<DatabaseKind> = {}) => ({
  what,
  make: (path: string): void => {
    const database = new Database(path);
    // No power fails before it is backed up.
    database.pragma('synchronous = OFF');
    try {
      make(database);
    } finally {
      database.close();
    }
  },
  ...more,
});

const SQLCIPHER_3 = ["cipher='sqlcipher'", 'legacy=3'];

const withPragmas =
  (...pragmas: string[]) =>
  (database: Database.Database): void => {
    for (const pragma of pragmas) database.pragma(pragma);
    fill(database);
  };

function fill(database: Database.Database): void {
  database.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, body BLOB, n NUMERIC)');
  database.exec('CREATE INDEX by_title ON notes(title)');
  const insert = database.prepare('INSERT INTO notes(title, body, n) VALUES (?, ?, ?)');
  database.transaction(() => {
    for (let n = 0; n < 200; n++) insert.run(`title ${n % 17} é ✓ 漢字`, Buffer.alloc(n * 3, n), n / 7);
  })();
}

/** Every kind, each small: what is tried is what it is, not how large. */
export const DATABASE_KINDS: readonly DatabaseKind[] = [
  kind('in WAL mode', withPragmas('journal_mode = WAL')),
  kind('in a rollback-journal mode', withPragmas('journal_mode = DELETE')),
  kind('pages of 512 bytes', withPragmas('page_size = 512')),
  kind('pages of 65,536 bytes', withPragmas('page_size = 65536')),
  kind('UTF-16, low byte first', withPragmas("encoding = 'UTF-16le'")),
  kind('UTF-16, high byte first', withPragmas("encoding = 'UTF-16be'")),
  kind('auto_vacuum full', withPragmas('auto_vacuum = 1')),
  kind('auto_vacuum incremental', withPragmas('auto_vacuum = 2')),
  kind('user_version and application_id', withPragmas('user_version = -5', 'application_id = 1196444487')),
  kind('no tables at all', (database) => database.exec('CREATE TABLE t(a); DROP TABLE t')),
  kind('tables without rowids, and strict ones', (database) =>
    database.exec(`CREATE TABLE w(a TEXT, b INT, c, PRIMARY KEY (b, a)) WITHOUT ROWID;
      CREATE TABLE s(id INTEGER PRIMARY KEY, t TEXT NOT NULL, r REAL, any ANY) STRICT;
      INSERT INTO w VALUES ('x', 2, x'00ff'), ('y', 1, NULL); INSERT INTO s VALUES (1, 't', 1.5, 'a'), (9, '', NULL, x'01')`),
  ),
  kind('generated columns, expression and partial indexes', (database) =>
    database.exec(`CREATE TABLE g(a INT, b AS (a * 2), c TEXT AS ('n' || a) STORED UNIQUE);
      CREATE INDEX half ON g(a / 2) WHERE a > 3; INSERT INTO g(a) VALUES (1), (5), (9)`),
  ),
  kind('views, triggers and AUTOINCREMENT', (database) =>
    database.exec(`CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT, v); CREATE VIEW av AS SELECT v FROM a;
      CREATE TABLE log(v); CREATE TRIGGER note AFTER INSERT ON a BEGIN INSERT INTO log VALUES ('a; b' || new.v); END;
      CREATE TRIGGER into_view INSTEAD OF INSERT ON av BEGIN INSERT INTO a(v) VALUES (new.v); END;
      INSERT INTO a(v) VALUES (1), (2); DELETE FROM a WHERE id = 2`),
  ),
  kind(
    'rowids with gaps that no column stands for',
    (database) => {
      database.exec('CREATE TABLE r(v)');
      for (const rowid of [-9, 3, 70, 2 ** 40])
        database.prepare('INSERT INTO r(rowid, v) VALUES (?, ?)').run(rowid, 'v');
    },
    { changed: { compact: ['rowids'] } },
  ),
  kind('odd values', (database) =>
    database.exec(`CREATE TABLE o(v); INSERT INTO o VALUES (NULL), (''), (x''), (9e999), (-9e999), (-0.0), (0.1),
      (9223372036854775807), (-9223372036854775808), (1e-300), ('it''s' || char(0) || 'more'), (char(10, 13, 65279)),
      (cast(x'fffe41' AS TEXT)), (zeroblob(70000))`),
  ),
  kind('odd names', (database) =>
    database.exec(`CREATE TABLE "a ""quoted"" name; -- " ("col umn" INT, "select" TEXT, "x]y" BLOB);
      CREATE TABLE 'tä✓'(v); INSERT INTO 'tä✓' VALUES (1); CREATE INDEX "in;dex" ON "a ""quoted"" name; -- "("select");
      INSERT INTO "a ""quoted"" name; -- " VALUES (1, 'x', x'01')`),
  ),
  kind('virtual tables of full text and of boxes', (database) =>
    database.exec(`CREATE VIRTUAL TABLE f5 USING fts5(title, body); INSERT INTO f5 VALUES ('a', 'hello world');
      CREATE VIRTUAL TABLE f4 USING fts4(body); INSERT INTO f4 VALUES ('hello again');
      CREATE VIRTUAL TABLE r USING rtree(id, x0, x1); INSERT INTO r VALUES (1, 0.5, 1.5)`),
  ),
  kind('statistics of ANALYZE', (database) => {
    fill(database);
    database.exec('ANALYZE');
  }),
  kind('rows against CHECK and NOT NULL', (database) => {
    database.exec('CREATE TABLE c(a INT, b TEXT)');
    database.exec("INSERT INTO c VALUES (-1, 'x'), (2, NULL)");
    rewriteSchema(database, 'c', 'CREATE TABLE c(a INT CHECK (a > 0), b TEXT NOT NULL)');
  }),
  kind('strings in double quotes in the schema', (database) => quoteStrings(database)),
  kind('a schema whose texts are blobs', (database) => storeSchemaAsBlobs(database)),
  kind('a schema whose types are not those of SQLite', (database) => {
    fill(database);
    database.exec(
      'CREATE INDEX by_n ON notes(n); CREATE TABLE w(a PRIMARY KEY) WITHOUT ROWID; INSERT INTO w VALUES (1)',
    );
    changeSchema(database, 'UPDATE sqlite_schema SET type = upper(type)');
  }),
  kind('rows without their parent', (database) => {
    database.pragma('foreign_keys = OFF');
    database.exec(
      'CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE k(p INT REFERENCES p(id)); INSERT INTO k VALUES (7)',
    );
  }),
  kind('one long row and many columns', (database) => {
    const columns = Array.from({ length: 400 }, (_, n) => `c${n} INT`).join(', ');
    database.exec(`CREATE TABLE wide(${columns}); INSERT INTO wide(c0, c399) VALUES (1, 2)`);
    database.exec('CREATE TABLE long(v); INSERT INTO long VALUES (hex(zeroblob(300000)))');
  }),
  {
    what: 'encrypted by SQLCipher 4',
    key: RAW_KEY,
    make: (path) => makeEncrypted(path, RAW_KEY, 300),
    open: (path) => openEncrypted(path, RAW_KEY, SQLCIPHER_4),
    refused: { dump: { code: 'UNSUPPORTED', message: /plain text/ } },
  },
  {
    what: 'encrypted by SQLCipher 3',
    key: PASSPHRASE,
    make: (path) => makeEncrypted(path, PASSPHRASE, 300, SQLCIPHER_3),
    open: (path) => openEncrypted(path, PASSPHRASE, SQLCIPHER_3),
    refused: { dump: { code: 'UNSUPPORTED', message: /plain text/ } },
  },
  {
    what: 'encrypted, with strings in double quotes in the schema',
    key: RAW_KEY,
    make: (path) => {
      makeEncrypted(path, RAW_KEY, 300);
      const database = openEncrypted(path, RAW_KEY, SQLCIPHER_4);
      quoteStrings(database);
      database.close();
    },
    open: (path) => openEncrypted(path, RAW_KEY, SQLCIPHER_4),
    refused: { dump: { code: 'UNSUPPORTED', message: /plain text/ } },
  },
  {
    what: 'encrypted, with a schema whose texts are blobs',
    key: RAW_KEY,
    make: (path) => {
      makeEncrypted(path, RAW_KEY, 300);
      const database = openEncrypted(path, RAW_KEY, SQLCIPHER_4);
      storeSchemaAsBlobs(database);
      database.close();
    },
    open: (path) => openEncrypted(path, RAW_KEY, SQLCIPHER_4),
    refused: { dump: { code: 'UNSUPPORTED', message: /plain text/ } },
  },
  ...[...PROGRAM_DATABASES, ...CHECKED_IN_FULL].map(({ what, make }) => kind(what, make, { needsProgram: true })),
];

/** As SQLite takes it where a program has not forbidden it: what is in double quotes and no column is a string. */
function quoteStrings(database: Database.Database): void {
  database.exec(
    "CREATE TABLE q(id INTEGER PRIMARY KEY, s TEXT, g TEXT AS (s)); CREATE INDEX qi ON q(id) WHERE s = 'none'",
  );
  database.exec("INSERT INTO q(s) VALUES ('none'), ('other')");
  rewriteSchema(
    database,
    'q',
    'CREATE TABLE q(id INTEGER PRIMARY KEY, s TEXT DEFAULT "none" CHECK (s <> "bad"), g TEXT AS (s || "x"))',
  );
  rewriteSchema(database, 'qi', 'CREATE INDEX qi ON q(id) WHERE s = "none"');
}

function storeSchemaAsBlobs(database: Database.Database): void {
  fill(database);
  database.exec('CREATE INDEX by_n ON notes(n); CREATE VIEW titles AS SELECT title FROM notes');
  const asBlobs = ['type', 'name', 'tbl_name', 'sql'].map((column) => `${column} = CAST(${column} AS BLOB)`);
  changeSchema(database, `UPDATE sqlite_schema SET ${asBlobs.join(', ')}`);
}

/** Says of a table what its program would have said. */
function rewriteSchema(database: Database.Database, name: string, sql: string): void {
  changeSchema(database, 'UPDATE sqlite_schema SET sql = ? WHERE name = ?', sql, name);
}

/** Changes the schema past SQLite's checks. */
function changeSchema(database: Database.Database, change: string, ...values: string[]): void {
  database.unsafeMode(true);
  database.pragma('writable_schema = ON');
  database.prepare(change).run(...values);
  database.pragma('writable_schema = OFF');
  database.unsafeMode(false);
}

const PRAGMAS = ['page_size', 'encoding', 'auto_vacuum', 'user_version', 'application_id', 'journal_mode'];

/** Reads all that must be the same again, by a SQLite that is not the product's where it is not encrypted. */
export function contentOfKind({ open, needsProgram }: DatabaseKind, path: string): DatabaseContent {
  const header = readFileSync(path).subarray(0, 100);
  const reserved = header.readUInt8(20);
  // The page size may be changed by nothing but a backup; the first page has counters that a backup changes.
  if (needsProgram)
    return { schema: null, rows: { pages: hash(readFileSync(path).subarray(100)) }, rowids: {}, file: {} };
  const database = open?.(path) ?? new Database(path, { readonly: true });
  try {
    database.defaultSafeIntegers(true);
    // SQLite goes by the statements: it makes no difference between texts and blobs, and asks for no type.
    const schema = database
      .prepare(
        `SELECT CAST(name AS TEXT) AS name, CAST(tbl_name AS TEXT) AS "table",
           CAST(sql AS TEXT) AS sql FROM sqlite_schema ORDER BY 1, 2, 3`,
      )
      .all();
    const tables = database
      .prepare("SELECT CAST(name AS TEXT) FROM sqlite_schema WHERE CAST(sql AS TEXT) LIKE 'CREATE TABLE%' ORDER BY 1")
      .pluck()
      .all() as string[];
    const file = Object.fromEntries(PRAGMAS.map((name) => [name, database.pragma(name, { simple: true })]));
    const rowsOf = (name: string, what: string): string => {
      const rows = database.prepare(`SELECT ${what} FROM "${name.replaceAll('"', '""')}"`).raw(true);
      return hash([...rows.iterate()].map((row) => JSON.stringify(row, exact)).join('\n'));
    };
    return {
      schema,
      rows: Object.fromEntries(tables.map((name) => [name, rowsOf(name, '*')])),
      rowids: Object.fromEntries(tables.flatMap((name) => rowidsOf(name, rowsOf))),
      file: open === undefined ? { ...file, reserved } : file,
    };
  } finally {
    database.close();
  }
}

function rowidsOf(name: string, rowsOf: (name: string, what: string) => string): Array<[string, string]> {
  try {
    return [[name, rowsOf(name, 'rowid')]];
  } catch {
    // It has none.
    return [];
  }
}

/** Numbers that JSON has no word for, and bytes. */
function exact(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `integer ${value}`;
  if (typeof value === 'number') return `real ${Object.is(value, -0) ? '-0' : value}`;
  return value;
}

const hash = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

import { readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';

/** A database with something in it that SQLite's check does not like, though its file is whole. */
export interface FaultyDatabase {
  what: string;
  make(path: string): void;
  /** What is said of it. */
  says: RegExp;
}

/** Makes a database with an ordinary table beside what is faulty. */
function making(path: string, make: (database: Database.Database) => void): void {
  const database = new Database(path);
  try {
    database.pragma('foreign_keys = OFF');
    database.exec(
      "CREATE TABLE ordinary (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO ordinary(v) VALUES ('a'), ('b')",
    );
    make(database);
  } finally {
    database.close();
  }
}

/** Gives an entry of the schema another text, as a migration does that edits the schema. */
export function redefine(database: Database.Database, name: string, sql: string): void {
  editSchema(database, () => database.prepare('UPDATE sqlite_schema SET sql = ? WHERE name = ?').run(sql, name));
}

function editSchema(database: Database.Database, edit: () => void): void {
  database.unsafeMode(true);
  database.pragma('writable_schema = ON');
  edit();
  database.pragma('writable_schema = RESET');
  database.unsafeMode(false);
}

/** Enters rows while an index is out of the schema, and then puts it back. */
export function withoutIndex(database: Database.Database, index: string, insert: () => void): void {
  const entry = database
    .prepare('SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema WHERE name = ?')
    .get(index);
  editSchema(database, () => database.prepare('DELETE FROM sqlite_schema WHERE name = ?').run(index));
  insert();
  const values = 'VALUES (@type, @name, @tbl_name, @rootpage, @sql)';
  editSchema(database, () => database.prepare(`INSERT INTO sqlite_schema ${values}`).run(entry));
}

/** Rows that break what their table says of them: a copy is exact, and that is all a copy can be. */
export const BROKEN_RULES: FaultyDatabase[] = [
  {
    what: 'rows against a CHECK',
    make: (path) =>
      making(path, (database) => {
        database.exec('CREATE TABLE orders (id INTEGER PRIMARY KEY, quantity INT)');
        for (let n = 0; n < 30; n++) database.exec(`INSERT INTO orders(quantity) VALUES (${n - 3})`);
        redefine(
          database,
          'orders',
          'CREATE TABLE orders (id INTEGER PRIMARY KEY, quantity INT CHECK (quantity >= 0))',
        );
      }),
    says: /\b3 rows violate a CHECK constraint in orders\. The copy is exact\./,
  },
  {
    what: 'rows without a value that must have one',
    make: (path) =>
      making(path, (database) => {
        database.exec('CREATE TABLE orders (id INTEGER PRIMARY KEY, state TEXT, "not null" TEXT)');
        database.exec(
          `INSERT INTO orders(state, "not null") VALUES ('new', 'x'), (NULL, NULL), ('sent', '\ufffd'), (NULL, '')`,
        );
        const rules = `state TEXT /* NOT NULL */ NOT  NULL ON CONFLICT IGNORE, "not null" TEXT DEFAULT 'NOT NULL' CHECK ("not null" IS NULL OR state IS NOT NULL OR 1)`;
        redefine(database, 'orders', `CREATE TABLE orders (id INTEGER PRIMARY KEY, ${rules})`);
      }),
    says: /\b2 rows have NULL in orders\.state, which is declared NOT NULL\. The copy is exact\./,
  },
  {
    what: 'rows without such a value in UTF-16',
    make: (path) => {
      const database = new Database(path);
      database.pragma("encoding = 'UTF-16le'");
      database.exec('CREATE TABLE orders (state TEXT UNIQUE)');
      database.exec("INSERT INTO orders VALUES ('new'), (NULL)");
      redefine(database, 'orders', 'CREATE TABLE orders (state TEXT NOT NULL UNIQUE)');
      database.close();
    },
    says: /\b1 row has NULL in orders\.state/,
  },
  {
    what: 'more such rows than SQLite tells at first',
    make: (path) =>
      making(path, (database) => {
        database.exec('CREATE TABLE orders (id INTEGER PRIMARY KEY, state TEXT)');
        database.exec(
          'WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO orders SELECT i, NULL FROM n',
        );
        redefine(database, 'orders', 'CREATE TABLE orders (id INTEGER PRIMARY KEY, state TEXT NOT NULL)');
      }),
    says: /\b5,000 rows have NULL in orders\.state/,
  },
  {
    what: 'values of another type in a strict table',
    make: (path) =>
      making(path, (database) => {
        database.exec(
          "CREATE TABLE codes (id INTEGER PRIMARY KEY, a, b); INSERT INTO codes(a, b) VALUES ('x', 1), (2, 2)",
        );
        redefine(database, 'codes', 'CREATE TABLE codes (id INTEGER PRIMARY KEY, a INT, b ANY) STRICT');
      }),
    says: /\b1 row has a value in codes\.a with the wrong type for its column/,
  },
  {
    what: 'a full-text index that is behind its text',
    make: (path) =>
      making(path, (database) => {
        database.exec(`CREATE TABLE pages (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO pages(body) VALUES ('one two'), ('three');
          CREATE VIRTUAL TABLE search USING fts4(body, content='pages'); INSERT INTO search(search) VALUES ('rebuild');
          UPDATE pages SET body = 'four' WHERE id = 1`);
      }),
    says: /full-text index search does not match its text/,
  },
  {
    what: 'a full-text index of FTS5 that is behind its text',
    make: (path) =>
      making(path, (database) => {
        database.exec("CREATE VIRTUAL TABLE search USING fts5(body); INSERT INTO search VALUES ('one two'), ('three')");
        database.unsafeMode(true);
        database.exec("UPDATE search_content SET c0 = 'four' WHERE id = 1");
        database.unsafeMode(false);
      }),
    says: /full-text index search does not match its text/,
  },
  {
    what: 'rows without their parent',
    make: (path) =>
      making(path, (database) =>
        database.exec(
          'CREATE TABLE parents (id INTEGER PRIMARY KEY); CREATE TABLE children (parent INT REFERENCES parents(id)); INSERT INTO children VALUES (1), (2)',
        ),
      ),
    says: /rows without a parent row \("children": 2\)/,
  },
  {
    what: 'many rows without their parent, in two tables',
    make: (path) =>
      making(path, (database) =>
        database.exec(`CREATE TABLE parents (id INTEGER PRIMARY KEY);
          CREATE TABLE children (parent INT REFERENCES parents(id)); CREATE TABLE others (parent INT REFERENCES parents(id));
          WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) INSERT INTO children SELECT i FROM n;
          INSERT INTO others VALUES (1), (2), (3)`),
      ),
    says: /rows without a parent row \("children": 1,500, "others": 3\)/,
  },
];

/** Values that occur twice where an index says that they do not: no dump of them could be read in. */
export const REPEATED_VALUES: FaultyDatabase[] = [
  {
    what: 'values that a unique index should have but once',
    make: (path) =>
      making(path, (database) => {
        database.exec(
          "CREATE TABLE codes (code TEXT); CREATE INDEX by_code ON codes(code); INSERT INTO codes VALUES ('a'), ('a'), ('b')",
        );
        redefine(database, 'by_code', 'CREATE UNIQUE INDEX by_code ON codes(code)');
      }),
    says: /\b1 row repeats a value in the unique index by_code/,
  },
  {
    what: 'values that a unique index on an expression should have but once',
    make: (path) =>
      making(path, (database) => {
        database.exec(
          "CREATE TABLE codes (code TEXT, n INT); CREATE INDEX by_code ON codes(lower(code) DESC, n /* , */) WHERE n > 1; INSERT INTO codes VALUES ('a', 1), ('a', 1), ('b', 2), ('B', 2)",
        );
        redefine(database, 'by_code', 'CREATE UNIQUE INDEX by_code ON codes(lower(code) DESC, n /* , */) WHERE n > 1');
      }),
    says: /\b1 row repeats a value in the unique index by_code/,
  },
  {
    what: 'values that a unique index with a string in double quotes should have but once',
    make: (path) =>
      making(path, (database) => {
        database.exec(
          "CREATE TABLE codes (code TEXT, state TEXT); CREATE INDEX by_code ON codes(code) WHERE state <> 'gone'; INSERT INTO codes VALUES ('a', 'new'), ('a', 'new'), ('a', 'gone')",
        );
        redefine(database, 'by_code', 'CREATE UNIQUE INDEX by_code ON codes(code) WHERE state <> "gone"');
      }),
    says: /\b1 row repeats a value in the unique index by_code/,
  },
];

/** Repeated values that the unique index does not know of, for it is out of step with its table. */
export const REPEATED_OUT_OF_STEP: FaultyDatabase[] = [
  {
    what: 'a row that a unique index lacks and that repeats a value',
    make: (path) =>
      making(path, (database) => {
        database.exec(
          "CREATE TABLE codes (code TEXT); CREATE UNIQUE INDEX by_code ON codes(code COLLATE NOCASE); INSERT INTO codes VALUES ('a'), ('b')",
        );
        withoutIndex(database, 'by_code', () => database.exec("INSERT INTO codes VALUES ('A')"));
      }),
    says: /Index by_code is missing 1 row/,
  },
  {
    what: 'a changed value that a unique index lacks and that repeats another',
    make: (path) =>
      making(path, (database) => {
        database.exec(
          "CREATE TABLE codes (id INTEGER PRIMARY KEY, code TEXT); CREATE UNIQUE INDEX by_code ON codes(code) WHERE code <> 'x'; INSERT INTO codes(code) VALUES ('a'), ('b')",
        );
        withoutIndex(database, 'by_code', () => database.exec("UPDATE codes SET code = 'a' WHERE code = 'b'"));
      }),
    says: /Index by_code/,
  },
];

/** Databases whose rows can all be read, and which need repair anyway. */
export const REPAIRABLE: FaultyDatabase[] = [
  {
    what: 'an index that lacks a row',
    make: (path) =>
      making(path, (database) => {
        database.exec(
          "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT); CREATE INDEX by_name ON people(name); INSERT INTO people(name) VALUES ('Ann'), ('Bob')",
        );
        withoutIndex(database, 'by_name', () => database.exec("INSERT INTO people(name) VALUES ('Cid')"));
      }),
    says: /Index by_name is missing 1 row\. Run REINDEX by_name to repair it\./,
  },
  {
    what: 'an index that lacks rows of a table without rowids',
    make: (path) =>
      making(path, (database) => {
        database.exec(
          'CREATE TABLE tags (tag TEXT PRIMARY KEY, used INT) WITHOUT ROWID; CREATE INDEX "by used" ON tags(used)',
        );
        database.exec("INSERT INTO tags VALUES ('a', 1)");
        withoutIndex(database, 'by used', () => database.exec("INSERT INTO tags VALUES ('b', 2), ('c', 3)"));
      }),
    says: /Index by used is missing 2 rows\. Run REINDEX "by used" to repair it\./,
  },
  {
    what: 'an index with entries for rows that are gone',
    make: (path) =>
      making(path, (database) => {
        database.exec(
          "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT); CREATE INDEX by_name ON people(name); INSERT INTO people(name) VALUES ('Ann'), ('Bob')",
        );
        withoutIndex(database, 'by_name', () => database.exec('DELETE FROM people WHERE id = 2'));
      }),
    says: /Index by_name has entries for rows that are not in its table/,
  },
];

/** A page that a table uses is said to be free. */
export const DAMAGED_FREE_PAGES: FaultyDatabase = {
  what: 'a damaged list of free pages',
  make: (path) => {
    making(path, (database) => {
      database.exec('CREATE TABLE passing (b); INSERT INTO passing VALUES (zeroblob(400000)); DROP TABLE passing');
    });
    const bytes = readFileSync(path);
    const trunk = bytes.readUInt32BE(32);
    bytes.writeUInt32BE(2, (trunk - 1) * bytes.readUInt16BE(16) + 8);
    writeFileSync(path, bytes);
  },
  says: /The list of free pages is damaged.*Run VACUUM/,
};

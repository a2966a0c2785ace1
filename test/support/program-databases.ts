import Database from 'better-sqlite3';

/** A database that needs more than SQLite brings: what makes it, and what a verification should name. */
export interface ProgramDatabase {
  what: string;
  make(database: Database.Database): void;
  /** In the message: "Verified, except …". */
  except: RegExp;
  /** Tables whose rows are not counted. */
  uncounted?: string[];
  /** SQLite cannot make its tables anew here, as compacting and reading a dump do. */
  notRewritable?: true;
}

/** Writes other words into an entry of the schema, as a program with an extension of its own would have had them. */
export function rewrite(database: Database.Database, name: string, from: string, to: string): void {
  database.unsafeMode(true);
  database.pragma('writable_schema = ON');
  const { changes } = database
    .prepare('UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = ?')
    .run(from, to, name);
  if (changes !== 1) throw new Error(`no entry ${name}`);
  database.pragma('writable_schema = OFF');
  database.unsafeMode(false);
}

const fold = (database: Database.Database): unknown =>
  database.function('fold', { deterministic: true }, (text: unknown) => String(text).toLowerCase());

/** Sound databases that SQLite cannot check in full here. */
export const PROGRAM_DATABASES: ProgramDatabase[] = [
  {
    what: 'a collation in an index',
    make: (database) => {
      database.exec(
        'CREATE TABLE words (id INTEGER PRIMARY KEY, w TEXT COLLATE NOCASE); CREATE INDEX by_word ON words(w)',
      );
      database.exec("INSERT INTO words(w) VALUES ('a'), ('b'), ('c')");
      rewrite(database, 'words', 'NOCASE', 'dictionary');
    },
    except: /1 index that uses the collation dictionary \(by_word\)/,
    notRewritable: true,
  },
  {
    what: 'a collation in the key of a table without rowids',
    make: (database) => {
      database.exec('CREATE TABLE tags (tag TEXT COLLATE NOCASE PRIMARY KEY, used INT) WITHOUT ROWID');
      const insert = database.prepare('INSERT INTO tags VALUES (?, ?)');
      // More than one page, so that rows lie in inner pages as well.
      database.transaction(() => {
        for (let n = 0; n < 900; n++) insert.run(`tag ${n}`, n);
      })();
      rewrite(database, 'tags', 'NOCASE', 'dictionary');
    },
    except: /1 index that uses the collation dictionary \(sqlite_autoindex_tags_1\)/,
    notRewritable: true,
  },
  {
    what: 'a function in an index',
    make: (database) => {
      fold(database);
      database.exec('CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)');
      database.exec("CREATE INDEX by_fold ON people(fold(name)); INSERT INTO people(name) VALUES ('Ann'), ('Bob')");
    },
    except: /1 index that uses the function fold \(by_fold\)/,
    notRewritable: true,
  },
  {
    what: 'a function in a partial index',
    make: (database) => {
      fold(database);
      database.exec('CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)');
      database.exec(
        "CREATE INDEX late ON people(name) WHERE fold(name) > 'b'; INSERT INTO people(name) VALUES ('Bob')",
      );
    },
    except: /1 index that uses the function fold \(late\)/,
    notRewritable: true,
  },
  {
    what: 'a function in a generated column',
    make: (database) => {
      fold(database);
      database.exec('CREATE TABLE people (name TEXT, low TEXT AS (fold(name)) STORED, also TEXT AS (fold(name)))');
      database.exec("INSERT INTO people(name) VALUES ('Ann'), ('Bob')");
    },
    except: /2 generated columns that use the function fold \(people.low and people.also\)/,
    notRewritable: true,
  },
  {
    what: 'a function in a CHECK',
    make: (database) => {
      fold(database);
      database.exec("CREATE TABLE people (name TEXT CHECK (fold(name) <> '')); INSERT INTO people VALUES ('Ann')");
    },
    except: /1 CHECK constraint that uses the function fold \(people.name\)/,
    notRewritable: true,
  },
  {
    what: 'an unknown tokenizer of FTS5',
    make: (database) => {
      database.exec("CREATE VIRTUAL TABLE texts USING fts5(body); INSERT INTO texts VALUES ('hello')");
      rewrite(database, 'texts', 'fts5(body)', "fts5(body, tokenize = 'syllables')");
    },
    except: /1 full-text index that uses the tokenizer syllables \(texts\)/,
  },
  {
    what: 'an unknown tokenizer of FTS4',
    make: (database) => {
      database.exec("CREATE VIRTUAL TABLE texts USING fts4(body); INSERT INTO texts VALUES ('hello')");
      rewrite(database, 'texts', 'fts4(body)', 'fts4(body, tokenize=syllables)');
    },
    except: /1 full-text index that uses the tokenizer syllables \(texts\)/,
  },
  {
    what: 'a full-text table that keeps no text',
    make: (database) => {
      database.exec(
        "CREATE VIRTUAL TABLE texts USING fts4(body, content=''); INSERT INTO texts(docid, body) VALUES (7, 'seven')",
      );
    },
    except: /1 full-text index \(texts: it keeps no text to be compared with\)/,
  },
  {
    what: 'a foreign key to a column that is not unique',
    make: (database) => {
      database.pragma('foreign_keys = OFF');
      database.exec('CREATE TABLE parents (id INTEGER PRIMARY KEY, code TEXT)');
      database.exec('CREATE TABLE children (id INTEGER PRIMARY KEY, code TEXT REFERENCES parents(code))');
      database.exec("INSERT INTO parents VALUES (1, 'x'); INSERT INTO children VALUES (1, 'x')");
    },
    except: /1 table whose foreign keys cannot be checked \(children: .*not unique\)/,
  },
];

/** Databases that need something of their own where SQLite never asks for it: they are checked in full. */
export const CHECKED_IN_FULL: Array<Pick<ProgramDatabase, 'what' | 'make'>> = [
  {
    what: 'an unknown module',
    make: (database) => {
      database.exec('CREATE VIRTUAL TABLE boxes USING rtree(id, low, high); INSERT INTO boxes VALUES (1, 2, 3)');
      rewrite(database, 'boxes', 'rtree', 'vectors');
    },
  },
  {
    what: 'views on a missing table and a missing function',
    make: (database) => database.exec('CREATE VIEW a AS SELECT * FROM gone; CREATE VIEW b AS SELECT nofunction(1)'),
  },
  {
    what: 'a trigger that calls a function of its own',
    make: (database) => {
      fold(database);
      database.exec(`CREATE TABLE people (name TEXT); CREATE TABLE log (name TEXT);
        CREATE TRIGGER note AFTER INSERT ON people BEGIN INSERT INTO log VALUES (fold(new.name)); END;
        INSERT INTO people VALUES ('Ann')`);
    },
  },
  {
    what: 'a table that is called as SQLite calls its own',
    make: (database) => database.exec('CREATE TABLE dbstat (name TEXT, ncell INT, pageno INT, pagetype TEXT)'),
  },
];

/** Makes such a database, with an ordinary table beside. */
export function makeProgramDatabase(path: string, make: ProgramDatabase['make']): void {
  const database = new Database(path);
  try {
    database.exec('CREATE TABLE ordinary (id INTEGER PRIMARY KEY, v TEXT)');
    const insert = database.prepare('INSERT INTO ordinary(v) VALUES (?)');
    database.transaction(() => {
      for (let n = 0; n < 2000; n++) insert.run(`value ${n}`);
    })();
    make(database);
  } finally {
    database.close();
  }
}

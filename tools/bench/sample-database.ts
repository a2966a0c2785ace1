import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';

/**
 * Makes a database of roughly `megabytes` in WAL mode with what applications have: text, numbers, random blobs,
 * indexes, a full-text index of titles, and a ledger whose accounts always add up to nothing.
 * @param search whether there is the full-text index, which the command line of SQLCipher does not know
 */
export function makeSampleDatabase(path: string, megabytes: number, { search = true } = {}): void {
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = OFF');
  database.exec(`
    CREATE TABLE accounts (id INTEGER PRIMARY KEY, name TEXT NOT NULL, balance INTEGER NOT NULL);
    CREATE TABLE ledger (id INTEGER PRIMARY KEY, debit INTEGER NOT NULL, credit INTEGER NOT NULL, amount INTEGER NOT NULL, note TEXT);
    CREATE TABLE notes (id INTEGER PRIMARY KEY, created TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL);
    CREATE TABLE files (id INTEGER PRIMARY KEY, name TEXT NOT NULL, content BLOB NOT NULL);
    CREATE INDEX notes_by_created ON notes(created);
    CREATE INDEX notes_by_title ON notes(title);
  `);
  if (search) database.exec("CREATE VIRTUAL TABLE notes_search USING fts5(title, content='notes', content_rowid='id')");
  const random = wordsOf('snapkeep sample');
  for (let id = 1; id <= 100; id++) database.prepare('INSERT INTO accounts VALUES (?, ?, 0)').run(id, `account ${id}`);
  const insertNote = database.prepare('INSERT INTO notes VALUES (?, ?, ?, ?)');
  const insertSearch = search ? database.prepare('INSERT INTO notes_search(rowid, title) VALUES (?, ?)') : undefined;
  const insertFile = database.prepare('INSERT INTO files VALUES (?, ?, ?)');
  const size = database.prepare('SELECT page_count * page_size FROM pragma_page_count, pragma_page_size').pluck();
  for (let id = 1; Number(size.get()) < megabytes * 1_000_000; ) {
    database.transaction(() => {
      for (let n = 0; n < 500; n++, id++) {
        const title = random.words(5);
        const body = random.words(120);
        insertNote.run(id, new Date(1.6e12 + id * 60_000).toISOString(), title, body);
        insertSearch?.run(id, title);
        if (id % 3 === 0) insertFile.run(id, `file-${id}.bin`, random.bytes(1500));
      }
    })();
  }
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

/** Makes a database of roughly `megabytes` of text alone. */
export function makeTextDatabase(path: string, megabytes: number): void {
  const random = wordsOf('snapkeep text');
  fill(path, megabytes, 'CREATE TABLE pages (id INTEGER PRIMARY KEY, body TEXT NOT NULL)', () => random.words(600));
}

/** Makes a database of roughly `megabytes` of which 40 % are random blobs, and the rest is text. */
export function makeBlobsDatabase(path: string, megabytes: number): void {
  const random = wordsOf('snapkeep blobs');
  const schema = 'CREATE TABLE parts (id INTEGER PRIMARY KEY, content BLOB NOT NULL)';
  // A row of text has 3.3 KB.
  fill(path, megabytes, schema, (id) => (id % 3 === 0 ? random.bytes(4500) : random.words(600)));
}

function fill(path: string, megabytes: number, schema: string, value: (id: number) => string | Buffer): void {
  const database = new Database(path);
  database.pragma('synchronous = OFF');
  database.exec(schema);
  const insert = database.prepare(`INSERT INTO ${/TABLE (\w+)/.exec(schema)?.[1]} VALUES (?, ?)`);
  const size = database.prepare('SELECT page_count * page_size FROM pragma_page_count, pragma_page_size').pluck();
  for (let id = 1; Number(size.get()) < megabytes * 1_000_000; ) {
    database.transaction(() => {
      for (let n = 0; n < 200; n++, id++) insert.run(id, value(id));
    })();
  }
  database.close();
}

/** The same words and bytes each time, so that measurements can be compared. */
function wordsOf(seed: string): { words(count: number): string; bytes(count: number): Buffer } {
  let counter = 0;
  let pool = Buffer.alloc(0);
  const bytes = (count: number): Buffer => {
    while (pool.length < count)
      pool = Buffer.concat([pool, createHash('sha512').update(`${seed}${counter++}`).digest()]);
    const taken = pool.subarray(0, count);
    pool = pool.subarray(count);
    return taken;
  };
  const syllables = [
    'ka',
    'ro',
    'mi',
    'ten',
    'sol',
    'ver',
    'an',
    'du',
    'pli',
    'ost',
    'er',
    'gan',
    'lu',
    'fi',
    'sta',
    'ne',
  ];
  const words = (count: number): string =>
    Array.from(bytes(count * 2), (byte) => syllables[byte & 15] ?? '')
      .map((syllable, index) => (index % 2 === 0 ? syllable : `${syllable} `))
      .join('');
  return { words, bytes };
}

import Database from 'better-sqlite3';

/** How a test database is made. */
export interface DatabaseOptions {
  rows?: number;
  journalMode?: 'wal' | 'delete';
  pageSize?: number;
}

/** Makes a small database with two tables, an index and a foreign key, as a program of its own would. */
export function makeDatabase(
  path: string,
  { rows = 100, journalMode = 'wal', pageSize = 4096 }: DatabaseOptions = {},
): void {
  const database = new Database(path);
  // No power fails before it is backed up.
  database.pragma('synchronous = OFF');
  database.pragma(`page_size = ${pageSize}`);
  database.pragma(`journal_mode = ${journalMode}`);
  database.exec(`
    CREATE TABLE accounts (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE entries (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts(id), amount INTEGER NOT NULL, note TEXT);
    CREATE INDEX entries_by_account ON entries(account);
    PRAGMA user_version = 7;
  `);
  database.prepare("INSERT INTO accounts VALUES (1, 'cash'), (2, 'bank')").run();
  addEntries(database, rows);
  database.close();
}

/** Adds entries to a database of {@link makeDatabase}. */
export function addEntries(database: Database.Database, rows: number): void {
  const insert = database.prepare('INSERT INTO entries (account, amount, note) VALUES (?, ?, ?)');
  database.transaction(() => {
    for (let n = 0; n < rows; n++) insert.run((n % 2) + 1, n, `note ${n} `.repeat(5));
  })();
}

/** Adds entries from a connection opened for it. */
export function appendEntries(path: string, rows: number): void {
  const database = new Database(path);
  addEntries(database, rows);
  database.close();
}

/** The number of entries, read by a SQLite that is not Snapkeep's. */
export function countEntries(path: string): number {
  const database = new Database(path, { readonly: true });
  try {
    return Number(database.prepare('SELECT count(*) FROM entries').pluck().get());
  } finally {
    database.close();
  }
}

/** What the integrity check of a SQLite that is not Snapkeep's says. */
export function integrityOf(path: string): string {
  const database = new Database(path);
  try {
    return String(database.pragma('integrity_check', { simple: true }));
  } finally {
    database.close();
  }
}

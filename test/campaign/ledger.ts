import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Cipher from 'better-sqlite3-multiple-ciphers';

/** The key of encrypted ledgers. */
export const KEY = 'correct horse battery staple';

/** What a ledger is found to hold. */
export interface LedgerState {
  edition: string;
  entries: number;
  journalMode: string;
}

/** Makes a database of bookings that always add up to zero. @param key encrypts it with SQLCipher 4 */
export function makeLedger(path: string, edition: string, transactions: number, key?: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const database = open(path, key);
  database.pragma('journal_mode = WAL');
  database.exec(
    'CREATE TABLE edition (name TEXT); CREATE TABLE entries (id INTEGER PRIMARY KEY, amount INTEGER, note TEXT);',
  );
  database.exec('CREATE INDEX entries_by_amount ON entries(amount);');
  database.prepare('INSERT INTO edition VALUES (?)').run(edition);
  book(database, transactions);
  database.close();
}

/** Goes on with a ledger under another name of its edition. */
export function changeLedger(path: string, edition: string, transactions: number, key?: string): void {
  const database = open(path, key);
  database.prepare('UPDATE edition SET name = ?').run(edition);
  book(database, transactions);
  database.close();
}

/**
 * Reads a ledger with a SQLite of its own; `null`: there is none.
 * @throws Error when it is damaged or does not add up
 */
export function readLedger(path: string, key?: string): LedgerState | null {
  if (!existsSync(path)) return null;
  const database = open(path, key);
  try {
    const integrity = database.pragma('integrity_check', { simple: true });
    if (integrity !== 'ok') throw new Error(`${path} is damaged: ${String(integrity)}`);
    const sum = database.prepare('SELECT coalesce(sum(amount), 0) FROM entries').pluck().get();
    if (sum !== 0) throw new Error(`${path} does not add up: ${String(sum)}`);
    const edition = String(database.prepare('SELECT name FROM edition').pluck().get());
    const entries = Number(database.prepare('SELECT count(*) FROM entries').pluck().get());
    const journalMode = String(database.pragma('journal_mode', { simple: true }));
    return { edition, entries, journalMode };
  } finally {
    database.close();
  }
}

/** Gives a ledger pages of another size, so that no snapshot of it goes into it page by page. */
export function changePageSize(path: string, key: string | undefined): void {
  const database = open(path, key);
  database.pragma('journal_mode = DELETE');
  database.pragma('page_size = 8192');
  database.exec('VACUUM');
  database.pragma('journal_mode = WAL');
  database.close();
}

function open(path: string, key: string | undefined): Cipher.Database {
  const database = new Cipher(path);
  if (key !== undefined) {
    database.pragma("cipher = 'sqlcipher'");
    database.pragma('legacy = 4');
    database.key(Buffer.from(key));
  }
  return database;
}

function book(database: Cipher.Database, transactions: number): void {
  const insert = database.prepare('INSERT INTO entries (amount, note) VALUES (?, ?)');
  database.transaction(() => {
    for (let n = 1; n <= transactions; n++) {
      insert.run(n, `received ${n} `.repeat(8));
      insert.run(-n, `paid ${n} ${Math.sin(n)} `.repeat(8));
    }
  })();
}

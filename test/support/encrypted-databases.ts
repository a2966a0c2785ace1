import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import type EncryptedDatabase from 'better-sqlite3-multiple-ciphers';

// By its file: Playwright would take the package's types for its code.
const Driver = createRequire(import.meta.url)(
  '../../node_modules/better-sqlite3-multiple-ciphers/lib/index.js',
) as typeof EncryptedDatabase;

/** In every row of {@link makeEncrypted}: where it can be read, something was written in plain. */
export const MARKER = 'PLAIN-MARKER-4711';

/**
 * A raw key, for tests of what does not hang on how a key is worked out: from a passphrase, SQLCipher 4 takes a quarter
 * of a second for it, each time a database is opened.
 */
export const RAW_KEY = `x'${'6b'.repeat(32)}'`;

/** Whether this machine has the command line of SQLCipher; Debian's is version 3. */
export const hasSqlcipher = spawnSync('sqlcipher', ['--version']).error === undefined;

/** Opens an encrypted database as a program of its own would. */
export function openEncrypted(path: string, key: string, pragmas: string[]): EncryptedDatabase.Database {
  const database = new Driver(path);
  for (const pragma of pragmas) database.pragma(pragma);
  database.key(Buffer.from(key));
  database.pragma('temp_store = MEMORY');
  return database;
}

export const SQLCIPHER_4 = ["cipher='sqlcipher'", 'legacy=4'];

const SCHEMA = `CREATE TABLE entries (id INTEGER PRIMARY KEY, note TEXT NOT NULL);
  CREATE INDEX entries_by_note ON entries(note);
  PRAGMA user_version = 7;`;
const fill = (rows: number): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
   INSERT INTO entries (note) SELECT '${MARKER} ' || i FROM n;`;

/** Makes an encrypted database with the driver. */
export function makeEncrypted(path: string, key: string, rows = 500, pragmas = SQLCIPHER_4): void {
  const database = openEncrypted(path, key, pragmas);
  database.pragma('journal_mode = WAL');
  database.exec(SCHEMA + fill(rows));
  database.close();
}

/** Makes one with the command line of SQLCipher. */
export function makeWithCommandLine(path: string, key: string, rows = 500): void {
  sqlcipher(path, key, `PRAGMA journal_mode = WAL;\n${SCHEMA}${fill(rows)}`);
}

/** Asks the command line of SQLCipher. */
export function sqlcipher(path: string, key: string, sql: string): string {
  const input = `PRAGMA key = "${key.replaceAll('"', '""')}";\n${sql}`;
  return execFileSync('sqlcipher', ['-batch', path], { input, encoding: 'utf8' }).trim();
}

/** As much of a file as a first page can have. */
export function startOfFile(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(65_536);
    return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(file);
  }
}

/** How many rows there are, and that all of it is sound. */
export function countEncrypted(path: string, key: string, pragmas = SQLCIPHER_4): number {
  if (!existsSync(path)) throw new Error(`${path} is not there`);
  const database = openEncrypted(path, key, pragmas);
  try {
    if (database.pragma('integrity_check', { simple: true }) !== 'ok') throw new Error(`${path} is not sound`);
    return Number(database.prepare('SELECT count(*) FROM entries').pluck().get());
  } finally {
    database.close();
  }
}

/** The files in a folder in which a text can be read; looked at by another process, for reading drops locks of this one. */
export function filesWith(folder: string, text: string): string[] {
  const { stdout } = spawnSync('grep', ['-rlaF', '--', text, folder], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line !== '');
}

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { copyImage } from '../../src-main/core/engine/sqlite/copy-image.ts';
import type { DatabaseKey } from '../../src-main/core/engine/sqlite/database-key.ts';
import { openForReading } from '../../src-main/core/engine/sqlite/open-database.ts';
import { RawPages } from '../../src-main/core/engine/sqlite/raw-pages.ts';
import { MARKER, openEncrypted, RAW_KEY, SQLCIPHER_4 } from '../support/encrypted-databases.ts';
import { quietContext } from '../support/quiet-context.ts';
import { startRestlessWriter } from '../support/restless-writer.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

/** The counters in the header of the first page are those of the file that was written. */
const COUNTERS = 100;

interface Kind {
  pageSize: number;
  journalMode: 'wal' | 'delete' | 'truncate' | 'persist';
  autoVacuum: 'none' | 'incremental' | 'full';
}

function makeEntries(path: string, { pageSize, journalMode, autoVacuum }: Kind): void {
  const database = new Database(path);
  database.pragma(`page_size = ${pageSize}`);
  database.pragma(`auto_vacuum = ${autoVacuum}`);
  database.pragma(`journal_mode = ${journalMode}`);
  database.exec(
    'CREATE TABLE entries (id INTEGER PRIMARY KEY, note TEXT, body BLOB); CREATE INDEX by_note ON entries(note)',
  );
  database.exec(
    'WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400) INSERT INTO entries SELECT i, i, randomblob(300) FROM n',
  );
  database.close();
}

/** Copies once by the raw pages and once by SQLite, within one read transaction, and answers both. */
async function copyBothWays(path: string, folder: string, round: number) {
  // Between the beginning of the transaction and the reading, the writer has time to change all it can.
  const throwIfCancelled = (): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  const context = quietContext(folder, { throwIfCancelled });
  const { database } = await openForReading(path, context);
  const raw = new RawPages(database);
  try {
    const [ours, theirs] = [join(folder, `${round}-ours.db`), join(folder, `${round}-theirs.db`)];
    await raw.copyTo(ours, context);
    await database.backup(theirs);
    return [ours, theirs].map((file) => readFileSync(file)) as [Buffer, Buffer];
  } finally {
    database.close();
    raw.close();
  }
}

const KINDS: Kind[] = [
  ...[512, 1024, 4096, 65_536].map((pageSize): Kind => ({ pageSize, journalMode: 'wal', autoVacuum: 'none' })),
  { pageSize: 4096, journalMode: 'wal', autoVacuum: 'incremental' },
  { pageSize: 1024, journalMode: 'wal', autoVacuum: 'full' },
  { pageSize: 4096, journalMode: 'delete', autoVacuum: 'none' },
  { pageSize: 1024, journalMode: 'truncate', autoVacuum: 'full' },
  { pageSize: 4096, journalMode: 'persist', autoVacuum: 'incremental' },
];

describe('pages that are read as they are', () => {
  test.each(KINDS)(
    'are those that SQLite copies while another program writes (pages of $pageSize bytes, $journalMode, auto-vacuum $autoVacuum)',
    async (kind) => {
      const folder = temporaryFolder();
      const path = join(folder, 'app.db');
      makeEntries(path, kind);
      const writer = await startRestlessWriter(path, kind.pageSize + kind.journalMode.length);
      for (let round = 0; round < 25; round++) {
        const [ours, theirs] = await copyBothWays(path, folder, round);
        expect(ours.length).toBe(theirs.length);
        expect(ours.subarray(COUNTERS).equals(theirs.subarray(COUNTERS))).toBe(true);
        for (const name of ['ours', 'theirs']) rmSync(join(folder, `${round}-${name}.db`));
      }
      await writer.stop();
      // The locks of the reader are gone with it.
      const after = new Database(path, { timeout: 0 });
      after.exec("INSERT INTO entries(note) VALUES ('after')");
      expect(after.pragma('integrity_check', { simple: true })).toBe('ok');
      after.close();
    },
  );

  test('are those of the log where the file lacks its commits', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'app.db');
    makeEntries(path, { pageSize: 4096, journalMode: 'wal', autoVacuum: 'none' });
    const open = new Database(path);
    open.exec("INSERT INTO entries(note) VALUES ('in the log')");
    const [ours, theirs] = await copyBothWays(path, folder, 0);
    expect(ours.subarray(COUNTERS).equals(theirs.subarray(COUNTERS))).toBe(true);
    open.close();
  });
});

describe('an encrypted database, with a schema that VACUUM INTO refuses', () => {
  const SCHEMA = `CREATE TABLE entries (id INTEGER PRIMARY KEY, note TEXT DEFAULT "none" CHECK (note <> "bad"), body BLOB)`;

  test('is copied with its key while another program writes', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'app.db');
    const database = openEncrypted(path, RAW_KEY, SQLCIPHER_4);
    database.pragma('journal_mode = WAL');
    database.exec('CREATE TABLE entries (id INTEGER PRIMARY KEY, note TEXT, body BLOB)');
    for (let n = 0; n < 400; n++) database.prepare('INSERT INTO entries(note) VALUES (?)').run(`${MARKER} ${n}`);
    database.unsafeMode(true);
    database.pragma('writable_schema = ON');
    database.prepare("UPDATE sqlite_schema SET sql = ? WHERE name = 'entries'").run(SCHEMA);
    database.close();
    const writer = await startRestlessWriter(path, 7, RAW_KEY);
    const key: DatabaseKey = { text: RAW_KEY, fingerprint: 'f'.repeat(16), settings: [], salts: [] };
    for (let round = 0; round < 15; round++) {
      const copy = join(folder, `copy-${round}.db`);
      const image = await copyImage(path, copy, quietContext(folder, { keys: [key] }));
      expect(image).toMatchObject({ method: 'online-backup', journalMode: 'wal' });
      expect(readFileSync(copy).includes(MARKER)).toBe(false);
      const restored = openEncrypted(copy, RAW_KEY, SQLCIPHER_4);
      expect(restored.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(restored.pragma('cipher_integrity_check')).toEqual([]);
      restored.close();
    }
    await writer.stop();
  });
});

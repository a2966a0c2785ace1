import { closeSync, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { type Database, openDatabase } from '../../engine/sqlite/open-database.ts';

const HEADER_BYTES = 100;
const COPY_BYTES = 1 << 20;

/**
 * Notices commits of other programs to a plain database. It has a descriptor and, in WAL mode, a connection open from
 * before the content is kept until after it has been replaced: what was committed in between would otherwise be lost.
 *
 * The descriptor is for rollback-journal modes, in which every other connection gets SQLITE_BUSY while the content is
 * being replaced. Closing a descriptor frees every POSIX lock that the process holds on its file, so a watch is closed
 * after every connection to that database.
 */
export class TargetWatch {
  readonly journalMode: string;
  readonly #path: string;
  readonly #descriptor: number;
  readonly #monitor: Database | null;
  readonly #before: string;

  /** @throws what SQLite or the file system throws */
  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openSync(path, 'r');
    const monitor = openMonitor(path, this.#descriptor);
    this.journalMode = String(monitor.pragma('journal_mode', { simple: true }));
    if (this.journalMode !== 'wal') monitor.close();
    this.#monitor = this.journalMode === 'wal' ? monitor : null;
    this.#before = this.#state();
  }

  /** Whether another program has committed, or replaced the file, since the watch began. */
  hasChanged(): boolean {
    return this.#state() !== this.#before;
  }

  /** The schema version in the header of the database as it is now. */
  schemaVersion(): number {
    if (this.#monitor !== null) return Number(this.#monitor.pragma('schema_version', { simple: true }));
    const header = Buffer.alloc(HEADER_BYTES);
    readSync(this.#descriptor, header, 0, HEADER_BYTES, 0);
    return header.readInt32BE(40);
  }

  /** Copies the file as it is, for which its lock must be held. */
  copyTo(path: string, onProgress: (bytes: number) => void): void {
    copyDescriptor(this.#descriptor, path, onProgress);
  }

  close(): void {
    this.#monitor?.close();
    closeSync(this.#descriptor);
  }

  #state(): string {
    const header = Buffer.alloc(HEADER_BYTES);
    readSync(this.#descriptor, header, 0, HEADER_BYTES, 0);
    const own = fstatSync(this.#descriptor, { bigint: true });
    const named = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    const sameFile = named?.dev === own.dev && named.ino === own.ino;
    // Bytes 18 and 19 tell the journal mode, 24 to 27 count the changes in rollback modes.
    const mode = header.toString('hex', 18, 20);
    const changes = this.#monitor?.pragma('data_version', { simple: true }) ?? header.toString('hex', 24, 28);
    return JSON.stringify([sameFile, mode, changes]);
  }
}

function openMonitor(path: string, descriptor: number): Database {
  let monitor: Database | undefined;
  try {
    monitor = openDatabase(path, { mustExist: true });
    monitor.pragma('query_only = ON');
    monitor.prepare('SELECT count(*) FROM sqlite_schema').get();
    return monitor;
  } catch (error) {
    monitor?.close();
    closeSync(descriptor);
    throw error;
  }
}

/** Copies what a descriptor leads to into a new file, without closing the descriptor. */
export function copyDescriptor(descriptor: number, path: string, onProgress: (bytes: number) => void): void {
  const piece = Buffer.alloc(COPY_BYTES);
  const copy = openSync(path, 'wx', 0o600);
  try {
    for (let at = 0; ; ) {
      const bytes = readSync(descriptor, piece, 0, piece.length, at);
      if (bytes === 0) return;
      for (let written = 0; written < bytes; ) written += writeSync(copy, piece, written, bytes - written);
      at += bytes;
      onProgress(at);
    }
  } finally {
    closeSync(copy);
  }
}

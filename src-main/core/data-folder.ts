import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import { errorCode, explainError } from './engine/engine-errors.ts';
import { openDatabase } from './engine/open-database.ts';
import { awaitEarlierWorkers } from './worker-lock.ts';

/** Where Snapkeep keeps its own things: `SNAPKEEP_HOME`, or the platform's folder for application data. */
export function defaultDataFolder(): string {
  const own = process.env.SNAPKEEP_HOME;
  return own ? resolve(own) : envPaths('Snapkeep', { suffix: '' }).data;
}

/** The places in a data folder. */
export interface DataFolder {
  readonly path: string;
  readonly catalogFile: string;
  readonly stagingFolder: string;
  readonly safetyFolder: string;
  /** Where snapshots wait that none of their destinations has yet. */
  readonly outboxFolder: string;
  /** Shared by the worker processes while they work. */
  readonly workerLockFile: string;
  /** Lets another core use the folder. */
  release(): void;
}

/**
 * Takes a data folder for one core. The lock is SQLite's own on a small file, so the system gives it free however this
 * process ends.
 * @param host what the holder is called in the message that others get
 * @throws SnapkeepError `BUSY`, naming who holds it
 */
export function holdDataFolder(path: string, host: string): DataFolder {
  const stagingFolder = join(path, 'staging');
  const safetyFolder = join(path, 'safety');
  const outboxFolder = join(path, 'outbox');
  try {
    for (const folder of [path, stagingFolder, safetyFolder, outboxFolder])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw explainError(error, path);
  }
  const workerLockFile = join(path, 'workers.lock');
  const release = lockFolder(path, host);
  try {
    awaitEarlierWorkers(workerLockFile);
  } catch (error) {
    release();
    throw error;
  }
  const catalogFile = join(path, 'catalog.db');
  return { path, catalogFile, stagingFolder, safetyFolder, outboxFolder, workerLockFile, release };
}

function lockFolder(path: string, host: string): () => void {
  const holderFile = join(path, 'holder.json');
  const lock = openDatabase(join(path, 'core.lock'));
  try {
    lock.pragma('busy_timeout = 0');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!errorCode(error)?.startsWith('SQLITE_BUSY')) throw explainError(error, path);
    throw new SnapkeepError('BUSY', `The data folder ${path} is in use by ${readHolder(holderFile)}.`, {
      hint: 'Use that one, or close it first; another SNAPKEEP_HOME makes a second, separate Snapkeep.',
      cause: error,
    });
  }
  writeFileSync(holderFile, JSON.stringify({ host, pid: process.pid, machine: hostname() }), { mode: 0o600 });
  return () => lock.close();
}

function readHolder(holderFile: string): string {
  try {
    const holder = JSON.parse(readFileSync(holderFile, 'utf8')) as { host: string; pid: number; machine: string };
    return `Snapkeep's ${holder.host} (process ${holder.pid} on ${holder.machine})`;
  } catch {
    // Written right after the lock is taken: for a moment there may be nothing to read.
    return 'another Snapkeep';
  }
}

import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { fileSystem } from '../../platform/file-system.ts';
import { isAlive } from '../../platform/processes.ts';
import { type ServiceEndpoint, serviceEndpoints } from '../../platform/service-endpoint.ts';
import { errorCode, explainError } from '../engine/engine-errors.ts';
import { openDatabase } from '../engine/sqlite/open-database.ts';
import { readHolder, writeHolder } from './holder.ts';
import { awaitEarlierWorkers } from './worker-lock.ts';

const CORE_LOCK = 'core.lock';

/** The paths in a data folder. */
export interface DataFolder {
  readonly path: string;
  readonly catalogFile: string;
  readonly stagingFolder: string;
  /** Unpacked images that are read; see `open-copies.ts`. */
  readonly browseFolder: string;
  readonly safetyFolder: string;
  /** Where snapshots wait that none of their destinations has yet. */
  readonly outboxFolder: string;
  /** Shared by the worker processes while they work. */
  readonly workerLockFile: string;
  /** What had to be done so that nobody else reads it, as a sentence; `null`: nothing. */
  readonly tightened: string | null;
  /** Notes down where the holder listens; `undefined`: nowhere any more. */
  announce(endpoint: ServiceEndpoint | undefined): void;
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
  const browseFolder = join(path, 'browse');
  const safetyFolder = join(path, 'safety');
  const outboxFolder = join(path, 'outbox');
  const workerLockFile = join(path, 'workers.lock');
  const catalogFile = join(path, 'catalog.db');
  let tightened: string | null;
  try {
    for (const folder of [path, stagingFolder, safetyFolder, outboxFolder])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    tightened = tighten(path);
    // SQLite would let everybody read what it makes, and gives a log or journal the mode of its database.
    for (const file of [join(path, CORE_LOCK), workerLockFile, catalogFile]) createPrivately(file);
  } catch (error) {
    throw explainError(error, path);
  }
  const lock = lockFolder(path, host);
  try {
    awaitEarlierWorkers(workerLockFile);
  } catch (error) {
    lock.release();
    throw error;
  }
  return {
    path,
    catalogFile,
    stagingFolder,
    browseFolder,
    safetyFolder,
    outboxFolder,
    workerLockFile,
    tightened,
    ...lock,
  };
}

/**
 * Makes an empty file unless it exists. An existing one is not opened: closing it would free this process's locks on
 * it.
 */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/**
 * Takes from everybody else what they may do with a data folder and what is directly in it. Deeper down attached files
 * keep their modes: nobody else gets there.
 */
function tighten(path: string): string | null {
  if (!fileSystem.hasModes) return null;
  const open = [path, ...readdirSync(path).map((name) => join(path, name))].filter((each) => {
    const stats = lstatSync(each);
    return !stats.isSymbolicLink() && (stats.mode & 0o077) !== 0;
  });
  if (open.length === 0) return null;
  try {
    for (const each of open) chmodSync(each, lstatSync(each).mode & 0o700);
    return `${path} was accessible to other users. Now only its owner has access.`;
  } catch {
    // Another user's folder, or a disk without rights: it can be used anyway.
    return `${path} may be accessible to other users, and its permissions cannot be changed.`;
  }
}

function lockFolder(path: string, host: string): Pick<DataFolder, 'announce' | 'release'> {
  const lock = openDatabase(join(path, CORE_LOCK));
  try {
    lock.pragma('busy_timeout = 0');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!errorCode(error)?.startsWith('SQLITE_BUSY')) throw explainError(error, path);
    throw new SnapkeepError('BUSY', `The data folder ${path} is in use by ${holderInWords(path)}.`, {
      hint: 'Use that one, or close it first. For a separate Snapkeep, set SNAPKEEP_HOME to another folder.',
      cause: error,
    });
  }
  removeStaleEndpoint(path);
  const holder = { host, pid: process.pid, machine: hostname() };
  writeHolder(path, holder);
  return { announce: (endpoint) => writeHolder(path, holder, endpoint), release: () => lock.close() };
}

/** A holder that was killed has left its socket behind. In a copy of a data folder, the one of the original is noted. */
function removeStaleEndpoint(path: string): void {
  const before = readHolder(path);
  if (before?.endpoint === undefined) return;
  if (dirname(before.endpoint.address) === path || !isAlive(before.pid)) serviceEndpoints.remove(before.endpoint);
}

/** Who has the lock, for the error that says that it is taken. */
function holderInWords(path: string): string {
  const holder = readHolder(path);
  if (holder === undefined) return 'another Snapkeep';
  return `Snapkeep's ${holder.host} (process ${holder.pid} on ${holder.machine})`;
}

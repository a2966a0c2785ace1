import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { errorCode, explainError } from '../engine/engine-errors.ts';
import { openDatabase } from '../engine/sqlite/open-database.ts';

/*
 * A lock that every worker process of a data folder shares while it works. A worker ends with the service that started
 * it, but not in the same instant: whoever takes the data folder over waits until the last one is gone, for only then
 * nobody writes any more what the takeover cleans up. The system frees the locks of a process however it ends.
 */

/** How long the workers of a service that was killed are waited for, in milliseconds. */
const WAIT_MS = 20_000;

/** Shares the lock until this process ends. @throws SnapkeepError `LOCKED` where a new service is taking the folder over */
export function shareWorkerLock(path: string): void {
  const lock = openDatabase(path);
  try {
    lock.exec('BEGIN');
    // A transaction takes its lock with its first read.
    lock.prepare('SELECT count(*) FROM sqlite_schema').get();
  } catch (error) {
    lock.close();
    throw explainError(error, path);
  }
}

/** Waits until no worker process of an earlier service is left. @throws SnapkeepError `BUSY` */
export function awaitEarlierWorkers(path: string): void {
  using lock = openDatabase(path);
  try {
    lock.pragma(`busy_timeout = ${WAIT_MS}`);
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    if (!errorCode(error)?.startsWith('SQLITE_BUSY')) throw explainError(error, path);
    throw new SnapkeepError('BUSY', 'A worker process of a previous Snapkeep is still running.', {
      hint: 'Wait until it ends, or end it, and try again.',
      cause: error,
    });
  }
}

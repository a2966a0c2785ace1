import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type DatabaseMark,
  type FileExchange,
  pathsOf,
  type Replacement,
} from '../../../../src-shared/model/restore/replacement.ts';
import type { RestoredFiles } from '../../../../src-shared/model/restore/restore-files.ts';
import { isComplete, type LastStep } from '../../../../src-shared/rules/restore/interrupted-replacement.ts';
import { identityOf, keptPathFor, takeBack } from '../../engine/attached-files/folder/folder-swap.ts';
import { answerOn, explainError, explainedAs } from '../../engine/engine-errors.ts';
import { isTaken, PARTIAL_SUFFIX } from '../../engine/files/durable-files.ts';
import { countArrived } from '../../engine/put-back/row-samples.ts';
import { openForReading, type Reading, setWal } from '../../engine/sqlite/open-database.ts';
import { RawPages } from '../../engine/sqlite/raw-pages.ts';
import type { TaskContext } from '../../engine/task-context.ts';
import { putSidecars, returnFiles } from '../replace/restore-by-file.ts';
import { countSamples } from './page-samples.ts';

/** The journal of a run that ended without an answer. */
export interface ResolveRequest extends Replacement {
  runId: string;
  /** How long another program's lock is waited for, in milliseconds. */
  lockWaitMs: number;
  /** Time has passed since: restored files may have been changed, and are kept when they are taken back. */
  keepsArrived: boolean;
}

type Opening = TaskContext & Pick<ResolveRequest, 'lockWaitMs'>;

/** What has become of it. */
export interface Resolved {
  /** All of it is done; otherwise it was taken back. */
  complete: boolean;
  /**
   * Of what was taken back: new content that was moved aside, which no Undo concerns; and what could not be taken back
   * because something else is in its place, with where the previous content is.
   */
  files: RestoredFiles[];
  /** The database that has left WAL mode and stays so, because nothing opens it; `null`: none. */
  leftWal: string | null;
}

/**
 * Resolves a restore, an undo or a deletion that was interrupted: where the database was replaced, all is done; otherwise
 * all files that were exchanged are taken back, and a database that had left WAL mode returns to it. Taking files back
 * needs nothing but renames: no key, no room, no snapshot that may be unavailable. It may be repeated after any failure.
 * @throws SnapkeepError `LOCKED` or `PERMISSION` where it cannot be found out now whether the database was replaced, or
 * where its mode cannot be set now, `NOT_FOUND` where a folder is missing
 */
export async function resolveReplacement(request: ResolveRequest, context: TaskContext): Promise<Resolved> {
  const { runId, database, leftWal, files, keepsArrived } = request;
  // A disk that is missing just now says nothing of what is on it.
  for (const folder of new Set(pathsOf(request).map((path) => dirname(path))))
    await stat(folder).catch(explainedAs(folder));
  const opening = { ...context, lockWaitMs: request.lockWaitMs };
  const complete = isComplete(await lastStepOf(request, opening));
  if (database?.method === 'replace-file' || database?.method === 'create')
    await (complete ? putSidecars : returnFiles)(database.targetPath, runId);
  if (complete) return { complete, files: [], leftWal: null };
  const left: RestoredFiles[] = [];
  for (const exchange of files.toReversed()) left.push(...(await takeOneBack(exchange, keepsArrived)));
  const returned = leftWal === null || (await returnToWal(leftWal, opening));
  return { complete, files: left, leftWal: returned ? null : leftWal };
}

/** Returns whether the database can be opened, or does not exist. */
async function returnToWal(path: string, opening: Opening): Promise<boolean> {
  if (!(await isTaken(path))) return true;
  const reading = await openIfReadable(path, opening);
  if (reading === null) return false;
  reading.database.close();
  try {
    setWal(path, reading.unlocking, opening.lockWaitMs);
  } catch (error) {
    throw explainError(error, path);
  }
  return true;
}

async function takeOneBack({ arriving, ...about }: FileExchange, keepsArrived: boolean): Promise<RestoredFiles[]> {
  // What an undo had put back is kept where it was; what was staged for a restore would be removed.
  const isStaged = arriving?.path.endsWith(PARTIAL_SUFFIX) === true;
  const keptPath = keepsArrived && isStaged ? keptPathFor(about.targetPath, randomUUID()) : undefined;
  const found = await takeBack({ ...about, arriving }, keptPath);
  if (found === 'blocked') return [about];
  return keptPath !== undefined && (await isTaken(keptPath)) ? [{ ...about, keptPath, undoable: false }] : [];
}

async function lastStepOf({ database, complete }: Replacement, opening: Opening): Promise<LastStep> {
  if (complete) return { kind: 'all files' };
  if (database === null) return { kind: 'not begun' };
  if (database.method === 'into-live') return inPlace(database, opening);
  if (database.method === 'rows') return byRows(database, opening);
  return database.method === 'remove' ? byRemoval(database) : byRename(database);
}

async function byRemoval({ targetPath, previous }: Extract<DatabaseMark, { method: 'remove' }>): Promise<LastStep> {
  // Its program may have begun a new one since.
  return { kind: 'by removal', remains: (await isTaken(targetPath)) && (await identityOf(targetPath)) === previous };
}

async function byRename({
  targetPath,
  stagedPath,
  arriving,
  previous,
}: Extract<DatabaseMark, { method: 'replace-file' | 'create' }>): Promise<LastStep> {
  const identity = (await isTaken(targetPath)) ? await identityOf(targetPath) : null;
  const target = identity === arriving ? 'arrived' : identity === previous ? 'previous' : 'other';
  return { kind: 'by rename', target, stagedRemains: await isTaken(stagedPath) };
}

async function byRows(
  { targetPath, samples }: Extract<DatabaseMark, { method: 'rows' }>,
  opening: Opening,
): Promise<LastStep> {
  const reading = await openIfReadable(targetPath, opening);
  if (reading === null) return { kind: 'unreadable' };
  using open = reading;
  try {
    const after = countArrived(open.database, samples);
    return { kind: 'by rows', before: samples.length - after, after };
  } catch (error) {
    throw explainError(error, targetPath);
  }
}

/** SQLite completes or rolls back what a killed process left before it answers. */
async function inPlace(
  { targetPath, schemaVersion: before, samples }: Extract<DatabaseMark, { method: 'into-live' }>,
  opening: Opening,
): Promise<LastStep> {
  const reading = await openIfReadable(targetPath, opening);
  if (reading === null) return { kind: 'unreadable' };
  const { database } = reading;
  let pages: RawPages | undefined;
  try {
    const now = Number(database.pragma('schema_version', { simple: true }));
    pages = new RawPages(database);
    return { kind: 'in place', schemaVersion: { before, now }, pages: countSamples(pages, samples) };
  } catch (error) {
    throw explainError(error, targetPath);
  } finally {
    database.close();
    // After every connection: closing a descriptor frees the locks that the process holds on the file.
    pages?.close();
  }
}

function openIfReadable(path: string, opening: Opening): Promise<Reading | null> {
  return openForReading(path, opening).catch(answerOn(['NOT_FOUND', 'CORRUPT', 'UNSUPPORTED', 'BAD_KEY'], null, path));
}

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
import { explainError } from '../../engine/engine-errors.ts';
import { isTaken, PARTIAL_SUFFIX } from '../../engine/files/durable-files.ts';
import { closeReading, type Database, openForReading } from '../../engine/sqlite/open-database.ts';
import { RawPages } from '../../engine/sqlite/raw-pages.ts';
import type { TaskContext } from '../../engine/task-context.ts';
import { putSidecars, returnSidecars } from '../replace/restore-by-file.ts';
import { countSamples } from './page-samples.ts';

/** The journal of a run that ended without an answer. */
export interface SettleRequest extends Replacement {
  runId: string;
  /** Time has passed since: restored files may have been changed, and are kept when they are taken back. */
  keepsArrived: boolean;
}

/** What has become of it. */
export interface Settled {
  /** All of it is done; otherwise it was taken back. */
  complete: boolean;
  /**
   * Of what was taken back: new content that was moved aside, which no Undo concerns; and what could not be taken back
   * because something else is in its place, with where the previous content is.
   */
  files: RestoredFiles[];
}

/**
 * Settles a restore or an undo that was interrupted: where the database was replaced, all is done; otherwise all files
 * that were exchanged are taken back. Taking back needs nothing but renames: no key, no room, no snapshot that may be
 * unavailable, and no lock on a database that a program is using again. It may be repeated after any failure.
 * @throws SnapkeepError `LOCKED` or `PERMISSION` where it cannot be found out now whether the database was replaced,
 * `NOT_FOUND` where a folder is missing
 */
export async function settleReplacement(request: SettleRequest, context: TaskContext): Promise<Settled> {
  const { runId, database, files, keepsArrived } = request;
  // A disk that is missing just now says nothing of what is on it.
  for (const folder of new Set(pathsOf(request).map((path) => dirname(path)))) await requireFolder(folder);
  const complete = isComplete(await lastStepOf(request, context));
  if (database !== null && database.method !== 'into-live')
    await (complete ? putSidecars : returnSidecars)(database.targetPath, runId);
  if (complete) return { complete, files: [] };
  const left: RestoredFiles[] = [];
  for (const exchange of files.toReversed()) left.push(...(await takeOneBack(exchange, keepsArrived)));
  return { complete, files: left };
}

async function requireFolder(path: string): Promise<void> {
  try {
    await stat(path);
  } catch (error) {
    throw explainError(error, path);
  }
}

async function takeOneBack({ arriving, ...about }: FileExchange, keepsArrived: boolean): Promise<RestoredFiles[]> {
  // What an undo had put back is kept where it was; what was staged for a restore would be removed.
  const isStaged = arriving?.path.endsWith(PARTIAL_SUFFIX) === true;
  const keptPath = keepsArrived && isStaged ? keptPathFor(about.targetPath, randomUUID()) : undefined;
  const found = await takeBack({ ...about, arriving }, keptPath);
  if (found === 'blocked') return [about];
  return keptPath !== undefined && (await isTaken(keptPath)) ? [{ ...about, keptPath, undoable: false }] : [];
}

async function lastStepOf({ database, complete }: Replacement, context: TaskContext): Promise<LastStep> {
  if (complete) return { kind: 'all files' };
  if (database === null) return { kind: 'not begun' };
  return database.method === 'into-live' ? inPlace(database, context) : byRename(database);
}

async function byRename({
  targetPath,
  stagedPath,
  arriving,
  previous,
}: Exclude<DatabaseMark, { method: 'into-live' }>): Promise<LastStep> {
  const identity = (await isTaken(targetPath)) ? await identityOf(targetPath) : null;
  const target = identity === arriving ? 'arrived' : identity === previous ? 'previous' : 'other';
  return { kind: 'by rename', target, stagedRemains: await isTaken(stagedPath) };
}

/** SQLite completes or rolls back what a killed process left before it answers. */
async function inPlace(
  { targetPath, schemaVersion: before, samples }: Extract<DatabaseMark, { method: 'into-live' }>,
  context: TaskContext,
): Promise<LastStep> {
  const database = await openIfReadable(targetPath, context);
  if (database === null) return { kind: 'unreadable' };
  let pages: RawPages | undefined;
  try {
    const now = Number(database.pragma('schema_version', { simple: true }));
    pages = new RawPages(database);
    return { kind: 'in place', schemaVersion: { before, now }, pages: countSamples(pages, samples) };
  } catch (error) {
    throw explainError(error, targetPath);
  } finally {
    closeReading(database);
    // After every connection: closing a descriptor frees the locks that the process holds on the file.
    pages?.close();
  }
}

async function openIfReadable(path: string, context: TaskContext): Promise<Database | null> {
  try {
    return (await openForReading(path, context)).database;
  } catch (error) {
    const explained = explainError(error, path);
    if (['NOT_FOUND', 'CORRUPT', 'UNSUPPORTED', 'BAD_KEY'].includes(explained.code)) return null;
    throw explained;
  }
}

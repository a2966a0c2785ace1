import { chmod, chown, rm, stat } from 'node:fs/promises';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Unlocking } from './database-key.ts';
import { copySynced, exists, partialPath, publishFile, replaceFile, sidecarPaths } from './durable-files.ts';
import { errorCode } from './engine-errors.ts';
import { findFileHolders } from './file-holders.ts';
import { openDatabase } from './open-database.ts';
import type { Target } from './restore-check.ts';
import type { TaskContext } from './task-context.ts';

/** Puts an image where nothing is. @throws with code `EEXIST` when something has come there meanwhile */
export async function createDatabaseFile(imagePath: string, targetPath: string, runId: string): Promise<void> {
  const partial = partialPath(targetPath, runId);
  try {
    await copySynced(imagePath, partial);
    await chmod(partial, 0o600);
    await publishFile(partial, targetPath);
  } finally {
    await rm(partial, { force: true });
  }
}

/**
 * Exchanges a database file for an image: staged beside it, synced, and renamed over it once nobody else has it open.
 * The old log and journal are folded in or removed first, for SQLite would play them into the new file. Mode and owner
 * stay as they were.
 * @throws SnapkeepError `BUSY` when another program has the database open
 */
export async function replaceDatabaseFile(
  imagePath: string,
  targetPath: string,
  target: Target,
  runId: string,
  context: TaskContext,
): Promise<void> {
  const partial = partialPath(targetPath, runId);
  try {
    await copySynced(imagePath, partial);
    await takeOverRights(targetPath, partial);
    await requireUnused(targetPath, 'this restore has to exchange the file');
    context.throwIfCancelled();
    if (target.facts !== undefined) settle(targetPath, target.unlocking);
    await removeSidecars(targetPath);
    await replaceFile(partial, targetPath);
  } finally {
    await rm(partial, { force: true });
  }
}

async function takeOverRights(from: string, to: string): Promise<void> {
  if (!(await exists(from))) return chmod(to, 0o600);
  const { mode, uid, gid } = await stat(from);
  try {
    await chown(to, uid, gid);
  } catch (error) {
    // Only root may give files away; whoever replaces a file of his own changes no owner.
    if (errorCode(error) !== 'EPERM') throw error;
  }
  await chmod(to, mode & 0o7777);
}

/**
 * @param why no other program may have it open, as the end of a sentence
 * @throws SnapkeepError `BUSY`
 */
export async function requireUnused(targetPath: string, why: string): Promise<void> {
  const holders = await findFileHolders(targetPath);
  if (holders.length === 0) return;
  const names = holders.map((holder) => `${holder.name} (${holder.pid})`).join(', ');
  throw new SnapkeepError('BUSY', `${names} has ${targetPath} open, and ${why}.`, {
    hint: 'Nothing was changed. Close that program and try again.',
    details: { holders },
  });
}

/** Folds the log into the database as it is and makes sure that nobody else has it open: leaving WAL mode needs both. */
export function settle(targetPath: string, unlocking: Unlocking | null): void {
  const database = openDatabase(targetPath, { mustExist: true, unlocking });
  try {
    database.pragma('journal_mode = DELETE');
    database.exec('BEGIN EXCLUSIVE; COMMIT');
  } finally {
    database.close();
  }
}

async function removeSidecars(targetPath: string): Promise<void> {
  for (const path of Object.values(sidecarPaths(targetPath))) await rm(path, { force: true });
}

/**
 * Puts files back that were kept as they were, with their log and journal.
 * @param keptPath the kept database file; its log and journal are beside it
 * @throws SnapkeepError `BUSY` when another program has the database open
 */
export async function putBackKeptFiles(
  keptPath: string,
  targetPath: string,
  target: Target,
  runId: string,
  context: TaskContext,
): Promise<void> {
  await replaceDatabaseFile(keptPath, targetPath, target, runId, context);
  context.progress('confirming', 0, null);
  const from = sidecarPaths(keptPath);
  const to = sidecarPaths(targetPath);
  if (await exists(from.wal)) await copySynced(from.wal, to.wal);
  if (await exists(from.journal)) await copySynced(from.journal, to.journal);
}

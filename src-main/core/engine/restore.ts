import { basename } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { RestoreMethod } from '../../../src-shared/model/restore.ts';
import type { TableRows } from '../../../src-shared/model/values.ts';
import { countInWords } from '../../../src-shared/rules/wording.ts';
import { describeDatabase, totalRows } from './describe-database.ts';
import { explainError } from './engine-errors.ts';
import { findFileHolders } from './file-holders.ts';
import { closeReading, openForReading } from './open-database.ts';
import { createDatabaseFile, replaceDatabaseFile } from './restore-by-file.ts';
import { confirmationOf, lookAtTarget, type PreparedRestore, type Target } from './restore-check.ts';
import { writeIntoLive } from './restore-into-live.ts';
import { type SafetyRequest, takeSafetySnapshot } from './safety-snapshot.ts';
import type { TaskContext } from './task-context.ts';

/** A checked restore that a person has confirmed. */
export interface RestoreRequest extends SafetyRequest {
  prepared: PreparedRestore;
  /** How long another program's write lock is waited for, in milliseconds. */
  lockWaitMs: number;
}

/** What a restore has done. */
export interface AppliedRestore {
  method: RestoreMethod;
  tables: number;
  rows: number;
  /** The snapshot of what was there before; `null` where nothing was. */
  safety: Manifest | null;
  note: string | null;
}

/**
 * Puts a checked image in place: keeps what is there, replaces it, and looks at the result.
 * @param onSafety told of the safety snapshot before anything is replaced, so that it is known whatever happens next
 * @throws SnapkeepError `CONFLICT` when the target is no longer what was confirmed, `LOCKED` or `BUSY` when another
 * program keeps it; nothing has been replaced then
 */
export async function applyRestore(
  request: RestoreRequest,
  context: TaskContext,
  onSafety: (safety: Manifest) => Promise<void>,
): Promise<AppliedRestore> {
  const { prepared, targetPath } = request;
  const target = await lookAtTarget(targetPath, context);
  requireSame(request, target);
  const safety = target.exists ? await takeSafetySnapshot(request, target, context) : null;
  if (safety !== null) await onSafety(safety);
  context.throwIfCancelled();
  const { method } = prepared.check.target;
  context.progress('replacing', 0, prepared.check.source.imageBytes);
  try {
    await putInPlace(request, target, context);
  } catch (error) {
    throw explainError(error, targetPath);
  }
  context.log('info', `${targetPath} was ${HOW[method]}.`);
  return { method, safety, ...(await confirmRestored(request, context)) };
}

const HOW: Record<RestoreMethod, string> = {
  'into-live': 'replaced through SQLite in one transaction',
  'replace-file': 'exchanged by renaming',
  create: 'created',
};

async function putInPlace(request: RestoreRequest, target: Target, context: TaskContext): Promise<void> {
  const { imagePath, check } = request.prepared;
  if (check.target.method === 'create') await createDatabaseFile(imagePath, request.targetPath, request.runId);
  else if (check.target.method === 'replace-file')
    await replaceDatabaseFile(imagePath, request.targetPath, target, request.runId, context);
  else
    await writeIntoLive(
      imagePath,
      request.targetPath,
      target.facts?.journalMode ?? 'delete',
      request.lockWaitMs,
      context,
    );
}

function requireSame(request: RestoreRequest, target: Target): void {
  const { check, imageSha256 } = request.prepared;
  if (confirmationOf(imageSha256, check.target.method, target, request.targetPath) === check.confirmation) return;
  throw new SnapkeepError('CONFLICT', `${request.targetPath} is no longer what was looked at.`, {
    hint: 'Nothing was changed. Look at the review again and confirm what it says now.',
  });
}

async function confirmRestored(
  request: RestoreRequest,
  context: TaskContext,
): Promise<{ tables: number; rows: number; note: string | null }> {
  context.progress('confirming', 0, null);
  const expected = request.prepared.check.verification.tables;
  const { database } = await openForReading(request.targetPath, context);
  try {
    const integrity = database.prepare('PRAGMA integrity_check(5)').pluck().all();
    if (integrity.length !== 1 || integrity[0] !== 'ok') {
      throw new SnapkeepError(
        'CORRUPT',
        `${request.targetPath} is not sound after the restore: ${integrity.join('; ')}`,
        {
          hint: 'Use Undo to put back what was there, and check the disk.',
        },
      );
    }
    const facts = describeDatabase(database);
    const note = await noteDifferences(request.targetPath, facts.tables, expected);
    const rows = totalRows(facts.tables);
    context.log(
      'info',
      `Checked ${countInWords(facts.tables.length, 'table')} with ${countInWords(rows, 'row')} in ${basename(request.targetPath)}.`,
    );
    if (note !== null) context.log('warning', note);
    return { tables: facts.tables.length, rows, note };
  } finally {
    closeReading(database);
  }
}

/** Rows that differ right after a restore are another program's doing, if there is one; otherwise something is wrong. */
async function noteDifferences(
  targetPath: string,
  found: readonly TableRows[],
  expected: readonly TableRows[],
): Promise<string | null> {
  const rows = new Map(expected.map((table) => [table.name, table.rows]));
  const different = found.filter((table) => rows.get(table.name) !== table.rows).map((table) => table.name);
  if (different.length === 0 && found.length === expected.length) return null;
  const holders = await findFileHolders(targetPath);
  if (holders.length === 0 && process.platform !== 'win32') {
    throw new SnapkeepError(
      'CORRUPT',
      `${targetPath} does not hold the restored rows (${different.join(', ') || 'tables are missing'}).`,
      {
        hint: 'Use Undo to put back what was there.',
      },
    );
  }
  const who = holders.map((holder) => holder.name).join(', ') || 'Another program';
  return `${who} has gone on writing since (${different.join(', ') || 'tables'}).`;
}

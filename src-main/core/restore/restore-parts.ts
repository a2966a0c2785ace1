import type { FileExchange } from '../../../src-shared/model/restore/replacement.ts';
import type { RestoredFiles } from '../../../src-shared/model/restore/restore-files.ts';
import type { TaskContext } from '../engine/task-context.ts';
import type { Kept } from '../runs/worker-protocol.ts';
import type { NoteDatabase } from './replace/keeper.ts';
import type { AppliedRestore } from './replace/replace-database.ts';
import { type FilesToRestore, type NoteFiles, restoreFiles, undoFiles } from './replace/restore-attached-files.ts';
import { applyRestore, type RestoreRequest } from './replace/restore-database.ts';
import { type UndoRequest, undoRestore } from './undo/undo.ts';

/** A database, files, or both, that are restored together. */
export interface RestorePartsRequest {
  runId: string;
  database: RestoreRequest | null;
  files: FilesToRestore | null;
}

/** What of a restore is put back. */
export interface UndoPartsRequest {
  runId: string;
  database: UndoRequest | null;
  files: RestoredFiles[];
}

/** What was restored or put back. */
export interface AppliedParts {
  database: AppliedRestore | null;
  files: RestoredFiles[];
}

/** Takes note, durably, of what is about to be replaced, or is not replaced after all. */
export type NoteKept = (kept: Kept) => Promise<void>;

/** Restores all or nothing, see {@link together}. @throws SnapkeepError what either part throws */
export function restoreParts(
  { runId, database, files }: RestorePartsRequest,
  context: TaskContext,
  note: NoteKept,
): Promise<AppliedParts> {
  return together(
    async (noteFiles) => (files === null ? [] : restoreFiles(files, runId, context, noteFiles)),
    database && ((noteDatabase) => applyRestore(database, context, noteDatabase)),
    note,
  );
}

/** Undoes all or nothing, see {@link together}. @throws SnapkeepError what either part throws */
export function undoParts(
  { runId, database, files }: UndoPartsRequest,
  context: TaskContext,
  note: NoteKept,
): Promise<AppliedParts> {
  return together(
    (noteFiles) => undoFiles(files, runId, noteFiles),
    database && ((noteDatabase) => undoRestore(database, context, noteDatabase)),
    note,
  );
}

/** Of the database nothing has been changed. */
const UNTOUCHED = { safety: null, database: null, leftWal: null };

/**
 * Files come first, for renames take them back; the one step of the database is the point of no return. What is noted
 * before each step is the journal by which a run that fails or dies is resolved: see `resolve-replacement.ts`.
 */
async function together(
  exchangeFiles: (note: NoteFiles) => Promise<RestoredFiles[]>,
  replaceDatabase: ((note: NoteDatabase) => Promise<AppliedRestore>) | null,
  note: NoteKept,
): Promise<AppliedParts> {
  let exchanges: FileExchange[] = [];
  const files = await exchangeFiles((begun) => {
    exchanges = begun;
    return note({ ...UNTOUCHED, files: exchanges, complete: false });
  });
  if (replaceDatabase === null) {
    if (exchanges.length > 0) await note({ ...UNTOUCHED, files: exchanges, complete: true });
    return { database: null, files };
  }
  const database = await replaceDatabase(({ mark, ...noted }) =>
    note({ ...noted, database: mark, files: exchanges, complete: false }),
  );
  return { database, files };
}

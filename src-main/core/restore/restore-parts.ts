import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { RestoredFiles } from '../../../src-shared/model/restore/restore-files.ts';
import type { TaskContext } from '../engine/task-context.ts';
import type { AppliedRestore } from './replace-database.ts';
import {
  type FilesToRestore,
  type NoteFiles,
  putFilesBack,
  redoFiles,
  restoreFiles,
  undoFiles,
} from './restore-attached-files.ts';
import { applyRestore, type RestoreRequest } from './restore-database.ts';
import { type UndoRequest, undoRestore } from './undo.ts';

/** A database, files, or both, that are restored together. */
export interface RestorePartsRequest {
  runId: string;
  database: RestoreRequest | null;
  files: FilesToRestore | null;
}

/** What of a restore is put back. */
export interface UndoPartsRequest {
  /** The restore that is undone. */
  restoreRunId: string;
  /** Whether it ended by itself; one that was killed may have replaced only some of it. */
  ended: boolean;
  database: UndoRequest | null;
  files: RestoredFiles[];
}

/** What was restored or put back. */
export interface AppliedParts {
  database: AppliedRestore | null;
  files: RestoredFiles[];
}

/** What Undo would put back if nothing came after now. */
export interface Kept {
  safety: Manifest | null;
  files: RestoredFiles[];
}

/** Takes note of what Undo would put back; `null`: nothing was replaced after all. */
export type NoteKept = (kept: Kept | null) => Promise<void>;

/** Restores all or nothing. @throws SnapkeepError what either part throws */
export function restoreParts(
  { runId, database, files }: RestorePartsRequest,
  context: TaskContext,
  note: NoteKept,
): Promise<AppliedParts> {
  return together(
    {
      swap: async (noteFiles) => (files === null ? [] : restoreFiles(files, runId, context, noteFiles)),
      swapBack: putFilesBack,
      database: database && ((noteSafety) => applyRestore(database, context, noteSafety)),
    },
    note,
  );
}

/** Undoes all or nothing, and may be repeated after any failure. @throws SnapkeepError what either part throws */
export function undoParts(
  { restoreRunId, ended, database, files }: UndoPartsRequest,
  context: TaskContext,
  note: NoteKept,
): Promise<AppliedParts> {
  return together(
    {
      swap: (noteFiles) => undoFiles(files, { restoreRunId, ended }, noteFiles),
      swapBack: (undone) => redoFiles(files, undone),
      database: database && ((noteSafety) => undoRestore(database, context, noteSafety)),
    },
    note,
  );
}

interface Parts {
  swap(note: NoteFiles): Promise<RestoredFiles[]>;
  swapBack(swapped: readonly RestoredFiles[]): Promise<void>;
  database: ((noteSafety: (safety: Manifest | null) => Promise<void>) => Promise<AppliedRestore>) | null;
}

/** Files come first, for renames put them back; the one transaction of the database is the point of no return. */
async function together({ swap, swapBack, database }: Parts, note: NoteKept): Promise<AppliedParts> {
  const files = await swap((swapped) => note(swapped && { safety: null, files: swapped }));
  if (database === null) return { database: null, files };
  let noted: Manifest | null = null;
  try {
    if (files.length > 0) await note({ safety: null, files });
    const applied = await database(async (safety) => {
      noted = safety;
      await note(safety === null && files.length === 0 ? null : { safety, files });
    });
    return { database: applied, files };
  } catch (error) {
    // A database that may have been replaced after all keeps its files with it: Undo puts both back.
    if (noted === null) {
      await swapBack(files);
      if (files.length > 0) await note(null);
    }
    throw error;
  }
}

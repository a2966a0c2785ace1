import { z } from 'zod';
import { LockFiles } from '../plan.ts';
import { Bytes, FileHolder, FilePath, TableRows } from '../values.ts';

/** What is deleted: the database of a plan, with the lock files the plan knows, or any; `lockFiles` are beside it. */
export const DatabaseDeletionTarget = z.union([
  z.strictObject({ planId: z.uuid(), lockFiles: LockFiles.optional() }),
  z.strictObject({ path: FilePath, lockFiles: LockFiles.optional() }),
]);
export type DatabaseDeletionTarget = z.infer<typeof DatabaseDeletionTarget>;

/** What the deletion of a database would remove, and the value that confirms just that. */
export const DatabaseDeletionPreview = z.object({
  path: FilePath,
  /** The existing files of the database; empty: nothing to delete. */
  files: z.array(z.object({ path: FilePath, sizeBytes: Bytes })),
  tables: z.array(TableRows),
  /** What stands there cannot be read as a database; in words. Its files are kept byte for byte. */
  damage: z.string().nullable(),
  openBy: z.array(FileHolder),
  /** Where the safety snapshot will be put; `null`: nothing is removed that could be put back. */
  safetyFolder: FilePath.nullable(),
  /** What Undo could not bring back as it was, as sentences. */
  notes: z.array(z.string()),
  confirmation: z.string(),
});
export type DatabaseDeletionPreview = z.infer<typeof DatabaseDeletionPreview>;

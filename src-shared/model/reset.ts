import { z } from 'zod';
import { LockFiles } from './plan.ts';
import { Bytes, FileHolder, FilePath, TableRows } from './values.ts';

/** What is reset: the database of a plan, with the lock files the plan knows, or any; `lockFiles` are beside it. */
export const ResetTarget = z.union([
  z.strictObject({ planId: z.uuid(), lockFiles: LockFiles.optional() }),
  z.strictObject({ path: FilePath, lockFiles: LockFiles.optional() }),
]);
export type ResetTarget = z.infer<typeof ResetTarget>;

/** What a reset would remove, and the value that confirms just that. */
export const ResetPreview = z.object({
  path: FilePath,
  /** The database and what goes with it, as far as it is there; empty: there is nothing to do. */
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
export type ResetPreview = z.infer<typeof ResetPreview>;

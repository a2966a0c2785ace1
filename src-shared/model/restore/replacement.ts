import { z } from 'zod';
import { FilePath, Sha256 } from '../values.ts';
import { RestoredFiles } from './restore-files.ts';

/** A page that differs between what a database was and what it is replaced with, by the SHA-256 of either. */
const PageSample = z.object({ page: z.number().int().positive(), previous: Sha256, arriving: Sha256 });
export type PageSample = z.infer<typeof PageSample>;

/** How it is recognised later whether a database has been replaced. Noted right before, when nothing has changed yet. */
export const DatabaseMark = z.discriminatedUnion('method', [
  z.object({
    method: z.literal('into-live'),
    targetPath: FilePath,
    schemaVersion: z.number().int(),
    samples: z.array(PageSample),
  }),
  z.object({
    method: z.enum(['replace-file', 'create']),
    targetPath: FilePath,
    stagedPath: FilePath,
    /** The number and birth of the file that comes and of the one that was there; `null`: there was none. */
    arriving: z.string(),
    previous: z.string().nullable(),
  }),
  z.object({
    method: z.literal('remove'),
    targetPath: FilePath,
    /** The number and birth of the file that is removed. */
    previous: z.string(),
  }),
  /**
   * Rows are put back. `rowid`: where each can be found then, `null` where its table has none; `after`: the SHA-256 of
   * its values then. The values themselves may be of an encrypted database.
   */
  z.object({
    method: z.literal('rows'),
    targetPath: FilePath,
    samples: z.array(
      z.object({
        table: z.string(),
        columns: z.array(z.string()),
        rowid: z.string().nullable(),
        after: Sha256,
      }),
    ),
  }),
]);
export type DatabaseMark = z.infer<typeof DatabaseMark>;

/** A file or folder that is exchanged for another by two renames. */
export const FileExchange = z.object({
  ...RestoredFiles.shape,
  /** Where the new content comes from, and the number and birth of its file or folder; `null`: nothing comes. */
  arriving: z.object({ path: FilePath, identity: z.string() }).nullable(),
});
export type FileExchange = z.infer<typeof FileExchange>;

/**
 * The journal of a restore, an undo, the deletion of a database or rows that are put back: what has been or is about to be replaced, noted
 * before each step. A run that ends without an answer is resolved by it: all of it is done, or all is taken back.
 */
export const Replacement = z.object({
  /** `null`: the database has not been touched. */
  database: DatabaseMark.nullable(),
  /** The database that leaves WAL mode while its lock is held, and returns to it where it stays; `null`: none. */
  leftWal: FilePath.nullable(),
  files: z.array(FileExchange),
  /** All files have been exchanged, and no database follows. */
  complete: z.boolean(),
});
export type Replacement = z.infer<typeof Replacement>;

/** A journal with what the core knows beside it. */
export const NotedReplacement = z.object({
  ...Replacement.shape,
  /** The restore that an undo puts back; `null`: it is a restore. */
  undoes: z.uuid().nullable(),
});
export type NotedReplacement = z.infer<typeof NotedReplacement>;

/** Returns the paths that a replacement changes. */
export function pathsOf({ database, leftWal, files }: Replacement): string[] {
  const paths = [database?.targetPath, leftWal, ...files.map(({ targetPath }) => targetPath)];
  return [...new Set(paths.filter((path) => path != null))];
}

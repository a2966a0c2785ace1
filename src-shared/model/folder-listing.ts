import { z } from 'zod';
import { Bytes, FilePath, Instant } from './values.ts';

export const FolderEntry = z.object({
  name: z.string(),
  path: FilePath,
  /** `database`: a file that begins as a SQLite database does. */
  kind: z.enum(['folder', 'database', 'file']),
  sizeBytes: Bytes,
  modifiedAt: Instant,
});
export type FolderEntry = z.infer<typeof FolderEntry>;

export const FolderListing = z.object({
  path: FilePath,
  /** `null` at the top. */
  parent: FilePath.nullable(),
  entries: z.array(FolderEntry),
  /** How many more there are than are listed. */
  more: z.number().int().nonnegative(),
});
export type FolderListing = z.infer<typeof FolderListing>;

/** A folder that people often choose from: their home, where programs keep data, a mounted disk or share. */
export const UsualPlace = z.object({
  path: FilePath,
  kind: z.enum(['home', 'programs', 'disk', 'removable', 'network']),
});
export type UsualPlace = z.infer<typeof UsualPlace>;

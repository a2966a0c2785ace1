import { z } from 'zod';
import { Bytes, FilePath, Instant } from './values.ts';

export const FolderEntry = z.object({
  name: z.string(),
  path: FilePath,
  kind: z.enum(['folder', 'file']),
  sizeBytes: Bytes,
  modifiedAt: Instant,
});
export type FolderEntry = z.infer<typeof FolderEntry>;

export const FolderListing = z.object({
  path: FilePath,
  /** `null` at the top. */
  parent: FilePath.nullable(),
  home: FilePath,
  entries: z.array(FolderEntry),
  /** How many more there are than are listed. */
  more: z.number().int().nonnegative(),
});
export type FolderListing = z.infer<typeof FolderListing>;

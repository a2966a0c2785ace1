import { z } from 'zod';
import { CipherSettings } from './database-encryption.ts';
import { Bytes, FileHolder, FilePath, TableRows } from './values.ts';

/**
 * What a plan or a snapshot is about: a database, with or without attached files; or `files`, which are its attached files
 * alone. The source of such a plan is its first attached file.
 */
export const SourceKind = z.enum(['database', 'files']);
export type SourceKind = z.infer<typeof SourceKind>;

/** What a database is, read through SQLite without changing it. */
export const SourceDescription = z.object({
  path: FilePath,
  name: z.string(),
  sizeBytes: Bytes,
  /** The size of the write-ahead log beside it; 0 without one. */
  walBytes: Bytes,
  pageSize: z.number().int(),
  pageCount: z.number().int().nonnegative(),
  journalMode: z.string(),
  userVersion: z.number().int(),
  applicationId: z.number().int(),
  tables: z.array(TableRows),
  openBy: z.array(FileHolder),
  /** `null`: it is not encrypted. While it is `locked`, no key opens it, and all that can be told are its sizes. */
  databaseEncryption: z.object({ locked: z.boolean(), settings: CipherSettings.nullable() }).nullable(),
  /** A name for a plan, from the file's name. */
  suggestedPlanName: z.string(),
  /** What is unsafe about its location, one sentence each. */
  warnings: z.array(z.string()),
});
export type SourceDescription = z.infer<typeof SourceDescription>;

import { z } from 'zod';
import { DatabaseEncryption } from '../database-encryption.ts';
import { Replica } from '../history/replica.ts';
import { Bytes, Compression, Instant, KnownProgram, TableRows } from '../values.ts';

/** The path of a file at a destination that another program has filled, with `/` between the names. */
export const ImportPath = z.string().min(1).max(1024);

/** A backup that another program has made, as far as its name, its beginning and its end show. */
export const FoundBackup = z.object({
  path: ImportPath,
  /** Whose it is; `null`: any other program's. */
  program: z.union([KnownProgram, z.literal('snapkeep')]).nullable(),
  kind: z.enum(['database', 'dump', 'folder', 'config', 'image']),
  /** What a plan for it would be called. */
  planName: z.string(),
  at: Instant,
  /** Where that instant is from: the name, or the time the file was last changed. */
  atFrom: z.enum(['name', 'file']),
  trigger: z.enum(['manual', 'automatic', 'unknown']),
  tier: z.enum(['daily', 'weekly', 'monthly']).nullable(),
  compression: Compression,
  /** `null` for a folder, whose files are not examined one by one. */
  sizeBytes: Bytes.nullable(),
  /** The same for all that belongs together: a database and the folder beside it, or copies of one backup. */
  group: z.string(),
  /** It can be entered as a snapshot; a folder, an image or a file of settings cannot. */
  importable: z.boolean(),
  /** The snapshot it has been entered as; `null`: it has not. */
  snapshotId: z.uuid().nullable(),
  /** What is to be known of it, one sentence each. */
  notes: z.array(z.string()),
});
export type FoundBackup = z.infer<typeof FoundBackup>;

/** What is wrong with a file: its name is no backup's, nothing is in it, it was never finished, Snapkeep cannot read it, or it is damaged. */
export const ImportProblemKind = z.enum(['wrong-name', 'empty', 'partial', 'unsupported', 'broken']);
export type ImportProblemKind = z.infer<typeof ImportProblemKind>;

/** A file that is not taken for a backup, and why. */
export const ImportProblem = z.object({ path: ImportPath, problem: ImportProblemKind, message: z.string() });
export type ImportProblem = z.infer<typeof ImportProblem>;

/** What was found in a folder, bucket or SFTP path. */
export const FoundBackups = z.object({
  /** The location as sentences name it. */
  location: z.string(),
  /** Newest first. */
  files: z.array(FoundBackup),
  problems: z.array(ImportProblem),
  /** Replicas of Litestream 0.5, which are opened rather than imported. */
  replicas: z.array(Replica),
  /** What is to be known of the whole, one sentence each. */
  notes: z.array(z.string()),
});
export type FoundBackups = z.infer<typeof FoundBackups>;

/** What is in one file, read in full. */
export const BackupDescription = z.object({
  path: ImportPath,
  content: z.enum(['database', 'dump']),
  storedBytes: Bytes,
  /** Of the database in it. */
  imageBytes: Bytes,
  userVersion: z.number().int(),
  applicationId: z.number().int(),
  tables: z.array(TableRows),
  databaseEncryption: DatabaseEncryption.nullable(),
  /** It is encrypted and no known key opens it: no more than its sizes can be told. */
  locked: z.boolean(),
  valid: z.boolean(),
  /** What the checks have found, as a sentence. */
  message: z.string(),
});
export type BackupDescription = z.infer<typeof BackupDescription>;

/** What became of the files that were to be entered. */
export const BackupImport = z.object({
  destinationId: z.uuid(),
  planId: z.uuid().nullable(),
  files: z.array(
    z.object({
      path: ImportPath,
      /** `known`: it was entered before. `same`: byte for byte another file that is entered. */
      outcome: z.enum(['imported', 'known', 'same', 'refused']),
      snapshotId: z.uuid().nullable(),
      message: z.string(),
    }),
  ),
});
export type BackupImport = z.infer<typeof BackupImport>;

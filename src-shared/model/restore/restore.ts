import { z } from 'zod';
import { Txid } from '../history/point.ts';
import { Replica } from '../history/replica.ts';
import { SourceKind } from '../source.ts';
import { Bytes, FileHolder, FilePath, Instant, TableRows } from '../values.ts';
import { Verification } from '../verification.ts';

/** The name of a file in an archive, as it stands there. */
export const EntryName = z.string().min(1).max(4096);

/**
 * What a restore puts back: a snapshot of the catalog, from the nearest of its destinations or a chosen one, a point in the
 * history of a plan or in a replica of Litestream, or any file; of an archive, the database that `entry` names.
 */
export const RestoreSource = z.union([
  z.strictObject({ snapshotId: z.uuid(), destinationId: z.uuid().optional() }),
  z.strictObject({ path: FilePath, entry: EntryName.optional() }),
  z.strictObject({ planId: z.uuid(), txid: Txid }),
  z.strictObject({ replica: Replica, txid: Txid }),
]);
export type RestoreSource = z.infer<typeof RestoreSource>;

/** What the first bytes of a file say it is. `files`: the list of contents of a snapshot of files. */
export const FileContent = z.enum([
  'sqlite',
  'empty',
  'gzip',
  'zstd',
  'age',
  'xz',
  'bzip2',
  'lz4',
  '7z',
  'zip',
  'tar',
  'lzma',
  'rar',
  'ltx',
  'sql',
  'mysql',
  'postgresql',
  'mssql',
  'other-sql',
  'csv',
  'files',
  'text',
  'encrypted',
  'unknown',
]);
export type FileContent = z.infer<typeof FileContent>;

/** What a file is, told by its content, the manifest beside it and the catalog; no more than a look, nothing is unpacked. */
export const FileIdentity = z.object({
  path: FilePath,
  name: z.string(),
  content: FileContent,
  /** `files`: it stands for a snapshot of files, which `restores.check` with `what: 'files'` puts back; it holds no database. */
  sourceKind: SourceKind,
  sizeBytes: Bytes,
  modifiedAt: Instant,
  /** Could be restored, as far as a look can tell. */
  restorable: z.boolean(),
  /** What the file is, in one sentence. */
  message: z.string(),
  snapshotId: z.uuid().nullable(),
  planName: z.string().nullable(),
  createdAt: Instant.nullable(),
  /** From the manifest; `null` without one. */
  tables: z.array(TableRows).nullable(),
  imageBytes: Bytes.nullable(),
  /** Where it came from, and so where it would go back. */
  suggestedTarget: FilePath.nullable(),
});
export type FileIdentity = z.infer<typeof FileIdentity>;

/** The rows of a table on one side of a restore. `uncounted`: SQLite cannot count them here; `null`: no such table. */
export const RowsOnOneSide = z.union([z.number().int().nonnegative(), z.literal('uncounted')]).nullable();
export type RowsOnOneSide = z.infer<typeof RowsOnOneSide>;

/** A table before and after a restore. */
export const TableChange = z.object({ name: z.string(), now: RowsOnOneSide, after: RowsOnOneSide });
export type TableChange = z.infer<typeof TableChange>;

/** How a restore replaces its target: through SQLite into the live file, by exchanging the file, or as a new file. */
export const RestoreMethod = z.enum(['into-live', 'replace-file', 'create']);
export type RestoreMethod = z.infer<typeof RestoreMethod>;

/** How the schema of what is restored stands to the database it replaces and to the program that will open it. */
export const RestoreGuard = z.object({
  /** `newer` is restored only when that is confirmed; `older` has to be migrated by the program. */
  state: z.enum(['same', 'older', 'newer', 'unknown']),
  message: z.string(),
  /** It seems to be a database of another program, as a sentence. */
  warning: z.string().nullable(),
});
export type RestoreGuard = z.infer<typeof RestoreGuard>;

/** What an undo replaces. */
export const UndoPreview = z.object({
  /** The database that gets its previous content back as a whole; `null`: only files are put back. */
  database: z
    .object({
      path: FilePath,
      /** Whether anything has written to it since; `null`: unknown. Undo keeps that in a safety snapshot. */
      writtenSince: z.boolean().nullable(),
    })
    .nullable(),
});
export type UndoPreview = z.infer<typeof UndoPreview>;

/** Everything a person should know before a restore, and the value that confirms just this restore. */
export const RestoreCheck = z.object({
  source: z.object({
    name: z.string(),
    path: FilePath,
    snapshotId: z.uuid().nullable(),
    planName: z.string().nullable(),
    createdAt: Instant.nullable(),
    imageBytes: Bytes,
    userVersion: z.number().int(),
  }),
  verification: Verification,
  target: z.object({
    path: FilePath,
    /** The file's name, which a person types to confirm that it is replaced. */
    name: z.string(),
    exists: z.boolean(),
    /** What stands there cannot be read as a database; in words. */
    damage: z.string().nullable(),
    userVersion: z.number().int().nullable(),
    /**
     * Whether it may contain rows that the snapshot does not have, whatever their number: `false` where it is the source of
     * the snapshot and its file was not written to since.
     */
    changed: z.boolean().default(true),
    openBy: z.array(FileHolder),
    method: RestoreMethod,
    /** What will not be as it was of the file itself, or whom it will belong to, as sentences. */
    notes: z.array(z.string()).default([]),
  }),
  /** How many times its size a file without a manifest unpacks to, where that is far more than databases do; `null`: it is not. */
  expansion: z.number().nullable(),
  /** What needs repair in the database that is put back, in words, though every row can be read; `null`: nothing. */
  repairs: z.string().nullable().default(null),
  tables: z.array(TableChange),
  /** Rows of tables that have fewer after the restore than now, added up. */
  rowsLost: z.number().int().nonnegative(),
  /** Differences of the schema in words; empty: the same. */
  schemaChanges: z.array(z.string()),
  /** Which key the database will have, in words; `null`: it is not encrypted and will not be. */
  keyNote: z.string().nullable(),
  guard: RestoreGuard.default({ state: 'unknown', message: 'Not checked yet.', warning: null }),
  /** Where the safety snapshot will be put; `null`: nothing is replaced. */
  safetyFolder: FilePath.nullable(),
  confirmation: z.string(),
});
export type RestoreCheck = z.infer<typeof RestoreCheck>;

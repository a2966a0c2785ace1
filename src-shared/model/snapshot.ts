import { z } from 'zod';
import { SnapshotAttachedFile } from './attached-file.ts';
import { DatabaseEncryption } from './database-encryption.ts';
import { SnapshotTrigger, TakenWith } from './manifest.ts';
import { SourceKind } from './source.ts';
import { Bytes, Compression, FilePath, Instant, Sha256, TableRows } from './values.ts';
import { VerificationLevel } from './verification.ts';

/** What is known of a snapshot's soundness: the newest verification in short. */
export const VerificationSummary = z.object({
  level: VerificationLevel,
  /** `null`: never verified. */
  valid: z.boolean().nullable(),
  at: Instant.nullable(),
  message: z.string(),
  /** What "Verified, except …" names; `null`: everything was checked. */
  except: z.string().nullable(),
});
export type VerificationSummary = z.infer<typeof VerificationSummary>;

/**
 * How a snapshot stands at one destination. `waiting`: it is still to be copied there; `failed`: what keeps it from
 * being copied lasts until a person acts; `missing`: it was stored and is missing now; `deleting`: it is being removed; `trashing`:
 * its files are on their way into the trash of its folder; `trashed`: they are in it.
 */
export const CopyState = z.enum([
  'waiting',
  'copying',
  'stored',
  'failed',
  'missing',
  'deleting',
  'trashing',
  'trashed',
]);
export type CopyState = z.infer<typeof CopyState>;

/** A snapshot at one of its destinations. */
export const SnapshotCopy = z.object({
  destinationId: z.uuid(),
  destinationName: z.string(),
  kind: z.enum(['folder', 's3', 'sftp']),
  /** What its file is called there: as the snapshot, unless another file had that name. */
  name: z.string(),
  state: CopyState.exclude(['deleting', 'trashing', 'trashed']),
  /** When it came into this state. */
  at: Instant,
  /** Why it waits or failed, as a sentence. */
  message: z.string().nullable(),
  /** The newest verification that read this copy. */
  verifiedAt: Instant.nullable(),
  valid: z.boolean().nullable(),
});
export type SnapshotCopy = z.infer<typeof SnapshotCopy>;

/**
 * Who made a snapshot. `own`: a run of this catalog, which alone makes it count for retention; `imported`: anybody else,
 * whatever its manifest says.
 */
export const SnapshotOrigin = z.enum(['own', 'imported']);
export type SnapshotOrigin = z.infer<typeof SnapshotOrigin>;

/** A stored copy of a database, or of files alone, as the catalog knows it. */
export const Snapshot = z.object({
  id: z.uuid(),
  /** The order in which the catalog took snapshots in: 1, 2, 3 …, whatever clocks said. */
  order: z.number().int().positive(),
  origin: SnapshotOrigin,
  /** The service that made it, as its manifest says; `null`: another program. */
  serviceId: z.uuid().nullable(),
  planId: z.uuid().nullable(),
  planName: z.string(),
  /** `files`: it has no database and no tables; all that matters are its attached files. */
  sourceKind: SourceKind,
  sourcePath: FilePath,
  name: z.string(),
  /** Where it lies on this machine or a mounted share; `null`: only at destinations beyond it. */
  path: FilePath.nullable(),
  /** At the plan's destinations, in their order; empty for those that belong to Snapkeep itself, such as safety snapshots. */
  copies: z.array(SnapshotCopy),
  createdAt: Instant,
  sizeBytes: Bytes,
  imageBytes: Bytes,
  compression: Compression,
  trigger: SnapshotTrigger,
  sha256: Sha256,
  userVersion: z.number().int(),
  tables: z.array(TableRows),
  pinned: z.boolean(),
  /** It was at none of its destinations when they were last read. */
  missing: z.boolean(),
  /** `null`: it is not encrypted. */
  databaseEncryption: DatabaseEncryption.nullable(),
  /** How the stored file is encrypted with age; `null`: it is not. */
  encrypted: z.enum(['passphrase', 'recipients']).nullable(),
  verification: VerificationSummary,
  attachedFiles: z.array(SnapshotAttachedFile),
  /** What it lacks of its attached files, as sentences; `null`: it is complete. */
  incomplete: z.string().nullable(),
  /** The snapshots that were taken at the same instant. */
  takenWith: TakenWith,
  /** What the stored file and its attached files show, added up. */
  apparentBytes: Bytes,
  /** What they added to the disk where they were stored first. */
  diskBytes: Bytes,
});
export type Snapshot = z.infer<typeof Snapshot>;

/** A snapshot without its tables and what it was taken with, for long lists. */
export const SnapshotSummary = z.object({
  ...Snapshot.omit({ tables: true, takenWith: true }).shape,
  tableCount: z.number().int().nonnegative(),
  rowCount: z.number().int().nonnegative(),
});
export type SnapshotSummary = z.infer<typeof SnapshotSummary>;

/** How the numbers of rows differ from those of an earlier snapshot. A row whose values changed does not count. */
export const RowCountChange = z.object({
  /** The earlier snapshot. */
  since: z.uuid(),
  /** Over all tables that have more rows, and all that have fewer. */
  added: z.int().nonnegative(),
  removed: z.int().nonnegative(),
  /** The tables that changed most, with how many rows more or fewer they have. */
  tables: z.array(z.object({ name: z.string(), rows: z.int() })),
});
export type RowCountChange = z.infer<typeof RowCountChange>;

/** A snapshot in a list. */
export const ListedSnapshot = z.object({
  ...SnapshotSummary.shape,
  /** The rules that keep it (`latest-1`, `pinned`, …); empty: the plan's retention would remove it. */
  keptBy: z.array(z.string()),
  /** Against the snapshot of its plan that is listed before it; `null`: there is none, or its tables are unknown. */
  rowChange: RowCountChange.nullable(),
});
export type ListedSnapshot = z.infer<typeof ListedSnapshot>;

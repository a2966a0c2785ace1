import { z } from 'zod';
import { Encryption } from './encryption.ts';
import { SnapshotTrigger } from './manifest.ts';
import { Bytes, Compression, FilePath, Instant, Sha256, TableRows } from './values.ts';
import { ProofLevel } from './verification.ts';

/** What is known of a snapshot's soundness: the newest verification in short. */
export const Proof = z.object({
  level: ProofLevel,
  /** `null`: never verified. */
  valid: z.boolean().nullable(),
  at: Instant.nullable(),
  message: z.string(),
});
export type Proof = z.infer<typeof Proof>;

/** A stored copy of a database as the catalog knows it. */
export const Snapshot = z.object({
  id: z.uuid(),
  planId: z.uuid().nullable(),
  planName: z.string(),
  sourcePath: FilePath,
  name: z.string(),
  path: FilePath,
  createdAt: Instant,
  sizeBytes: Bytes,
  imageBytes: Bytes,
  compression: Compression,
  trigger: SnapshotTrigger,
  sha256: Sha256,
  userVersion: z.number().int(),
  tables: z.array(TableRows),
  pinned: z.boolean(),
  /** The file was not where it belongs when its folder was last read. */
  missing: z.boolean(),
  /** `null`: it is not encrypted. */
  encryption: Encryption.nullable(),
  proof: Proof,
});
export type Snapshot = z.infer<typeof Snapshot>;

/** A snapshot in a list, with the rules that keep it (`latest-1`, `pinned`, …; empty: the plan's retention would remove it). */
export const ListedSnapshot = Snapshot.omit({ tables: true }).extend({
  tableCount: z.number().int().nonnegative(),
  rowCount: z.number().int().nonnegative(),
  keptBy: z.array(z.string()),
});
export type ListedSnapshot = z.infer<typeof ListedSnapshot>;

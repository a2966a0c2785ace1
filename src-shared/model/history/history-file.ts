import { z } from 'zod';
import { SnapshotEncryption } from '../encryption.ts';
import { Bytes, Instant, Sha256 } from '../values.ts';
import { PointTables, Txid } from './point.ts';

/** The format of `history.json` and of the lines of points that this version writes and reads. */
export const HISTORY_FORMAT = 1;

/** The size of a page of a database, in bytes: a power of two. */
export const PageSize = z
  .int()
  .min(512)
  .max(65_536)
  .refine((bytes) => (bytes & (bytes - 1)) === 0, 'Must be a power of two.');

/** `history.json`: what the folder of a history is. A reader looks at `format` alone first. */
export const HistoryFile = z.object({
  format: z.literal(HISTORY_FORMAT),
  /** The id of the history. */
  id: z.uuid(),
  plan: z.object({ id: z.uuid(), name: z.string() }),
  pageSize: PageSize,
  encryption: SnapshotEncryption,
  /** The one service that may write here. */
  writer: z.object({ serviceId: z.uuid(), since: Instant }),
});
export type HistoryFile = z.infer<typeof HistoryFile>;

/**
 * A line of `points-<yyyy-mm>.jsonl`: what is known of a point and of the file that ends with it. Of several lines for one
 * TXID the last counts: the captures before a point that is kept are merged into a file that ends with it.
 */
export const PointLine = z.object({
  txid: Txid,
  /** The first TXID of the file: that of the point for a capture, 1 for a base. */
  minTxid: Txid,
  madeAt: Instant,
  /** Of the database at this point. */
  pages: z.int().positive(),
  /** Of the capture, also when the file has been merged since. */
  changedPages: z.int().nonnegative(),
  /** Of the file, as it is stored. */
  bytes: Bytes,
  sha256: Sha256,
  rootHash: Sha256,
  schemaHash: Sha256,
  /** `null`: the rows were not counted. */
  tables: PointTables.nullable().default(null),
  /** Since the database was last looked at before, in milliseconds; `null`: unknown. */
  sinceLookMs: z.int().nonnegative().nullable().default(null),
});
export type PointLine = z.infer<typeof PointLine>;

import { z } from 'zod';
import { Bytes, Instant, Sha256, TableRows } from '../values.ts';

/** The number of a capture: 1, 2, 3 … in the order of making, whatever clocks say. */
export const Txid = z.int().positive();

/** The tables of a point, with their rows. */
export const PointTables = z.array(TableRows);

/**
 * What can happen at a point. `rows-dropped`: tables are missing or most rows are; `new-base`: every page was written, as
 * by VACUUM; `gap`: the database was not checked for long before it.
 */
export const PointEventKind = z.enum(['rows-dropped', 'schema-changed', 'restored', 'pruned', 'new-base', 'gap']);
export type PointEventKind = z.infer<typeof PointEventKind>;

/** How a point was verified. `restored`: the image was rebuilt and checked; `checked`: the file's structure and checksum. */
export const PointVerification = z.object({ at: Instant, level: z.enum(['checked', 'restored']), valid: z.boolean() });
export type PointVerification = z.infer<typeof PointVerification>;

/** A point in time of a history. */
export const Point = z.object({
  historyId: z.uuid(),
  /** `null`: its plan was deleted, or another program wrote the history. */
  planId: z.uuid().nullable(),
  txid: Txid,
  /** Only a label: the TXID orders. */
  madeAt: Instant,
  /** Of the database at this point. */
  pages: z.int().positive(),
  /** Since the point before. */
  changedPages: z.int().nonnegative(),
  /** Of the capture's file, as it was stored. */
  bytes: Bytes,
  sha256: Sha256,
  /** Of the hashes of all pages in order: what a rebuilt image is compared with. */
  rootHash: Sha256,
  schemaHash: Sha256,
  /** `null`: the rows were not counted. */
  tables: PointTables.nullable(),
  events: z.array(PointEventKind),
  /** Since the database was last checked for changes, in milliseconds: what could have been lost; `null`: unknown. */
  sinceLookMs: z.int().nonnegative().nullable(),
  pinned: z.boolean(),
  /** `null`: never verified. */
  verification: PointVerification.nullable(),
});
export type Point = z.infer<typeof Point>;

import { z } from 'zod';
import { FilePath, Instant } from '../values.ts';
import { RowFilter } from './browse.ts';
import { Cell, RowKey } from './cell.ts';

const count = z.int().nonnegative();

/**
 * Which rows of a table are put back. `keys`: those that `browse.rows` names by these keys, or, with `columns`, those that
 * have these values in these columns. `filters`: those that meet all of these conditions; `where`: one in SQL. Without any
 * of them, all rows.
 */
export const RowsToPutBack = z.union([
  z.strictObject({
    table: z.string().min(1),
    keys: z.array(RowKey).min(1).max(10_000),
    columns: z.array(z.string()).min(1).max(2000).optional(),
  }),
  z.strictObject({ table: z.string().min(1), filters: z.array(RowFilter).min(1).max(50) }),
  z.strictObject({ table: z.string().min(1), where: z.string().trim().min(1).max(100_000).optional() }),
]);
export type RowsToPutBack = z.infer<typeof RowsToPutBack>;

/** What a person decides on what a preview shows. */
export const PutBackChoices = z.strictObject({
  /** Related rows to include: ids of the preview's `related`, or all of them and what is related to those. */
  include: z.union([z.literal('all'), z.array(z.string()).max(1000)]).default([]),
  /** Rows of the live database that are overwritten; all others are kept. */
  overwrite: z
    .union([z.literal('all'), z.array(z.strictObject({ table: z.string(), key: RowKey })).max(10_000)])
    .default([]),
});
export type PutBackChoices = z.infer<typeof PutBackChoices>;

/**
 * What becomes of a row. `keep`: the live database has another state of it, which stays. `blocked`: another live row has a
 * value that is unique. `same`: the live database has it already.
 */
export const PutBackAction = z.enum(['insert', 'update', 'keep', 'blocked', 'same']);
export type PutBackAction = z.infer<typeof PutBackAction>;

/** A row with its values in the order of its table's `columns`; long ones are cut. */
export const PutBackRow = z.strictObject({
  table: z.string(),
  action: PutBackAction,
  /** Its values of the columns that identify it; `null`: nothing does. */
  key: RowKey.nullable(),
  /** In the live database; `null`: it is missing there. */
  live: z.array(Cell).nullable(),
  /** In the snapshot. */
  stored: z.array(Cell),
  /** The positions of the values that differ. */
  changed: z.array(count),
  /** Why it is blocked, as a sentence. */
  reason: z.string().nullable(),
});
export type PutBackRow = z.infer<typeof PutBackRow>;

/** Rows of one table that are put back. */
export const PutBackTable = z.strictObject({
  name: z.string(),
  /** Why they are put back: they were chosen, rows refer to them, or they refer to rows. */
  because: z.enum(['chosen', 'parents', 'children']),
  columns: z.array(z.string()),
  /** The columns that identify its rows; empty: their content alone does. */
  key: z.array(z.string()),
  insert: count,
  update: count,
  keep: count,
  blocked: count,
  same: count,
  /** How its schema differs between the snapshot and the live database, as sentences. */
  notes: z.array(z.string()),
});
export type PutBackTable = z.infer<typeof PutBackTable>;

/**
 * Rows of the snapshot that refer to rows that are put back. The live database lacks them, or has `detached` them, as ON
 * DELETE SET NULL does: those are kept as they are unless they are overwritten.
 */
export const PutBackRelated = z.strictObject({
  id: z.string(),
  table: z.string(),
  to: z.string(),
  rows: count,
  detached: count,
});
export type PutBackRelated = z.infer<typeof PutBackRelated>;

/** What putting rows back would do, and the value that confirms just this. */
export const PutBackPreview = z.strictObject({
  source: z.strictObject({ name: z.string(), snapshotId: z.uuid().nullable(), createdAt: Instant.nullable() }),
  target: z.strictObject({ path: FilePath, name: z.string() }),
  tables: z.array(PutBackTable),
  /** The first rows: those that need a decision before the others, those that the live database has last. */
  rows: z.array(PutBackRow),
  related: z.array(PutBackRelated),
  /** Triggers that fire. */
  triggers: z.array(z.strictObject({ name: z.string(), table: z.string(), event: z.string() })),
  /** Rows that triggers and foreign keys change beside those that are put back. */
  effects: z.array(z.strictObject({ table: z.string(), inserted: count, updated: count, deleted: count })),
  /** Why the rows cannot be put back, as sentences; empty: they can. */
  problems: z.array(z.string()),
  /** Rows that are changed altogether, as SQLite counts them. */
  changes: count,
  confirmation: z.string(),
});
export type PutBackPreview = z.infer<typeof PutBackPreview>;

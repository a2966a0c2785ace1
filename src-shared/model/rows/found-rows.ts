import { z } from 'zod';
import { Instant } from '../values.ts';
import { Cell } from './cell.ts';

const position = z.int().nonnegative();

/** What is searched for. `exact`: a whole value equals the text; without it, a value contains it. */
export const RowSearch = z.strictObject({
  text: z.string().min(1).max(1000),
  /** Without it, all tables. */
  table: z.string().min(1).max(1000).optional(),
  /** Without it, all columns. */
  column: z.string().min(1).max(1000).optional(),
  exact: z.boolean().default(false),
});
export type RowSearch = z.infer<typeof RowSearch>;

/** Whether a snapshot contains a row; `unknown`: it was not searched, or not to the end. */
export const RowState = z.enum(['present', 'missing', 'unknown']);
export type RowState = z.infer<typeof RowState>;

/**
 * Snapshots next to each other in which a row is the same. `newest` and `oldest` are positions in the list of searched
 * snapshots, which begins with the newest; `version` is one in the versions of the row, `null` where it is not present.
 */
export const RowSpan = z.object({
  state: RowState,
  version: position.nullable(),
  newest: position,
  oldest: position,
});
export type RowSpan = z.infer<typeof RowSpan>;

/** What a row looked like. `cells` is `null` where the results were too large to keep it. */
export const RowVersion = z.object({ columns: z.array(z.string()), cells: z.array(Cell).nullable() });
export type RowVersion = z.infer<typeof RowVersion>;

/** A row that was found in at least one snapshot. `key` is `null` where only its content tells it apart. */
export const FoundRow = z.object({
  table: z.string(),
  key: z.object({ columns: z.array(z.string()), cells: z.array(Cell) }).nullable(),
  versions: z.array(RowVersion),
  spans: z.array(RowSpan),
});
export type FoundRow = z.infer<typeof FoundRow>;

/** A snapshot that is searched. `message`: why it could not be. */
export const SearchedSnapshot = z.object({
  snapshotId: z.uuid(),
  name: z.string(),
  at: Instant,
  state: z.enum(['waiting', 'searched', 'failed']),
  message: z.string().nullable(),
});
export type SearchedSnapshot = z.infer<typeof SearchedSnapshot>;

/** What a search has found so far. Snapshots and rows begin with the newest. */
export const FoundRows = z.object({
  planId: z.uuid(),
  search: RowSearch,
  snapshots: z.array(SearchedSnapshot),
  rows: z.array(FoundRow),
  /** More rows match than are listed. */
  more: z.boolean(),
  /** What was not searched, as sentences. */
  notes: z.array(z.string()),
});
export type FoundRows = z.infer<typeof FoundRows>;

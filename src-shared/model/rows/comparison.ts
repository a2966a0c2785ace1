import { z } from 'zod';
import { Cell } from './cell.ts';

const count = z.int().nonnegative();

/** A table in the comparison of two states of a database: A, usually the older one, and B. */
export const TableComparison = z.strictObject({
  name: z.string(),
  /** Of a virtual table, the rows of its shadow tables are compared. */
  kind: z.enum(['table', 'virtual']),
  /** `added` and `removed`: only B or only A has it. */
  state: z.enum(['same', 'changed', 'added', 'removed']),
  rows: z.strictObject({ added: count, removed: count, changed: count }),
  /** The columns whose values tell its rows apart; empty: rows are compared by their content. */
  key: z.array(z.string()),
  /** The columns of its rows that are compared: those that both states have. */
  columns: z.array(z.string()),
  /** Its shadow tables that differ. */
  shadowTables: z.array(z.string()),
  /** Why its rows could not be compared, as the middle of a sentence; `null`: they were. */
  uncompared: z.string().nullable(),
});
export type TableComparison = z.infer<typeof TableComparison>;

/** A table, index, view or trigger whose definition differs; `null`: that state does not have it. */
export const SchemaDifference = z.strictObject({
  type: z.enum(['table', 'index', 'view', 'trigger']),
  name: z.string(),
  table: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type SchemaDifference = z.infer<typeof SchemaDifference>;

/** What differs between two states of a database. */
export const Comparison = z.strictObject({
  tables: z.array(TableComparison),
  schema: z.array(SchemaDifference),
  /** Settings of the database file that differ, such as `user_version`. */
  settings: z.array(z.strictObject({ name: z.string(), before: z.string(), after: z.string() })),
});
export type Comparison = z.infer<typeof Comparison>;

/** A value in a row that differs: as a cell, with the SHA-256 of all its bytes where it is long. */
export const ComparedCell = z.strictObject({ cell: Cell, sha256: z.string().nullable() });
export type ComparedCell = z.infer<typeof ComparedCell>;

/** How a row differs. */
export const RowChange = z.enum(['added', 'removed', 'changed']);
export type RowChange = z.infer<typeof RowChange>;

/** A row that differs, its values in the order of the columns compared; `null`: that state does not have it. */
export const RowDifference = z.strictObject({
  change: RowChange,
  before: z.array(ComparedCell).nullable(),
  after: z.array(ComparedCell).nullable(),
  /** The positions of the columns whose values differ, where both states have the row. */
  changed: z.array(count),
});
export type RowDifference = z.infer<typeof RowDifference>;

/** Some of the rows that differ in a table, in the order of its key. */
export const RowDifferences = z.strictObject({
  columns: z.array(z.string()),
  key: z.array(z.string()),
  rows: z.array(RowDifference),
  /** Where the next ones begin; `null`: these were the last. */
  next: count.nullable(),
});
export type RowDifferences = z.infer<typeof RowDifferences>;

/** Which rows that differ: `text` stands in one of their values, as shown and without regard to case. */
export const DifferenceFilter = z.strictObject({
  table: z.string().min(1),
  change: RowChange.optional(),
  text: z.string().max(10_000).optional(),
});
export type DifferenceFilter = z.infer<typeof DifferenceFilter>;

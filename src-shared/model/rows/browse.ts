import { z } from 'zod';
import { RestoreSource } from '../restore/restore.ts';
import { Bytes, Instant } from '../values.ts';
import { Cell, RowKey } from './cell.ts';

/** A database to read: a snapshot, a file, or the database of a plan as it is now. */
export const BrowseSource = z.union([...RestoreSource.options, z.strictObject({ planId: z.uuid() })]);
export type BrowseSource = z.infer<typeof BrowseSource>;

/** A column of a table or view. */
export const BrowsedColumn = z.object({
  name: z.string(),
  /** As declared; empty where nothing is. */
  type: z.string(),
  notNull: z.boolean(),
  /** The expression of its DEFAULT; `null`: none. */
  defaultSql: z.string().nullable(),
  generated: z.enum(['virtual', 'stored']).nullable(),
  /** Of a virtual table: not part of `SELECT *`. */
  hidden: z.boolean(),
});

/** An index or trigger of a table. `sql` is `null` where SQLite made it for a key. */
export const BrowsedPart = z.object({
  type: z.enum(['index', 'trigger']),
  name: z.string(),
  sql: z.string().nullable(),
});

/** A table, a virtual table, a table in which a virtual one keeps its rows (`shadow`), or a view. */
export const BrowsedTable = z.object({
  name: z.string(),
  kind: z.enum(['table', 'virtual', 'shadow', 'view']),
  columns: z.array(BrowsedColumn),
  /** The columns of its PRIMARY KEY in their order; empty: it has none. */
  primaryKey: z.array(z.string()),
  withoutRowid: z.boolean(),
  strict: z.boolean(),
  /** The name under which the rowid can be read; `null`: it has none, or it cannot be read. */
  rowid: z.string().nullable(),
  sql: z.string().nullable(),
  parts: z.array(BrowsedPart),
  /** `null`: not counted, because it would take long. */
  rows: z.number().int().nonnegative().nullable(),
});
export type BrowsedTable = z.infer<typeof BrowsedTable>;

/** What a database contains, tables and views by name. */
export const BrowsedSchema = z.object({ encoding: z.string(), pageSize: Bytes, tables: z.array(BrowsedTable) });
export type BrowsedSchema = z.infer<typeof BrowsedSchema>;

/** A condition on a column. Text that looks like a number is compared as one, too. */
export const RowFilter = z.union([
  z.strictObject({
    column: z.string(),
    is: z.enum(['equal', 'not-equal', 'contains', 'starts', 'less', 'greater']),
    text: z.string().max(10_000),
  }),
  z.strictObject({ column: z.string(), is: z.enum(['null', 'not-null']) }),
]);
export type RowFilter = z.infer<typeof RowFilter>;

export const RowSort = z.strictObject({ column: z.string(), descending: z.boolean() });
export type RowSort = z.infer<typeof RowSort>;

/** Where the next page of rows begins: behind a row, or, where rows have no key, after a number of them. */
export const RowCursor = z.union([
  z.strictObject({ key: RowKey, sorted: Cell.optional() }),
  z.strictObject({ offset: z.int().nonnegative() }),
]);
export type RowCursor = z.infer<typeof RowCursor>;

/** Which rows of a table are meant. */
export const RowSelection = z.strictObject({
  table: z.string().min(1),
  filters: z.array(RowFilter).max(50).default([]),
  sort: RowSort.optional(),
});
export type RowSelection = z.infer<typeof RowSelection>;

/**
 * Rows of a table. `key` addresses the row within this database only; `null`: it has no address. `unread`: columns that
 * need a function, collation or module of the program that uses the database; they are left out.
 */
export const RowPage = z.object({
  columns: z.array(z.string()),
  unread: z.array(z.string()),
  rows: z.array(z.object({ key: RowKey.nullable(), cells: z.array(Cell) })),
  /** `null`: there are no more rows. */
  next: RowCursor.nullable(),
});
export type RowPage = z.infer<typeof RowPage>;

/** Which row is meant: the one with this key, or the one after a number of rows of a selection. */
export const RowAddress = z.union([z.strictObject({ key: RowKey }), z.strictObject({ offset: z.int().nonnegative() })]);
export type RowAddress = z.infer<typeof RowAddress>;

/** Part of a value. Text that is valid comes as UTF-8, whatever the encoding of the database is. */
export const ValuePart = z.object({
  class: z.enum(['null', 'integer', 'real', 'text', 'blob']),
  /** Of the whole value as it is stored; 0 for numbers. */
  bytes: Bytes,
  /** The bytes from the offset on, in base64; of a number, its decimal digits as text. */
  part: z.base64(),
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be']),
});
export type ValuePart = z.infer<typeof ValuePart>;

/** The answer to a query. `more`: there are more rows than the limit allows. */
export const QueryAnswer = z.object({
  columns: z.array(z.string()),
  rows: z.array(z.array(Cell)),
  more: z.boolean(),
  durationMs: z.number().nonnegative(),
});
export type QueryAnswer = z.infer<typeof QueryAnswer>;

/** A file, folder or link in an attached file. A folder has the bytes and the number of all files in it. */
export const BrowsedFile = z.object({
  name: z.string(),
  kind: z.enum(['file', 'folder', 'link']),
  bytes: Bytes,
  files: z.number().int().nonnegative(),
  /** `null`: not known. */
  modifiedAt: Instant.nullable(),
  /** Of a link. */
  target: z.string().nullable(),
});
export type BrowsedFile = z.infer<typeof BrowsedFile>;

/** What is browsed. */
export const BrowsedSource = z.object({
  viewId: z.uuid(),
  /** For people: the name of the snapshot or file. */
  name: z.string(),
  bytes: Bytes,
  snapshotId: z.uuid().nullable(),
  planId: z.uuid().nullable(),
  /** The instant whose content it has; `null`: not known. */
  takenAt: Instant.nullable(),
  encrypted: z.boolean(),
});
export type BrowsedSource = z.infer<typeof BrowsedSource>;

export const ExportFormat = z.enum(['csv', 'json', 'sql']);
export type ExportFormat = z.infer<typeof ExportFormat>;

/** How a whole database is written to a file: as it is, or as one LTX file, which Litestream and its tools read. */
export const ImageFormat = z.enum(['db', 'ltx']);
export type ImageFormat = z.infer<typeof ImageFormat>;

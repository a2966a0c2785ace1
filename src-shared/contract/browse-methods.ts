import { z } from 'zod';
import { AttachedFileName } from '../model/attached-file.ts';
import {
  BrowsedFile,
  BrowsedSchema,
  BrowsedSource,
  BrowseSource,
  ExportFormat,
  ImageFormat,
  QueryAnswer,
  RowAddress,
  RowCursor,
  RowPage,
  RowSelection,
  ValuePart,
} from '../model/rows/browse.ts';
import { RowKey } from '../model/rows/cell.ts';
import { FilePath } from '../model/values.ts';
import { key, nothing, started } from './params.ts';

const viewId = z.uuid();
const storedFile = { snapshotId: z.uuid(), attachedFile: AttachedFileName };
const sql = z.string().min(1).max(100_000);

/** Where an export goes. */
const exported = { path: FilePath, replace: z.boolean().default(false) };

/** Reads the content of databases in temporary copies that nothing can change. */
export const browseMethods = {
  /**
   * Starts to unpack a database to a temporary copy; the run ends with a view of it. `key`: for what was made with an
   * unknown key. A view that nobody uses for 10 minutes is closed, and so is the longest unused of more than 50.
   */
  'browse.open': { params: z.strictObject({ source: BrowseSource, key }), result: started },
  /** Returns what a view shows: its tables with columns, keys, indexes and triggers. `rows`: where counting is quick. */
  'browse.describe': {
    params: z.strictObject({ viewId }),
    result: z.object({ source: BrowsedSource, schema: BrowsedSchema }),
  },
  /**
   * Returns rows of a table or view, at most `limit` and no more than fit into some megabytes. `after`: `next` of the
   * page before. `columns`: without them, all. Long values are cut, see `browse.value`.
   */
  'browse.rows': {
    params: z.strictObject({
      ...RowSelection.shape,
      viewId,
      columns: z.array(z.string()).min(1).max(2000).optional(),
      after: RowCursor.optional(),
      limit: z.int().min(1).max(200).default(100),
    }),
    result: RowPage,
  },
  /** Returns part of one value. `row`: its key, or its position in the selection. */
  'browse.value': {
    params: z.strictObject({
      ...RowSelection.shape,
      viewId,
      row: RowAddress,
      column: z.string(),
      offset: z.int().nonnegative().default(0),
      length: z.int().min(1).max(1_048_576).default(262_144),
    }),
    result: ValuePart,
  },
  /** Returns the first rows of a statement that only reads: SELECT, WITH, VALUES, EXPLAIN or a PRAGMA that tells something. It is stopped after 30 seconds. */
  'browse.query': {
    params: z.strictObject({ viewId, sql, limit: z.int().min(1).max(1000).default(500) }),
    result: QueryAnswer,
  },
  /**
   * Starts to write rows of a table or of a statement that only reads to a file, or the whole database. `keys`: of these rows
   * alone. `replace`: also where there is one already. CSV has bytes as hexadecimal digits; JSON has them as
   * `{"blob": …}` in base64.
   */
  'browse.export': {
    params: z.union([
      z.strictObject({
        viewId,
        what: z.union([
          z.strictObject({
            ...RowSelection.shape,
            columns: z.array(z.string()).min(1).max(2000).optional(),
            keys: z.array(RowKey).min(1).max(1000).optional(),
          }),
          z.strictObject({ sql }),
        ]),
        format: ExportFormat,
        ...exported,
      }),
      z.strictObject({ viewId, what: z.literal('database'), format: ImageFormat, ...exported }),
    ]),
    result: started,
  },
  /**
   * Lists what is in a folder of an attached file of a snapshot, folders first. `folder`: empty for the attached file
   * itself. `more`: only the first 2,000 are listed.
   */
  'browse.files': {
    params: z.strictObject({ ...storedFile, folder: z.string().max(4096).default('') }),
    result: z.object({ entries: z.array(BrowsedFile), more: z.boolean() }),
  },
  /** Returns part of a file in an attached file of a snapshot. */
  'browse.file': {
    params: z.strictObject({
      ...storedFile,
      path: z.string().min(1).max(4096),
      offset: z.int().nonnegative().default(0),
      length: z.int().min(1).max(1_048_576).default(262_144),
    }),
    result: ValuePart,
  },
  /** Closes a view. */
  'browse.close': { params: z.strictObject({ viewId }), result: nothing },
} as const;

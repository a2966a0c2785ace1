import { z } from 'zod';
import { BrowsedSource, BrowseSource } from '../model/rows/browse.ts';
import { Comparison, DifferenceFilter, RowDifferences } from '../model/rows/comparison.ts';
import { SqlPiece } from '../model/rows/sql-piece.ts';
import { key, nothing, started } from './params.ts';

const viewId = z.uuid();

/** Compares two states of a database in temporary copies. Nothing is restored. */
export const compareMethods = {
  /**
   * Starts to compare two databases; the run ends with a view of the comparison. `before`: usually the older one.
   * `key`: for what was made with an unknown key. A view that nobody uses for 10 minutes is closed.
   */
  'compare.open': {
    params: z.strictObject({ before: BrowseSource, after: BrowseSource, key }),
    result: started,
  },
  /** Returns what is compared, and what differs in each table, in the schema and in the settings of the file. */
  'compare.summary': {
    params: z.strictObject({ viewId }),
    result: z.object({ before: BrowsedSource, after: BrowsedSource, comparison: Comparison }),
  },
  /** Returns rows that differ, from the position `offset` in their order on. */
  'compare.rows': {
    params: z.strictObject({
      ...DifferenceFilter.shape,
      viewId,
      offset: z.int().nonnegative().default(0),
      limit: z.int().min(1).max(200).default(100),
    }),
    result: RowDifferences,
  },
  /** Returns the SQL that makes the content of `after` of a database with the content of `before`, in pieces. `table`: for its rows alone. `offset`: `next` of the piece before. */
  'compare.sql': {
    params: z.strictObject({ viewId, table: z.string().min(1).optional(), offset: z.int().nonnegative().default(0) }),
    result: SqlPiece,
  },
  /** Closes a comparison. */
  'compare.close': { params: z.strictObject({ viewId }), result: nothing },
} as const;

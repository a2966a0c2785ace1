import { z } from 'zod';
import { FoundRows, RowSearch } from '../model/rows/found-rows.ts';
import { started } from './params.ts';

/** Rows of databases: finding them in snapshots. */
export const rowMethods = {
  /**
   * Starts a search for rows in all snapshots of a plan, the newest first. The case of A to Z does not matter; with
   * `exact`, a whole value must be equal. What was found stays when the run is cancelled.
   */
  'rows.find': {
    params: RowSearch.extend({ planId: z.uuid() }),
    result: started,
  },
  /**
   * Returns what a search has found so far: its rows, when each was present, and what it looked like. Kept in memory for
   * the last 20 searches.
   */
  'rows.listFound': { params: z.strictObject({ runId: z.uuid() }), result: FoundRows },
} as const;

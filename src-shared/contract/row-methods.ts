import { z } from 'zod';
import { BrowseSource } from '../model/rows/browse.ts';
import { FoundRows, RowSearch } from '../model/rows/found-rows.ts';
import { PutBackChoices, PutBackPreview, RowsToPutBack } from '../model/rows/put-back.ts';
import { SqlPiece } from '../model/rows/sql-piece.ts';
import { FilePath } from '../model/values.ts';
import { key, started } from './params.ts';

/** Rows of databases: finding them in snapshots, and putting them back. */
export const rowMethods = {
  /**
   * Starts a search for rows in all snapshots of a plan, the newest first. The case of A to Z does not matter; with
   * `exact`, a whole value must be equal. What was found stays when the run is cancelled.
   */
  'rows.find': {
    params: z.strictObject({ ...RowSearch.shape, planId: z.uuid() }),
    result: started,
  },
  /**
   * Returns what a search has found so far: its rows, when each was present, and what it looked like. Kept in memory for
   * the last 20 searches.
   */
  'rows.listFound': { params: z.strictObject({ runId: z.uuid() }), result: FoundRows },
  /**
   * Starts the preview of putting rows of a snapshot back into a live database, by trying it on a copy. Rows that they
   * refer to come along where they are missing; rows that refer to them are listed, and come along with `include`. A row
   * that has changed since stays as it is unless `overwrite` names it.
   */
  'rows.previewPutBack': {
    params: z.strictObject({
      source: BrowseSource,
      target: z.union([z.strictObject({ planId: z.uuid() }), z.strictObject({ path: FilePath })]),
      rows: z.array(RowsToPutBack).min(1).max(100),
      choices: PutBackChoices.prefault({}),
      key,
    }),
    result: started,
  },
  /** Returns what putting rows back would do, as a run has found out. Kept in memory for the last 20 previews. */
  'rows.putBackPreview': { params: z.strictObject({ checkRunId: z.uuid() }), result: PutBackPreview },
  /**
   * Returns the statements of a preview as a script, in pieces. `offset`: `next` of the piece before. As long as the
   * scripts of the last previews have no more than 64 MB together.
   */
  'rows.putBackSql': {
    params: z.strictObject({ checkRunId: z.uuid(), offset: z.int().nonnegative().default(0) }),
    result: SqlPiece,
  },
  /**
   * Starts what the run `checkRunId` has previewed, in one transaction, with a safety snapshot first; `restores.undo`
   * reverts it. Refused when the live database would change in any other way than the preview says.
   */
  'rows.putBack': {
    params: z.strictObject({ checkRunId: z.uuid(), confirmation: z.string() }),
    result: started,
  },
} as const;

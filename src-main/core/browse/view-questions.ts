import { z } from 'zod';
import { BrowsedSchema, QueryAnswer, RowPage, ValuePart } from '../../../src-shared/model/rows/browse.ts';
import { Comparison, RowDifferences } from '../../../src-shared/model/rows/comparison.ts';
import { SqlPiece } from '../../../src-shared/model/rows/sql-piece.ts';
import { Sha256 } from '../../../src-shared/model/values.ts';
import type { DifferencesRequest } from '../compare/comparison-reader.ts';
import type { ExportRequest } from '../engine/rows/export-rows.ts';
import type { ValueRequest } from '../engine/rows/read-value.ts';
import type { RowsRequest } from '../engine/rows/select-rows.ts';

/** What each question to a view asks. The worker's `view-performer.ts` answers it. */
export interface ViewParams {
  /** `rows`: of tables that were counted before; `null`: none were. */
  describe: { rows: Array<[string, number]> | null };
  rows: RowsRequest;
  value: ValueRequest;
  query: { sql: string; limit: number };
  export: ExportRequest;
  compare: null;
  differences: DifferencesRequest;
  differenceSql: { table?: string | undefined; offset: number };
}

/** What the child process answers. It reads what others made, so nothing it says is taken unread. */
export const VIEW_ANSWERS = {
  describe: BrowsedSchema,
  rows: RowPage,
  value: ValuePart,
  query: QueryAnswer,
  export: z.object({ bytes: z.int().nonnegative(), sha256: Sha256, rows: z.int().nonnegative() }),
  compare: Comparison,
  differences: RowDifferences,
  differenceSql: SqlPiece,
} as const satisfies Record<keyof ViewParams, z.ZodType>;

export type ViewQuestion = keyof ViewParams;
export type ViewAnswer<Q extends ViewQuestion> = z.infer<(typeof VIEW_ANSWERS)[Q]>;

/** How long a person waits for an answer, in milliseconds. */
const ANSWER_MS = 30_000;
/** How long a run, or a reader of a comparison, waits for one, in milliseconds. */
const RUN_MS = 600_000;

/** How long each question may take, in milliseconds; then its process is killed. */
export const QUESTION_LIMIT_MS: Readonly<Record<ViewQuestion, number>> = {
  describe: ANSWER_MS,
  rows: ANSWER_MS,
  value: ANSWER_MS,
  query: ANSWER_MS,
  export: RUN_MS,
  compare: RUN_MS,
  differences: RUN_MS,
  differenceSql: RUN_MS,
};

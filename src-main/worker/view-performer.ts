import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import type { ViewAnswer, ViewParams, ViewQuestion } from '../core/browse/view-questions.ts';
import { ComparisonReader } from '../core/compare/comparison-reader.ts';
import { errorCode, explainError } from '../core/engine/engine-errors.ts';
import { describeSchema } from '../core/engine/rows/describe-schema.ts';
import { exportRows } from '../core/engine/rows/export-rows.ts';
import { readValue } from '../core/engine/rows/read-value.ts';
import { runQuery } from '../core/engine/rows/run-query.ts';
import { selectRows } from '../core/engine/rows/select-rows.ts';
import { TablePages } from '../core/engine/rows/table-pages.ts';
import { type Database, openDatabase } from '../core/engine/sqlite/open-database.ts';
import type { WorkerMessage, WorkerOrder } from '../core/runs/worker-protocol.ts';

/** The order to read images. */
export type ViewOrder = Extract<WorkerOrder, { type: 'view' }>;
type Question = Extract<WorkerOrder, { type: 'ask' }>;

/** What the answer to a question may use. */
export interface ViewContext {
  /** The images of the view, in their order. */
  databases: readonly Database[];
  /** The pages of the first image; `null`: it is encrypted. */
  pages(): TablePages | null;
  /** Of a view of two images. */
  comparison(): ComparisonReader;
  progress(done: number, total: number | null): void;
}

type Answers = {
  [Q in ViewQuestion]: (params: ViewParams[Q], context: ViewContext) => ViewAnswer<Q> | Promise<ViewAnswer<Q>>;
};

const ANSWERS: Answers = {
  describe: ({ rows }, context) => describeSchema(onlyDatabase(context), rows && new Map(rows)),
  rows: (request, context) => reading(request.table, () => selectRows(onlyDatabase(context), request)),
  value: (request, context) => reading(request.table, () => readValue(onlyDatabase(context), request, context.pages())),
  query: (request, context) => runQuery(onlyDatabase(context), request),
  export: (request, context) =>
    reading('table' in request.what ? request.what.table : 'the result', () =>
      exportRows(onlyDatabase(context), request, (rows) => context.progress(rows, null)),
    ),
  compare: (_, { comparison, progress }) => comparison().summary(progress),
  differences: (request, { comparison }) => reading(request.table, () => comparison().rows(request)),
  differenceSql: (request, { comparison }) => reading(request.table ?? 'a table', () => comparison().sql(request)),
};

/** @throws SnapkeepError `UNSUPPORTED` for a table or view that SQLite cannot read here */
async function reading<T>(table: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (errorCode(error) !== 'SQLITE_ERROR' || !(error instanceof Error)) throw error;
    throw new SnapkeepError('UNSUPPORTED', `SQLite cannot read ${table}: ${error.message}.`, {
      hint: 'It needs a table that is missing, or a function, collation or module of the program that uses the database.',
      cause: error,
    });
  }
}

/** Returns the database of a view that shows one. */
function onlyDatabase({ databases: [database] }: ViewContext): Database {
  if (database === undefined) throw new Error('The view has no image.');
  return database;
}

/** Opens an image that nothing may change; the connection is closed with the process. */
function openImage({ path, unlocking }: ViewOrder['images'][number]): Database {
  const database = openDatabase(path, { readonly: true, mustExist: true, unlocking });
  database.pragma('query_only = ON');
  database.pragma('cell_size_check = ON');
  return database;
}

/** Answers questions about images, one at a time, until its process is killed. */
export class ViewPerformer {
  readonly #tell: (message: WorkerMessage) => void;
  readonly #images: ViewOrder['images'];
  #databases: Database[] | null = null;
  #pages: TablePages | null = null;
  #comparison: ComparisonReader | null = null;

  constructor(tell: (message: WorkerMessage) => void, { images }: ViewOrder) {
    this.#tell = tell;
    this.#images = images;
  }

  async answer({ id, question, params }: Question): Promise<void> {
    try {
      const databases = this.#databases ?? this.#images.map(openImage);
      this.#databases = databases;
      const context: ViewContext = {
        databases,
        pages: () => {
          const [image] = this.#images;
          if (image?.unlocking === null) this.#pages ??= TablePages.open(image.path);
          return this.#pages;
        },
        comparison: () => {
          this.#comparison ??= new ComparisonReader(databases, this.#images);
          return this.#comparison;
        },
        progress: (done, total) => this.#tell({ type: 'asked', id, done, total }),
      };
      const answer = ANSWERS[question] as (params: unknown, context: ViewContext) => unknown;
      this.#tell({ type: 'answered', id, result: await answer(params, context) });
    } catch (error) {
      this.#tell({ type: 'refused', id, error: explainError(error, 'the database').toBody() });
    }
  }
}

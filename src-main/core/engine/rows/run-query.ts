import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { QueryAnswer } from '../../../../src-shared/model/rows/browse.ts';
import { sqlTokens } from '../../../../src-shared/rules/sqlite/sql-tokens.ts';
import { errorCode } from '../engine-errors.ts';
import type { Database } from '../sqlite/open-database.ts';
import { cellOf, type SqlValue } from './cells.ts';

/** Statements that read. ATTACH, BEGIN and others write nothing either, and are not among them. */
const READING = new Set(['SELECT', 'WITH', 'VALUES', 'EXPLAIN', 'PRAGMA']);
/** What PRAGMA may be asked; others change how the connection works, or say where the copy lies. */
const TELLING = new Set(
  `application_id collation_list compile_options encoding foreign_key_check foreign_key_list freelist_count
  function_list index_info index_list index_xinfo integrity_check module_list page_count page_size quick_check
  schema_version table_info table_list table_xinfo user_version`.split(/\s+/),
);
/** How much an answer may carry, in bytes of JSON. */
const ANSWER_BYTES = 8_000_000;

/**
 * Prepares a statement that a person has written, and that can only read.
 * @throws SnapkeepError `INVALID_PARAMS` for anything else, and for what SQLite does not understand
 */
export function prepareReading(database: Database, sql: string) {
  const [first = '', ...others] = sqlTokens(sql);
  const verb = first.toUpperCase();
  if (!READING.has(verb)) throw notReading();
  if (verb === 'PRAGMA') {
    const named = others[1] === '.' ? others.slice(2) : others;
    if (!TELLING.has(named[0]?.toLowerCase() ?? '') || named[1] === '=') throw notReading();
  }
  const statement = prepare(database, sql);
  if (!statement.readonly || !statement.reader) throw notReading();
  return statement.safeIntegers().raw();
}

function prepare(database: Database, sql: string) {
  try {
    return database.prepare(sql);
  } catch (error) {
    throw notRunnable(error);
  }
}

function notRunnable(error: unknown): SnapkeepError {
  const reason = error instanceof Error ? error.message : String(error);
  return new SnapkeepError('INVALID_PARAMS', `SQLite cannot run this statement: ${reason}.`, {
    hint: 'Correct the statement. One statement can be run at a time.',
    cause: error,
  });
}

/** Explains what is wrong with a statement that was being run; other errors stay. */
export function explainStatement(error: unknown): unknown {
  return errorCode(error) === 'SQLITE_ERROR' ? notRunnable(error) : error;
}

/** Runs a statement that only reads, and returns the first rows of its answer. @throws SnapkeepError as {@link prepareReading} */
export function runQuery(database: Database, { sql, limit }: { sql: string; limit: number }): QueryAnswer {
  const started = performance.now();
  const statement = prepareReading(database, sql);
  const columns = statement.columns().map(({ name }) => name);
  try {
    const found = firstRows(statement.iterate() as Iterable<SqlValue[]>, limit);
    return { columns, ...found, durationMs: performance.now() - started };
  } catch (error) {
    throw explainStatement(error);
  }
}

function firstRows(found: Iterable<SqlValue[]>, limit: number): Pick<QueryAnswer, 'rows' | 'more'> {
  const rows: QueryAnswer['rows'] = [];
  let bytes = 0;
  for (const row of found) {
    if (rows.length === limit || bytes > ANSWER_BYTES) return { rows, more: true };
    const cells = row.map((value) => cellOf(value));
    bytes += JSON.stringify(cells).length;
    rows.push(cells);
  }
  return { rows, more: false };
}

const notReading = (): SnapkeepError =>
  new SnapkeepError('INVALID_PARAMS', 'Only statements that read can be run here.', {
    hint: 'Use SELECT, WITH, VALUES, EXPLAIN, or a PRAGMA that tells something, such as table_info.',
  });

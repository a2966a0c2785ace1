import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { errorCode } from '../engine-errors.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';
import {
  breaksRules,
  breaksRulesSql,
  dropRules,
  type RuledColumn,
  restoreRules,
  type StoredValue,
} from './broken-rows.ts';
import type { DumpedTable } from './dump-schema.ts';
import { quoteText, realLiteral, textLiteral, textLiteralOf, withSafeTexts } from './literals.ts';

/** A statement takes rows until it is about as long as this. Longer ones are no faster to read. */
const STATEMENT_BYTES = 64 * 1024;
/** Older versions of SQLite take room and time for each row of a statement before the first is stored. */
const STATEMENT_ROWS = 250;
/** No longer statement can be read: the text of one must fit into a string. */
export const MAX_STATEMENT_BYTES = 500_000_000;
/** As many arguments as a function of SQLite takes, with some to spare. */
const ARGUMENTS = 500;

/** What replaces bytes that are not UTF-8 when they become a string. */
const REPLACEMENT = '\ufffd';
const REAL_FUNCTION = 'snapkeep_real';

/** Readies a connection for {@link dumpRows}. */
export function prepareForRows(database: Database): void {
  database.function(REAL_FUNCTION, { deterministic: true, directOnly: true }, (value) => realLiteral(Number(value)));
}

/**
 * The rows of a table in the order they are stored in, as INSERT statements of some rows each.
 * @param onRows told how many rows each statement has
 * @throws SnapkeepError `UNSUPPORTED` for a row that is too long for a statement
 */
export function* dumpRows(
  database: Database,
  table: DumpedTable,
  utf16: boolean,
  onRows: (count: number) => void,
): Generator<Buffer> {
  if (table.rowid === null && table.columns.length === 0) return;
  try {
    yield* insertRows(database, table, utf16, onRows);
  } catch (error) {
    throw isTooLarge(error) ? tooLong(table.name, error) : error;
  }
}

/** Whether a value or a statement is larger than what the driver or the runtime takes, which is about 537 MB. */
function isTooLarge(error: unknown): boolean {
  if (['SQLITE_TOOBIG', 'ERR_STRING_TOO_LONG'].includes(errorCode(error) ?? '')) return true;
  return error instanceof RangeError && error.message === 'Invalid string length';
}

function* insertRows(
  database: Database,
  table: DumpedTable,
  utf16: boolean,
  onRows: (count: number) => void,
): Generator<Buffer> {
  let rulesDropped = false;
  for (const { sql, rows, breaksRules } of statements(database, table, utf16)) {
    if (breaksRules && !rulesDropped) yield Buffer.from(dropRules(table));
    rulesDropped ||= breaksRules;
    const whole = withSafeTexts(sql);
    if (whole.length > MAX_STATEMENT_BYTES) throw tooLong(table.name);
    onRows(rows);
    yield whole;
  }
  if (rulesDropped) yield Buffer.from(restoreRules(table));
}

/** An INSERT of some rows. */
interface RowsStatement {
  sql: Buffer;
  rows: number;
  /** Some of them break a rule of the table. */
  breaksRules: boolean;
}

function* statements(database: Database, table: DumpedTable, utf16: boolean): Generator<RowsStatement> {
  const columns = table.rowid === null ? table.columns : [table.rowid, ...table.columns];
  const list = table.rowid === null ? '' : `(${columns.join(',')})`;
  const start = `INSERT INTO ${quoteName(table.name)}${list} VALUES\n`;
  const { source } = table;
  if (utf16) {
    const broken = someBreakRules(database, table);
    for (const rows of batches(utf16Rows(database, columns, source)))
      yield { sql: Buffer.from(`${start}${rows.join(',\n')};\n`), rows: rows.length, breaksRules: broken };
    return;
  }
  let done = 0;
  const seen = { broken: false };
  for (const rows of batches(utf8Rows(database, columns, source, table.ruled, seen))) {
    const text = `${start}${rows.join(',\n')};\n`;
    if (text.includes(REPLACEMENT)) {
      // Something here may not be UTF-8. From here on rows come as bytes, which takes longer.
      yield* statementsOfBytes(database, table, columns, start, done);
      return;
    }
    done += rows.length;
    yield { sql: Buffer.from(text), rows: rows.length, breaksRules: seen.broken };
  }
}

function* statementsOfBytes(
  database: Database,
  table: DumpedTable,
  columns: readonly string[],
  start: string,
  done: number,
): Generator<RowsStatement> {
  const broken = someBreakRules(database, table);
  const row = `CAST(${rowExpression(columns)} AS BLOB)`;
  const bytes = database.prepare<[], Buffer>(`SELECT ${row} ${table.source} LIMIT -1 OFFSET ${done}`);
  for (const rest of batches(bytes.pluck().iterate())) {
    const parts = rest.flatMap((each, n) => [Buffer.from(n === 0 ? start : ',\n'), each]);
    yield { sql: Buffer.concat([...parts, Buffer.from(';\n')]), rows: rest.length, breaksRules: broken };
  }
}

/** Whether rows of a table break its rules, where they are not looked at one by one. */
function someBreakRules(database: Database, { ruled, source }: DumpedTable): boolean {
  if (ruled.length === 0) return false;
  return (
    database
      .prepare(`SELECT EXISTS (SELECT 1 ${source} WHERE ${breaksRulesSql(ruled)})`)
      .pluck()
      .get() === 1
  );
}

/** As many rows at a time as go into a statement. */
function* batches<T extends string | Buffer>(rows: Iterable<T>): Generator<T[]> {
  let batch: T[] = [];
  let length = 0;
  for (const row of rows) {
    batch.push(row);
    length += row.length;
    if (length < STATEMENT_BYTES && batch.length < STATEMENT_ROWS) continue;
    yield batch;
    batch = [];
    length = 0;
  }
  if (batch.length > 0) yield batch;
}

function tooLong(table: string, cause?: unknown): SnapkeepError {
  return new SnapkeepError(
    'UNSUPPORTED',
    `A row of the table ${table} is longer than 500 MB as SQL, the limit of a statement.`,
    {
      hint: 'Nothing was stored. Choose the method online, which copies the pages unchanged.',
      cause,
    },
  );
}

/** @param seen told when a row breaks a rule */
function* utf8Rows(
  database: Database,
  columns: readonly string[],
  source: string,
  ruled: readonly RuledColumn[],
  seen: { broken: boolean },
): Generator<string> {
  const rows = database
    .prepare<[], StoredValue[]>(`SELECT ${columns.join(',')} ${source}`)
    .raw()
    .safeIntegers()
    .iterate();
  for (const row of rows) {
    let literals = '';
    for (const value of row) literals += literals === '' ? literalOf(value) : `,${literalOf(value)}`;
    if (!seen.broken && ruled.length > 0) seen.broken = breaksRules(row, ruled);
    yield `(${literals})`;
  }
}

function literalOf(value: StoredValue): string {
  if (typeof value === 'string') return quoteText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return realLiteral(value);
  return value === null ? 'NULL' : `X'${value.toString('hex')}'`;
}

/** A whole row as SQL, written by SQLite, which leaves texts the bytes they are. */
function rowExpression(columns: readonly string[]): string {
  const literals = columns.map(
    (column) => `CASE typeof(${column}) WHEN 'text' THEN ''''||replace(${column},'''','''''')||''''
      WHEN 'real' THEN ${REAL_FUNCTION}(${column}) ELSE quote(${column}) END`,
  );
  return concatenated(["'('", ...literals.flatMap((literal, n) => (n === 0 ? [literal] : ["','", literal])), "')'"]);
}

function concatenated(parts: readonly string[]): string {
  if (parts.length <= ARGUMENTS) return `concat(${parts.join(',')})`;
  const groups: string[] = [];
  for (let from = 0; from < parts.length; from += ARGUMENTS)
    groups.push(concatenated(parts.slice(from, from + ARGUMENTS)));
  return concatenated(groups);
}

/** What SQLite writes of a row would be UTF-8, and half a surrogate pair has none: each text is checked here. */
function* utf16Rows(database: Database, columns: readonly string[], source: string): Generator<string> {
  const bigEndian = String(database.pragma('encoding', { simple: true })) === 'UTF-16be';
  const values = columns.map(
    (column) => `CASE typeof(${column}) WHEN 'text' THEN CAST(${column} AS BLOB)
      WHEN 'real' THEN ${REAL_FUNCTION}(${column}) ELSE quote(${column}) END`,
  );
  const rows = database
    .prepare<[], Array<string | Buffer>>(`SELECT ${values.join(',')} ${source}`)
    .raw()
    .iterate();
  for (const row of rows) {
    const literals = row.map((value) => (typeof value === 'string' ? value : utf16Literal(value, bigEndian)));
    yield `(${literals.join(',')})`;
  }
}

function utf16Literal(bytes: Buffer, bigEndian: boolean): string {
  if (bytes.length % 2 !== 0) return textLiteralOf(bytes);
  const text = (bigEndian ? Buffer.from(bytes).swap16() : bytes).toString('utf16le');
  return textLiteral(text) ?? textLiteralOf(bytes);
}

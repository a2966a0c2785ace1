import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { ExportFormat, RowSelection } from '../../../../src-shared/model/rows/browse.ts';
import type { Cell, RowKey } from '../../../../src-shared/model/rows/cell.ts';
import { writeFully } from '../files/durable-files.ts';
import type { TextEncoding } from '../identify/dump-text.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';
import { cellOf, mayBeInvalid, type SqlValue } from './cells.ts';
import { cellSql, encodingOf, readCell } from './read-cells.ts';
import { requireColumn } from './row-filters.ts';
import { explainStatement, prepareReading } from './run-query.ts';
import { requireTable, unreadColumns, wholeSelectionSql } from './select-rows.ts';
import { cellLiteral } from './sql-literal.ts';

/** What is exported, and to which new file. */
export interface ExportRequest {
  /** `keys`: these rows alone. */
  what: (RowSelection & { columns?: string[] | undefined; keys?: RowKey[] | undefined }) | { sql: string };
  format: ExportFormat;
  path: string;
}

/** A file that was written and synced. */
export interface Exported {
  bytes: number;
  sha256: string;
  rows: number;
}

/** A statement answers 2,000 columns at most, and each takes two to be read exactly; of more, invalid text is not told apart. */
const MOST_EXACT = 1000;
/** How much is collected before it is written, in characters. */
const CHUNK = 256 * 1024;

/** Writes rows to a new file. @throws with code `EEXIST` when it exists, and SnapkeepError as the reading of rows does */
export async function exportRows(
  database: Database,
  { what, format, path }: ExportRequest,
  progress: (rows: number) => void,
): Promise<Exported> {
  // Before the statement: while it is read, the connection does nothing else.
  const encoding = encodingOf(database);
  const { name, columns, rows } =
    'sql' in what ? queried(database, what.sql, encoding) : selected(database, what, format, encoding);
  const writing = WRITERS[format](name, columns, encoding);
  await using file = await open(path, 'wx', 0o600);
  const hash = createHash('sha256');
  let bytes = 0;
  let pending = writing.start;
  const flush = (): void => {
    const chunk = Buffer.from(pending);
    pending = '';
    hash.update(chunk);
    bytes += chunk.length;
    writeFully(file, chunk);
  };
  let count = 0;
  for (const cells of rows) {
    pending += writing.row(cells, count === 0);
    count += 1;
    if (pending.length < CHUNK) continue;
    flush();
    progress(count);
  }
  pending += writing.end;
  flush();
  await file.sync();
  return { bytes, sha256: hash.digest('hex'), rows: count };
}

interface Source {
  /** What the rows are called in SQL. */
  name: string;
  columns: string[];
  rows: Iterable<Cell[]>;
}

function queried(database: Database, sql: string, encoding: TextEncoding): Source {
  const statement = prepareReading(database, sql);
  const columns = statement.columns().map(({ name }) => name);
  const exact = exactQuery(database, sql, columns.length);
  return { name: 'query', columns, rows: queriedRows(statement, exact, encoding) };
}

type Reading = ReturnType<typeof prepareReading>;

/** Goes through the answer to a statement; from the first text on that needs it, each value is read exactly. */
function* queriedRows(statement: Reading, exact: Reading | null, encoding: TextEncoding): Generator<Cell[]> {
  let count = 0;
  try {
    for (const row of statement.iterate() as Iterable<SqlValue[]>) {
      if (exact !== null && row.some(needsBytes)) break;
      yield wholeCells(row);
      count += 1;
    }
    if (exact === null) return;
    for (const row of exact.iterate(BigInt(count)) as Iterable<SqlValue[]>) yield exactCells(row, encoding);
  } catch (error) {
    throw explainStatement(error);
  }
}

/** Whether only the bytes of a text, in the encoding of its database, are sure to be exact. */
const needsBytes = (value: SqlValue): boolean =>
  typeof value === 'string' && (mayBeInvalid(value) || value.includes('\0'));

/** The same statement, with each value as {@link cellSql} reads it; `null` where it can be no part of another one. */
function exactQuery(database: Database, sql: string, count: number): Reading | null {
  const names = Array.from({ length: count }, (_, at) => `c${at}`);
  const read = names.map((name) => cellSql(name, Number.POSITIVE_INFINITY)).join(', ');
  const query = sql.trim().replace(/;\s*$/, '');
  try {
    return prepareReading(
      database,
      `WITH exported(${names.join(', ')}) AS (\n${query}\n) SELECT ${read} FROM exported LIMIT -1 OFFSET ?`,
    );
  } catch {
    // PRAGMA and EXPLAIN, for example.
    return null;
  }
}

/** What is left out: what SQLite cannot compute here, and, where the rows are to be inserted, what it computes by itself. */
function selected(
  database: Database,
  what: Extract<ExportRequest['what'], RowSelection>,
  format: ExportFormat,
  encoding: TextEncoding,
): Source {
  const table = requireTable(database, what.table);
  const unread = unreadColumns(database, table);
  const isComputed = (name: string): boolean =>
    table.columns.some((column) => column.name === name && column.generated !== null);
  const asked = what.columns ?? table.columns.filter(({ hidden }) => !hidden).map(({ name }) => name);
  const columns = asked
    .map((name) => requireColumn(table, name))
    .filter((name) => !unread.includes(name) && !(format === 'sql' && isComputed(name)));
  const names = columns.map(quoteName);
  const isExact = names.length <= MOST_EXACT;
  const { sql, values } = wholeSelectionSql(table, what, what.keys);
  const read = names.map((name) => (isExact ? cellSql(name, Number.POSITIVE_INFINITY) : name)).join(', ');
  const rows = database
    .prepare(`SELECT ${read} FROM main.${quoteName(table.name)}${sql}`)
    .safeIntegers()
    .raw()
    .iterate(...values) as Iterable<SqlValue[]>;
  const cellsOf = isExact ? (row: SqlValue[]) => exactCells(row, encoding) : wholeCells;
  return { name: table.name, columns, rows: mapped(rows, cellsOf) };
}

const wholeCells = (row: SqlValue[]): Cell[] => row.map((value) => cellOf(value, Number.POSITIVE_INFINITY));

const exactCells = (row: SqlValue[], encoding: TextEncoding): Cell[] =>
  Array.from({ length: row.length / 2 }, (_, at) => readCell(row[at * 2] ?? null, row[at * 2 + 1] ?? null, encoding));

function* mapped<T, R>(items: Iterable<T>, change: (item: T) => R): Generator<R> {
  for (const item of items) yield change(item);
}

/** How rows are written in a format. */
interface Writing {
  start: string;
  row(cells: Cell[], isFirst: boolean): string;
  end: string;
}

type Writer = (name: string, columns: readonly string[], encoding: TextEncoding) => Writing;

const WRITERS: Readonly<Record<ExportFormat, Writer>> = {
  csv: (_name, columns) => ({
    start: `${columns.map(quotedForCsv).join(',')}\r\n`,
    row: (cells) => `${cells.map((cell) => quotedForCsv(plainText(cell))).join(',')}\r\n`,
    end: '',
  }),
  json: (_name, columns) => ({
    start: '[',
    row: (cells, isFirst) =>
      `${isFirst ? '' : ','}\n{${cells.map((cell, index) => `${JSON.stringify(columns[index])}:${jsonOf(cell)}`).join(',')}}`,
    end: '\n]\n',
  }),
  sql: (name, columns, encoding) => ({
    start: 'BEGIN;\n',
    row: (cells) =>
      `INSERT INTO ${quoteName(name)} (${columns.map(quoteName).join(', ')}) VALUES (${cells.map((cell) => cellLiteral(cell, encoding)).join(', ')});\n`,
    end: 'COMMIT;\n',
  }),
};

/** By RFC 4180; an empty text is quoted, NULL is not. */
function quotedForCsv(text: string | null): string {
  if (text === null) return '';
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A value as text; bytes as hexadecimal digits. */
function plainText(cell: Cell): string | null {
  if (cell === null || typeof cell === 'string') return cell;
  if (typeof cell === 'number') return String(cell);
  if ('integer' in cell) return cell.integer;
  if ('real' in cell) return String(cell.real);
  if ('text' in cell) return cell.text;
  return bytesOf(cell).toString('hex');
}

function jsonOf(cell: Cell): string {
  if (cell === null || typeof cell !== 'object') return JSON.stringify(cell);
  if ('integer' in cell) return cell.integer;
  // As SQLite writes them in JSON.
  if ('real' in cell)
    return typeof cell.real === 'number' ? realText(cell.real) : cell.real.startsWith('-') ? '-9e999' : '9e999';
  if ('text' in cell) return JSON.stringify(cell.text);
  return JSON.stringify('blob' in cell ? { blob: cell.blob } : { textBytes: cell.textBytes });
}

const realText = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value);

const bytesOf = (cell: { blob: string } | { textBytes: string }): Buffer =>
  Buffer.from('blob' in cell ? cell.blob : cell.textBytes, 'base64');

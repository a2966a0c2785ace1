import { createHash } from 'node:crypto';
import type { Cell } from '../../../../src-shared/model/rows/cell.ts';
import type { FoundRow, RowSearch } from '../../../../src-shared/model/rows/found-rows.ts';
import { bytesInWords } from '../../../../src-shared/words/wording.ts';
import type { TextEncoding } from '../identify/dump-text.ts';
import { quoteName, unchecked } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';
import { readSchema } from '../sqlite/read-schema.ts';
import { CELL_BYTES, placeholderOf, type SqlValue, sqlValueOf } from './cells.ts';
import { describeTables, type Table } from './describe-tables.ts';
import { cellSql, encodingOf, readCell } from './read-cells.ts';
import { addressOf, keyColumnsOf } from './row-identity.ts';
import { equalsSql, HAS_LONG_VALUE, MATCHES, marksSql, SEARCHED_BYTES, searchedValues } from './search-sql.ts';

/** The key of a row: the columns and the whole values that identify it in all states of its database. */
export type FoundKey = NonNullable<FoundRow['key']>;

/** A row as one database has it. `sha256` is equal where its columns and all their values are. */
export interface SeenRow {
  table: string;
  key: FoundKey | null;
  columns: string[];
  cells: Cell[];
  sha256: string;
}

/** What a search of one database has found. */
export interface RowFindings {
  rows: SeenRow[];
  /** More rows match. */
  more: boolean;
  /** How many columns were searched; 0: none of this table and name is there. */
  columns: number;
  /** What was not searched, as sentences. */
  notes: string[];
}

/** A row that is looked up by its key, as it was found; `null`: it does not exist; `unknown`: it could not be read. */
export type LookedUp = SeenRow | null | 'unknown';

/** Each column is read by three expressions, and a statement answers at most 2,000. */
const COLUMNS_AT_ONCE = 600;
/** Longer values are compared by their sizes alone; in bytes. */
const HASHED_BYTES = 16 * 1024 * 1024;
const HASH = 'snapkeep_row_sha256';
/** Virtual tables with rows of their own that SQLite can read here. */
const READ_MODULES = /^CREATE\s+VIRTUAL\s+TABLE\b[\s\S]*?\bUSING\s+(?:fts[345]|rtree(?:_i32)?|geopoly)\b/i;
/** Of a table for full text whose rows lie in another one, which is searched anyway. */
const CONTENT_ELSEWHERE = /\bcontent\s*=/i;

interface Searched {
  table: Table;
  /** Those that are searched and read. What is computed on reading belongs to other columns. */
  columns: string[];
}

/** Finds rows in one database that nobody writes to. Make one for each database. */
export class RowFinder {
  readonly #database: Database;
  readonly #encoding: TextEncoding;
  readonly #tables: Table[];
  readonly #sqlOf: ReadonlyMap<string, string | null>;

  constructor(database: Database) {
    this.#database = database;
    this.#encoding = encodingOf(database);
    this.#tables = describeTables(database);
    this.#sqlOf = new Map(readSchema(database).map(({ name, sql }) => [name, sql]));
    database.function(HASH, { deterministic: true, directOnly: true }, (bytes: unknown) =>
      bytes === null
        ? null
        : createHash('sha256')
            .update(bytes as Buffer)
            .digest('base64'),
    );
  }

  /**
   * Finds the rows that a search asks for, table by table.
   * @param limit no more rows than this
   * @param onTable called before each table
   */
  search(search: RowSearch, limit: number, onTable: () => void): RowFindings {
    const findings: RowFindings = { rows: [], more: false, columns: 0, notes: [] };
    for (const searched of this.#searched(search)) {
      onTable();
      findings.columns += searched.columns.length;
      if (findings.more || searched.columns.length === 0) continue;
      const { table } = searched;
      try {
        this.#searchTable(searched, search, limit, findings);
      } catch (error) {
        if (unchecked(error) === null) throw error;
        findings.notes.push(`${table.name} was not searched: ${(error as Error).message}.`);
      }
    }
    return findings;
  }

  /** Looks a row up by the key that it has in another state of this database. */
  lookUp(name: string, { columns: keyColumns, cells }: FoundKey): LookedUp {
    const table = this.#tables.find((each) => same(each.name, name));
    if (table === undefined) return null;
    if (!keyColumns.every((column) => table.columns.some((each) => same(each.name, column)))) return 'unknown';
    const where = keyColumns.map((column, index) => `${quoteName(column)} = ${placeholderOf(cells[index] ?? null)}`);
    try {
      return this.#read(table, where.join(' AND '), cells.map(sqlValueOf)) ?? null;
    } catch (error) {
      if (unchecked(error) === null) throw error;
      return 'unknown';
    }
  }

  #searched({ table: asked, column }: RowSearch): Searched[] {
    const wanted = this.#tables.filter(({ name }) => asked === undefined || same(name, asked));
    return wanted
      .filter((table) => this.#hasRows(table))
      .map((table) => ({
        table,
        columns: storedColumns(table).filter((name) => column === undefined || same(name, column)),
      }));
  }

  #hasRows({ name, kind }: Table): boolean {
    if (kind !== 'virtual') return kind === 'table';
    const sql = this.#sqlOf.get(name) ?? '';
    return READ_MODULES.test(sql) && !CONTENT_ELSEWHERE.test(sql);
  }

  #searchTable({ table, columns }: Searched, search: RowSearch, limit: number, findings: RowFindings): void {
    const address = addressOf(table);
    if (address.length === 0) {
      findings.notes.push(`${table.name} was not searched: its columns hide the rowid.`);
      return;
    }
    const { found, more, hasLong } = this.#addresses(table, columns, search, limit - findings.rows.length);
    for (const cells of found) {
      const condition = address.map((sql, index) => `${sql} = ${placeholderOf(cells[index] ?? null)}`).join(' AND ');
      const row = this.#read(table, condition, cells.map(sqlValueOf));
      if (row !== undefined) findings.rows.push(row);
    }
    findings.more = more;
    if (hasLong)
      findings.notes.push(`Values longer than ${bytesInWords(SEARCHED_BYTES)} in ${table.name} were not searched.`);
  }

  /** Finds the addresses of rows that match. */
  #addresses(
    table: Table,
    columns: readonly string[],
    search: RowSearch,
    limit: number,
  ): { found: Cell[][]; more: boolean; hasLong: boolean } {
    const address = addressOf(table);
    const marks = this.#isIndexed(table, columns, search) ? null : marksSql(columns, search);
    const select = address.map((sql) => cellSql(sql, Number.POSITIVE_INFINITY)).join(', ');
    // Without it, SQLite might go through an index whose order it does not know here.
    const from = `main.${quoteName(table.name)}${marks === null || table.kind === 'virtual' ? '' : ' NOT INDEXED'}`;
    const where = marks ?? equalsSql(columns[0] ?? '');
    const statement = this.#database
      .prepare(`SELECT ${marks ?? MATCHES}, ${select} FROM ${from} WHERE ${where}`)
      .safeIntegers()
      .raw();
    const found: Cell[][] = [];
    let hasLong = false;
    for (const [given, ...values] of statement.iterate(searchedValues(search)) as Iterable<SqlValue[]>) {
      const mark = Number(given);
      if ((mark & HAS_LONG_VALUE) !== 0) hasLong = true;
      if ((mark & MATCHES) === 0) continue;
      if (found.length === limit) return { found, more: true, hasLong };
      found.push(
        address.map((_, index) => readCell(values[index * 2] ?? null, values[index * 2 + 1] ?? null, this.#encoding)),
      );
    }
    return { found, more: false, hasLong };
  }

  /** Whether an index answers which rows have the searched value in the one searched column. */
  #isIndexed(table: Table, columns: readonly string[], search: RowSearch): boolean {
    const [column] = columns;
    if (!search.exact || search.column === undefined || column === undefined || table.kind === 'virtual') return false;
    try {
      const plan = this.#database
        .prepare(`EXPLAIN QUERY PLAN SELECT 1 FROM main.${quoteName(table.name)} WHERE ${equalsSql(column)}`)
        .all(searchedValues(search)) as Array<{ detail: string }>;
      return plan.some(({ detail }) => detail.startsWith('SEARCH'));
    } catch (error) {
      // The order of the index is not known here.
      if (unchecked(error) === null) throw error;
      return false;
    }
  }

  /** Reads the first row that a condition fits; `undefined`: there is none. */
  #read(table: Table, condition: string, values: SqlValue[]): SeenRow | undefined {
    const keyColumns = keyColumnsOf(this.#database, table);
    const keyCells = this.#readCells(table, keyColumns, Number.POSITIVE_INFINITY, condition, values);
    const columns = storedColumns(table);
    const hash = createHash('sha256').update(JSON.stringify(columns));
    const cells: Cell[] = [];
    for (let at = 0; at === 0 || at < columns.length; at += COLUMNS_AT_ONCE) {
      const part = this.#readCells(table, columns.slice(at, at + COLUMNS_AT_ONCE), CELL_BYTES, condition, values);
      if (part === undefined) return undefined;
      for (const { cell, sha256 } of part) {
        cells.push(cell);
        hash.update(JSON.stringify([cell, sha256]));
      }
    }
    const key = keyCells?.map(({ cell }) => cell) ?? [];
    // A PRIMARY KEY may hold NULL in ordinary tables, any number of times.
    const identifies = key.length > 0 && !key.includes(null);
    return {
      table: table.name,
      key: identifies ? { columns: keyColumns, cells: key } : null,
      columns,
      cells,
      sha256: hash.digest('base64'),
    };
  }

  #readCells(
    table: Table,
    columns: readonly string[],
    longest: number,
    condition: string,
    values: SqlValue[],
  ): Array<{ cell: Cell; sha256: SqlValue }> | undefined {
    if (columns.length === 0) return [];
    const select = columns.map((name) => {
      const column = quoteName(name);
      const isCut = `octet_length(${column}) > ${longest} AND octet_length(${column}) <= ${HASHED_BYTES}`;
      const sha256 = Number.isFinite(longest) ? `CASE WHEN ${isCut} THEN ${HASH}(CAST(${column} AS BLOB)) END` : 'NULL';
      return `${cellSql(column, longest)}, ${sha256}`;
    });
    const row = this.#database
      .prepare(`SELECT ${select.join(', ')} FROM main.${quoteName(table.name)} WHERE ${condition} LIMIT 1`)
      .safeIntegers()
      .raw()
      .get(...values) as SqlValue[] | undefined;
    return (
      row &&
      columns.map((_, index) => ({
        cell: readCell(row[index * 3] ?? null, row[index * 3 + 1] ?? null, this.#encoding),
        sha256: row[index * 3 + 2] ?? null,
      }))
    );
  }
}

/** Whether SQLite takes two names for the same. */
const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

const storedColumns = ({ columns }: Table): string[] =>
  columns.filter(({ generated, hidden }) => generated !== 'virtual' && !hidden).map(({ name }) => name);

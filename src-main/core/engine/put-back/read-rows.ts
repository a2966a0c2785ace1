import type { Cell, RowKey } from '../../../../src-shared/model/rows/cell.ts';
import type { TextEncoding } from '../identify/dump-text.ts';
import { placeholderOf, type SqlValue, sqlValueOf } from '../rows/cells.ts';
import { cellSql, encodingOf, readCell } from '../rows/read-cells.ts';
import type { SqlPart } from '../rows/row-filters.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';

/** Whether two values are the same, with their storage classes. */
export const sameCell = (one: Cell, other: Cell): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The condition that columns, or other expressions, have these values. NULL equals nothing, as in a unique index. */
export function equalTo(expressions: readonly string[], values: readonly Cell[]): SqlPart {
  return {
    sql: expressions.map((sql, at) => `${sql} = ${placeholderOf(values[at] ?? null)}`).join(' AND '),
    values: values.map(sqlValueOf),
  };
}

/** The condition that columns have exactly these values, NULL among them. */
export function exactly(columns: readonly string[], values: readonly Cell[]): SqlPart {
  const parts = columns.map((name, at) => {
    const placeholder = placeholderOf(values[at] ?? null);
    return `(${quoteName(name)} IS ${placeholder} COLLATE BINARY)`;
  });
  return { sql: asTree(parts), values: values.map(sqlValueOf) };
}

/** An expression has 1,000 levels at most: many conditions are joined as a tree. */
function asTree(conditions: readonly string[]): string {
  if (conditions.length <= 100) return conditions.join(' AND ');
  const half = Math.ceil(conditions.length / 2);
  return `(${asTree(conditions.slice(0, half))}) AND (${asTree(conditions.slice(half))})`;
}

/** A statement of two expressions for each value takes no more of them. */
const EXPRESSIONS_AT_ONCE = 900;

/** Reads rows of a database exactly. */
export class RowReader {
  readonly database: Database;
  readonly encoding: TextEncoding;

  constructor(database: Database) {
    this.database = database;
    this.encoding = encodingOf(database);
  }

  /** Goes through the rows of a table that meet a condition. @param expressions what is read of each, as SQL */
  *rows(table: string, expressions: readonly string[], where: SqlPart | null, hint = ''): Generator<Cell[]> {
    const read = expressions.map((sql) => cellSql(sql, Number.POSITIVE_INFINITY)).join(', ');
    const condition = where === null ? '' : ` WHERE ${where.sql}`;
    const statement = this.database
      .prepare(`SELECT ${read} FROM main.${quoteName(table)}${hint}${condition}`)
      .safeIntegers()
      .raw();
    for (const found of statement.iterate(...(where?.values ?? [])) as Iterable<SqlValue[]>)
      yield Array.from({ length: found.length / 2 }, (_, at) =>
        readCell(found[at * 2] ?? null, found[at * 2 + 1] ?? null, this.encoding),
      );
  }

  /** Goes through all rows of a table. Without an index, all parts of many columns come in the same order. */
  *wholeRows(table: string, columns: readonly string[]): Generator<Cell[]> {
    const parts = inParts(columns).map((part) => this.rows(table, part.map(quoteName), null, ' NOT INDEXED'));
    try {
      for (;;) {
        const read = parts.map((part) => part.next());
        if (read.some(({ done }) => done)) return;
        yield read.flatMap(({ value }) => value ?? []);
      }
    } finally {
      for (const part of parts) part.return(undefined);
    }
  }

  /** Reads some columns of the one row that meets a condition; `undefined`: there is none. */
  row(table: string, columns: readonly string[], where: SqlPart): Cell[] | undefined {
    const cells: Cell[] = [];
    for (const part of inParts(columns)) {
      const [found] = [...this.rows(table, part.length === 0 ? ['1'] : part.map(quoteName), where)];
      if (found === undefined) return undefined;
      cells.push(...found.slice(0, part.length));
    }
    return cells;
  }

  /** Whether a row meets a condition. */
  has(table: string, where: SqlPart): boolean {
    return (
      this.database
        .prepare(`SELECT 1 FROM main.${quoteName(table)} WHERE ${where.sql} LIMIT 1`)
        .get(...(where?.values ?? [])) !== undefined
    );
  }
}

/** At least one part, where there are no columns, too. */
const inParts = (columns: readonly string[]): Array<readonly string[]> =>
  Array.from({ length: Math.max(1, Math.ceil(columns.length / EXPRESSIONS_AT_ONCE)) }, (_, at) =>
    columns.slice(at * EXPRESSIONS_AT_ONCE, (at + 1) * EXPRESSIONS_AT_ONCE),
  );

/** A text that stands for a key, by which it is found again. */
export const textOfKey = (key: RowKey): string => JSON.stringify(key);

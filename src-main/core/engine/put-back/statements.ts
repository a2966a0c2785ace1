import type { Cell } from '../../../../src-shared/model/rows/cell.ts';
import type { TextEncoding } from '../identify/dump-text.ts';
import { placeholderOf } from '../rows/cells.ts';
import { cellLiteral } from '../rows/sql-literal.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import type { PutBackPlan } from './plan-rows.ts';
import { keyOf, type PlannedRow } from './planning.ts';

/** A statement in pieces, with a value between each two. */
interface Written {
  sql: (value: (cell: Cell) => string) => string;
  values: Cell[];
}

/** Returns the rows that are written, in their order. */
export const writtenRows = ({ tables }: PutBackPlan): PlannedRow[] =>
  tables.flatMap(({ rows }) => [...rows.values()].filter(({ action }) => action === 'insert' || action === 'update'));

/** Returns the statement that writes a row, with placeholders, and the values for them. */
export function statementOf(row: PlannedRow): { sql: string; values: Cell[] } {
  const { sql, values } = written(row);
  return { sql: sql(placeholderOf), values };
}

/**
 * Never REPLACE, nor DELETE and INSERT: both would take children with them. No conflict clause either: it would hold for
 * the statements of triggers, too.
 */
function written(row: PlannedRow): Written {
  const { table, stored, changed } = row;
  const name = quoteName(table.name);
  if (row.action === 'insert') {
    return {
      sql: (value) =>
        `INSERT INTO main.${name} (${table.columns.map(quoteName).join(', ')}) VALUES (${stored.map(value).join(', ')})`,
      values: stored,
    };
  }
  const cell = (at: number): Cell => stored[at] ?? null;
  const key = keyOf(table, stored) ?? [];
  return {
    sql: (value) => {
      const set = changed.map((at) => `${quoteName(table.columns[at] ?? '')} = ${value(cell(at))}`).join(', ');
      const where = table.identity
        .map((column, at) => `${quoteName(column)} = ${value(key[at] ?? null)}`)
        .join(' AND ');
      return `UPDATE main.${name} SET ${set} WHERE ${where}`;
    },
    values: [...changed.map(cell), ...key],
  };
}

/** Returns the statements as a script that anyone can read and run. @param encoding of the live database */
export function* scriptOf(plan: PutBackPlan, encoding: TextEncoding): Generator<string> {
  yield 'PRAGMA foreign_keys = ON;\nBEGIN IMMEDIATE;\nPRAGMA defer_foreign_keys = ON;\n';
  for (const row of writtenRows(plan)) yield `${written(row).sql((cell) => cellLiteral(cell, encoding))};\n`;
  yield 'COMMIT;\n';
}

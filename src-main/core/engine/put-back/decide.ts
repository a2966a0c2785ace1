import { createHash } from 'node:crypto';
import type { Cell } from '../../../../src-shared/model/rows/cell.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import { keyOf, type PlannedRow, type PlannedTable, type Planning } from './planning.ts';
import { equalTo, sameCell } from './read-rows.ts';

/** Decides on rows by the other rows of the live database: those that nothing identifies, and those with values that are unique. */
export function decide(planning: Planning): void {
  for (const table of planning.planned.values()) {
    decideByContent(planning, table);
    for (const row of table.rows.values()) blockWhereTaken(planning, row);
  }
}

/** Of rows that nothing identifies, the live database gets as many as it lacks of each content. */
function decideByContent(planning: Planning, { map, rows }: PlannedTable): void {
  const unidentified = [...rows.values()].filter((row) => keyOf(map, row.stored) === null);
  if (unidentified.length === 0) return;
  const there = new Map(unidentified.map((row) => [contentOf(row.stored), 0]));
  for (const cells of planning.target.wholeRows(map.name, map.columns)) {
    const content = contentOf(cells);
    const count = there.get(content);
    if (count !== undefined && keyOf(map, cells) === null) there.set(content, count + 1);
  }
  for (const row of unidentified) {
    const content = contentOf(row.stored);
    const count = there.get(content) ?? 0;
    if (count === 0) continue;
    there.set(content, count - 1);
    row.action = 'same';
    row.live = row.stored;
  }
}

const contentOf = (cells: readonly Cell[]): string => createHash('sha256').update(JSON.stringify(cells)).digest('hex');

/** A value that is unique and that another live row has: the row stays out. */
function blockWhereTaken(planning: Planning, row: PlannedRow): void {
  if (row.action !== 'insert' && row.action !== 'update') return;
  const { table, stored, live } = row;
  for (const columns of table.unique) {
    const positions = columns.map((name) => table.columns.indexOf(name));
    const values = positions.map((at) => stored[at] ?? null);
    const stays = live !== null && positions.every((at) => sameCell(stored[at] ?? null, live[at] ?? null));
    if (stays || values.includes(null)) continue;
    const taken = planning.target.row(table.name, table.columns, equalTo(columns.map(quoteName), values));
    if (taken === undefined || isOwn(row, taken)) continue;
    row.action = 'blocked';
    row.reason = `Another row of ${table.name} in the live database has the same ${columns.join(', ')}.`;
    return;
  }
}

const isOwn = ({ table, live }: PlannedRow, other: readonly Cell[]): boolean =>
  live !== null && JSON.stringify(keyOf(table, live)) === JSON.stringify(keyOf(table, other));

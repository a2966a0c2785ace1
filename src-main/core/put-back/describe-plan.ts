import { createHash } from 'node:crypto';
import type { Cell } from '../../../src-shared/model/rows/cell.ts';
import type { PutBackAction, PutBackRow, PutBackTable } from '../../../src-shared/model/rows/put-back.ts';
import type { PutBackPlan } from '../engine/put-back/plan-rows.ts';
import { keyOf, type PlannedRow, type PlannedTable } from '../engine/put-back/planning.ts';
import { CELL_BYTES, cellOf, sqlValueOf, textBytesCell } from '../engine/rows/cells.ts';
import type { Database } from '../engine/sqlite/open-database.ts';
import { readSchema } from '../engine/sqlite/read-schema.ts';

/** How many rows are shown, and how much of them, in bytes of JSON. */
const ROWS_SHOWN = 200;
const BYTES_SHOWN = 500_000;

/** What needs a decision comes first. */
const ORDER: readonly PutBackAction[] = ['keep', 'blocked', 'update', 'insert', 'same'];

/** Returns a hash that changes with the schema of the live database, and with any value or action of the plan. */
export function hashOfPlan(target: Database, { tables }: PutBackPlan): string {
  const hash = createHash('sha256');
  const add = (value: unknown): void => void hash.update(`${JSON.stringify(value)}\n`);
  for (const { type, name, sql } of readSchema(target)) add([type, name, sql]);
  for (const { map, rows } of tables)
    for (const { action, stored, live, changed } of rows.values()) add([map.name, action, stored, live, changed]);
  return hash.digest('hex');
}

/** Returns the tables of a plan with how many rows of each are put back. */
export function tablesOf({ tables }: PutBackPlan): PutBackTable[] {
  return tables.map(({ map, because, rows }: PlannedTable) => {
    const { name, columns, identity: key, notes } = map;
    const count = (action: PutBackAction): number => [...rows.values()].filter((row) => row.action === action).length;
    return {
      ...{ name, because, columns, key, notes },
      insert: count('insert'),
      update: count('update'),
      keep: count('keep'),
      blocked: count('blocked'),
      same: count('same'),
    };
  });
}

/** Returns the rows that a preview shows. */
export function rowsShown({ tables }: PutBackPlan): PutBackRow[] {
  const all = tables.flatMap(({ rows }) => [...rows.values()]);
  const first = ORDER.flatMap((action) => all.filter((row) => row.action === action)).slice(0, ROWS_SHOWN);
  let bytes = 0;
  const shown = first.map(shownRow);
  const end = shown.findIndex((row) => {
    bytes += JSON.stringify(row).length;
    return bytes > BYTES_SHOWN;
  });
  return end < 0 ? shown : shown.slice(0, Math.max(1, end));
}

function shownRow({ table, action, stored, live, changed, reason }: PlannedRow): PutBackRow {
  const key = keyOf(table, stored);
  return { table: table.name, action, key, live: live?.map(cut) ?? null, stored: stored.map(cut), changed, reason };
}

function cut(cell: Cell): Cell {
  if (cell === null || typeof cell === 'number') return cell;
  const value = sqlValueOf(cell);
  return typeof cell === 'object' && 'textBytes' in cell && Buffer.isBuffer(value)
    ? textBytesCell(value, CELL_BYTES)
    : cellOf(value);
}

import { createHash } from 'node:crypto';
import type { Cell } from '../../../../src-shared/model/rows/cell.ts';
import { describeTables } from '../rows/describe-tables.ts';
import type { SqlPart } from '../rows/row-filters.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';
import type { PutBackPlan } from './plan-rows.ts';
import type { PlannedRow } from './planning.ts';
import { equalTo, exactly, RowReader } from './read-rows.ts';
import { writtenRows } from './statements.ts';

/** So many rows tell for certain, also when a program has changed most of them since. */
const SAMPLES = 16;
/** Longer values, in characters of JSON, and more columns are left out. */
const LONGEST = 600;
const MOST_COLUMNS = 50;

/** A row after it was put back; only the hash of its values is kept. */
export interface RowMark {
  table: string;
  columns: string[];
  rowid: string | null;
  after: string;
}

interface Sample {
  table: string;
  columns: string[];
  where: SqlPart;
}

/** Chooses rows, evenly spread and not there yet, that tell later whether all were put back. */
export function sampleRows(live: Database, plan: PutBackPlan): { marks(): RowMark[] } {
  const rows = writtenRows(plan);
  const stride = Math.max(1, Math.ceil(rows.length / SAMPLES));
  const reader = new RowReader(live);
  const samples = rows
    .filter((_, at) => at % stride === 0)
    .map(sampleOf)
    .filter(({ table, columns, where }) => columns.length > 0 && !reader.has(table, where));
  return { marks: () => samples.flatMap((sample) => markOf(reader, sample)) };
}

function sampleOf({ table, stored, changed, action }: PlannedRow): Sample {
  const identity = table.identity.map((name) => table.columns.indexOf(name));
  const others = action === 'update' ? changed : stored.keys();
  const positions = [...new Set([...identity, ...others])]
    .filter((at) => JSON.stringify(stored[at] ?? null).length <= LONGEST)
    .slice(0, MOST_COLUMNS);
  const columns = positions.map((at) => table.columns[at] ?? '');
  const values = positions.map((at) => stored[at] ?? null);
  return { table: table.name, columns, where: exactly(columns, values) };
}

/** The mark of a row that has been written; none where a trigger has changed it. */
function markOf(reader: RowReader, { table, columns, where }: Sample): RowMark[] {
  const found = reader.row(table, columns, where);
  if (found === undefined) return [];
  const rowid = rowidOf(reader.database, table);
  const at = rowid === null ? null : ([...reader.rows(table, [rowid], where)][0]?.[0] ?? null);
  return [{ table, columns, rowid: at === null ? null : JSON.stringify(at), after: hashOf(found) }];
}

const rowidOf = (database: Database, table: string): string | null => describeTables(database, table)[0]?.rowid ?? null;

const hashOf = (cells: readonly Cell[]): string => createHash('sha256').update(JSON.stringify(cells)).digest('hex');

/** Counts the rows that are as they were put back. */
export function countArrived(database: Database, marks: readonly RowMark[]): number {
  const reader = new RowReader(database);
  return marks.filter((mark) => hasArrived(reader, mark)).length;
}

/** Without a rowid, all rows of the table are looked at: nothing else says where it is. */
function hasArrived(reader: RowReader, { table, columns, rowid, after }: RowMark): boolean {
  const [described] = describeTables(reader.database, table);
  if (described === undefined || columns.some((name) => !described.columns.some((column) => column.name === name)))
    return false;
  if (rowid !== null && described.rowid === null) return false;
  const where =
    rowid === null || described.rowid === null ? null : equalTo([described.rowid], [JSON.parse(rowid) as Cell]);
  for (const cells of reader.rows(table, columns.map(quoteName), where)) if (hashOf(cells) === after) return true;
  return false;
}

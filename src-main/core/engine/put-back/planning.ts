import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { Cell, RowKey } from '../../../../src-shared/model/rows/cell.ts';
import type { PutBackAction, PutBackChoices, PutBackTable } from '../../../../src-shared/model/rows/put-back.ts';
import { describeTables, type Table, tableNamed } from '../rows/describe-tables.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';
import { type ForeignKey, type MappedTable, mapTable } from './mapped-table.ts';
import { equalTo, exactly, RowReader, sameCell, textOfKey } from './read-rows.ts';

/** So many rows, and so much of their values, are put back at once: all of them are in memory. */
const MOST_ROWS = 100_000;
const MOST_BYTES = 256 * 1024 * 1024;

/** A row of the snapshot and what becomes of it. Values are in the order of its table's columns. */
export interface PlannedRow {
  table: MappedTable;
  address: RowKey;
  stored: Cell[];
  /** In the live database; `null`: it is missing there. */
  live: Cell[] | null;
  /** The positions of the values that differ. */
  changed: number[];
  action: PutBackAction;
  reason: string | null;
}

/** The rows of a table that are put back, by their addresses. */
export interface PlannedTable {
  map: MappedTable;
  because: PutBackTable['because'];
  rows: Map<string, PlannedRow>;
}

/** The two databases, and the tables of either. */
export class Planning {
  readonly source: RowReader;
  readonly target: RowReader;
  readonly storedTables: Table[];
  readonly liveTables: Table[];
  readonly choices: PutBackChoices;
  readonly planned = new Map<string, PlannedTable>();
  readonly problems = new Set<string>();
  readonly #throwIfCancelled: () => void;
  readonly #maps = new Map<string, MappedTable | string>();
  #rows = 0;
  #bytes = 0;

  constructor(source: Database, target: Database, choices: PutBackChoices, throwIfCancelled: () => void) {
    this.source = new RowReader(source);
    this.target = new RowReader(target);
    this.storedTables = describeTables(source);
    this.liveTables = describeTables(target);
    this.choices = choices;
    this.#throwIfCancelled = throwIfCancelled;
  }

  /** The table of this name in both; a sentence where rows cannot be put back into it. */
  mapOf(name: string): MappedTable | string {
    const known = this.#maps.get(name.toLowerCase());
    if (known !== undefined) return known;
    const found = this.#map(name);
    this.#maps.set(name.toLowerCase(), found);
    return found;
  }

  #map(name: string): MappedTable | string {
    const [stored, live] = [tableNamed(this.storedTables, name), tableNamed(this.liveTables, name)];
    if (stored === undefined) return `The snapshot has no table ${name}.`;
    if (live === undefined) return `The live database has no table ${name}.`;
    for (const { kind } of [stored, live]) if (kind !== 'table') return `${live.name} ${NOT_A_TABLE[kind]}.`;
    const map = mapTable(stored, live, this.target.database);
    if (map.columns.length === 0) return `The table ${live.name} has no columns that the snapshot has, too.`;
    if (map.address.length === 0) return `The rows of ${stored.name} in the snapshot cannot be told apart.`;
    return map;
  }

  /** Adds a row of the snapshot. @returns whether it is new */
  add(map: MappedTable, address: RowKey, because: PutBackTable['because']): boolean {
    const key = map.name.toLowerCase();
    const table = this.planned.get(key) ?? { map, because, rows: new Map() };
    this.planned.set(key, table);
    const text = textOfKey(address);
    if (table.rows.has(text)) return false;
    this.#throwIfCancelled();
    const stored = this.source.row(map.storedName, map.storedColumns, equalTo(map.address, address)) ?? [];
    this.#rows += 1;
    this.#bytes += JSON.stringify(stored).length;
    if (this.#rows > MOST_ROWS || this.#bytes > MOST_BYTES) throw tooMany();
    if (this.source.encoding !== this.target.encoding && stored.some(isTextBytes))
      this.problems.add(
        `A row of ${map.name} contains text that is not valid, and the databases encode text differently.`,
      );
    const row: PlannedRow = { table: map, address, stored, live: null, changed: [], action: 'insert', reason: null };
    row.live = this.liveRow(map, stored);
    row.changed = row.live === null ? [] : this.#changes(row, row.live);
    row.action = this.#actionOf(row);
    table.rows.set(text, row);
    return true;
  }

  #actionOf({ table, stored, live, changed }: PlannedRow): PutBackAction {
    if (live === null) return 'insert';
    if (changed.length === 0) return 'same';
    const { overwrite } = this.choices;
    const key = textOfKey(keyOf(table, stored) ?? []);
    const isOverwritten =
      overwrite === 'all' || overwrite.some((row) => row.table === table.name && textOfKey(row.key) === key);
    return isOverwritten ? 'update' : 'keep';
  }

  /** The row of the live database that a row of the snapshot was; `null`: it is missing there, or nothing identifies it. */
  liveRow(map: MappedTable, stored: readonly Cell[]): Cell[] | null {
    const key = keyOf(map, stored);
    if (key === null) return null;
    return this.target.row(map.name, map.columns, equalTo(map.identity.map(quoteName), key)) ?? null;
  }

  /** Where the declared type differs, values may differ in their storage class alone: then SQLite compares them. */
  #changes({ table, stored }: PlannedRow, live: Cell[]): number[] {
    return table.columns.flatMap((name, at) => {
      const [one = null, other = null] = [stored[at], live[at]];
      if (sameCell(one, other)) return [];
      const key = keyOf(table, stored) ?? [];
      const where = equalTo(table.identity.map(quoteName), key);
      const same = exactly([name], [one]);
      const isSame =
        table.retyped.has(at) &&
        this.target.has(table.name, {
          sql: `${where.sql} AND ${same.sql}`,
          values: [...where.values, ...same.values],
        });
      return isSame ? [] : [at];
    });
  }
}

const NOT_A_TABLE: Record<Table['kind'], string> = {
  table: '',
  virtual: 'is a virtual table, whose rows cannot be put back one by one',
  shadow: 'belongs to a virtual table, whose rows cannot be put back one by one',
  view: 'is a view and has no rows of its own',
};

const isTextBytes = (cell: Cell): boolean => typeof cell === 'object' && cell !== null && 'textBytes' in cell;

/** The values that identify a row; `null`: nothing does. */
export function keyOf(map: MappedTable, stored: readonly Cell[]): RowKey | null {
  if (map.identity.length === 0) return null;
  const key = map.identity.map((name) => stored[map.columns.indexOf(name)] ?? null);
  return key.includes(null) ? null : key;
}

function tooMany(): SnapkeepError {
  return new SnapkeepError(
    'UNSUPPORTED',
    `More than ${MOST_ROWS.toLocaleString('en-US')} rows, or ${MOST_BYTES / 1024 / 1024} MB, cannot be put back at once.`,
    { hint: 'Nothing was changed. Put them back in parts, each with a condition, or restore the whole database.' },
  );
}

/** Whether a foreign key refers to a table. */
export const isParent = ({ parent }: ForeignKey, { name }: { name: string }): boolean =>
  parent.toLowerCase() === name.toLowerCase();

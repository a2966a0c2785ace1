import type { Column, Table } from '../rows/describe-tables.ts';
import { addressOf, keyColumnsOf, uniqueKeysOf } from '../rows/row-identity.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';

/** A foreign key: columns of a table, and those of its parent that they refer to. */
export interface ForeignKey {
  columns: string[];
  parent: string;
  parentColumns: string[];
  /** What an update or a deletion of the parent does to its rows. */
  cascades: boolean;
}

/** A table of the live database with the one of the same name in the snapshot. Names are those of the live database. */
export interface MappedTable {
  name: string;
  /** Columns that are written: both have them, and nothing computes them. */
  columns: string[];
  /** Their names in the snapshot. */
  storedColumns: string[];
  storedName: string;
  /** What addresses a row of the snapshot, as SQL. */
  address: string[];
  /** The columns that identify a row in both; empty: its content alone does. */
  identity: string[];
  /** Other columns that are unique in the live database. */
  unique: string[][];
  foreignKeys: ForeignKey[];
  /** Columns whose declared types differ, by their positions. */
  retyped: ReadonlySet<number>;
  notes: string[];
}

const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Maps a table of the snapshot to the one of the live database by the names of their columns. */
export function mapTable(stored: Table, live: Table, target: Database): MappedTable {
  const pairs = live.columns.flatMap((column): Array<[Column, Column]> => {
    const its = stored.columns.find(({ name }) => sameName(name, column.name));
    return isWritten(column) && its !== undefined ? [[column, its]] : [];
  });
  const columns = pairs.map(([{ name }]) => name);
  const identity = keyColumnsOf(target, live);
  const mapped = identity.every((name) => columns.includes(name)) ? identity : [];
  return {
    name: live.name,
    columns,
    storedColumns: pairs.map(([, { name }]) => name),
    storedName: stored.name,
    address: addressOf(stored),
    identity: mapped,
    unique: uniqueKeysOf(target, live)
      .map((key) => key.columns.map(({ name }) => name))
      .filter((its) => its.join('\0') !== mapped.join('\0') && its.every((name) => columns.includes(name))),
    foreignKeys: foreignKeysOf(target, live),
    retyped: new Set(pairs.flatMap(([one, other], at) => (sameName(one.type, other.type) ? [] : [at]))),
    notes: notesOn(stored, live),
  };
}

const isWritten = ({ generated, hidden }: Column): boolean => generated === null && !hidden;

interface ForeignKeyPart {
  id: number;
  table: string;
  from: string;
  to: string | null;
  on_update: string;
  on_delete: string;
}

/** Returns the foreign keys of a table. */
export function foreignKeysOf(target: Database, { name }: Table): ForeignKey[] {
  const parts = target.pragma(`main.foreign_key_list(${quoteName(name)})`) as ForeignKeyPart[];
  const ids = [...new Set(parts.map(({ id }) => id))];
  return ids.map((id) => {
    const its = parts.filter((part) => part.id === id);
    const parent = its[0]?.table ?? '';
    const named = its.flatMap(({ to }) => to ?? []);
    return {
      columns: its.map(({ from }) => from),
      parent,
      // Without names, the primary key is meant.
      parentColumns: named.length === its.length ? named : primaryKeyOf(target, parent),
      cascades: its.some((part) => part.on_update !== 'NO ACTION' && part.on_update !== 'RESTRICT'),
    };
  });
}

function primaryKeyOf(target: Database, table: string): string[] {
  const columns = target.pragma(`main.table_info(${quoteName(table)})`) as Array<{ name: string; pk: number }>;
  return columns
    .filter(({ pk }) => pk > 0)
    .sort((one, other) => one.pk - other.pk)
    .map(({ name }) => name);
}

/** Says how the columns differ. */
function notesOn(stored: Table, live: Table): string[] {
  const only = (one: Table, other: Table): Column[] =>
    one.columns.filter(({ name }) => !other.columns.some((column) => sameName(column.name, name)));
  const changed = live.columns.flatMap((column) => {
    const before = stored.columns.find(({ name }) => sameName(name, column.name));
    if (before === undefined || sameName(before.type, column.type) || !isWritten(column)) return [];
    return [
      `The type of ${live.name}.${column.name} is ${column.type || 'not declared'}; in the snapshot it is ${before.type || 'not declared'}.`,
    ];
  });
  return [
    ...only(stored, live)
      .filter(isWritten)
      .map(({ name }) => `The live table ${live.name} has no column ${name}; its values are left out.`),
    ...only(live, stored)
      .filter(isWritten)
      .map(
        ({ name, defaultSql }) =>
          `The snapshot has no column ${name} of ${live.name}; inserted rows get ${defaultSql === null ? 'NULL' : `its default, ${defaultSql}`}.`,
      ),
    ...changed,
  ];
}

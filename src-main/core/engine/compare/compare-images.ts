import type { Comparison, SchemaDifference, TableComparison } from '../../../../src-shared/model/rows/comparison.ts';
import { pragmaValue } from '../rows/ask-pragma.ts';
import { hasRows, type Table } from '../rows/describe-tables.ts';
import { quoteName, unchecked } from '../sqlite/count-rows.ts';
import type { SchemaEntry } from '../sqlite/read-schema.ts';
import type { ComparedImage } from './compared-image.ts';
import { pairTable, rowDifferences, type TablePair } from './row-differences.ts';

/** Settings that belong to the content of a database. */
const SETTINGS = ['application_id', 'user_version', 'encoding', 'page_size', 'auto_vacuum'];
/** The shadow tables that have a row for each row of their virtual table, the best first. */
const ROWS_OF_VIRTUAL = ['content', 'rowid', 'rowids', 'docsize'];

/**
 * Compares two states of a database.
 * @param onTable called before each table with its name, how many were compared and how many there are
 */
export function compareImages(
  before: ComparedImage,
  after: ComparedImage,
  onTable: (name: string, done: number, total: number) => void = () => undefined,
): Comparison {
  const names = tableNames(before, after);
  const compared = names.map((name, done) => {
    onTable(name, done, names.length);
    return compareTable(before, after, name);
  });
  return {
    tables: withoutShadows(compared, [...before.tables, ...after.tables]),
    schema: schemaDifferences(before, after),
    settings: settingDifferences(before, after),
  };
}

/** The names of tables of either state, as SQLite compares them. */
function tableNames(before: ComparedImage, after: ComparedImage): string[] {
  const names = new Map<string, string>();
  for (const table of [...after.tables, ...before.tables])
    if (table.kind !== 'view') names.set(table.name.toLowerCase(), table.name);
  return [...names.values()].sort((one, other) => Number(one > other) - Number(one < other));
}

function compareTable(before: ComparedImage, after: ComparedImage, name: string): TableComparison {
  const named = (table: Table): boolean => table.kind !== 'view' && table.name.toLowerCase() === name.toLowerCase();
  const [one, other] = [before.tables.find(named), after.tables.find(named)];
  const comparison: TableComparison = {
    name,
    kind: (other ?? one)?.kind === 'virtual' ? 'virtual' : 'table',
    state: one === undefined ? 'added' : other === undefined ? 'removed' : 'same',
    rows: { added: 0, removed: 0, changed: 0 },
    key: [],
    columns: [],
    shadowTables: [],
    uncompared: null,
  };
  try {
    const pair = pairTable(before, after, name);
    if (pair !== null) comparePair(comparison, pair);
    else if (other !== undefined && hasRows(other)) comparison.rows.added = countRows(after, other);
    else if (one !== undefined && hasRows(one)) comparison.rows.removed = countRows(before, one);
  } catch (error) {
    const lack = unchecked(error);
    if (lack === null) throw error;
    comparison.uncompared = lack.reason;
  }
  return comparison;
}

function comparePair(comparison: TableComparison, pair: TablePair): void {
  comparison.columns = pair.columns;
  comparison.key = pair.identity?.columns.map((column) => column.name) ?? [];
  const { rows } = comparison;
  for (const { before, after } of rowDifferences(pair)) {
    if (before === null) rows.added += 1;
    else if (after === null) rows.removed += 1;
    else rows.changed += 1;
    comparison.state = 'changed';
  }
}

const countRows = ({ database }: ComparedImage, { name }: Table): number =>
  Number(
    database
      .prepare(`SELECT count(*) FROM main.${quoteName(name)}`)
      .pluck()
      .get(),
  );

/** The rows of a virtual table are those of its shadow tables, which are no tables to a person. */
function withoutShadows(compared: readonly TableComparison[], tables: readonly Table[]): TableComparison[] {
  const shadows = new Set(tables.filter(({ kind }) => kind === 'shadow').map(({ name }) => name.toLowerCase()));
  const isShadow = ({ name }: TableComparison): boolean => shadows.has(name.toLowerCase());
  const virtual = compared.filter(({ kind }) => kind === 'virtual').sort((a, b) => b.name.length - a.name.length);
  const owners = new Map<TableComparison, TableComparison[]>(virtual.map((table) => [table, []]));
  for (const table of compared.filter(isShadow)) {
    const owner = virtual.find(({ name }) => table.name.toLowerCase().startsWith(`${name.toLowerCase()}_`));
    if (owner !== undefined) owners.get(owner)?.push(table);
  }
  return compared
    .filter((table) => !isShadow(table))
    .map((table) => {
      const its = owners.get(table);
      return its === undefined ? table : withItsShadows(table, its);
    });
}

function withItsShadows(table: TableComparison, shadows: readonly TableComparison[]): TableComparison {
  const rowsIn = ROWS_OF_VIRTUAL.map((end) =>
    shadows.find(({ name }) => name.toLowerCase() === `${table.name}_${end}`.toLowerCase()),
  ).find((shadow) => shadow !== undefined);
  const differing = shadows.filter(({ state }) => state !== 'same');
  return {
    ...table,
    state: table.state === 'same' && differing.length > 0 ? 'changed' : table.state,
    rows: rowsIn?.rows ?? table.rows,
    shadowTables: differing.map(({ name }) => name),
    uncompared: table.uncompared ?? shadows.find(({ uncompared }) => uncompared !== null)?.uncompared ?? null,
  };
}

/** Returns the definitions that differ, by type and name. What SQLite makes itself is left out. */
export function schemaDifferences(before: ComparedImage, after: ComparedImage): SchemaDifference[] {
  const own = ({ schema }: ComparedImage): Map<string, SchemaEntry> =>
    new Map(
      schema
        .filter(({ sql, name }) => sql !== null && !/^sqlite_/i.test(name))
        .map((entry) => [`${entry.type} ${entry.name.toLowerCase()}`, entry]),
    );
  const [ones, others] = [own(before), own(after)];
  const keys = [...new Set([...ones.keys(), ...others.keys()])];
  return keys.flatMap((key): SchemaDifference[] => {
    const [one, other] = [ones.get(key), others.get(key)];
    const entry = other ?? one;
    if (entry === undefined || one?.sql === other?.sql) return [];
    const { name, table } = entry;
    const type = entry.type as SchemaDifference['type'];
    return [{ type, name, table, before: one?.sql ?? null, after: other?.sql ?? null }];
  });
}

function settingDifferences(one: ComparedImage, other: ComparedImage): Comparison['settings'] {
  const settingOf = ({ database }: ComparedImage, name: string): string => String(pragmaValue(database, name));
  return SETTINGS.map((name) => ({ name, before: settingOf(one, name), after: settingOf(other, name) })).filter(
    ({ before, after }) => before !== after,
  );
}

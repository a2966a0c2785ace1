import { quoteName } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';
import { readSchema, type SchemaEntry } from '../sqlite/read-schema.ts';
import type { RuledColumn } from './broken-rows.ts';
import { quoteText, textLiteral } from './literals.ts';
import { StatementSplitter } from './statement-splitter.ts';

/** A table with rows of its own, and how its rows are read and written. */
export interface DumpedTable {
  name: string;
  /** The statement that makes it, ended; `null` for those that SQLite makes itself. */
  create: string | null;
  /** Its definition as it stands in the schema. */
  sql: string;
  /** Those that take values, in quotes: generated columns do not. */
  columns: string[];
  /** The name that the rowid goes by where no column stands for it; `null`: none, or none is left that means it. */
  rowid: string | null;
  /**
   * What its rows are read from: the table itself, never an index, which may lack some. NOT INDEXED keeps SQLite from
   * that only where there are rowids.
   */
  source: string;
  /** Those of what is dumped that do not take every value, by their position in a row. */
  ruled: RuledColumn[];
}

/** What a dump makes, in the order in which it can be made. */
export interface DumpedSchema {
  tables: DumpedTable[];
  /** Statements that make the indexes of each table, by its name in small letters; they are in `afterRows`, too. */
  indexes: ReadonlyMap<string, string[]>;
  /** Statements that make indexes, virtual tables, views and triggers, and what goes before and after the statistics. */
  afterRows: string[];
  /** Statements that make the tables of the statistics; they are in `afterRows`, too. */
  statisticsMakers: string[];
  /** The tables of the statistics, made by `afterRows`. */
  statistics: DumpedTable[];
  /** The table of the numbers given by AUTOINCREMENT; it is emptied and filled at the end. */
  sequence: DumpedTable | null;
}

type Entry = SchemaEntry & { sql: string };

interface Column {
  name: string;
  type: string;
  notnull: number;
  pk: number;
  hidden: number;
}

interface Kind {
  name: string;
  wr: number;
  strict: number;
}

/** What SQLite says of tables. */
class Tables {
  /** Asked once: SQLite goes through all tables to answer for a single one. */
  readonly #kinds: ReadonlyMap<string, Kind>;
  readonly columnsOf: (name: string) => Column[];
  readonly indexesOf: (name: string) => Array<{ name: string; origin: string }>;

  constructor(database: Database) {
    const list = database
      .prepare<[], Kind>("SELECT name, wr, strict FROM temp.pragma_table_list WHERE schema = 'main'")
      .all();
    this.#kinds = new Map(list.map((table) => [table.name, table]));
    // Prepared once: to prepare one takes the longer the more tables there are.
    const columns = database.prepare<[string], Column>("SELECT * FROM temp.pragma_table_xinfo(?, 'main')");
    const indexes = database.prepare<[string], { name: string; origin: string }>(
      "SELECT * FROM temp.pragma_index_list(?, 'main')",
    );
    this.columnsOf = (name) => columns.all(name);
    this.indexesOf = (name) => indexes.all(name);
  }

  kindOf(name: string): Kind | undefined {
    return this.#kinds.get(name);
  }
}

const STATISTICS = /^sqlite_stat\d$/i;

/** Reads what a database consists of. */
export function readDumpedSchema(database: Database): DumpedSchema {
  const entries = readSchema(database, 'made').filter((entry): entry is Entry => entry.sql !== null);
  const known = new Tables(database);
  const tables = entries.filter(({ type, rootpage }) => type === 'table' && rootpage > 0);
  const own = tables.filter(({ name }) => !/^sqlite_/i.test(name));
  const sequence = tables.find(({ name }) => name === 'sqlite_sequence');
  const statistics = tables.filter(({ name }) => STATISTICS.test(name));
  const statementsOf = (type: string): string[] =>
    entries.filter((entry) => entry.type === type).map(({ sql }) => ended(sql));
  return {
    tables: [
      ...own.map((entry) => describeTable(known, entry, ended(entry.sql))),
      ...(sequence === undefined || own.some(({ sql }) => /autoincrement/i.test(sql)) ? [] : [sequenceMaker(entries)]),
    ],
    indexes: indexesByTable(entries),
    afterRows: [
      ...statementsOf('index'),
      ...virtualTables(entries),
      ...statementsOf('view'),
      ...statementsOf('trigger'),
      ...statisticsMakers(statistics),
    ],
    statisticsMakers: statisticsMakers(statistics),
    statistics: statistics.map((entry) => describeTable(known, entry, null)),
    sequence: sequence === undefined ? null : describeTable(known, sequence, null),
  };
}

function indexesByTable(entries: readonly Entry[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { type, table, sql } of entries) {
    if (type !== 'index') continue;
    const name = table.toLowerCase();
    found.set(name, [...(found.get(name) ?? []), ended(sql)]);
  }
  return found;
}

function describeTable(known: Tables, { name, sql }: Entry, create: string | null): DumpedTable {
  const columns = known.columnsOf(name);
  const table = known.kindOf(name);
  const stored = columns.filter(({ hidden }) => hidden === 0);
  const rowid = freeRowid(known, name, columns, table?.wr === 1);
  const first = rowid === null ? 0 : 1;
  const ruled = stored.flatMap((column, at): RuledColumn[] => {
    const [notNull, type] = [column.notnull === 1, table?.strict === 1 ? column.type.toUpperCase() : null];
    return notNull || type !== null ? [{ at: first + at, name: quoteName(column.name), notNull, type }] : [];
  });
  const source = `FROM main.${quoteName(name)} ${table?.wr === 1 ? byPrimaryKey(known, name) : 'NOT INDEXED'}`;
  return { name, create, sql, columns: stored.map((column) => quoteName(column.name)), rowid, source, ruled };
}

/** A table without rowids is the index of its primary key. */
function byPrimaryKey(known: Tables, table: string): string {
  const key = known.indexesOf(table).find(({ origin }) => origin === 'pk');
  if (key === undefined) throw new Error(`${table} has no primary key.`);
  return `INDEXED BY ${quoteName(key.name)}`;
}

/** SQLite answers no more columns. */
const MOST_COLUMNS = 2000;

function freeRowid(known: Tables, table: string, columns: readonly Column[], withoutRowid: boolean): string | null {
  // With its rowids, SQLite could not answer the rows of the widest tables: they get new ones.
  if (withoutRowid || columns.length >= MOST_COLUMNS) return null;
  const keys = columns.filter(({ pk }) => pk > 0);
  if (keys.length === 1 && keys[0]?.type.toUpperCase() === 'INTEGER') {
    // A key with a separate index, such as INTEGER PRIMARY KEY DESC, does not stand for the rowid.
    if (known.indexesOf(table).every(({ origin }) => origin !== 'pk')) return null;
  }
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()));
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name)) ?? null;
}

/** SQLite keeps its table of numbers when the last table that needs one is dropped, and makes it no other way. */
function sequenceMaker(entries: readonly Entry[]): DumpedTable {
  const taken = new Set(entries.map(({ name }) => name.toLowerCase()));
  let name = 'snapkeep_sequence';
  while (taken.has(name)) name += '_';
  return {
    name,
    create: `CREATE TABLE ${name}(id INTEGER PRIMARY KEY AUTOINCREMENT);\nDROP TABLE ${name};`,
    sql: '',
    columns: [],
    rowid: null,
    source: '',
    ruled: [],
  };
}

/**
 * Virtual tables are entered as SQLite's shell does it: their rows are those of their shadow tables, which are dumped
 * like others, so nothing is indexed anew and their modules need not be there.
 */
export function virtualTables(entries: readonly Entry[]): string[] {
  const virtual = entries.filter(({ type, rootpage }) => type === 'table' && rootpage === 0);
  if (virtual.length === 0) return [];
  return withWritableSchema(
    virtual.map(({ name, table, sql }) => {
      const values = ['table', name, table].map(quoteText).join(',');
      return `INSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql) VALUES(${values},0,${textLiteral(sql) ?? quoteText(sql)});`;
    }),
  );
}

/** ANALYZE makes the first of them; the others are left to those builds of SQLite that know them. */
function statisticsMakers(statistics: readonly Entry[]): string[] {
  if (statistics.length === 0) return [];
  const further = statistics.filter(({ name }) => name !== 'sqlite_stat1');
  const statements = further.length === statistics.length ? [] : ['ANALYZE sqlite_master;'];
  if (!further.some(({ name }) => name === 'sqlite_stat4')) statements.push('DROP TABLE IF EXISTS sqlite_stat4;');
  const makers = further.map(({ sql }) => ended(sql.replace(/^CREATE TABLE /, 'CREATE TABLE IF NOT EXISTS ')));
  return makers.length === 0 ? statements : [...statements, ...withWritableSchema(makers)];
}

function withWritableSchema(statements: readonly string[]): string[] {
  return ['PRAGMA writable_schema=ON;', ...statements, 'PRAGMA writable_schema=OFF;'];
}

/** The text of a view can end within a comment, in which a semicolon would be lost. */
export function ended(sql: string): string {
  const [whole] = new StatementSplitter().push(Buffer.from(`${sql};`));
  return whole === undefined ? `${sql}\n;` : `${sql};`;
}

import type Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { runWithQuotedStrings } from '../../src-main/core/engine/dump/quoted-strings.ts';
import { StatementSplitter } from '../../src-main/core/engine/dump/statement-splitter.ts';

/** A value as a column may have it, whatever its type is. */
export const anyValue = fc.oneof(
  fc.constant(null),
  fc.integer({ min: -3, max: 3 }).map(BigInt),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double({ noNaN: true }).map((value) => (value === 0 ? 0 : value)),
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.constantFrom('a', 'A', 'a ', 'b', '\u{ffff}', '\u{10000}', 'é', 'it’s\0x', "it's"),
  fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes)),
);

/** One change: of which row, which column gets which value; and what is done. */
export const anyChange = fc.record({
  what: fc.constantFrom('insert', 'update', 'delete'),
  row: fc.nat(),
  column: fc.nat(),
  value: anyValue,
});
export type Change = typeof anyChange extends fc.Arbitrary<infer T> ? T : never;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The tables with rows of their own, those of virtual tables too. */
export function tablesOf(database: Database.Database): string[] {
  return database
    .prepare(
      `SELECT CAST(name AS TEXT) FROM sqlite_schema
       WHERE CAST(sql AS TEXT) LIKE 'CREATE TABLE%' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY 1`,
    )
    .pluck()
    .all() as string[];
}

/** The tables that a program changes: virtual ones, but not those in which they keep their rows. */
function changedTables(database: Database.Database): string[] {
  const virtual = database
    .prepare("SELECT CAST(name AS TEXT) FROM sqlite_schema WHERE CAST(sql AS TEXT) LIKE 'CREATE VIRTUAL TABLE%'")
    .pluck()
    .all() as string[];
  const shadow = (table: string): boolean => virtual.some((name) => table.startsWith(`${name}_`));
  return [...tablesOf(database).filter((table) => !shadow(table)), ...virtual];
}

/** Changes rows of each table; what a table does not take is left out. */
export function changeRows(database: Database.Database, changes: readonly Change[]): void {
  database.pragma('foreign_keys = OFF');
  for (const table of changedTables(database)) {
    const columns = (database.pragma(`table_xinfo(${quoted(table)})`) as Array<{ name: string; hidden: number }>)
      .filter(({ hidden }) => hidden === 0)
      .map(({ name }) => quoted(name));
    for (const change of changes) {
      try {
        changeRow(database, quoted(table), columns, change);
      } catch {
        // Its rules do not take this value.
      }
    }
  }
}

function changeRow(
  database: Database.Database,
  table: string,
  columns: readonly string[],
  { what, row, column, value }: Change,
): void {
  const name = columns[column % columns.length] ?? '';
  const chosen = columns.map((each) => `${each} IS ?`).join(' AND ');
  const count = Number(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
  const values =
    count === 0
      ? columns.map(() => null)
      : (database
          .prepare(`SELECT ${columns.join(',')} FROM ${table} LIMIT 1 OFFSET ${row % count}`)
          .raw()
          .safeIntegers()
          .get() as unknown[]);
  if (what === 'delete') database.prepare(`DELETE FROM ${table} WHERE ${chosen}`).run(...values);
  else if (what === 'update') database.prepare(`UPDATE ${table} SET ${name} = ? WHERE ${chosen}`).run(value, ...values);
  else {
    const inserted = values.map((each, at) => (at === column % columns.length ? value : each));
    database.prepare(`INSERT INTO ${table}(${columns.join(',')}) VALUES (${columns.map(() => '?')})`).run(...inserted);
  }
}

/** Runs a script as a program does that may write to shadow tables. */
export function applyScript(database: Database.Database, script: Iterable<Buffer>): void {
  database.unsafeMode(true);
  const splitter = new StatementSplitter();
  for (const piece of script)
    for (const { sql } of splitter.push(piece)) runWithQuotedStrings(database as never, sql.toString());
  database.unsafeMode(false);
}

/**
 * All that two databases must have in common to be the same: rows in no order, with their types.
 * @param bytes compares texts by their bytes, for databases of one encoding
 */
export function stateOf(database: Database.Database, bytes: boolean): unknown {
  database.defaultSafeIntegers(true);
  const rowsOf = (table: string): string[] => {
    const columns = (database.pragma(`table_xinfo(${quoted(table)})`) as Array<{ name: string }>).map(({ name }) =>
      quoted(name),
    );
    const text = bytes ? 'text' : 'none';
    const values = columns.map(
      (name) => `typeof(${name}), CASE typeof(${name}) WHEN '${text}' THEN CAST(${name} AS BLOB) ELSE ${name} END`,
    );
    const rows = database
      .prepare(`SELECT ${values.join(',')} FROM ${quoted(table)}`)
      .raw()
      .all() as unknown[][];
    return rows.map((row) => row.map(inWords).join(' ')).sort();
  };
  const sequence = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").get() !== undefined;
  return {
    schema: database
      .prepare(
        `SELECT CAST(name AS TEXT), CAST(tbl_name AS TEXT), CAST(sql AS TEXT) FROM sqlite_schema
         WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY 1, 2, 3`,
      )
      .raw()
      .all(),
    rows: Object.fromEntries(tablesOf(database).map((table) => [table, rowsOf(table)])),
    sequence: sequence ? database.prepare('SELECT name, seq FROM sqlite_sequence ORDER BY 1').raw().all() : [],
    version: [database.pragma('user_version', { simple: true }), database.pragma('application_id', { simple: true })],
  };
}

const inWords = (value: unknown): string =>
  Buffer.isBuffer(value) ? value.toString('base64') : value === 0 ? '0' : JSON.stringify(String(value));

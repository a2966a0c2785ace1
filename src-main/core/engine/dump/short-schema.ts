import { sqlTokens, unquotedName } from '../../../../src-shared/rules/sqlite/sql-tokens.ts';
import type { Database } from '../sqlite/open-database.ts';

/** How many tables and indexes are made before the existing ones are put aside, and how many come back at once. */
const AT_ONCE = 250;
/** So many statements at least have to be run before tables are brought back again. */
const WORTHWHILE = 50;

/** An entry, its text as the bytes that it has in the file. */
interface Entry {
  rowid: number;
  type: string;
  name: Buffer;
  table: Buffer;
  rootpage: number;
  sql: Buffer | null;
  /** Its name and that of its table in small letters, as SQLite compares them. */
  key: string;
  tableKey: string;
}

/**
 * Keeps the schema short while a dump is read. For each table and index that SQLite makes, it reads all entries of the
 * schema and goes through all tables that it has in memory, so the time grows with the square of their number. Here
 * ordinary tables wait outside of both, with their indexes, and come back when a statement asks for one of them, or all
 * of them before anything but a CREATE or an INSERT is run.
 */
export class ShortSchema {
  readonly #database: Database;
  #made = 0;
  /** Statements since tables were last brought back. */
  #run = WORTHWHILE;
  #givenUp = false;
  /** By the names of tables, in the order in which they were made. */
  readonly #aside = new Map<string, Entry[]>();
  /** Of tables and indexes. */
  readonly #names = new Set<string>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Runs a statement that makes a table or an index. */
  make(sql: string, run: () => void): void {
    const name = nameOfMade(sql);
    // Whether something of this name exists, SQLite has to know.
    if (name === null || this.#names.has(name)) this.complete();
    this.enter(run);
    this.#made += 1;
    if (this.#made >= AT_ONCE && !this.#givenUp) this.#putAside();
  }

  /** Runs a statement that may need existing tables. */
  enter(run: () => void): void {
    this.#run += 1;
    try {
      run();
    } catch (error) {
      const table = missingTable(error);
      if (table === null || !this.#aside.has(table)) throw error;
      if (this.#run < WORTHWHILE) this.#giveUp();
      else this.#bringBack(table);
      this.enter(run);
    }
  }

  /** Tables are asked for in no order, or several at a time: to bring them back costs more than it saves. */
  #giveUp(): void {
    this.#givenUp = true;
    this.complete();
  }

  /** Puts all entries back, in their order. */
  complete(): void {
    this.#putBack([...this.#aside.keys()]);
  }

  #putAside(): void {
    this.#made = 0;
    // A trigger is not read without its table, and a module may keep something in memory until the transaction ends.
    const special = "SELECT 1 FROM main.sqlite_schema WHERE type = 'trigger' OR type = 'table' AND rootpage = 0";
    if (this.#database.prepare(special).get() !== undefined) return;
    // The last table stays: the next entry gets the number after it. So do the tables that SQLite makes itself.
    const others = `FROM main.sqlite_schema WHERE rootpage > 0 AND tbl_name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      AND tbl_name <> (SELECT tbl_name FROM main.sqlite_schema ORDER BY rowid DESC LIMIT 1)`;
    const entries = this.#database
      .prepare(
        `SELECT rowid, type, CAST(name AS BLOB) AS name, CAST(tbl_name AS BLOB) AS "table", rootpage,
           CAST(sql AS BLOB) AS sql, lower(name) AS key, lower(tbl_name) AS tableKey ${others} ORDER BY rowid`,
      )
      .all() as Entry[];
    for (const entry of entries) {
      const its = this.#aside.get(entry.tableKey);
      if (its === undefined) this.#aside.set(entry.tableKey, [entry]);
      else its.push(entry);
      this.#names.add(entry.key);
    }
    this.#write(() => this.#database.exec(`DELETE ${others}`));
  }

  /** Brings a table back with those that were made before and after it, which are likely to be asked for next. */
  #bringBack(table: string): void {
    this.#run = 0;
    this.#putAside();
    const tables = [...this.#aside.keys()];
    const at = tables.indexOf(table);
    this.#putBack(tables.slice(Math.max(0, at - AT_ONCE / 2), at + AT_ONCE));
  }

  #putBack(tables: readonly string[]): void {
    if (tables.length === 0) return;
    this.#write(() => {
      const insert = this.#database.prepare(
        `INSERT INTO main.sqlite_schema(rowid, type, name, tbl_name, rootpage, sql)
         VALUES (@rowid, @type, CAST(@name AS TEXT), CAST(@table AS TEXT), @rootpage, CAST(@sql AS TEXT))`,
      );
      for (const table of tables) {
        for (const entry of this.#aside.get(table) ?? []) {
          insert.run(entry);
          this.#names.delete(entry.key);
        }
        this.#aside.delete(table);
      }
    });
  }

  /** Changes the entries, and has SQLite know what they say and nothing else. */
  #write(change: () => void): void {
    this.#database.pragma('writable_schema = ON');
    change();
    this.#database.pragma('writable_schema = RESET');
  }
}

/** As SQLite does, which knows no capitals but those of ASCII. */
const inSmallLetters = (name: string): string => name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** The table that a statement asked for in vain; `null`: that is not what was wrong. */
function missingTable(error: unknown): string | null {
  const [, name] = (error instanceof Error && /^no such table: (?:main\.)?(.*)$/s.exec(error.message)) || [];
  return name === undefined ? null : inSmallLetters(name);
}

/** The name of the table or index that a statement makes; `null`: it cannot be told. */
function nameOfMade(sql: string): string | null {
  const tokens = sqlTokens(sql.slice(0, 2000));
  let at = tokens.findIndex((token) => /^(?:TABLE|INDEX)$/i.test(token)) + 1;
  if (/^IF$/i.test(tokens[at] ?? '')) at += 3;
  if (tokens[at + 1] === '.') at += 2;
  const name = tokens[at + 1] === undefined ? undefined : tokens[at];
  return name === undefined ? null : inSmallLetters(unquotedName(name));
}

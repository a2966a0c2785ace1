import type { Database } from '../sqlite/open-database.ts';

/** How many entries are made before those that are there are put aside. */
const ENTRIES = 250;

/** An entry, its text as the bytes that it has in the file. */
type Entry = [rowid: number, type: string, name: Buffer, table: Buffer, rootpage: number, sql: Buffer | null];

/**
 * Keeps the schema short while a dump is read. SQLite reads all entries of the schema for each table and index that it
 * makes, so the time grows with the square of their number. What a connection has made it knows without its entries:
 * they wait here, and come back before anything but a CREATE or an INSERT is run.
 */
export class ShortSchema {
  readonly #database: Database;
  #made = 0;
  #aside: Entry[] = [];

  constructor(database: Database) {
    this.#database = database;
  }

  /** Called when a table or an index has been made. */
  onMade(): void {
    this.#made += 1;
    if (this.#made < ENTRIES) return;
    this.#made = 0;
    // The last entry stays: the next one gets the number after it.
    const others = 'FROM main.sqlite_schema WHERE rowid < (SELECT max(rowid) FROM main.sqlite_schema)';
    const entries = this.#database
      .prepare(
        `SELECT rowid, type, CAST(name AS BLOB), CAST(tbl_name AS BLOB), rootpage, CAST(sql AS BLOB) ${others} ORDER BY rowid`,
      )
      .raw()
      .all() as Entry[];
    for (const entry of entries) this.#aside.push(entry);
    this.#write(() => this.#database.exec(`DELETE ${others}`));
  }

  /** Puts all entries back, in their order. */
  complete(): void {
    const entries = this.#aside;
    if (entries.length === 0) return;
    this.#aside = [];
    this.#write(() => {
      const insert = this.#database.prepare(
        'INSERT INTO main.sqlite_schema(rowid, type, name, tbl_name, rootpage, sql) VALUES (?, ?, CAST(? AS TEXT), CAST(? AS TEXT), ?, CAST(? AS TEXT))',
      );
      for (const entry of entries) insert.run(...entry);
    });
  }

  #write(change: () => void): void {
    this.#database.pragma('writable_schema = ON');
    change();
    this.#database.pragma('writable_schema = OFF');
  }
}

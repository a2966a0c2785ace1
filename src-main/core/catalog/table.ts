import { z } from 'zod';
import type { Database } from '../engine/sqlite/open-database.ts';

/** A value that is kept as JSON text. */
export const json = <S extends z.ZodType>(schema: S) =>
  z.codec(z.string(), z.custom<z.output<S>>(), {
    decode: (text) => schema.parse(JSON.parse(text)),
    encode: (value) => JSON.stringify(value),
  });

/** A truth that is kept as 0 or 1. */
export const flag = z.codec(z.union([z.literal(0), z.literal(1)]), z.boolean(), {
  decode: (kept) => kept === 1,
  encode: (value): 0 | 1 => (value ? 1 : 0),
});

/** A condition that a column holds one of these ids; without ids, that any will do. */
export function among(column: string, ids: readonly string[] | undefined): { condition: string; values: string[] } {
  if (ids === undefined) return { condition: 'TRUE', values: [] };
  return { condition: `${column} IN (SELECT value FROM json_each(?))`, values: [JSON.stringify(ids)] };
}

const columnOf = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

type Value = string | number | Uint8Array | null;

/**
 * A table of the catalog: the fields of its rows, named once. A field `sourcePath` is the column `source_path`; rows are
 * checked when they are written and when they are read.
 */
export class Table<S extends z.ZodObject> {
  readonly name: string;
  readonly row: S;
  /** What a SELECT names, for {@link rows} to read. */
  readonly columns: string;
  readonly #db: Database;
  readonly #fields: readonly string[];

  constructor(db: Database, name: string, row: S) {
    this.#db = db;
    this.name = name;
    this.row = row;
    this.#fields = Object.keys(row.shape);
    this.columns = this.#fields.map((field) => `${this.#column(field)} AS "${field}"`).join(', ');
  }

  /**
   * The rows that fit, in the order that is asked for.
   * @param rest what follows the name of the table: conditions, order, limit
   */
  all(rest = '', ...values: Value[]): z.output<S>[] {
    const found = this.#db.prepare(`SELECT ${this.columns} FROM ${this.name} ${rest}`).all(...values);
    return found.map((each) => this.row.parse(each));
  }

  /** The first row that fits. @param rest as for {@link all} */
  get(rest: string, ...values: Value[]): z.output<S> | undefined {
    const found = this.#db.prepare(`SELECT ${this.columns} FROM ${this.name} ${rest} LIMIT 1`).get(...values);
    return found === undefined ? undefined : this.row.parse(found);
  }

  /** Adds a row. */
  insert(row: z.output<S>): void {
    this.#write(row, '');
  }

  /**
   * Adds a row, or changes the one with the same key.
   * @param key the fields of the table's key
   * @param fixed fields that stay as they were first written
   */
  save(row: z.output<S>, key: ReadonlyArray<keyof z.output<S> & string>, fixed: readonly string[] = []): void {
    const changed = this.#fields.filter((field) => !key.includes(field) && !fixed.includes(field));
    const set = changed.map((field) => `${this.#column(field)} = excluded.${this.#column(field)}`).join(', ');
    this.#write(row, `ON CONFLICT (${key.map((field) => this.#column(field)).join(', ')}) DO UPDATE SET ${set}`);
  }

  #column(field: string): string {
    return `"${columnOf(field)}"`;
  }

  #write(row: z.output<S>, conflict: string): void {
    const columns = this.#fields.map((field) => this.#column(field)).join(', ');
    const values = this.#fields.map((field) => `@${field}`).join(', ');
    this.#db
      .prepare(`INSERT INTO ${this.name} (${columns}) VALUES (${values}) ${conflict}`)
      .run(z.encode(this.row, row));
  }
}

import { z } from 'zod';
import { type Queries, Sql, sql } from './sql.ts';

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

const columnOf = (field: string): string => `"${field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}"`;

const listOf = (fields: readonly string[], each: (field: string) => string): Sql =>
  new Sql(fields.map(each).join(', '));

/**
 * A table of the catalog: the fields of its rows, named once. A field `sourcePath` is the column `source_path`; rows are
 * checked when they are written and when they are read.
 */
export class Table<S extends z.ZodObject> {
  readonly #db: Queries;
  readonly #name: Sql;
  readonly #row: S;
  /** The names of the fields, once they were asked for: a command uses few of the tables. */
  #known: readonly string[] | undefined;

  constructor(db: Queries, name: string, row: S) {
    this.#db = db;
    this.#name = new Sql(name);
    this.#row = row;
  }

  /** What a SELECT names, for the row's schema to read. */
  get columns(): Sql {
    return listOf(this.#fields, (field) => `${columnOf(field)} AS "${field}"`);
  }

  /**
   * The rows that fit, in the order that is asked for.
   * @param rest what follows the name of the table: conditions, order, limit
   */
  all(rest: Sql = sql``): z.output<S>[] {
    return this.#db.all(this.#row, sql`SELECT ${this.columns} FROM ${this.#name} ${rest}`);
  }

  /** The first row that fits. @param rest as for {@link all} */
  get(rest: Sql): z.output<S> | undefined {
    return this.#db.get(this.#row, sql`SELECT ${this.columns} FROM ${this.#name} ${rest} LIMIT 1`);
  }

  /** Adds a row. */
  insert(row: z.output<S>): void {
    this.#db.run(this.#insertion(row));
  }

  /**
   * Adds a row, or changes the one with the same key.
   * @param key the fields of the table's key
   * @param fixed fields that stay as they were first written
   */
  save(row: z.output<S>, key: ReadonlyArray<keyof z.output<S> & string>, fixed: readonly string[] = []): void {
    const changed = this.#fields.filter((field) => !key.includes(field) && !fixed.includes(field));
    const set = listOf(changed, (field) => `${columnOf(field)} = excluded.${columnOf(field)}`);
    const then = changed.length === 0 ? sql`NOTHING` : sql`UPDATE SET ${set}`;
    this.#db.run(sql`${this.#insertion(row)} ON CONFLICT (${listOf(key, columnOf)}) DO ${then}`);
  }

  get #fields(): readonly string[] {
    this.#known ??= Object.keys(this.#row.shape);
    return this.#known;
  }

  #insertion(row: z.output<S>): Sql {
    const written = z.encode(this.#row, row) as Record<string, string | number | Uint8Array | null>;
    const values = this.#fields.map((field) => written[field] ?? null);
    const places = new Sql(values.map(() => '?').join(', '), values);
    return sql`INSERT INTO ${this.#name} (${listOf(this.#fields, columnOf)}) VALUES (${places})`;
  }
}

/** Some tables of the catalog, and what is asked of them. */
export abstract class Repo {
  protected readonly db: Queries;

  constructor(db: Queries) {
    this.db = db;
  }
}

import type { z } from 'zod';
import type { Database, Statement } from '../engine/sqlite/open-database.ts';

type Value = string | number | Uint8Array | null;

/** A piece of SQL, with the values that are bound in it. */
export class Sql {
  readonly text: string;
  readonly values: readonly Value[];

  constructor(text: string, values: readonly Value[] = []) {
    this.text = text;
    this.values = values;
  }
}

/** Writes a piece of SQL: `${…}` binds a value, or puts in another piece with its values. */
export function sql(texts: TemplateStringsArray, ...parts: ReadonlyArray<Value | Sql>): Sql {
  const text = texts.reduce((before, after, at) => {
    const part = parts[at - 1];
    return `${before}${part instanceof Sql ? part.text : '?'}${after}`;
  });
  return new Sql(
    text,
    parts.flatMap((part) => (part instanceof Sql ? part.values : [part])),
  );
}

/** A list of values, as a table for `IN`. */
export const valuesOf = (values: readonly unknown[]): Sql =>
  sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`;

/** A condition that a column holds one of these ids; without ids, that any will do. */
export const among = (column: string, ids: readonly string[] | undefined): Sql =>
  ids === undefined ? sql`TRUE` : sql`${new Sql(column)} IN ${valuesOf(ids)}`;

/** All conditions that are given; none: everything fits. */
export const every = (...conditions: ReadonlyArray<Sql | false>): Sql =>
  conditions.reduce<Sql>((all, each) => (each === false ? all : sql`${all} AND ${each}`), sql`TRUE`);

/** So many statements stay prepared: more than there are different texts in a service. */
const MOST_PREPARED = 500;

/** The connection to the catalog. What it reads is checked by a schema where it comes in. */
export class Queries {
  readonly #db: Database;
  readonly #prepared = new Map<string, Statement>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Returns all rows. */
  all<S extends z.ZodType>(row: S, { text, values }: Sql): z.output<S>[] {
    const rows = this.#prepare(text).all(...values);
    return rows.map((each) => row.parse(each));
  }

  /** Returns the first row. */
  get<S extends z.ZodType>(row: S, { text, values }: Sql): z.output<S> | undefined {
    const found = this.#prepare(text).get(...values);
    return found === undefined ? undefined : row.parse(found);
  }

  /** Returns the first column of all rows. */
  column<S extends z.ZodType>(value: S, { text, values }: Sql): z.output<S>[] {
    const found = this.#prepareColumn(text).all(...values);
    return found.map((each) => value.parse(each));
  }

  /** Returns the first column of the first row. */
  value<S extends z.ZodType>(value: S, { text, values }: Sql): z.output<S> | undefined {
    const found = this.#prepareColumn(text).get(...values);
    return found === undefined ? undefined : value.parse(found);
  }

  /** Whether there is a row. */
  has({ text, values }: Sql): boolean {
    return this.#prepare(text).get(...values) !== undefined;
  }

  /** Writes. @returns how many rows were changed */
  run({ text, values }: Sql): number {
    return this.#prepare(text).run(...values).changes;
  }

  /** Does all of it or nothing. @param work synchronous */
  transaction<T>(work: () => T): T {
    return this.#db.transaction(work)();
  }

  close(): void {
    this.#db.close();
  }

  /** Preparing a statement takes as long as running one that an index answers. */
  #prepare(text: string, use: 'rows' | 'column' = 'rows'): Statement {
    const key = `${use} ${text}`;
    const known = this.#prepared.get(key);
    if (known !== undefined) return known;
    if (this.#prepared.size >= MOST_PREPARED) this.#prepared.clear();
    const prepared = this.#db.prepare(text);
    if (use === 'column') prepared.pluck();
    this.#prepared.set(key, prepared);
    return prepared;
  }

  #prepareColumn = (text: string): Statement => this.#prepare(text, 'column');
}

import { z } from 'zod';
import { type Queries, Sql, sql } from '../sql.ts';

const Row = z.record(z.string(), z.union([z.string(), z.number(), z.instanceof(Uint8Array), z.null()]));

/** Rows of the catalog that were removed, in an order in which they can come back. */
export type RemovedRows = ReadonlyArray<{ table: string; row: z.infer<typeof Row> }>;

/** Reads rows of a table before they are removed. */
export function readRows(db: Queries, table: string, where: Sql): RemovedRows {
  return db.all(Row, sql`SELECT * FROM ${new Sql(table)} WHERE ${where}`).map((row) => ({ table, row }));
}

/** Inserts rows as they were. @throws an error of SQLite when a name is taken, or what they refer to has gone */
export function insertRows(db: Queries, rows: RemovedRows): void {
  for (const { table, row } of rows) {
    const columns = Object.keys(row).map((column) => `"${column}"`);
    const places = columns.map(() => '?').join(', ');
    db.run(new Sql(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`, Object.values(row)));
  }
}

/** Remembers the newest removals, by id, for as long as the service runs. @param most how many */
export class Removals<T> {
  readonly #most: number;
  readonly #byId = new Map<string, T>();

  constructor(most: number) {
    this.#most = most;
  }

  add(id: string, removed: T): void {
    this.#byId.set(id, removed);
    const [oldest] = this.#byId.keys();
    if (this.#byId.size > this.#most && oldest !== undefined) this.#byId.delete(oldest);
  }

  /** @param bringBack may throw: then it stays remembered @returns whether it was remembered */
  take(id: string, bringBack: (removed: T) => void): boolean {
    const removed = this.#byId.get(id);
    if (removed === undefined) return false;
    bringBack(removed);
    this.#byId.delete(id);
    return true;
  }
}

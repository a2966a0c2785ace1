import type { Database } from '../sqlite/open-database.ts';

/**
 * Asks a pragma that only tells something, also while rows are being read, where the driver refuses `pragma()`.
 * @param pragma with its schema and argument, as in `main.index_list("t")`
 */
export function askPragma<Row>(database: Database, pragma: string): Row[] {
  return database.prepare<[], Row>(`PRAGMA ${pragma}`).all();
}

/** Returns the one value that a pragma tells, such as `user_version`; otherwise as {@link askPragma}. */
export function pragmaValue(database: Database, pragma: string): unknown {
  return database.prepare(`PRAGMA ${pragma}`).pluck().get();
}

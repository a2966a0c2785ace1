import type { RowSearch } from '../../../src-shared/model/rows/found-rows.ts';
import { type FoundKey, type LookedUp, RowFinder, type RowFindings } from '../engine/rows/search-rows.ts';
import type { Unlocking } from '../engine/sqlite/database-key.ts';
import { openDatabase } from '../engine/sqlite/open-database.ts';
import type { TaskContext } from '../engine/task-context.ts';

/** A row that was found in another snapshot. */
export interface KnownRow {
  table: string;
  key: FoundKey;
}

/** What is asked of an image that nobody writes to. */
export interface ImageSearch {
  path: string;
  /** How it is encrypted; `null`: it is not. Its key is the one of the task. */
  encryption: Omit<Unlocking, 'key'> | null;
  /** `null`: rows are only looked up. */
  search: RowSearch | null;
  limit: number;
  known: KnownRow[];
}

/** What an image says. `known`: of the rows that were looked up, in their order. */
export interface ImageFindings {
  found: RowFindings | null;
  known: LookedUp[];
}

/** How much memory SQLite may take for what others wrote, in bytes. */
const HEAP_BYTES = 120_000_000;

/** Searches an image for rows, and looks up rows that other snapshots have. */
export async function searchImage(
  { path, encryption, search, limit, known }: ImageSearch,
  context: TaskContext,
): Promise<ImageFindings> {
  const [key] = context.keys;
  const unlocking = encryption === null || key === undefined ? null : { ...encryption, key };
  using database = openDatabase(path, { readonly: true, mustExist: true, unlocking });
  database.pragma('query_only = ON');
  database.pragma(`hard_heap_limit = ${HEAP_BYTES}`);
  const finder = new RowFinder(database);
  return {
    found: search && finder.search(search, limit, context.throwIfCancelled),
    known: known.map((row) => finder.lookUp(row.table, row.key)),
  };
}

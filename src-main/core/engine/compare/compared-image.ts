import { prepareForRows } from '../dump/dump-rows.ts';
import type { TextEncoding } from '../identify/dump-text.ts';
import { describeTables, type Table } from '../rows/describe-tables.ts';
import { encodingOf } from '../rows/read-cells.ts';
import { TablePages } from '../rows/table-pages.ts';
import type { Database } from '../sqlite/open-database.ts';
import { readSchema, type SchemaEntry } from '../sqlite/read-schema.ts';
import { prepareForValues } from './exact-values.ts';

/** One of the two states that are compared. */
export interface ComparedImage extends Disposable {
  database: Database;
  encoding: TextEncoding;
  schema: SchemaEntry[];
  tables: Table[];
  /** For what is equal byte for byte; `null`: SQLite alone reads it. */
  pages: TablePages | null;
}

/**
 * Describes an opened image to compare it.
 * @param database nobody writes to it, and it has no log or journal; closed by whoever has opened it
 * @param path of an image whose pages may be read as they are; `null`: it is encrypted
 */
export function describeImage(database: Database, path: string | null): ComparedImage {
  const pages = path === null ? null : TablePages.open(path);
  prepareForValues(database, pages);
  prepareForRows(database);
  return {
    database,
    encoding: encodingOf(database),
    schema: readSchema(database),
    tables: describeTables(database),
    pages,
    [Symbol.dispose]: () => pages?.[Symbol.dispose](),
  };
}

/** The definition of a table and its root page. */
export const entryOf = ({ schema }: ComparedImage, table: string): SchemaEntry | undefined =>
  schema.find(({ type, name }) => type === 'table' && name === table);

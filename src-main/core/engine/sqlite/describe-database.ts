import { createHash } from 'node:crypto';
import type { TableRows } from '../../../../src-shared/model/values.ts';
import { countRows } from './count-rows.ts';
import type { Database } from './open-database.ts';
import { readSchema } from './read-schema.ts';

/** What a database says of itself. */
export interface DatabaseFacts {
  pageSize: number;
  /** 0 for an empty file. */
  pageCount: number;
  journalMode: string;
  userVersion: number;
  applicationId: number;
  schemaHash: string;
  tables: TableRows[];
}

/** What stands for the facts of a database that nothing here can read. */
export const UNKNOWN_FACTS: Omit<DatabaseFacts, 'schemaHash'> = {
  pageSize: 0,
  pageCount: 0,
  journalMode: 'unknown',
  userVersion: 0,
  applicationId: 0,
  tables: [],
};

/**
 * Reads the header, the schema and the number of rows of every table.
 * @param onTable called before each table is counted, so that a long count can be followed and stopped
 */
export function describeDatabase(database: Database, onTable: () => void = () => {}): DatabaseFacts {
  const pragma = (name: string): number => Number(database.pragma(name, { simple: true }));
  return {
    pageSize: pragma('page_size'),
    pageCount: pragma('page_count'),
    journalMode: String(database.pragma('journal_mode', { simple: true })),
    userVersion: pragma('user_version'),
    applicationId: pragma('application_id'),
    schemaHash: hashSchema(database),
    tables: countRows(database, onTable),
  };
}

function hashSchema(database: Database): string {
  const hash = createHash('sha256');
  for (const entry of readSchema(database))
    hash.update(`${JSON.stringify([entry.type, entry.name, entry.table, entry.sql])}\n`);
  return hash.digest('hex');
}

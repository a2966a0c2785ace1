import type { SchemaVersionQuery } from '../../../../src-shared/model/plan.ts';
import { explainError } from '../engine-errors.ts';
import type { TaskContext } from '../task-context.ts';
import type { Database } from './open-database.ts';

/** An answer longer than this is no version. */
const LONGEST_ANSWER = 200;

/**
 * Asks a database for the version of its schema. What is no question, cannot be asked of this database, or is answered
 * with nothing leaves the version unknown (`null`), and the log says why.
 */
export function askSchemaVersion(
  database: Database,
  query: SchemaVersionQuery,
  name: string,
  context: Pick<TaskContext, 'log'>,
): string | null {
  if (query === null) return null;
  const unknown = (why: string): null => {
    context.log('warning', `The schema version of ${name} is unknown: ${why}`);
    return null;
  };
  try {
    const statement = database.prepare(query.sql);
    if (!statement.reader || !statement.readonly)
      return unknown('the query does not return rows, or would change the database.');
    const found = statement.pluck().get() as unknown;
    if (found === null || found === undefined || Buffer.isBuffer(found)) return unknown('the query returned nothing.');
    return String(found).slice(0, LONGEST_ANSWER);
  } catch (error) {
    return unknown(explainError(error, name).message);
  }
}

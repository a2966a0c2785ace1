import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { RowKey } from '../../../../src-shared/model/rows/cell.ts';
import type { RowsToPutBack } from '../../../../src-shared/model/rows/put-back.ts';
import { sqlTokens } from '../../../../src-shared/rules/sqlite/sql-tokens.ts';
import { errorCode } from '../engine-errors.ts';
import { placeholderOf, sqlValueOf } from '../rows/cells.ts';
import { allOf, filterSql, type SqlPart } from '../rows/row-filters.ts';
import { requireTable } from '../rows/select-rows.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import type { MappedTable } from './mapped-table.ts';
import { equalTo, exactly, type RowReader } from './read-rows.ts';

/**
 * Goes through the addresses of the rows of the snapshot that a person chose.
 * @throws SnapkeepError `NOT_FOUND` for a row, `INVALID_PARAMS` for a condition or a column
 */
export function* chosenRows(source: RowReader, table: MappedTable, chosen: RowsToPutBack): Generator<RowKey> {
  if ('filters' in chosen) {
    const stored = requireTable(source.database, table.storedName);
    yield* addressesWhere(source, table, allOf(chosen.filters.map((filter) => filterSql(stored, filter))));
    return;
  }
  if (!('keys' in chosen)) {
    yield* addressesWhere(source, table, 'where' in chosen ? conditionOf(chosen.where) : null);
    return;
  }
  for (const key of chosen.keys) {
    const found = [...addressesWhere(source, table, keyCondition(source, table, key, chosen.columns))];
    if (found.length === 0) throw rowNotFound(table);
    yield* found;
  }
}

function keyCondition(
  { database }: RowReader,
  table: MappedTable,
  key: RowKey,
  columns: string[] | undefined,
): SqlPart {
  if (key.length !== (columns ?? table.address).length) throw rowNotFound(table);
  if (columns === undefined) return equalTo(table.address, key);
  const stored = requireTable(database, table.storedName);
  const unknown = columns.find((name) => !stored.columns.some((column) => column.name === name));
  if (unknown === undefined) return exactly(columns, key);
  throw new SnapkeepError('INVALID_PARAMS', `Column not found: ${unknown} in ${table.storedName}.`, {
    hint: 'Nothing was changed. Choose columns that the snapshot has.',
  });
}

const rowNotFound = ({ storedName }: MappedTable): SnapkeepError =>
  new SnapkeepError('NOT_FOUND', `Row not found in ${storedName} of the snapshot.`, {
    hint: 'Nothing was changed. Open the snapshot again and choose the row.',
  });

/** @throws SnapkeepError `INVALID_PARAMS` where SQLite does not understand the condition */
function* addressesWhere(source: RowReader, table: MappedTable, where: SqlPart | null): Generator<RowKey> {
  if (table.address.length === 0) throw rowNotFound(table);
  try {
    yield* source.rows(table.storedName, table.address, where);
  } catch (error) {
    if (where === null || where.values.length > 0 || errorCode(error) !== 'SQLITE_ERROR') throw error;
    throw invalidCondition(error instanceof Error ? error.message : String(error));
  }
}

/** One expression: what closes its parenthesis, or ends the statement, would make another statement of it. */
function conditionOf(where: string | undefined): SqlPart | null {
  if (where === undefined) return null;
  let depth = 0;
  for (const token of sqlTokens(where)) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (depth < 0 || token === ';' || token === '?') throw invalidCondition(`near “${token}”: syntax error`);
  }
  // The line ends a comment.
  return { sql: `(${where}\n)`, values: [] };
}

const invalidCondition = (reason: string): SnapkeepError =>
  new SnapkeepError('INVALID_PARAMS', `The condition is not valid: ${reason}.`, {
    hint: 'Enter what follows WHERE, for example: id = 4711.',
  });

/** Finds the rows of a table whose columns have the values that other rows have. */
export function addressesOf(
  source: RowReader,
  table: MappedTable,
  columns: readonly string[],
  values: readonly RowKey[],
): RowKey[] {
  const { database } = source;
  // In memory: nothing of an encrypted database is written elsewhere.
  database.pragma('temp_store = MEMORY');
  const names = columns.map((_, at) => `c${at}`);
  database.exec(`CREATE TEMP TABLE sought (${names.join(', ')})`);
  try {
    for (const key of values)
      database
        .prepare(`INSERT INTO temp.sought VALUES (${key.map(placeholderOf).join(', ')})`)
        .run(...key.map(sqlValueOf));
    const list = columns.map(quoteName).join(', ');
    const where = `(${list}) IN (SELECT ${names.join(', ')} FROM temp.sought)`;
    return [...source.rows(table.storedName, table.address, { sql: where, values: [] })];
  } finally {
    database.exec('DROP TABLE temp.sought');
  }
}

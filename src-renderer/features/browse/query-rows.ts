import type { BrowsedTable, QueryAnswer } from '../../../src-shared/model/rows/browse.ts';
import type { RowsToPutBack } from '../../../src-shared/model/rows/put-back.ts';
import { sqlTokens, unquotedName } from '../../../src-shared/rules/sqlite/sql-tokens.ts';

/** Returns a name as SQL reads it. */
export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * Returns the rows that a query answers, of each table that it names and whose key it returns: all of them, also those
 * beyond the first that are shown.
 */
export function rowsOfQuery(
  { sql, columns }: Pick<QueryAnswer, 'columns'> & { sql: string },
  tables: readonly BrowsedTable[],
): RowsToPutBack[] {
  const tokens = sqlTokens(sql);
  const query = sql.trim().replace(/;\s*$/, '');
  if (!/^(?:select|with)$/i.test(tokens[0] ?? '')) return [];
  const named = new Set(tokens.map((token) => unquotedName(token).toLowerCase()));
  const returned = columns.map((column) => column.toLowerCase());
  return tables.flatMap(({ name, kind, primaryKey }) => {
    if (kind !== 'table' || primaryKey.length === 0 || !named.has(name.toLowerCase())) return [];
    // Of two columns of one name, nobody knows which is the key.
    if (primaryKey.some((key) => returned.filter((column) => column === key.toLowerCase()).length !== 1)) return [];
    const key = primaryKey.map(quotedName).join(', ');
    return [{ table: name, where: `(${key}) IN (SELECT ${key} FROM (\n${query}\n))` }];
  });
}

import { SQL_TOKENS, sqlTokens, unquotedName } from '../../../../src-shared/rules/sqlite/sql-tokens.ts';
import { errorCode } from '../engine-errors.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';
import type { DumpedTable } from './dump-schema.ts';

/*
 * An index that is out of step with its table, or that a migration has declared unique by editing the schema, lets the
 * table have values twice that no INSERT takes twice.
 */

/** The rows of a table of this size are compared with one another; of a larger one, its index is asked first. */
const COMPARED_ROWS = 20_000;

/** What must be there but once. */
interface UniqueKey {
  /** Of its index. */
  name: string;
  /** Columns and expressions, in SQL. */
  terms: string[];
  /** The rows of a partial index, in SQL; `null`: all. */
  where: string | null;
}

/** Finds unique indexes whose values their tables repeat. Made once for a database, for it prepares a statement. */
export class RepeatedValues {
  readonly #database: Database;
  readonly #constraints: (table: string) => Array<{ name: string; column: string; collation: string }>;

  constructor(database: Database) {
    this.#database = database;
    const statement = database.prepare<[string], { name: string; column: string; collation: string }>(
      `SELECT list.name, info.name AS column, info.coll AS collation
       FROM temp.pragma_index_list(?, 'main') AS list, temp.pragma_index_xinfo(list.name, 'main') AS info
       WHERE list."unique" AND list.origin <> 'c' AND info.key ORDER BY list.seq, info.seqno`,
    );
    this.#constraints = (table) => statement.all(table);
  }

  /**
   * Returns the name of an index whose values some rows of the table repeat; `null`: there is none. In a table of more
   * than 20,000 rows, an index with as many entries as there are rows is believed to have their values.
   * @param indexes the statements that make its indexes
   */
  find(table: DumpedTable, indexes: readonly string[]): string | null {
    const keys = [...this.#keysOfConstraints(table.name), ...indexes.flatMap(keyOfIndex)];
    return keys.find((key) => this.#isRepeated(table, key))?.name ?? null;
  }

  #keysOfConstraints(table: string): UniqueKey[] {
    const terms = new Map<string, string[]>();
    for (const { name, column, collation } of this.#constraints(table))
      terms.set(name, [...(terms.get(name) ?? []), `${quoteName(column)} COLLATE ${quoteName(collation)}`]);
    return [...terms].map(([name, each]) => ({ name, terms: each, where: null }));
  }

  #isRepeated({ name, source }: DumpedTable, key: UniqueKey): boolean {
    const byIndex = `FROM main.${quoteName(name)} INDEXED BY ${quoteName(key.name)}`;
    const where = key.where === null ? '' : `WHERE ${key.where}`;
    const ask = (sql: string): number => Number(this.#database.prepare(sql).pluck().get());
    try {
      const few = ask(`SELECT count(*) FROM (SELECT 1 ${source} LIMIT ${COMPARED_ROWS + 1})`) <= COMPARED_ROWS;
      // Unlike count(*), a sum uses the index that is named.
      const inStep = !few && ask(`SELECT sum(1) ${byIndex} ${where}`) === ask(`SELECT count(*) ${source} ${where}`);
      return ask(repeated(inStep ? byIndex : source, key)) === 1;
    } catch (error) {
      // A string in double quotes, which is read in a schema alone.
      if (errorCode(error) !== 'SQLITE_ERROR') throw error;
      return this.#isOutOfStep(name, key);
    }
  }

  /** Asks SQLite's own check, which compares every entry of every index. */
  #isOutOfStep(table: string, { name }: UniqueKey): boolean {
    const found = this.#database.pragma(`integrity_check(${quoteName(table)})`) as Array<{ integrity_check: string }>;
    return found.some(({ integrity_check: line }) => line.endsWith(` index ${name}`));
  }
}

function repeated(from: string, { terms, where }: UniqueKey): string {
  // Values that are NULL differ from one another.
  const conditions = [...terms.map((term) => `(${term}) IS NOT NULL`), ...(where === null ? [] : [`(${where})`])];
  return `SELECT EXISTS (SELECT 1 ${from} WHERE ${conditions.join(' AND ')} GROUP BY ${terms.join(', ')} HAVING count(*) > 1)`;
}

/** What a statement as it stands in the schema says of a unique index. */
function keyOfIndex(sql: string): UniqueKey[] {
  const [, unique, , name] = sqlTokens(sql);
  if (unique?.toUpperCase() !== 'UNIQUE' || name === undefined) return [];
  const tokens = [...sql.matchAll(SQL_TOKENS)].map(([token]) => (/^(?:--|\/\*)/.test(token) ? ' ' : token));
  const terms = [''];
  let depth = 0;
  let end = tokens.indexOf('(');
  for (; end < tokens.length; end++) {
    const token = tokens[end] ?? '';
    if (token === ')') depth -= 1;
    if (depth === 0 && token === ')') break;
    if (depth === 1 && token === ',') terms.push('');
    else if (depth > 0) terms.push(`${terms.pop()}${token}`);
    if (token === '(') depth += 1;
  }
  const rest = tokens
    .slice(end + 1)
    .join('')
    .trim()
    .replace(/;$/, '');
  const where = /^WHERE\b/i.test(rest) ? rest.slice('WHERE'.length) : null;
  const bare = terms.map((term) => term.trim().replace(/\s(?:ASC|DESC)$/i, ''));
  return [{ name: unquotedName(name), terms: bare, where }];
}

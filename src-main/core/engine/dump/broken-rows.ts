import { SQL_TOKENS } from '../../../../src-shared/rules/sqlite/sql-tokens.ts';
import type { DumpedTable } from './dump-schema.ts';
import { quoteText, textLiteral } from './literals.ts';

/*
 * Rows that break a rule which their table was given later, as migrations that edit the schema do: no INSERT takes them.
 * A dump enters them while the table has its definition without the rules, and then gives it back its own.
 */

const CONFLICT_ACTIONS = new Set(['ROLLBACK', 'ABORT', 'FAIL', 'IGNORE', 'REPLACE']);

/** Returns the definition of a table without NOT NULL and STRICT; all that says where its values are stays. */
export function withoutRules(create: string): string {
  const tokens = [...create.matchAll(SQL_TOKENS)].map(([text]) => text);
  const isBlank = (at: number): boolean => /^(?:\s+|--.*|\/\*.*)$/s.test(tokens[at] ?? 'x');
  const wordAfter = (at: number): number => {
    let next = at + 1;
    while (next < tokens.length && isBlank(next)) next += 1;
    return next;
  };
  const is = (at: number, word: string): boolean => tokens[at]?.toUpperCase() === word;
  let depth = 0;
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at] === '(') depth += 1;
    if (tokens[at] === ')') depth -= 1;
    const next = wordAfter(at);
    if (depth === 1 && is(at, 'NOT') && is(next, 'NULL')) {
      const last = endOfConflictClause(tokens, next, wordAfter);
      tokens.fill('', at, last + 1);
    } else if (depth === 0 && is(at, 'STRICT')) dropOption(tokens, at);
  }
  return tokens.join('');
}

/** Where `ON CONFLICT …` ends behind a constraint; without one, the constraint itself. */
function endOfConflictClause(tokens: readonly string[], at: number, wordAfter: (at: number) => number): number {
  const [on, conflict] = [wordAfter(at), wordAfter(wordAfter(at))];
  if (tokens[on]?.toUpperCase() !== 'ON' || tokens[conflict]?.toUpperCase() !== 'CONFLICT') return at;
  const action = wordAfter(conflict);
  return CONFLICT_ACTIONS.has(tokens[action]?.toUpperCase() ?? '') ? action : at;
}

/** Options of a table are separated by commas: the one beside it goes, too. */
function dropOption(tokens: string[], at: number): void {
  tokens[at] = '';
  const before = tokens.lastIndexOf(',', at);
  const after = tokens.indexOf(',', at);
  const closing = tokens.lastIndexOf(')', at);
  if (before > closing) tokens[before] = '';
  else if (after > 0) tokens[after] = '';
}

/** Statements that give an existing table the definition without its rules. */
export const dropRules = (table: DumpedTable): string => define(table.name, withoutRules(table.sql));

/** Statements that give it back its own. */
export const restoreRules = (table: DumpedTable): string => define(table.name, table.sql);

function define(name: string, sql: string): string {
  return `PRAGMA writable_schema=ON;
UPDATE sqlite_master SET sql=${textLiteral(sql) ?? quoteText(sql)} WHERE type='table' AND name=${quoteText(name)};
PRAGMA writable_schema=RESET;
`;
}

/** A value as the driver hands it over where integers are to keep all their digits. */
export type StoredValue = string | bigint | number | Buffer | null;

const IS_OF_TYPE: Record<string, (value: StoredValue) => boolean> = {
  INT: (value) => typeof value === 'bigint',
  INTEGER: (value) => typeof value === 'bigint',
  REAL: (value) => typeof value === 'number',
  TEXT: (value) => typeof value === 'string',
  BLOB: (value) => Buffer.isBuffer(value),
};

/** A column that an INSERT does not let have every value. */
export interface RuledColumn {
  /** Its position in the row. */
  at: number;
  name: string;
  notNull: boolean;
  /** Of a table that is STRICT; `null`: any. */
  type: string | null;
}

/** Returns whether a row breaks the rules of its columns. */
export function breaksRules(row: readonly StoredValue[], ruled: readonly RuledColumn[]): boolean {
  return ruled.some(({ at, notNull, type }) => {
    const value = row[at] ?? null;
    if (value === null) return notNull;
    return type !== null && IS_OF_TYPE[type]?.(value) === false;
  });
}

/** A condition in SQL that is true for rows that break the rules of their columns. `typeof`: SQLite takes NOT NULL for granted. */
export function breaksRulesSql(ruled: readonly RuledColumn[]): string {
  const conditions = ruled.flatMap(({ name, notNull, type }) => [
    ...(notNull ? [`typeof(${name})='null'`] : []),
    ...(type === null || !(type in IS_OF_TYPE) ? [] : [`typeof(${name}) NOT IN ('null','${storageClass(type)}')`]),
  ]);
  return conditions.length === 0 ? 'FALSE' : conditions.join(' OR ');
}

const storageClass = (type: string): string => (type === 'INT' ? 'integer' : type.toLowerCase());

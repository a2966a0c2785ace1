import { errorCode } from '../engine-errors.ts';
import { startOfSql } from '../identify/sql-start.ts';
import type { Database } from '../sqlite/open-database.ts';

/** What SQLite says of a name in double quotes that is no column. */
const NO_SUCH_COLUMN = /^no such column: "(.*)" - should this be a string literal/s;
const MAKES_SCHEMA = /^CREATE\s+(?:TABLE|(?:UNIQUE\s+)?INDEX)\b/i;
/** The only statement that goes on after a semicolon. */
const MAKES_TRIGGER = /^CREATE\s+TRIGGER\b/i;
/** Strings, names in brackets and accents, and comments, in which nothing is to be found; and names in double quotes. */
const TOKENS = /'[^']*(?:'|$)|"(?:[^"]|"")*(?:"|$)|`[^`]*(?:`|$)|\[[^\]]*(?:\]|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;
/** A schema has fewer strings. */
const MOST_STRINGS = 1000;

/**
 * Runs a statement of a dump. Older programs wrote strings in double quotes into checks, generated columns and indexes;
 * SQLite still reads them where they are stored, but this build makes none anew. Such a statement is run with its
 * strings in single quotes, and the schema then gets its text back as it was.
 * @throws SqliteError
 */
export function runWithQuotedStrings(database: Database, sql: string): void {
  try {
    // Where a trigger ends, SQLite may see otherwise than sqlite3_complete(): to prepare takes one statement alone, and
    // nothing is run behind it.
    if (MAKES_TRIGGER.test(withoutBlank(sql))) database.prepare(sql).run();
    else database.exec(sql);
  } catch (error) {
    const fixed = MAKES_SCHEMA.test(withoutBlank(sql)) ? withStrings(database, sql, error) : undefined;
    if (fixed === undefined) throw error;
    putBack(database, sql, fixed, error);
  }
}

const withoutBlank = (sql: string): string => sql.slice(startOfSql(sql));

/** Runs the statement with one string after the other in single quotes, and answers the text that has been run. */
function withStrings(database: Database, sql: string, refusal: unknown): string | undefined {
  let fixed = sql;
  let error = refusal;
  for (let tries = 0; tries < MOST_STRINGS; tries++) {
    const name =
      errorCode(error) === 'SQLITE_ERROR' && error instanceof Error ? NO_SUCH_COLUMN.exec(error.message) : null;
    if (name === null) return undefined;
    const wanted = name[1] ?? '';
    const next = fixed.replace(TOKENS, (token) =>
      isName(token, wanted) ? `'${wanted.replaceAll("'", "''")}'` : token,
    );
    if (next === fixed) return undefined;
    fixed = next;
    try {
      database.exec(fixed);
      return fixed;
    } catch (another) {
      error = another;
    }
  }
  return undefined;
}

const isName = (token: string, name: string): boolean =>
  token.startsWith('"') && token.slice(1, -1).replaceAll('""', '"') === name;

/** The text in the schema begins in SQLite's own way, and from the first string on is that of the statement. */
function putBack(database: Database, sql: string, fixed: string, refusal: unknown): void {
  let from = 0;
  while (fixed[from] === sql[from]) from += 1;
  const rest = withoutEnd(fixed.slice(from));
  const entry = database
    .prepare('SELECT rowid, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid DESC LIMIT 1')
    .get() as { rowid: number; sql: string };
  if (!entry.sql.endsWith(rest)) throw refusal;
  const own = entry.sql.slice(0, entry.sql.length - rest.length) + withoutEnd(sql.slice(from));
  database.pragma('writable_schema = ON');
  database.prepare('UPDATE sqlite_schema SET sql = ? WHERE rowid = ?').run(own, entry.rowid);
  database.pragma('writable_schema = OFF');
}

const withoutEnd = (sql: string): string => sql.replace(/;\s*$/, '');

import type { FileContent } from '../../../../src-shared/model/restore/restore.ts';
import { encodingOf, readableStart } from './dump-text.ts';
import { startOfSql } from './sql-start.ts';

/** How much of a file has to be text, in bytes. */
const TEXT_BYTES = 512;
/** What a dump begins with, after white space, comments and commands of the shell. Prose begins with such words too. */
const DUMP_STARTS = [
  /^PRAGMA\s+(?:\w{1,80}\s*\.\s*)?\w{1,80}\s*[=(;]/i,
  /^BEGIN(?:\s+(?:DEFERRED|IMMEDIATE|EXCLUSIVE))?(?:\s+TRANSACTION)?\s*;/i,
  /^(?:COMMIT(?:\s+TRANSACTION)?|ANALYZE|VACUUM|REINDEX|ROLLBACK)\s*;/i,
  /^SAVEPOINT\s+[^;\n]{1,200};/i,
  /^CREATE\s+(?:TEMP(?:ORARY)?\s+)?(?:(?:VIRTUAL\s+)?TABLE|(?:UNIQUE\s+)?INDEX|VIEW|TRIGGER)\s/i,
  /^(?:INSERT(?:\s+OR\s+\w{1,20})?|REPLACE)\s+INTO\s/i,
  /^DROP\s+(?:TABLE|INDEX|VIEW|TRIGGER)\s+(?:IF\s+EXISTS\s|[^;\n]{1,200};)/i,
  /^DELETE\s+FROM\s+[^;\n]{1,200};/i,
  /^ALTER\s+TABLE\s+[^;\n]{1,200}\s(?:ADD|RENAME|DROP)\s/i,
  /^UPDATE\s+[^;\s]{1,200}\s+SET\s/i,
  /^ATTACH\s+(?:DATABASE\s+)?'/i,
];
const SHELL_COMMAND = /^\.[a-z]{2,20}(?:[ \t][^\n]*)?(?:\n|$)/;
const OF_MYSQL = /^(?:-- (?:MySQL|MariaDB) dump\b|-- phpMyAdmin SQL Dump\b|\/\*M?!\d{5,6}\b)/im;
const MYSQL_STATEMENT =
  /^(?:SET\s+(?:NAMES|SQL_MODE|FOREIGN_KEY_CHECKS|UNIQUE_CHECKS|AUTOCOMMIT|TIME_ZONE|CHARACTER|GLOBAL|@)|LOCK\s+TABLES\s|USE\s+`|START\s+TRANSACTION\s*;|CREATE\s+DATABASE\s|DELIMITER\s)/i;
const MYSQL_TABLE = /\)\s*ENGINE\s*=\s*\w|\bAUTO_INCREMENT\b/i;
const OF_POSTGRESQL = /^-- PostgreSQL database (?:cluster )?dump\b/im;
const POSTGRESQL_STATEMENT =
  /^(?:SET\s+(?:\w{1,20}_timeout|client_encoding|client_min_messages|standard_conforming_strings|check_function_bodies|row_security|xmloption|search_path|default_\w{1,40}|SESSION\s+AUTHORIZATION)\b|SELECT\s+pg_catalog\.|COPY\s[^;]{1,4000}?\sFROM\s+stdin;|CREATE\s+(?:EXTENSION|SEQUENCE|TYPE|DOMAIN|ROLE)\s|ALTER\s+TABLE\s+(?:ONLY\s|[^;\n]{1,200}\sOWNER\s+TO\s)|DO\s+\$|\\(?:connect|restrict)\s)/i;
/** What SQLite would not read in a column. */
const POSTGRESQL_TABLE = /''\s*::\s*\w|\bDEFAULT\s+nextval\s*\(/i;
const OF_MSSQL = /^\/\*{6} Object:/m;
const MSSQL_STATEMENT =
  /^(?:SET\s+(?:ANSI_\w{1,20}|QUOTED_IDENTIFIER|NOCOUNT|XACT_ABORT|IDENTITY_INSERT)\s|USE\s+\[|IF\s+(?:NOT\s+)?(?:OBJECT_ID|EXISTS)\s*\(|INSERT\s+\[)/i;
const MSSQL_TABLE = /\[dbo\]\.|^GO\s*$/im;
/** Statements with which no dump of SQLite begins; a semicolon at the end of a line tells them from prose. */
const OTHER_STATEMENT =
  /^(?:SET|SELECT|WITH|EXPLAIN|VALUES|DECLARE|GRANT|REVOKE|EXEC|MERGE|TRUNCATE|COMMENT\s+ON|CREATE\s+(?:SCHEMA|USER|OR\s+REPLACE|FUNCTION|PROCEDURE))\b[^;]{1,2000};[ \t\r]*(?:\n|$)/i;
const STRINGS = /'[^']*(?:'|$)/g;
/** No table of values has more columns in its first lines. */
const MOST_COLUMNS = 2000;

/**
 * Says what a text is by its beginning: a dump for SQLite or for another program, a table of values, or any other text.
 * @param start its first bytes, in UTF-8, UTF-16 or an encoding of single bytes
 * @param more the text goes on behind them
 * @returns `unknown` when it is no text
 */
export function kindOfText(start: Buffer, more: boolean): FileContent {
  const text = readableStart(start);
  const dump = kindOfDump(text, more);
  if (dump !== null) return dump;
  const letters = encodingOf(start) === 'utf-8' ? text.slice(0, TEXT_BYTES) : text.slice(0, TEXT_BYTES / 2);
  if (!looksLikeText(letters)) return 'unknown';
  return looksLikeTable(text, more) ? 'csv' : 'text';
}

function kindOfDump(text: string, more: boolean): FileContent | null {
  const at = startOfStatements(text);
  const comments = text.slice(0, at);
  const first = text.slice(at);
  if (first === '') return more && /^[\s\ufeff\u00ef\u00bb\u00bf]*(?:--|\/\*)/.test(comments) ? 'sql' : null;
  const ofSqlite = /^(?:PRAGMA|SAVEPOINT)\b/i.test(first);
  const code = first.replace(STRINGS, "''");
  if (POSTGRESQL_STATEMENT.test(first) || (OF_POSTGRESQL.test(comments) && !ofSqlite)) return 'postgresql';
  if (MYSQL_STATEMENT.test(first) || (OF_MYSQL.test(comments) && !ofSqlite)) return 'mysql';
  if (MSSQL_STATEMENT.test(first) || OF_MSSQL.test(comments)) return 'mssql';
  if (!DUMP_STARTS.some((form) => form.test(first))) return OTHER_STATEMENT.test(code) ? 'other-sql' : null;
  if (ofSqlite) return 'sql';
  if (MYSQL_TABLE.test(code)) return 'mysql';
  if (POSTGRESQL_TABLE.test(code)) return 'postgresql';
  return MSSQL_TABLE.test(code) ? 'mssql' : 'sql';
}

/** Where the first statement begins, after comments and commands of SQLite's shell. */
function startOfStatements(text: string): number {
  let at = startOfSql(text);
  for (;;) {
    const command = SHELL_COMMAND.exec(text.slice(at, at + 500));
    if (command === null) return at;
    at += command[0].length;
    at += startOfSql(text.slice(at));
  }
}

/** Tabs, ends of lines and pages, the escape of terminals and all that can be seen. */
const looksLikeText = (text: string): boolean =>
  [...text].every((letter) => letter >= ' ' || ['\t', '\n', '\f', '\r', '\u001b'].includes(letter));

/** Lines with the same number of values, which commas, semicolons or tabs separate. */
function looksLikeTable(text: string, more: boolean): boolean {
  const lines = text
    .replaceAll('\r', '')
    .replace(/"[^"]*"/g, '""')
    .split('\n');
  // The last one may go on.
  const whole = (more ? lines.slice(0, -1) : lines).filter((line) => line !== '').slice(0, 20);
  if (whole.length < 2) return false;
  return [',', ';', '\t'].some((separator) => {
    const rows = whole.map((line) => line.split(separator, MOST_COLUMNS));
    const columns = rows[0]?.length ?? 0;
    return columns > 1 && rows.every(({ length }) => length === columns) && !looksLikeProse(rows);
  });
}

/** What prose has after each comma is a blank or the end of the line; a table of such values has numbers in its rows. */
function looksLikeProse(rows: readonly string[][]): boolean {
  const blank = rows.every((values) => values.slice(1).every((value) => value === '' || value.startsWith(' ')));
  const numbers = rows.slice(1).every((values) => values.some((value) => /^\s*-?\d[\d.]*\s*$/.test(value)));
  return blank && !numbers;
}

import type { FileContent } from '../../../../src-shared/model/restore.ts';
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
  /^(?:SET\s+(?:NAMES|SQL_MODE|FOREIGN_KEY_CHECKS|@)|LOCK\s+TABLES\s|USE\s+`|START\s+TRANSACTION\s*;|CREATE\s+DATABASE\s)/i;
const MYSQL_TABLE = /\)\s*ENGINE\s*=\s*\w|\bAUTO_INCREMENT\b/i;
const OF_POSTGRESQL = /^-- PostgreSQL database (?:cluster )?dump\b/im;
const POSTGRESQL_STATEMENT =
  /^(?:SET\s+(?:statement_timeout|lock_timeout|client_encoding|search_path|default_transaction_read_only|SESSION\s+AUTHORIZATION)\b|SELECT\s+pg_catalog\.|COPY\s[^;]{1,4000}?\sFROM\s+stdin;|\\(?:connect|restrict)\s)/i;
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
  if (!DUMP_STARTS.some((form) => form.test(first))) return null;
  return MYSQL_TABLE.test(code) && !ofSqlite ? 'mysql' : 'sql';
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
    const columns = whole.map((line) => line.split(separator, MOST_COLUMNS).length);
    return (columns[0] ?? 0) > 1 && columns.every((count) => count === columns[0]);
  });
}

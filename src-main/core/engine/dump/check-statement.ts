import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { startOfSql } from './sql-start.ts';

/**
 * What is done with a statement of a dump: run; run with the schema open to be written; left out, because the reader
 * sees to it or it says nothing of the content; or taken for the end of the dump's transaction.
 */
export type Verdict = 'run' | 'run-on-schema' | 'leave-out' | 'begin' | 'end';

/** No PRAGMA and no BEGIN of a dump is longer. */
const LONGEST_COMMAND = 1000;
const PRAGMA =
  /^PRAGMA\s+(?:main\s*\.\s*)?(\w+)\s*(?:=\s*('[^']*'|[\w.+-]+)\s*|\(\s*('[^']*'|[\w.+-]+)\s*\)\s*)?(?:;\s*)?$/i;
/** Those that are part of the content. */
const KEPT_PRAGMAS = new Set([
  'page_size',
  'auto_vacuum',
  'encoding',
  'application_id',
  'user_version',
  'ignore_check_constraints',
]);
/** Those that dumps set for the connection that reads them. */
const IGNORED_PRAGMAS = new Set([
  'foreign_keys',
  'defer_foreign_keys',
  'writable_schema',
  'journal_mode',
  'synchronous',
  'locking_mode',
  'cache_size',
  'temp_store',
  'count_changes',
]);
const ALLOWED = /^(?:INSERT|REPLACE|UPDATE|DELETE|ANALYZE|REINDEX|DROP|ALTER)\b/i;
const CREATE = /^CREATE\s+(?:TABLE|VIRTUAL\s+TABLE|(?:UNIQUE\s+)?INDEX|VIEW|TRIGGER)\b/i;
const BEGIN = /^BEGIN\b[\s\w]*(?:;\s*)?$/i;
const END = /^(?:COMMIT|END)\b[\s\w]*;?/i;
/** The form in which dumps enter virtual tables. */
const VIRTUAL_TABLE =
  /^INSERT\s+INTO\s+sqlite_(?:master|schema)\s*\(type,\s*name,\s*tbl_name,\s*rootpage,\s*sql\)\s*VALUES\s*\('table',\s*'(?:[^']|'')*',\s*'(?:[^']|'')*',\s*0,\s*(?:replace\()?'CREATE\s+VIRTUAL\s+TABLE\b(?:[^']|'')*'(?:,'\\r',char\(13\)\))?\)\s*;?\s*$/i;
const STATISTICS_TABLE = /^CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?sqlite_stat\d\s*\(/i;

/**
 * Says what is to be done with a statement.
 * @param sql the statement with what comes before it
 * @param line where it begins, for the error
 * @throws SnapkeepError `UNSUPPORTED` for what has no place in a dump, `CORRUPT` where a dump says it is not whole
 */
export function judgeStatement(sql: string, line: number): Verdict {
  const bare = withoutBlank(sql);
  if (bare === '' || bare === ';') return 'leave-out';
  if (/^INSERT\b/i.test(bare)) return VIRTUAL_TABLE.test(bare) ? 'run-on-schema' : 'run';
  refuseCommand(sql, line);
  if (/^PRAGMA\b/i.test(bare)) return judgePragma(bare.slice(0, LONGEST_COMMAND), line);
  if (STATISTICS_TABLE.test(bare)) return 'run-on-schema';
  if (ALLOWED.test(bare) || CREATE.test(bare)) return 'run';
  if (bare.length <= LONGEST_COMMAND && BEGIN.test(bare)) return 'begin';
  if (END.test(bare)) return 'end';
  if (/^ROLLBACK\b/i.test(bare)) {
    throw new SnapkeepError('CORRUPT', `The dump ends with ROLLBACK in line ${line}: it could not be written whole.`, {
      hint: 'Use another dump.',
    });
  }
  throw refused(line, `${/^\w{1,40}/.exec(bare)?.[0].toUpperCase() ?? 'something that is no SQL'}`);
}

/** @throws SnapkeepError `UNSUPPORTED` for a command of SQLite's shell, which need not be ended by a semicolon */
export function refuseCommand(sql: string, line: number): void {
  if (withoutBlank(sql).startsWith('.')) throw refused(line, 'a command of the sqlite3 shell');
}

function withoutBlank(sql: string): string {
  return sql.slice(startOfSql(sql));
}

function judgePragma(bare: string, line: number): Verdict {
  const name = PRAGMA.exec(bare)?.[1]?.toLowerCase();
  if (name !== undefined && IGNORED_PRAGMAS.has(name)) return 'leave-out';
  if (name !== undefined && KEPT_PRAGMAS.has(name)) return 'run';
  throw refused(line, `PRAGMA ${name ?? ''}`.trim());
}

function refused(line: number, what: string): SnapkeepError {
  return new SnapkeepError('UNSUPPORTED', `Line ${line} of the dump is refused: ${what} has no place in a dump.`, {
    hint: 'Nothing was kept of it. If you trust the file, take that line out.',
    details: { line },
  });
}

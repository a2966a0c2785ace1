import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { startOfSql } from '../identify/sql-start.ts';

/**
 * What is done with a statement of a dump: run; run with the schema open to be written; run though it changes no schema and no row;
 * left out, because the reader sees to it or it says nothing of the content; or taken for the beginning or the end of a
 * transaction or savepoint.
 */
export type Verdict = 'run' | 'run-on-schema' | 'run-upkeep' | 'leave-out' | 'begin' | 'end';

/** No PRAGMA and no BEGIN of a dump is longer. */
const LONGEST_COMMAND = 1000;
const PRAGMA =
  /^PRAGMA\s+(?:main\s*\.\s*)?(\w+)\s*(?:=\s*('[^']*'|"[^"]*"|[\w.+-]+)\s*|\(\s*('[^']*'|"[^"]*"|[\w.+-]+)\s*\)\s*)?(?:;\s*)?$/i;
/** Those that are part of the content. */
const KEPT_PRAGMAS = new Set([
  'page_size',
  'auto_vacuum',
  'encoding',
  'application_id',
  'user_version',
  'ignore_check_constraints',
]);
/** Those that dumps set for the connection that reads them, or that only ask. */
const IGNORED_PRAGMAS = new Set([
  'analysis_limit',
  'automatic_index',
  'busy_timeout',
  'cache_size',
  'cache_spill',
  'case_sensitive_like',
  'cell_size_check',
  'checkpoint_fullfsync',
  'count_changes',
  'default_cache_size',
  'defer_foreign_keys',
  'empty_result_callbacks',
  'foreign_key_check',
  'foreign_keys',
  'full_column_names',
  'fullfsync',
  'incremental_vacuum',
  'integrity_check',
  'journal_mode',
  'journal_size_limit',
  'legacy_alter_table',
  'legacy_file_format',
  'locking_mode',
  'mmap_size',
  'optimize',
  'quick_check',
  'read_uncommitted',
  'recursive_triggers',
  'reverse_unordered_selects',
  'secure_delete',
  'short_column_names',
  'synchronous',
  'temp_store',
  'threads',
  'wal_autocheckpoint',
  'wal_checkpoint',
  'writable_schema',
]);
/** Commands of SQLite's shell that only say how it reads and shows. */
const IGNORED_COMMANDS =
  /^\.(?:bail|changes|crlf|crnl|dbconfig|echo|eqp|explain|headers?|mode|nullvalue|separator|show|stats|timeout|timer|width)\b/i;
const ALLOWED = /^(?:INSERT|REPLACE|UPDATE|DELETE|DROP|ALTER)\b/i;
const UPKEEP = /^(?:ANALYZE|REINDEX)\b/i;
/** The database that is made has no free pages. */
const VACUUM = /^VACUUM(?:\s+"?main"?)?\s*(?:;\s*)?$/i;
const CREATE = /^CREATE\s+(?:TABLE|VIRTUAL\s+TABLE|(?:UNIQUE\s+)?INDEX|VIEW|TRIGGER)\b/i;
/** What is made there is gone with the connection. */
const TEMPORARY =
  /^CREATE\s+(?:VIRTUAL\s+TABLE|(?:UNIQUE\s+)?\w+)\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:temp|"temp"|'temp'|`temp`|\[temp\])\s*\./i;
/** SQLite makes it itself. */
const SEQUENCE_TABLE = /^CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?["'`[]?sqlite_sequence\b/i;
const BEGIN = /^BEGIN\b[\s\w]*(?:;\s*)?$/i;
const END = /^(?:COMMIT|END)\b[\s\w]*(?:;|$)/i;
const SAVEPOINT = /^(SAVEPOINT|RELEASE(?:\s+SAVEPOINT)?)\s+("[^"]*"|'[^']*'|`[^`]*`|\[[^\]]*\]|[\w$]+)\s*(?:;\s*)?$/i;
/** The forms in which dumps and the shell's .recover enter virtual tables. */
const VIRTUAL_TABLE =
  /^INSERT\s+INTO\s+sqlite_(?:master|schema)\s*(?:\(type,\s*name,\s*tbl_name,\s*rootpage,\s*sql\)\s*)?VALUES\s*\('table',\s*'(?:[^']|'')*',\s*'(?:[^']|'')*',\s*0,\s*(?:replace\()?'CREATE\s+VIRTUAL\s+TABLE\b(?:[^']|'')*'(?:,'\\r',char\(13\)\))?\)\s*;?\s*$/i;
/** The form in which dumps give a table another definition, for rows that break its rules. */
const DEFINITION =
  /^UPDATE\s+sqlite_(?:master|schema)\s+SET\s+sql=(?:replace\()?'CREATE\s+TABLE\b(?:[^']|'')*'(?:,'\\r',char\(13\)\))?\s+WHERE\s+type='table'\s+AND\s+name='(?:[^']|'')*'\s*;?\s*$/i;
const STATISTICS_TABLE = /^CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?["'`[]?sqlite_stat\d["'`\]]?\s*\(/i;

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
  if (bare.startsWith('.')) return judgeCommand(bare, line);
  if (/^PRAGMA\b/i.test(bare)) return judgePragma(bare.slice(0, LONGEST_COMMAND), line);
  if (STATISTICS_TABLE.test(bare) || DEFINITION.test(bare)) return 'run-on-schema';
  if (SEQUENCE_TABLE.test(bare)) return 'leave-out';
  if (ALLOWED.test(bare) || (CREATE.test(bare) && !TEMPORARY.test(bare))) return 'run';
  if (UPKEEP.test(bare)) return 'run-upkeep';
  const short = bare.slice(0, LONGEST_COMMAND);
  if (VACUUM.test(short)) return 'leave-out';
  if (BEGIN.test(short) || /^SAVEPOINT\b/i.test(nameOf(bare, 1))) return 'begin';
  if (END.test(bare) || /^RELEASE\b/i.test(nameOf(bare, 1))) return 'end';
  if (/^ROLLBACK\b/i.test(bare)) {
    throw new SnapkeepError('CORRUPT', `The dump ends with ROLLBACK in line ${line}: creating it failed.`, {
      hint: 'Use another dump.',
    });
  }
  throw refused(line, inWords(bare));
}

/** Returns the name of the savepoint that a statement begins or ends; `null`: it does neither. */
export function savepointOf(sql: string): string | null {
  const name = nameOf(withoutBlank(sql), 2);
  return name === '' ? null : name.replace(/^["'`[]|["'`\]]$/g, '').toLowerCase();
}

const nameOf = (bare: string, group: 1 | 2): string =>
  bare.length > LONGEST_COMMAND ? '' : (SAVEPOINT.exec(bare)?.[group] ?? '');

/** A command of SQLite's shell, which need not be ended by a semicolon. */
function judgeCommand(bare: string, line: number): Verdict {
  if (IGNORED_COMMANDS.test(bare)) return 'leave-out';
  throw refused(line, `the shell command ${/^\.\w{0,40}/.exec(bare)?.[0]}`);
}

/** The words that a statement begins with. */
function inWords(bare: string): string {
  if (TEMPORARY.test(bare)) return 'CREATE in the schema temp';
  const words = /^CREATE\s+\w{1,40}|^\w{1,40}/i.exec(bare)?.[0];
  return words?.replace(/\s+/, ' ').toUpperCase() ?? 'text that is not SQL';
}

function withoutBlank(sql: string): string {
  return sql.slice(startOfSql(sql));
}

function judgePragma(bare: string, line: number): Verdict {
  const name = PRAGMA.exec(bare)?.[1]?.toLowerCase();
  if (name !== undefined && IGNORED_PRAGMAS.has(name)) return 'leave-out';
  if (name !== undefined && KEPT_PRAGMAS.has(name)) return 'run-upkeep';
  throw refused(line, `PRAGMA ${name ?? ''}`.trim());
}

function refused(line: number, what: string): SnapkeepError {
  return new SnapkeepError('UNSUPPORTED', `Line ${line} of the dump is not allowed: ${what}.`, {
    hint: 'Nothing was restored. If you trust the file, remove that line.',
    details: { line },
  });
}

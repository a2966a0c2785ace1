import { isUtf8 } from 'node:buffer';
import { open, rm } from 'node:fs/promises';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { countInWords } from '../../../../src-shared/words/wording.ts';
import { errorCode, explainError, explainedAs } from '../engine-errors.ts';
import { sidecarPaths, syncFile } from '../files/durable-files.ts';
import { TextReader } from '../identify/dump-text.ts';
import { startOfSql } from '../identify/sql-start.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import type { Unlocking } from '../sqlite/database-key.ts';
import { type Database, openDatabase } from '../sqlite/open-database.ts';
import { judgeStatement, savepointOf } from './check-statement.ts';
import { MAX_STATEMENT_BYTES } from './dump-rows.ts';
import { withSafeTexts } from './literals.ts';
import { runWithQuotedStrings } from './quoted-strings.ts';
import { ShortSchema } from './short-schema.ts';
import { type Statement, StatementSplitter } from './statement-splitter.ts';
import { cutOff, Transactions } from './transactions.ts';

/**
 * Makes a new database of a dump: Snapkeep's, that of SQLite's shell, or any other script that makes tables. Statements are run as they come, so memory
 * holds no more than the longest of them. What is in the file afterwards has still to be verified like any other image.
 * @param pieces the text, in UTF-8 or UTF-16
 * @param targetPath nothing may be there; nothing is, when this fails
 * @param unlocking the key that the new database gets, so that nothing plain is written; `null`: none
 * @returns what is to be known of the dump, as sentences: that a missing end could not be noticed, texts that are no UTF-8
 * @throws SnapkeepError `CORRUPT` for a dump that is truncated or that SQLite refuses, with the line; `UNSUPPORTED` for
 * what has no place in a dump; `CONFLICT` when the target exists; whatever `pieces` throws
 */
export async function restoreDump(
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
  targetPath: string,
  unlocking: Unlocking | null = null,
): Promise<string[]> {
  await (await open(targetPath, 'wx', 0o600).catch(explainedAs(targetPath))).close();
  try {
    const loader = new DumpLoader(openDatabase(targetPath, { mustExist: true, unlocking }));
    try {
      for await (const piece of pieces) loader.take(piece);
      loader.finish();
    } finally {
      loader.close();
    }
    requireReadable(targetPath, unlocking);
    await syncFile(targetPath);
    return loader.warnings;
  } catch (error) {
    const { wal, shm, journal } = sidecarPaths(targetPath);
    for (const path of [targetPath, wal, shm, journal]) await rm(path, { force: true });
    throw explainError(error, targetPath);
  }
}

/** Runs the statements of a dump in one transaction. */
class DumpLoader {
  readonly #database: Database;
  readonly #text = new TextReader();
  readonly #splitter = new StatementSplitter();
  readonly #transactions = new Transactions();
  readonly #schema: ShortSchema;
  /** Statements with texts that are no UTF-8, and the line of the first. */
  #odd = { statements: 0, line: 0 };
  /** Virtual tables that rows were meant for before their own tables were made, as Python's iterdump writes it, and the first line. */
  readonly #early = new Map<string, number>();
  readonly warnings: string[] = [];

  constructor(database: Database) {
    this.#database = database;
    this.#schema = new ShortSchema(database);
    // A dump writes the tables behind virtual tables, which SQLite else keeps from all but their modules.
    database.unsafeMode(true);
    for (const pragma of [
      'foreign_keys = OFF',
      'trusted_schema = OFF',
      'synchronous = OFF',
      'journal_mode = MEMORY',
      // What was stored is kept, also where a check that was added later would refuse it.
      'ignore_check_constraints = ON',
    ])
      database.pragma(pragma);
  }

  take(piece: Buffer): void {
    this.#push(this.#text.push(piece));
  }

  #push(text: Buffer): void {
    for (const statement of this.#splitter.push(text)) this.#run(statement);
    if (this.#splitter.heldBytes > MAX_STATEMENT_BYTES) {
      throw new SnapkeepError('UNSUPPORTED', 'The dump has a statement of more than 500 MB, or is not SQL.', {
        hint: 'Choose another file.',
      });
    }
  }

  /** @throws SnapkeepError `CORRUPT` when the dump is truncated */
  finish(): void {
    this.#push(this.#text.end());
    const { rest, blank } = this.#splitter.end();
    if (!blank) this.#finishRest(rest);
    const warning = this.#transactions.conclude(rest.line);
    this.#schema.complete();
    if (this.#database.inTransaction) this.#database.exec('COMMIT');
    if (warning !== null) this.warnings.push(warning);
    for (const [table, earlyLine] of this.#early) {
      if (this.#isWithoutTables(table)) throw lostRows(table, earlyLine);
      this.warnings.push(
        `The dump fills the virtual table ${table} before it creates its shadow tables. The content of the shadow tables is used.`,
      );
    }
    const { statements, line } = this.#odd;
    if (statements > 0)
      this.warnings.push(
        `Text in ${countInWords(statements, 'statement')} of the dump, the first in line ${line}, is not UTF-8. Its bytes are kept unchanged.`,
      );
  }

  /** Of what has no semicolon at the end of a dump, only a command of the shell and the end of a transaction are whole. */
  #finishRest(rest: Statement): void {
    const sql = rest.sql.toString('latin1');
    const whole = sql.startsWith('.', startOfSql(sql)) || isEnd(sql.slice(startOfSql(sql)));
    if (!whole) throw cutOff(`its last statement, in line ${rest.line}, is incomplete`, rest.line);
    this.#run(rest);
  }

  close(): void {
    this.#database.close();
  }

  #run(statement: Statement): void {
    const sql = this.#textOf(statement);
    const verdict = judgeStatement(sql, statement.line);
    const transaction = verdict === 'begin' || verdict === 'end';
    this.#transactions.take(verdict, transaction ? savepointOf(sql) : null);
    if (transaction || verdict === 'leave-out') return;
    try {
      if (!this.#database.inTransaction) this.#database.exec('BEGIN');
      if (verdict === 'run-on-schema') this.#runOnSchema(sql);
      else if (MAKES.test(sql)) this.#schema.make(sql, () => runWithQuotedStrings(this.#database, sql));
      else if (ENTERS_ROWS.test(sql)) this.#schema.enter(() => this.#database.exec(sql));
      else {
        this.#schema.complete();
        runWithQuotedStrings(this.#database, sql);
      }
    } catch (error) {
      if (this.#giveWay(sql, statement.line)) {
        this.#run(statement);
        return;
      }
      const table = tableOfInsert(sql);
      if (table === null || !this.#isWithoutTables(table)) throw explainStatement(error, statement.line);
      if (!this.#early.has(table)) this.#early.set(table, statement.line);
    }
  }

  /** Whether a virtual table is in the schema before the tables that its module keeps its content in. */
  #isWithoutTables(table: string): boolean {
    this.#schema.complete();
    const row = this.#database
      .prepare(
        `SELECT count(*) FILTER (WHERE name = @table AND rootpage = 0 AND sql LIKE 'CREATE VIRTUAL TABLE%') AS virtual,
           count(*) FILTER (WHERE rootpage > 0 AND substr(name, 1, length(@table) + 1) = @table || '_') AS kept
         FROM sqlite_schema WHERE type = 'table'`,
      )
      .get({ table }) as { virtual: number; kept: number };
    return row.virtual === 1 && row.kept === 0;
  }

  /**
   * Older versions of Python's iterdump make a virtual table, fill it, and then make its shadow tables, which exist
   * already: its definition alone is kept, so that they can be made and filled as the dump says.
   * @returns whether that was in the way of a statement
   */
  #giveWay(sql: string, line: number): boolean {
    const made = tableOfCreate(sql);
    if (made === null) return false;
    this.#schema.complete();
    const virtual = this.#database
      .prepare(
        `SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND rootpage = 0 AND sql LIKE 'CREATE VIRTUAL TABLE%'
           AND substr(@made, 1, length(name) + 1) = name || '_' ORDER BY length(name) DESC LIMIT 1`,
      )
      .get({ made }) as { name: string; sql: string } | undefined;
    const isThere = this.#database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(made);
    if (virtual === undefined || isThere === undefined || this.#early.has(virtual.name)) return false;
    this.#early.set(virtual.name, line);
    this.#database.exec(`DROP TABLE ${quoteName(virtual.name)}`);
    this.#database.pragma('writable_schema = ON');
    this.#database
      .prepare(
        "INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES ('table', @name, @name, 0, @sql)",
      )
      .run(virtual);
    this.#database.pragma('writable_schema = RESET');
    return true;
  }

  #runOnSchema(sql: string): void {
    this.#schema.complete();
    this.#database.pragma('writable_schema = ON');
    this.#database.exec(sql);
    // Reads the schema anew: a table may have got another definition.
    this.#database.pragma('writable_schema = RESET');
  }

  /** A statement as a string, in which each text still has its bytes. */
  #textOf({ sql: whole, line }: Statement): string {
    const known = isUtf8(whole);
    // Comments before it may be in any encoding.
    const sql = known ? whole : whole.subarray(startOfSql(whole.toString('latin1')));
    const safe = known && !sql.includes(0) ? sql : withSafeTexts(sql);
    if (!isUtf8(safe) || safe.includes(0)) {
      throw new SnapkeepError(
        'CORRUPT',
        `Line ${line} of the dump has bytes that are not UTF-8 outside of text values.`,
        {
          hint: 'Convert it to UTF-8, for example with iconv -f ISO-8859-1 -t UTF-8, or use another dump.',
          details: { line },
        },
      );
    }
    if (safe !== sql && !isUtf8(sql)) {
      this.#odd.line = this.#odd.line === 0 ? line : this.#odd.line;
      this.#odd.statements += 1;
    }
    const text = safe.toString('utf8');
    // SQLite does not know the comments of its shell.
    return text.slice(startOfSql(text));
  }
}

function lostRows(table: string, line: number): SnapkeepError {
  return new SnapkeepError(
    'CORRUPT',
    `Line ${line} of the dump fills the virtual table ${table}, whose shadow tables are missing in the dump.`,
    { hint: 'Nothing was restored. Use another dump.', details: { line } },
  );
}

/** The table that a statement puts rows into; `null`: it is no such statement. */
function tableOfInsert(sql: string): string | null {
  const [, quoted, plain] = /^INSERT\s+INTO\s+(?:"((?:[^"]|"")+)"|(\w+))/i.exec(sql.slice(0, 500)) ?? [];
  return quoted?.replaceAll('""', '"') ?? plain ?? null;
}

/** The table that a statement makes; `null`: it is no such statement. */
function tableOfCreate(sql: string): string | null {
  const [, double, single, plain] =
    /^CREATE\s+TABLE\s+(?:"((?:[^"]|"")+)"|'((?:[^']|'')+)'|(\w+))/i.exec(sql.slice(0, 500)) ?? [];
  return double?.replaceAll('""', '"') ?? single?.replaceAll("''", "'") ?? plain ?? null;
}

/** Statements that SQLite runs without reading the entries of other tables. */
const MAKES = /^CREATE\s+(?:TABLE|(?:UNIQUE\s+)?INDEX)\b/i;
const ENTERS_ROWS = /^INSERT\b/i;

const isEnd = (bare: string): boolean => /^(?:COMMIT|END)(?:\s+TRANSACTION)?\s*$/i.test(bare);

/** A schema that was written past SQLite's checks is read once as any other program will. */
function requireReadable(path: string, unlocking: Unlocking | null): void {
  using database = openDatabase(path, { readonly: true, mustExist: true, unlocking });
  database.prepare('SELECT count(*) FROM sqlite_schema').get();
}

function explainStatement(error: unknown, line: number): SnapkeepError {
  const code = errorCode(error) ?? '';
  if (code.startsWith('SQLITE_FULL') || code.startsWith('SQLITE_IOERR') || !(error instanceof Error))
    return explainError(error, 'the new database');
  return new SnapkeepError('CORRUPT', `SQLite rejected line ${line} of the dump: ${error.message}.`, {
    hint: error.message.startsWith('no such table')
      ? 'Nothing was restored. Use a dump that also creates its tables.'
      : 'Nothing was restored. Use another dump, or correct that line.',
    details: { line },
    cause: error,
  });
}

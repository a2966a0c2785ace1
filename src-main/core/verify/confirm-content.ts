import { basename } from 'node:path';
import type { TableRows } from '../../../src-shared/model/values.ts';
import { uncheckedInWords } from '../../../src-shared/rules/sqlite/sqlite-findings.ts';
import { tablesInWords, totalRows } from '../../../src-shared/words/table-rows.ts';
import { explainError } from '../engine/engine-errors.ts';
import { exists, sidecarPaths } from '../engine/files/durable-files.ts';
import { findFileHolders, tellsHolders } from '../engine/files/file-holders.ts';
import { fileState } from '../engine/files/file-state.ts';
import { countRows } from '../engine/sqlite/count-rows.ts';
import { openForReading } from '../engine/sqlite/open-database.ts';
import type { TaskContext } from '../engine/task-context.ts';
import { type Findings, findDamage } from './check-content.ts';

/** What stands at a path after it was replaced. */
export interface FoundContent {
  tables: number;
  rows: number;
  /** What a person should know; `null`: all is as expected. */
  note: string | null;
}

/** What is expected at a path after it was replaced. */
export interface ExpectedContent {
  /** `null`: SQLite could not read the content when it was kept, and it is not touched. */
  tables: readonly TableRows[] | null;
  /** The state of the file that was checked before it was put there: see {@link fileState}; `null`: none was. */
  checkedAs: string | null;
  /** Whether the review said which rows break a rule and what SQLite cannot check. */
  reviewed: boolean;
}

/**
 * Looks at a database that was just replaced. The very file that was checked before, to which nobody has written since,
 * is not checked again. Whatever it finds is a note and no failure, for the content has been replaced and can be put
 * back.
 */
export async function confirmContent(
  path: string,
  { tables, ...known }: ExpectedContent,
  context: TaskContext,
): Promise<FoundContent> {
  context.progress('confirming', 0, null);
  const found =
    tables === null
      ? {
          tables: 0,
          rows: 0,
          note: 'The files are restored byte for byte; SQLite could not read them when the safety snapshot was taken.',
        }
      : await inspect(path, { tables, ...known }, context);
  if (found.note !== null) context.log('warning', found.note);
  return found;
}

async function inspect(
  path: string,
  { tables: expected, checkedAs, reviewed }: ExpectedContent & { tables: readonly TableRows[] },
  context: TaskContext,
): Promise<FoundContent> {
  try {
    if (checkedAs !== null && (await isUntouched(path, checkedAs))) {
      context.log('info', `${basename(path)} is the file that was checked: ${tablesInWords(expected)}.`);
      return { tables: expected.length, rows: totalRows(expected), note: null };
    }
    using reading = await openForReading(path, context);
    const { database } = reading;
    const findings = findDamage(database, context);
    const { indexesDiffer } = findings;
    const tables = countRows(database, () => context.throwIfCancelled(), indexesDiffer ? 'tables' : 'indexes');
    // What was kept was counted as a database without faults is.
    const byIndex = indexesDiffer ? countRows(database, () => context.throwIfCancelled()) : tables;
    const rows = totalRows(tables);
    context.log('info', `Checked ${basename(path)}: ${tablesInWords(tables)}.`);
    const notes = [
      ...findingsInWords(path, findings, reviewed),
      ...(await differences(path, [tables, byIndex], expected)),
    ];
    return { tables: tables.length, rows, note: notes.length === 0 ? null : notes.join(' ') };
  } catch (error) {
    const note = `The content was replaced, but could not be checked. ${explainError(error, path).message}`;
    return { tables: expected.length, rows: totalRows(expected), note };
  }
}

/** What SQLite found in what was put there: never a reason to take it back, for it may be why it was wanted. */
function findingsInWords(path: string, { damage, repairs, warning, unchecked }: Findings, reviewed: boolean): string[] {
  const damaged = damage.length === 0 ? null : `${basename(path)} is damaged: ${damage.slice(0, 5).join('; ')}.`;
  const rows = reviewed ? null : warning;
  const rest = reviewed || unchecked.length === 0 ? null : `SQLite cannot check ${uncheckedInWords(unchecked)}.`;
  return [damaged, repairs, rows, rest].filter((each) => each !== null);
}

/** Programs write to a database, or to a log or a journal beside it. */
async function isUntouched(path: string, checkedAs: string): Promise<boolean> {
  const { wal, journal } = sidecarPaths(path);
  return (await fileState(path)) === checkedAs && !(await exists(wal)) && !(await exists(journal));
}

/** Rows that differ right after a restore are most likely another program's doing. */
async function differences(
  path: string,
  counts: readonly [inTables: readonly TableRows[], byIndex: readonly TableRows[]],
  expected: readonly TableRows[],
): Promise<string[]> {
  const rows = new Map(expected.map((table) => [table.name, table.rows]));
  const differs = ({ name, rows: now }: TableRows): boolean => {
    const before = rows.get(name);
    return before === undefined || (before !== null && now !== null && before !== now);
  };
  const [found, byIndex] = counts;
  const different = found
    .filter((table, at) => differs(table) && differs(byIndex[at] ?? table))
    .map(({ name }) => name);
  if (different.length === 0 && found.length === expected.length) return [];
  const holders = await findFileHolders(path);
  const names = different.join(', ') || 'tables';
  if (holders.length === 0 && tellsHolders)
    return [`${path} does not contain the restored rows (${names}). Use Undo to restore the previous content.`];
  const who = holders.map((holder) => holder.name).join(', ') || 'Another program';
  return [`${who} has written to the database since (${names}).`];
}

import type { Command } from 'commander';
import type { FoundRow, FoundRows } from '../../../src-shared/model/rows/found-rows.ts';
import { shownVersionsOf } from '../../../src-shared/rules/rows/row-history.ts';
import {
  foundRowLabel,
  foundRowsInWords,
  presenceInWords,
  shownInWords,
  versionInWords,
} from '../../../src-shared/words/row-history-words.ts';
import { inSession, json } from '../command.ts';
import { EXIT, errorOf, print, say, UsageError } from '../output.ts';
import type { Session } from '../session.ts';

interface SearchOptions {
  table?: string;
  column?: string;
  exact?: boolean;
}

/** `search`: finds a row in all snapshots of a plan. */
export function addSearchCommand(program: Command): void {
  json(program.command('search'))
    .summary('find a row in all snapshots of a plan')
    .description(
      'Searches the tables of every snapshot of a plan, the newest first, and says when each row was present and what it looked like. The case of A to Z does not matter. Values longer than 1 MB are not searched. Ctrl-C prints what was found so far.',
    )
    .argument('<plan>', 'name or id of a plan')
    .argument('<text>', 'what a value contains')
    .option('--table <table>', 'search this table only')
    .option('--column <column>', 'search columns of this name only')
    .option('--exact', 'a whole value equals the text; with --column, an index of the column is used')
    .addHelpText(
      'after',
      '\nExamples:\n  snapkeep search shop "Ann Lee"\n  snapkeep search shop 4711 --table customers --column id --exact',
    )
    .action(
      inSession((session, plan: string, text: string, options: SearchOptions) => search(session, plan, text, options)),
    );
}

async function search(
  session: Session,
  planName: string,
  text: string,
  { table, column, exact = false }: SearchOptions,
): Promise<void> {
  if (text === '') throw new UsageError('Enter a text to search for.');
  const { plan } = await session.findPlan(planName);
  const run = await session.runToEnd('rows.find', {
    planId: plan.id,
    text,
    exact,
    ...(table === undefined ? {} : { table }),
    ...(column === undefined ? {} : { column }),
  });
  if (run.state === 'failed') throw errorOf(run);
  // What was found before a search was cancelled is kept.
  const found = await session.call('rows.listFound', { runId: run.id });
  for (const { name, state, message } of found.snapshots)
    if (state === 'failed') say(`${name} was not searched: ${message}`);
  for (const note of found.notes) say(note);
  const now = Date.now();
  const lines = found.rows.flatMap((row) => linesOf(row, found, now));
  print(found, [...lines, foundRowsInWords(found)], run.state === 'succeeded' ? EXIT.done : EXIT.interrupted);
  const command = found.rows.map((row) => putBackCommand(row, found, plan.sourcePath)).find((each) => each !== null);
  if (command !== undefined) say(`Put a row back with: ${command}`);
}

/** The command that puts a row back as it was last; `null` for one that a condition could not name in one line. */
function putBackCommand({ table, key, spans }: FoundRow, { snapshots }: FoundRows, targetPath: string): string | null {
  const [newest] = shownVersionsOf(spans);
  const snapshot = newest === undefined ? undefined : snapshots[newest.newest];
  if (snapshot === undefined || key === null) return null;
  const conditions = key.columns.map((column, index) => {
    const value = key.cells[index] ?? null;
    if (typeof value === 'number') return `${columnInSql(column)} = ${value}`;
    return typeof value === 'string' ? `${columnInSql(column)} = '${value.replaceAll("'", "''")}'` : null;
  });
  if (conditions.includes(null)) return null;
  const given = [table, conditions.join(' AND '), targetPath].map(inShell);
  return given.includes(null)
    ? null
    : `snapkeep restore ${snapshot.name} --table ${given[0]} --where ${given[1]} --to ${given[2]}`;
}

/** In brackets, which need no escape in the quotes of a shell, unless it cannot be a keyword. */
const columnInSql = (name: string): string => (/^(\w+_)?id$/i.test(name) ? name : `[${name}]`);

/** An argument as every shell reads it; `null`: shells differ. */
function inShell(text: string): string | null {
  if (/^[\w./:-]+$/.test(text)) return text;
  return /^[\w ./:@,='[\]-]+$/.test(text) ? `"${text}"` : null;
}

function linesOf(row: FoundRow, { snapshots }: FoundRows, now: number): string[] {
  const versions = shownVersionsOf(row.spans).map((shown) => {
    const version = row.versions[shown.version];
    return `  ${shownInWords(shown, snapshots, now)}: ${version === undefined ? '' : versionInWords(version)}`;
  });
  return [`${foundRowLabel(row)}: ${presenceInWords(row, snapshots, now)}`, ...versions];
}

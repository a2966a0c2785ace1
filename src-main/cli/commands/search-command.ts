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
import { EXIT, errorOf, print, say } from '../output.ts';
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
}

function linesOf(row: FoundRow, { snapshots }: FoundRows, now: number): string[] {
  const versions = shownVersionsOf(row.spans).map((shown) => {
    const version = row.versions[shown.version];
    return `  ${shownInWords(shown, snapshots, now)}: ${version === undefined ? '' : versionInWords(version)}`;
  });
  return [`${foundRowLabel(row)}: ${presenceInWords(row, snapshots, now)}`, ...versions];
}

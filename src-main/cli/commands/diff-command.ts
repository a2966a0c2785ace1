import { type Command, Option } from 'commander';
import type { Params, Result } from '../../../src-shared/contract/methods.ts';
import type { RowDifference } from '../../../src-shared/model/rows/comparison.ts';
import {
  comparedCellInWords,
  schemaChangeInWords,
  tableChangeInWords,
} from '../../../src-shared/words/comparison-words.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { inSession, json } from '../command.ts';
import { looksLikePath } from '../options/folder-option.ts';
import { addKeyOptions, type KeyOptions, keyOf } from '../options/key-options.ts';
import { linesOr, print, resultOf, writeText } from '../output.ts';
import type { Session } from '../session.ts';

interface DiffOptions extends KeyOptions {
  table?: string;
  sql?: boolean;
}

type Source = Params<'compare.open'>['before'];
type Summary = Result<'compare.summary'>;

/** The longest page of rows. */
const MOST_ON_A_PAGE = 200;

/** `diff`: what differs between two states of a database. */
export function addDiffCommand(program: Command): void {
  addKeyOptions(json(program.command('diff')))
    .summary('compare two snapshots or databases')
    .description(
      'Lists the tables that differ with their numbers of added, removed and changed rows, and what differs in the schema. Rows are matched by their primary key, else by a unique index over columns that are never NULL, else by their content. Nothing is restored or written.',
    )
    .argument(
      '<a>',
      'the older state: id or name of a snapshot, path of a file, or name of a plan for its database now',
    )
    .argument('<b>', 'the newer state, given in the same way')
    .option('--table <name>', 'list the rows of this table that differ')
    .addOption(
      new Option('--sql', 'print SQL that makes the content of <b> of a database with the content of <a>').conflicts(
        'json',
      ),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  snapkeep diff hone-2026-11-20-020000-k3f9qa.db.gz hone\n  snapkeep diff monday.db friday.db --table customers\n  snapkeep diff monday.db friday.db --sql > changes.sql',
    )
    .action(inSession((session, a: string, b: string, options: DiffOptions) => diff(session, [a, b], options)));
}

async function diff(session: Session, [a, b]: [string, string], options: DiffOptions): Promise<void> {
  const before = await sourceOf(session, a);
  const run = await session.run('compare.open', {
    before,
    after: await sourceOf(session, b),
    ...(await keyOf(options)),
  });
  const { viewId } = resultOf(run, 'compare');
  const table = options.table === undefined ? {} : { table: options.table };
  if (options.sql === true) return printSql(session, { viewId, ...table });
  const summary = await session.call('compare.summary', { viewId });
  if (options.table !== undefined) return printRows(session, summary, { viewId, table: options.table });
  print(summary, summaryInWords(summary));
}

/** A plan by its name, or what commands that read a snapshot take. */
async function sourceOf(session: Session, given: string): Promise<Source> {
  const plan = looksLikePath(given) ? undefined : await session.knownPlan(given);
  return plan === undefined ? session.findSource(given) : { planId: plan.plan.id };
}

function summaryInWords({ comparison: { tables, schema, settings } }: Summary): readonly string[] {
  const differing = tables.filter(({ state, uncompared }) => state !== 'same' || uncompared !== null);
  const width = Math.max(0, ...differing.map(({ name }) => name.length));
  const same = tables.length - differing.length;
  return linesOr(
    [
      ...differing.map((table) => `${table.name.padEnd(width)}  ${tableChangeInWords(table)}`),
      ...schema.map(schemaChangeInWords),
      ...settings.map(({ name, before, after }) => `${name}: ${before} → ${after}`),
      ...(differing.length + schema.length + settings.length === 0 || same === 0
        ? []
        : [`${countInWords(same, 'other table')} without differences.`]),
    ],
    'No differences.',
  );
}

async function printRows(session: Session, summary: Summary, asked: { viewId: string; table: string }): Promise<void> {
  const rows: RowDifference[] = [];
  let page: Result<'compare.rows'>;
  let offset = 0;
  do {
    page = await session.call('compare.rows', { ...asked, offset, limit: MOST_ON_A_PAGE });
    rows.push(...page.rows);
    offset = page.next ?? offset;
  } while (page.next !== null);
  const { before, after } = summary;
  const { columns, key } = page;
  print(
    { before, after, columns, key, rows },
    linesOr(
      rows.map((row) => rowInWords(row, page)),
      'No differences.',
    ),
  );
}

function rowInWords({ change, before, after, changed }: RowDifference, page: Result<'compare.rows'>): string {
  const { columns, key } = page;
  const value = (cells: typeof before, at: number): string => {
    const cell = cells?.[at];
    return cell === undefined ? '' : comparedCellInWords(cell);
  };
  const all = (cells: typeof before): string => columns.map((name, at) => `${name}=${value(cells, at)}`).join(', ');
  if (change === 'added') return `+ ${all(after)}`;
  if (change === 'removed') return `- ${all(before)}`;
  const ofKey = key.map((name) => `${name}=${value(before, columns.indexOf(name))}`).join(', ');
  return `~ ${ofKey}: ${changed.map((at) => `${columns[at]}=${value(before, at)} → ${value(after, at)}`).join(', ')}`;
}

async function printSql(session: Session, asked: { viewId: string; table?: string }): Promise<void> {
  for (let offset: number | null = 0; offset !== null; ) {
    const piece: Result<'compare.sql'> = await session.call('compare.sql', { ...asked, offset });
    writeText(piece.sql);
    offset = piece.next;
  }
}

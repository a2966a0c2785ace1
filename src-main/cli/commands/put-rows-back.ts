import { resolve } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import type { PutBackPreview } from '../../../src-shared/model/rows/put-back.ts';
import type { SqlPiece } from '../../../src-shared/model/rows/sql-piece.ts';
import { putBackInWords } from '../../../src-shared/words/put-back-words.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { keyOf } from '../options/key-options.ts';
import type { SourceOptions } from '../options/source-options.ts';
import { print, printScript, resultOf, say, UsageError } from '../output.ts';
import type { Session } from '../session.ts';

/** The options of `restore` that concern rows. */
export interface PutBackOptions {
  table: string;
  to?: string;
  where?: string;
  includeRelated?: boolean;
  overwrite?: boolean;
  dryRun?: boolean;
}

/** @throws UsageError for an option that concerns rows where the whole database is restored */
export function requireTable({ where, includeRelated, overwrite, dryRun }: Partial<PutBackOptions>): void {
  if (where === undefined && includeRelated !== true && overwrite !== true && dryRun !== true) return;
  throw new UsageError('Use --where, --include-related, --overwrite and --dry-run together with --table.');
}

/** Puts rows of a table back into a live database. */
export async function putRowsBack(
  session: Session,
  source: RestoreSource,
  options: PutBackOptions & SourceOptions,
): Promise<void> {
  const { table, where, to, includeRelated, overwrite, dryRun } = options;
  if (to === undefined) throw new UsageError('Use --to to set the database that the rows are put back into.');
  const check = await session.run('rows.previewPutBack', {
    source,
    target: { path: resolve(to) },
    rows: [{ table, ...(where === undefined ? {} : { where }) }],
    choices: { include: includeRelated === true ? 'all' : [], overwrite: overwrite === true ? 'all' : [] },
    ...(await keyOf(options)),
  });
  resultOf(check, 'put-back-check');
  const preview = await session.call('rows.putBackPreview', { checkRunId: check.id });
  const { problems, changes } = preview;
  const lines = preview.tables.length > 0 || problems.length > 0 ? putBackInWords(preview) : [noRowsInWords(options)];
  if (dryRun === true) {
    if (changes === 0) return print({ runId: check.id, preview, sql: '' }, [...lines, ...problems]);
    say(lines);
    const sql = await sqlOf(session, check.id);
    return printScript({ runId: check.id, preview, sql }, sql);
  }
  if (lines.length > 0) say(lines);
  refuseProblems(preview);
  if (changes === 0) return print({ preview }, 'Nothing to put back.');
  const run = await session.run('rows.putBack', { checkRunId: check.id, confirmation: preview.confirmation });
  const result = resultOf(run, 'putBackRows');
  print({ runId: run.id, ...result }, `Put back: ${countInWords(result.rows, 'row')} changed in ${result.targetPath}.`);
  say(`The previous content is kept. Undo with: snapkeep undo ${run.id}`);
}

async function sqlOf(session: Session, checkRunId: string): Promise<string> {
  const pieces: string[] = [];
  for (let offset: number | null = 0; offset !== null; ) {
    const piece: SqlPiece = await session.call('rows.putBackSql', { checkRunId, offset });
    pieces.push(piece.sql);
    offset = piece.next;
  }
  return pieces.join('');
}

const noRowsInWords = ({ table, where }: PutBackOptions): string =>
  where === undefined
    ? `${table} has no rows in the snapshot.`
    : `No row of ${table} in the snapshot meets the condition.`;

function refuseProblems({ problems }: PutBackPreview): void {
  if (problems.length === 0) return;
  throw new SnapkeepError('CONFLICT', problems.join(' '), {
    hint: 'Nothing was changed. Choose other rows, or restore the whole database.',
  });
}

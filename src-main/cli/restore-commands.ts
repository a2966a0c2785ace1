import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import type { Run } from '../../src-shared/model/run.ts';
import { countInWords } from '../../src-shared/rules/wording.ts';
import { type CommandContext, json } from './command.ts';
import { addKeyOptions, type KeyOptions, keyOf } from './key-options.ts';
import { EXIT, errorOf, print, say } from './output.ts';
import type { Session } from './session.ts';

interface RestoreOptions extends KeyOptions {
  to: string;
  force?: boolean;
  json?: boolean;
}

/** `restore` and `undo`. */
export function addRestoreCommands(program: Command, context: CommandContext): void {
  addKeyOptions(json(program.command('restore')))
    .summary('restore a snapshot or a file, checked first')
    .description(
      'Restores to a path. A database that is there already is replaced only with --force, and kept first: see undo.',
    )
    .argument('<snapshot>', 'id or name of a snapshot, or the path of a file')
    .requiredOption('--to <path>', 'where the database goes')
    .option('--force', 'replace what is there; a safety snapshot is taken first')
    .addHelpText(
      'after',
      '\nExample:\n  snapkeep restore hone-2026-11-20-020000.db.gz --to ~/.local/share/hone/hone.db --force',
    )
    .action((given: string, options: RestoreOptions) =>
      context(options, (session) => restore(session, given, options)),
    );

  json(program.command('undo'))
    .summary('put back what a restore replaced')
    .argument('[run]', 'id of the restore; without it, the newest that can be undone')
    .addHelpText('after', '\nExample:\n  snapkeep undo')
    .action((runId: string | undefined, options: { json?: boolean }) =>
      context(options, async (session) =>
        report(options, await session.run('restores.undo', runId === undefined ? {} : { runId })),
      ),
    );
}

async function restore(session: Session, given: string, options: RestoreOptions): Promise<number> {
  const targetPath = resolve(options.to);
  const source = await session.findSource(given);
  if (existsSync(targetPath) && options.force !== true) {
    throw new SnapkeepError('CONFLICT', `${targetPath} is already there.`, {
      hint: 'Nothing was changed. Give --force to replace it; what is there is kept first.',
    });
  }
  const checked = await session.run('restores.check', { source, targetPath, ...(await keyOf(options)) });
  if (checked.result?.kind !== 'restore-check') throw errorOf(checked);
  const { check } = checked.result;
  if (check.target.exists && options.force !== true) {
    throw new SnapkeepError('CONFLICT', `Something of ${targetPath} is already there.`, {
      hint: 'Nothing was changed. Give --force to replace it; what is there is kept first.',
    });
  }
  say(check.verification.message);
  if (check.rowsLost > 0) say(`${countInWords(check.rowsLost, 'row')} newer than the snapshot are replaced.`);
  for (const change of check.schemaChanges) say(change);
  if (check.keyNote !== null) say(check.keyNote);
  return report(
    options,
    await session.run('restores.start', { checkRunId: checked.id, confirmation: check.confirmation }),
  );
}

function report(options: { json?: boolean }, run: Run): number {
  if (run.result?.kind !== 'restore' && run.result?.kind !== 'undo') throw errorOf(run);
  const { targetPath, rows, tables, note, safetySnapshotId } = run.result;
  print(
    options.json === true,
    { runId: run.id, ...run.result },
    `Restored ${targetPath}: ${countInWords(tables, 'table')}, ${countInWords(rows, 'row')}.`,
  );
  if (note !== null) say(note);
  if (safetySnapshotId !== null) say(`What was there is kept. To put it back: snapkeep undo ${run.id}`);
  return EXIT.done;
}

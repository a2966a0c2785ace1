import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import type { RestoreSource } from '../../src-shared/model/restore.ts';
import type { Run } from '../../src-shared/model/run.ts';
import { countInWords } from '../../src-shared/rules/wording.ts';
import { type CommandContext, json } from './command.ts';
import { addKeyOptions, type KeyOptions, keyOf } from './key-options.ts';
import { EXIT, errorOf, print, say, UsageError } from './output.ts';
import type { Session } from './session.ts';
import { PIPE, withStandardInput } from './standard-input.ts';

interface RestoreOptions extends KeyOptions {
  to: string;
  force?: boolean;
  forceNewer?: boolean;
  programVersion?: string;
  json?: boolean;
}

/** `restore` and `undo`. */
export function addRestoreCommands(program: Command, context: CommandContext): void {
  addKeyOptions(json(program.command('restore')))
    .summary('restore a snapshot or a file, checked first')
    .description(
      'Restores to a path. A database that is there already is replaced only with --force, and kept first: see undo.',
    )
    .argument('<snapshot>', 'id or name of a snapshot, the path of a file, or “-” for standard input')
    .requiredOption('--to <path>', 'where the database goes')
    .option('--force', 'replace what is there; a safety snapshot is taken first')
    .option('--program-version <version>', 'the version of the schema that the program expects')
    .option('--force-newer', 'restore also what is newer than the database or the program')
    .addHelpText(
      'after',
      '\nExamples:\n  snapkeep restore hone-2026-11-20-020000.db.gz --to ~/.local/share/hone/hone.db --force\n  gunzip -c dump.sql.gz | snapkeep restore - --to ./app.db',
    )
    .action((given: string, options: RestoreOptions) =>
      context(options, async (session) => {
        if (given !== PIPE) return restore(session, await session.findSource(given), options);
        if (options.keyStdin === true) throw new UsageError('Standard input is the snapshot: give --key-env.');
        return withStandardInput(session.dataFolder, (path) => restore(session, { path }, options));
      }),
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

async function restore(session: Session, source: RestoreSource, options: RestoreOptions): Promise<number> {
  const targetPath = resolve(options.to);
  if (existsSync(targetPath) && options.force !== true) {
    throw new SnapkeepError('CONFLICT', `${targetPath} is already there.`, {
      hint: 'Nothing was changed. Give --force to replace it; what is there is kept first.',
    });
  }
  const checked = await session.run('restores.check', {
    source,
    targetPath,
    ...(await keyOf(options)),
    ...(options.programVersion === undefined ? {} : { expects: options.programVersion }),
  });
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
  if (check.guard.state === 'older' || check.guard.state === 'newer') say(check.guard.message);
  if (check.guard.warning !== null) say(check.guard.warning);
  return report(
    options,
    await session.run('restores.start', {
      checkRunId: checked.id,
      confirmation: check.confirmation,
      ...(options.forceNewer === true ? { force: true } : {}),
    }),
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

import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { RestoreCheck, RestoreSource } from '../../../src-shared/model/restore.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { type CommandContext, json } from '../command.ts';
import { addEntryOption, type EntryOptions, withEntry } from '../options/entry-option.ts';
import { addKeyOptions, type KeyOptions, keyOf } from '../options/key-options.ts';
import { EXIT, errorOf, print, say, UsageError } from '../output.ts';
import type { Session } from '../session.ts';
import { PIPE, withStandardInput } from '../standard-input.ts';
import {
  checkFiles,
  confirmedFiles,
  type FilesOptions,
  filesInWords,
  reportFiles,
  restoreChecked,
} from './restore-files.ts';

interface RestoreOptions extends KeyOptions, EntryOptions, FilesOptions {
  only?: 'database' | 'files';
  forceNewer?: boolean;
  forceRepair?: boolean;
  manifestPaths?: boolean;
  programVersion?: string;
}

/** `restore` and `undo`. */
export function addRestoreCommands(program: Command, context: CommandContext): void {
  addEntryOption(addKeyOptions(json(program.command('restore'))))
    .summary('restore a snapshot or a file, checked first')
    .description(
      'Without --to, everything goes back to where it came from; with it, the database goes there, or with --only files the files, which a snapshot of files is anyhow. What is there already is replaced only with --force, and kept first: see undo.',
    )
    .argument('<snapshot>', 'id or name of a snapshot, the path of a file, or “-” for standard input')
    .option('--to <path>', 'where the database goes, or with --only files the files of one attached file')
    .addOption(new Option('--only <what>', 'the database or the files alone').choices(['database', 'files']))
    .option('--attached-file <name>', 'the files of this attached file alone')
    .option('--path <path>', 'a file or folder in the attached file alone')
    .option('--force', 'replace what is there; a safety snapshot is taken first')
    .option('--manifest-paths', 'restore an imported snapshot to the paths that its manifest names')
    .option('--program-version <version>', 'the version of the schema that the program expects')
    .option('--force-newer', 'restore also what is newer than the database or the program')
    .option('--force-repair', 'restore also a database whose indexes or free pages need repair')
    .addHelpText(
      'after',
      '\nExamples:\n  snapkeep restore hone-2026-11-20-020000-k3f9qa.db.gz --to ~/.local/share/hone/hone.db --force\n  gunzip -c dump.sql.gz | snapkeep restore - --to ./app.db',
    )
    .action((given: string, options: RestoreOptions) =>
      context(options, async (session) => {
        if (given !== PIPE) return restore(session, withEntry(await session.findSource(given), options), options);
        if (options.keyStdin === true) throw new UsageError('Standard input is the snapshot: give --key-env.');
        return withStandardInput(session.dataFolder, (path) => restore(session, withEntry({ path }, options), options));
      }),
    );

  json(program.command('undo'))
    .summary('put back what a restore replaced')
    .description(
      'Without an id, the last restore is undone, and only that one: to go further back, name an earlier one.',
    )
    .argument('[run]', 'id of the restore; without it, the last one')
    .addHelpText('after', '\nExample:\n  snapkeep undo')
    .action((runId: string | undefined, options: { json?: boolean }) =>
      context(options, async (session) =>
        report(options, await session.run('restores.undo', runId === undefined ? {} : { runId })),
      ),
    );
}

async function restore(session: Session, source: RestoreSource, options: RestoreOptions): Promise<number> {
  const snapshotId = 'snapshotId' in source ? source.snapshotId : await filesAt(session, source.path);
  const snapshot = snapshotId === null ? undefined : (await session.call('snapshots.get', { snapshotId })).snapshot;
  if (snapshot !== undefined) requireKnownPaths(snapshot, options);
  const asked = options.only ?? (asksForFiles(snapshot, options) ? 'files' : undefined);
  if (asked === 'files') {
    if (snapshot === undefined) throw new UsageError('Files are restored from a snapshot: give its id or name.');
    return restoreChecked(session, await checkFiles(session, snapshot, options), options);
  }
  if (options.to !== undefined) return restoreDatabase(session, source, options.to, options);
  if (snapshot === undefined) throw new UsageError('Say with --to where a file goes.');
  const stored = snapshot.attachedFiles.some(({ files }) => files > 0);
  if (asked === 'database' || !stored) return restoreDatabase(session, source, snapshot.sourcePath, options);
  // The files are looked at before the database is touched: what cannot be restored as a whole is not begun.
  const files = await checkFiles(session, snapshot, options);
  return restoreDatabase(session, source, snapshot.sourcePath, options, files);
}

/** The snapshot of files that a path stands for, if it is one. @throws SnapkeepError `NOT_FOUND` for one that is not known: it could not be restored */
async function filesAt(session: Session, path: string): Promise<string | null> {
  const { sourceKind, snapshotId, message } = await session.call('files.identify', { path });
  if (sourceKind === 'database') return null;
  if (snapshotId !== null) return snapshotId;
  throw new SnapkeepError('NOT_FOUND', message, {
    hint: `Import the snapshots of its folder first: snapkeep import ${dirname(path)}`,
  });
}

/** The paths in a manifest are whoever's made it. @throws SnapkeepError `CONFLICT` for an imported snapshot whose paths nobody has agreed to */
function requireKnownPaths(snapshot: Snapshot, { to, manifestPaths, only }: RestoreOptions): void {
  if (snapshot.origin === 'own' || to !== undefined || manifestPaths === true) return;
  const files = only === 'database' ? [] : snapshot.attachedFiles.map(({ path }) => path);
  const paths = only === 'files' || snapshot.sourceKind === 'files' ? files : [snapshot.sourcePath, ...files];
  throw new SnapkeepError('CONFLICT', `${snapshot.name} was imported, and its manifest names ${paths.join(', ')}.`, {
    hint: 'Nothing was changed. Give --manifest-paths to restore there, or another path with --to.',
  });
}

/** An attached file or a path says so, and of a snapshot of files there is nothing else. */
function asksForFiles(snapshot: Snapshot | undefined, { attachedFile, path }: RestoreOptions): boolean {
  return attachedFile !== undefined || path !== undefined || snapshot?.sourceKind === 'files';
}

async function restoreDatabase(
  session: Session,
  source: RestoreSource,
  to: string,
  options: RestoreOptions,
  files: Run | null = null,
): Promise<number> {
  const targetPath = resolve(to);
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
  for (const note of check.target.notes) say(note);
  if (check.keyNote !== null) say(check.keyNote);
  const insists = requireAccepted(check, options);
  if (check.guard.state === 'older' || check.guard.state === 'newer') say(check.guard.message);
  if (check.guard.warning !== null) say(check.guard.warning);
  return report(
    options,
    await session.run('restores.start', {
      checkRunId: checked.id,
      confirmation: check.confirmation,
      ...(insists ? { force: true } : {}),
      ...(files === null ? {} : { files: confirmedFiles(files) }),
    }),
  );
}

/**
 * Returns whether the restore has to be insisted on, which covers its whole review.
 * @throws SnapkeepError `CONFLICT` for what the options do not accept
 */
function requireAccepted({ source, expansion, repairs, guard }: RestoreCheck, options: RestoreOptions): boolean {
  if (expansion !== null && options.force !== true) {
    throw new SnapkeepError('CONFLICT', `${source.name} unpacks to ${expansion} times its size.`, {
      hint: 'Nothing was changed. Look at what the file is; give --force to restore it anyway.',
    });
  }
  if (repairs !== null && options.forceRepair !== true) {
    throw new SnapkeepError('CONFLICT', `The database in ${source.name} needs repair.`, {
      hint: 'Nothing was changed. Restore another snapshot if there is one; give --force-repair to restore this one, and repair it then.',
    });
  }
  return guard.state === 'newer' ? options.forceNewer === true : expansion !== null || repairs !== null;
}

function report(options: { json?: boolean }, run: Run): number {
  if (run.result?.kind === 'files-restore') return reportFiles(options, run);
  if (run.result?.kind !== 'restore' && run.result?.kind !== 'undo') throw errorOf(run);
  const { targetPath, rows, tables, note, safetySnapshotId, files } = run.result;
  print(
    options.json === true,
    { runId: run.id, ...run.result },
    `Restored ${targetPath}: ${countInWords(tables, 'table')}, ${countInWords(rows, 'row')}.`,
  );
  for (const line of filesInWords(files)) say(line);
  if (note !== null) say(note);
  if (safetySnapshotId !== null) say(`What was there is kept. To put it back: snapkeep undo ${run.id}`);
  return EXIT.done;
}

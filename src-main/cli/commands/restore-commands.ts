import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { RestoreCheck, RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import { fewerRowsInWords } from '../../../src-shared/words/table-rows.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { inSession, json, several } from '../command.ts';
import { keyOf } from '../options/key-options.ts';
import { addSourceOptions, type SourceOptions, withSource } from '../options/source-options.ts';
import { errorOf, print, resultOf, say, UsageError } from '../output.ts';
import type { Session } from '../session.ts';
import { type PutBackOptions, putRowsBack, requireTable } from './put-rows-back.ts';
import {
  checkFiles,
  confirmedFiles,
  type FilesOptions,
  filesInWords,
  reportFiles,
  restoreChecked,
} from './restore-files.ts';

interface RestoreOptions extends SourceOptions, FilesOptions, Partial<PutBackOptions> {
  only?: 'database' | 'files';
  forceNewer?: boolean;
  forceRepair?: boolean;
  manifestPaths?: boolean;
  programVersion?: string;
}

/** `restore` and `undo`. */
export function addRestoreCommands(program: Command): void {
  addSourceOptions(json(program.command('restore')))
    .summary('verify and restore a snapshot or backup file')
    .description(
      'Without --to, everything is restored to its original location. With --to, the database is restored there; with --only files or a snapshot of files, the files are. Existing data is replaced only with --force; a safety snapshot is taken first, which “snapkeep undo” restores.',
    )
    .argument(
      '<snapshot>',
      'id or name of a snapshot, path of a file, “-” for standard input, or a plan or Litestream replica with --at or --point',
    )
    .option('--to <path>', 'target path of the database, or of one attached file with --only files')
    .addOption(
      new Option('--only <what>', 'restore only the database or only the files').choices(['database', 'files']),
    )
    .option('--attached-file <name>', 'restore only this attached file')
    .option('--path <path>', 'restore only this file or folder of the attached file (repeatable)', several)
    .addOption(
      new Option('--table <name>', 'put only rows of this table back, into the live database --to').conflicts([
        ...['only', 'attachedFile', 'path', 'force', 'manifestPaths', 'programVersion', 'forceNewer', 'forceRepair'],
      ]),
    )
    .option('--where <sql>', 'with --table: only rows that meet this condition')
    .option('--include-related', 'with --table: also rows that refer to these rows')
    .option('--overwrite', 'with --table: overwrite rows that have changed since')
    .option('--dry-run', 'with --table: say what would be done, and print the SQL')
    .option('--force', 'replace existing data; a safety snapshot is taken first')
    .option('--manifest-paths', 'restore an imported snapshot to the paths in its manifest')
    .option('--program-version <version>', 'schema version that the program expects')
    .option('--force-newer', 'restore even if the schema is newer than that of the database or program')
    .option('--force-repair', 'restore even if indexes or free pages need repair')
    .addHelpText(
      'after',
      '\nExamples:\n  snapkeep restore hone-2026-11-20-020000-k3f9qa.db.gz --to ~/.local/share/hone/hone.db --force\n  gunzip -c dump.sql.gz | snapkeep restore - --to ./app.db\n  snapkeep restore hone-2026-11-20-020000-k3f9qa.db.gz --table tasks --where "id = 4711" --to ~/.local/share/hone/hone.db --dry-run',
    )
    .action(
      inSession((session, given: string, options: RestoreOptions) =>
        withSource(session, given, options, (source) =>
          options.table === undefined
            ? restore(session, source, options)
            : putRowsBack(session, source, { ...options, table: options.table }),
        ),
      ),
    );

  json(program.command('undo'))
    .summary('undo a restore or the deletion of a database')
    .description('Without an id, only the last one is undone. To undo an earlier one, give its id.')
    .argument('[run]', 'id of the run (default: the last one)')
    .addHelpText('after', '\nExample:\n  snapkeep undo')
    .action(
      inSession(async (session, runId: string | undefined) =>
        report(await session.run('restores.undo', runId === undefined ? {} : { runId })),
      ),
    );
}

async function restore(session: Session, source: RestoreSource, options: RestoreOptions): Promise<void> {
  requireTable(options);
  if ('txid' in source) return restorePoint(session, source, options);
  const snapshotId = 'snapshotId' in source ? source.snapshotId : await filesAt(session, source.path);
  const snapshot = snapshotId === null ? undefined : (await session.call('snapshots.get', { snapshotId })).snapshot;
  if (snapshot !== undefined) requireKnownPaths(snapshot, options);
  const asked = options.only ?? (asksForFiles(snapshot, options) ? 'files' : undefined);
  if (asked === 'files') {
    if (snapshot === undefined)
      throw new UsageError('Files can be restored only from a snapshot. Specify its id or name.');
    return restoreChecked(session, await checkFiles(session, snapshot, options));
  }
  if (options.to !== undefined) return restoreDatabase(session, source, options.to, options);
  if (snapshot === undefined) throw new UsageError('Use --to to set the target of a file.');
  const stored = snapshot.attachedFiles.some(({ files }) => files > 0);
  if (asked === 'database' || !stored) return restoreDatabase(session, source, snapshot.sourcePath, options);
  // The files are checked before the database is touched: what cannot be restored as a whole is not begun.
  const files = await checkFiles(session, snapshot, options);
  return restoreDatabase(session, source, snapshot.sourcePath, options, files);
}

/** A point in time is of a database: its files are in snapshots. */
async function restorePoint(
  session: Session,
  source: Extract<RestoreSource, { txid: number }>,
  options: RestoreOptions,
): Promise<void> {
  if (options.only === 'files' || options.attachedFile !== undefined || options.path !== undefined)
    throw new UsageError('A point in time has no attached files. Restore them from a snapshot.');
  if (options.to !== undefined) return restoreDatabase(session, source, options.to, options);
  if ('replica' in source) throw new UsageError('Use --to to set the target of a point of a replica.');
  const { plan } = await session.findPlan(source.planId);
  return restoreDatabase(session, source, plan.sourcePath, options);
}

/** The snapshot of files that a path stands for, if it is one. @throws SnapkeepError `NOT_FOUND` for one that is not known: it could not be restored */
async function filesAt(session: Session, path: string): Promise<string | null> {
  const listed = await session.call('snapshots.list', { match: basename(path) });
  const known = listed.find((each) => each.path === path);
  if (known !== undefined) return known.sourceKind === 'database' ? null : known.id;
  const { sourceKind, snapshotId, message } = await session.call('files.identify', { path });
  if (sourceKind === 'database') return null;
  if (snapshotId !== null) return snapshotId;
  throw new SnapkeepError('NOT_FOUND', message, {
    hint: `Import the snapshots of its folder first with: snapkeep import ${dirname(path)}`,
  });
}

/** The paths in a manifest are whoever's made it. @throws SnapkeepError `CONFLICT` for an imported snapshot whose paths nobody has agreed to */
function requireKnownPaths(snapshot: Snapshot, { to, manifestPaths, only }: RestoreOptions): void {
  if (snapshot.origin === 'own' || to !== undefined || manifestPaths === true) return;
  const files = only === 'database' ? [] : snapshot.attachedFiles.map(({ path }) => path);
  const paths = only === 'files' || snapshot.sourceKind === 'files' ? files : [snapshot.sourcePath, ...files];
  throw new SnapkeepError('CONFLICT', `${snapshot.name} was imported; its manifest names ${paths.join(', ')}.`, {
    hint: 'Nothing was changed. Use --manifest-paths to restore there, or --to for another path.',
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
): Promise<void> {
  const targetPath = resolve(to);
  if (existsSync(targetPath) && options.force !== true) {
    throw new SnapkeepError('CONFLICT', `${targetPath} already exists.`, {
      hint: 'Nothing was changed. Use --force to replace it; a safety snapshot is taken first.',
    });
  }
  const checked = await session.run('restores.check', {
    source,
    targetPath,
    ...(await keyOf(options)),
    ...(options.programVersion === undefined ? {} : { expects: options.programVersion }),
  });
  const { check } = resultOf(checked, 'restore-check');
  if (check.target.exists && options.force !== true) {
    throw new SnapkeepError('CONFLICT', `Files of ${targetPath} already exist.`, {
      hint: 'Nothing was changed. Use --force to replace it; a safety snapshot is taken first.',
    });
  }
  say(check.verification.message);
  if (check.rowsLost > 0) say(`${countInWords(check.rowsLost, 'row')} newer than the snapshot will be lost.`);
  else if (check.target.exists && check.target.damage === null) say(fewerRowsInWords(check.target.changed));
  for (const change of check.schemaChanges) say(change);
  for (const note of check.target.notes) say(note);
  if (check.keyNote !== null) say(check.keyNote);
  const force = requireAccepted(check, options);
  if (check.guard.state === 'older' || check.guard.state === 'newer') say(check.guard.message);
  if (check.guard.warning !== null) say(check.guard.warning);
  report(
    await session.run('restores.start', {
      checkRunId: checked.id,
      confirmation: check.confirmation,
      ...(force ? { force } : {}),
      ...(files === null ? {} : { files: confirmedFiles(files) }),
    }),
  );
}

/**
 * Returns whether the restore needs `force`, which covers the whole review.
 * @throws SnapkeepError `CONFLICT` for what the options do not accept
 */
function requireAccepted({ source, expansion, repairs, guard }: RestoreCheck, options: RestoreOptions): boolean {
  if (expansion !== null && options.force !== true) {
    throw new SnapkeepError('CONFLICT', `${source.name} unpacks to ${expansion} times its size.`, {
      hint: 'Nothing was changed. Check that you trust the file; use --force to restore it anyway.',
    });
  }
  if (repairs !== null && options.forceRepair !== true) {
    throw new SnapkeepError('CONFLICT', `The database in ${source.name} needs repair.`, {
      hint: 'Nothing was changed. Restore another snapshot, or use --force-repair to restore this one and repair it afterwards.',
    });
  }
  return guard.state === 'newer' ? options.forceNewer === true : expansion !== null || repairs !== null;
}

/** Says what became of a restore or undo. */
function report(run: Run): void {
  if (run.result?.kind === 'files-restore') reportFiles(run);
  else reportDatabase(run);
}

function reportDatabase(run: Run): void {
  if (run.result?.kind !== 'restore' && run.result?.kind !== 'undo') throw errorOf(run);
  const { targetPath, rows, tables, note, safetySnapshotId, files } = run.result;
  print(
    { runId: run.id, ...run.result },
    `Restored ${targetPath}: ${countInWords(tables, 'table')}, ${countInWords(rows, 'row')}.`,
  );
  for (const line of filesInWords(files)) say(line);
  if (note !== null) say(note);
  if (safetySnapshotId !== null) say(`The replaced data is kept. Undo with: snapkeep undo ${run.id}`);
}

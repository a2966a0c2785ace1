import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Params } from '../../../src-shared/contract/methods.ts';
import type { DatabaseDeletionPreview } from '../../../src-shared/model/restore/database-deletion.ts';
import { tablesInWords } from '../../../src-shared/words/table-rows.ts';
import { inSession, json, several } from '../command.ts';
import { addKeyOptions, type KeyOptions, keyOf } from '../options/key-options.ts';
import { print, resultOf, say } from '../output.ts';
import type { Session } from '../session.ts';

interface DatabaseDeletionOptions extends KeyOptions {
  confirm?: boolean;
  lockFile?: string[];
  evenIfOpen?: boolean;
}

/** `databaseDeletion`. */
export function addDeleteDatabaseCommand(program: Command): void {
  addKeyOptions(json(program.command('delete-database')))
    .summary('delete a database, so that its program starts fresh (undoable)')
    .description(
      'Deletes a database, its -wal, -shm and -journal files and the given lock files, and nothing else. Without --confirm it only lists them. A safety snapshot is taken first; “snapkeep undo” restores it.',
    )
    .argument('<database>', 'name or id of a plan, or path of a database')
    .option('--confirm', 'delete the files')
    .option('--lock-file <name>', 'file beside the database to delete with it (repeatable)', several)
    .option('--even-if-open', 'delete even if another program has the database open')
    .addHelpText(
      'after',
      '\nExample:\n  snapkeep delete-database /var/lib/portunus/state.db --lock-file state.db.lock --confirm',
    )
    .action(
      inSession((session, given: string, options: DatabaseDeletionOptions) =>
        databaseDeletion(session, given, options),
      ),
    );
}

async function databaseDeletion(session: Session, given: string, options: DatabaseDeletionOptions): Promise<void> {
  const target = await targetOf(session, given, options.lockFile ?? []);
  const key = await keyOf(options);
  const { confirmation, ...preview } = await session.call('databaseDeletions.preview', { target, ...key });
  if (options.confirm !== true || preview.files.length === 0) {
    print({ ...preview, removed: [] }, inWords(preview));
    return;
  }
  const anyway = options.evenIfOpen === true ? { evenIfOpen: true } : {};
  const run = await session.run('databaseDeletions.start', { target, ...key, confirmation, ...anyway });
  const result = resultOf(run, 'databaseDeletion');
  print(
    { runId: run.id, ...result },
    result.removed.map((path) => `deleted  ${path}`),
  );
  if (result.safetySnapshotId !== null)
    say(`The deleted database is kept as a safety snapshot. Undo with: snapkeep undo ${run.id}`);
}

/** A plan by its name, or else a path; what looks like neither is a plan that is missing. */
async function targetOf(
  session: Session,
  given: string,
  lockFiles: string[],
): Promise<Params<'databaseDeletions.start'>['target']> {
  const known = await session.knownPlan(given);
  const path = resolve(given);
  if (known === undefined && (existsSync(path) || /[./\\]/.test(given))) return { path, lockFiles };
  return { planId: (known ?? (await session.findPlan(given))).plan.id, lockFiles };
}

function inWords({
  path,
  files,
  tables,
  damage,
  openBy,
  notes,
}: Omit<DatabaseDeletionPreview, 'confirmation'>): string[] {
  if (files.length === 0) return [`Nothing to delete: ${path} does not exist.`];
  return [
    ...files.map((file) => `would delete  ${file.path}`),
    damage ?? `${tablesInWords(tables)}.`,
    ...openBy.map(({ name, pid }) => `In use by ${name} (${pid}).`),
    ...notes,
    'Nothing was deleted. Use --confirm to delete; a safety snapshot is taken first.',
  ];
}

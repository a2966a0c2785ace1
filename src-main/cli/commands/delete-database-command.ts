import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Params } from '../../../src-shared/contract/methods.ts';
import type { DatabaseDeletionPreview } from '../../../src-shared/model/database-deletion.ts';
import { tablesInWords } from '../../../src-shared/words/table-rows.ts';
import { type CommandContext, json, several } from '../command.ts';
import { addKeyOptions, type KeyOptions, keyOf } from '../options/key-options.ts';
import { EXIT, errorOf, print, say } from '../output.ts';
import type { Session } from '../session.ts';

interface DatabaseDeletionOptions extends KeyOptions {
  confirm?: boolean;
  lockFile?: string[];
  evenIfOpen?: boolean;
  json?: boolean;
}

/** `databaseDeletion`. */
export function addDeleteDatabaseCommand(program: Command, context: CommandContext): void {
  addKeyOptions(json(program.command('delete-database')))
    .summary('remove a database, so that its program begins anew')
    .description(
      'Removes a database with its -wal, -shm and -journal and the lock files that are named, and nothing else. Without --confirm it only says what would go. A safety snapshot is taken first: see undo.',
    )
    .argument('<database>', 'name or id of a plan, or the path of a database')
    .option('--confirm', 'do it')
    .option('--lock-file <name>', 'a file beside the database that goes with it; may be given several times', several)
    .option('--even-if-open', 'also while another program has the database open')
    .addHelpText(
      'after',
      '\nExample:\n  snapkeep delete-database /var/lib/portunus/state.db --lock-file state.db.lock --confirm',
    )
    .action((given: string, options: DatabaseDeletionOptions) =>
      context(options, (session) => databaseDeletion(session, given, options)),
    );
}

async function databaseDeletion(session: Session, given: string, options: DatabaseDeletionOptions): Promise<number> {
  const target = await targetOf(session, given, options.lockFile ?? []);
  const key = await keyOf(options);
  const { confirmation, ...preview } = await session.call('databaseDeletions.preview', { target, ...key });
  if (options.confirm !== true || preview.files.length === 0) {
    print(options.json === true, { ...preview, removed: [] }, inWords(preview));
    return EXIT.done;
  }
  const anyway = options.evenIfOpen === true ? { evenIfOpen: true } : {};
  const run = await session.run('databaseDeletions.start', { target, ...key, confirmation, ...anyway });
  if (run.result?.kind !== 'databaseDeletion') throw errorOf(run);
  const { removed, safetySnapshotId } = run.result;
  print(
    options.json === true,
    { runId: run.id, ...run.result },
    removed.map((path) => `removed  ${path}`),
  );
  if (safetySnapshotId !== null) say(`What was there is kept. To put it back: snapkeep undo ${run.id}`);
  return EXIT.done;
}

/** A plan by its name, or else a path; what looks like neither is a plan that is missing. */
async function targetOf(
  session: Session,
  given: string,
  lockFiles: string[],
): Promise<Params<'databaseDeletions.start'>['target']> {
  const plans = await session.call('plans.list', {});
  const known = plans.some(({ plan }) => plan.id === given || plan.name.toLowerCase() === given.toLowerCase());
  const path = resolve(given);
  if (!known && (existsSync(path) || /[./\\]/.test(given))) return { path, lockFiles };
  return { planId: (await session.findPlan(given)).plan.id, lockFiles };
}

function inWords({
  path,
  files,
  tables,
  damage,
  openBy,
  notes,
}: Omit<DatabaseDeletionPreview, 'confirmation'>): string[] {
  if (files.length === 0) return [`There is nothing of ${path} to remove.`];
  return [
    ...files.map((file) => `would remove  ${file.path}`),
    damage ?? `${tablesInWords(tables)}.`,
    ...openBy.map(({ name, pid }) => `${name} (${pid}) has it open.`),
    ...notes,
    'Nothing was removed. Give --confirm to do it; a safety snapshot is taken first.',
  ];
}

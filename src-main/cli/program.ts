import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { say } from './output.ts';

/** Adds commands to the command line. */
type AddCommands = (program: Command) => void;

/** The commands that are made together, in the order of the help. */
const GROUPS: ReadonlyArray<{ names: readonly string[]; load: () => Promise<AddCommands> }> = [
  { names: ['plan', 'restore-test'], load: async () => (await import('./commands/plan-commands.ts')).addPlanCommands },
  { names: ['status'], load: async () => (await import('./commands/status-command.ts')).addStatusCommand },
  { names: ['find'], load: async () => (await import('./commands/find-command.ts')).addFindCommand },
  {
    names: ['destination'],
    load: async () => (await import('./commands/destination-commands.ts')).addDestinationCommands,
  },
  { names: ['backup', 'verify'], load: async () => (await import('./commands/backup-commands.ts')).addBackupCommands },
  { names: ['points'], load: async () => (await import('./commands/points-command.ts')).addPointsCommand },
  { names: ['search'], load: async () => (await import('./commands/search-command.ts')).addSearchCommand },
  {
    names: ['list', 'prune', 'delete'],
    load: async () => (await import('./commands/snapshot-commands.ts')).addSnapshotCommands,
  },
  { names: ['diff'], load: async () => (await import('./commands/diff-command.ts')).addDiffCommand },
  { names: ['trash'], load: async () => (await import('./commands/trash-commands.ts')).addTrashCommands },
  { names: ['import'], load: async () => (await import('./commands/import-command.ts')).addImportCommand },
  { names: ['recover'], load: async () => (await import('./commands/recover-command.ts')).addRecoverCommand },
  { names: ['restore', 'undo'], load: async () => (await import('./commands/restore-commands.ts')).addRestoreCommands },
  {
    names: ['delete-database'],
    load: async () => (await import('./commands/delete-database-command.ts')).addDeleteDatabaseCommand,
  },
  {
    names: ['recovery-kit'],
    load: async () => (await import('./commands/recovery-kit-command.ts')).addRecoveryKitCommand,
  },
  { names: ['template'], load: async () => (await import('./commands/template-commands.ts')).addTemplateCommands },
  { names: ['run-due'], load: async () => (await import('./commands/run-due-command.ts')).addRunDueCommand },
  { names: ['catalog'], load: async () => (await import('./commands/catalog-command.ts')).addCatalogCommand },
  {
    names: ['service'],
    load: async () => (await import('./commands/service-command.ts')).addServiceCommand,
  },
  { names: ['serve'], load: async () => (await import('./commands/serve-command.ts')).addServeCommand },
];

/**
 * Returns the command line with its commands and their options; nothing runs before it is parsed.
 * @param name the first word that was given: only that command is loaded. Without it, or where no command has it, all are
 */
export async function makeProgram(name?: string): Promise<Command> {
  const asked = GROUPS.filter(({ names }) => name !== undefined && names.includes(name));
  const groups = await Promise.all((asked.length > 0 ? asked : GROUPS).map(({ load }) => load()));
  const program = new Command('snapkeep')
    .description(packageJson.description)
    .version(packageJson.version)
    .exitOverride()
    .configureOutput({ writeErr: (text) => say(text.trimEnd().split('\n')) })
    .showHelpAfterError()
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 2 invalid usage, 3 not valid, 4 snapshot incomplete (attached files are missing), 75 busy, locked or unavailable (try again), 78 newer than this version, or than the database or program it is restored for, 130 interrupted.\nSNAPKEEP_HOME sets the data folder for plans and runs (default: the usual folder of this system).',
    );
  for (const add of groups) add(program);
  return program;
}

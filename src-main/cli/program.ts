import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { addBackupCommands } from './commands/backup-commands.ts';
import { addCatalogCommand } from './commands/catalog-command.ts';
import { addDeleteDatabaseCommand } from './commands/delete-database-command.ts';
import { addDestinationCommands } from './commands/destination-commands.ts';
import { addImportCommand } from './commands/import-command.ts';
import { addPlanCommands } from './commands/plan-commands.ts';
import { addRecoverCommand } from './commands/recover-command.ts';
import { addRecoveryKitCommand } from './commands/recovery-kit-command.ts';
import { addRestoreCommands } from './commands/restore-commands.ts';
import { addRunDueCommand } from './commands/run-due-command.ts';
import { addServeCommand } from './commands/serve-command.ts';
import { addSnapshotCommands } from './commands/snapshot-commands.ts';
import { addTemplateCommands } from './commands/template-commands.ts';
import { say } from './output.ts';

/** Returns the command line, with every command and its options; nothing runs before it is parsed. */
export function makeProgram(): Command {
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
  addPlanCommands(program);
  addDestinationCommands(program);
  addBackupCommands(program);
  addSnapshotCommands(program);
  addImportCommand(program);
  addRecoverCommand(program);
  addRestoreCommands(program);
  addDeleteDatabaseCommand(program);
  addRecoveryKitCommand(program);
  addTemplateCommands(program);
  addRunDueCommand(program);
  addCatalogCommand(program);
  addServeCommand(program);
  return program;
}

import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { ErrorBody } from '../../src-shared/contract/errors.ts';
import { guardProcess } from '../core/process/process-guard.ts';
import { widenThreadPool } from '../core/process/thread-pool.ts';
import type { CommandContext } from './command.ts';
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
import { interruption } from './interruption.ts';
import { EXIT, printDocument, reportError, say } from './output.ts';
import { Session } from './session.ts';

let session: Session | undefined;

const inSession: CommandContext = async (options, work, withoutDataFolder) => {
  let failure: { code: number; body: ErrorBody } | undefined;
  let code: number = EXIT.done;
  try {
    if (withoutDataFolder !== undefined && !Session.hasDataFolder()) code = withoutDataFolder(Session.dataFolder());
    else {
      session = await Session.open();
      code = await work(session);
    }
  } catch (error) {
    failure = reportError(error);
  }
  try {
    await session?.close();
  } catch (error) {
    failure ??= reportError(error);
  }
  if (options.json === true) printDocument(failure?.body);
  process.exitCode = interruption.aborted ? EXIT.interrupted : (failure?.code ?? code);
};

const program = new Command('snapkeep')
  .description(packageJson.description)
  .version(packageJson.version)
  .exitOverride()
  .configureOutput({ writeErr: (text) => say(text.trimEnd().split('\n')) })
  .showHelpAfterError()
  .addHelpText(
    'after',
    '\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 not valid, 4 a snapshot lacks attached files, 75 busy, locked or unavailable (try again), 78 newer than this version, or than the database or program it is restored for, 130 interrupted.\nSNAPKEEP_HOME is the folder of plans and runs; without it, the usual one of this system.',
  );
addPlanCommands(program, inSession);
addDestinationCommands(program, inSession);
addBackupCommands(program, inSession);
addSnapshotCommands(program, inSession);
addImportCommand(program, inSession);
addRecoverCommand(program, inSession);
addRestoreCommands(program, inSession);
addDeleteDatabaseCommand(program, inSession);
addRecoveryKitCommand(program, inSession);
addTemplateCommands(program, inSession);
addRunDueCommand(program, inSession);
addCatalogCommand(program);
addServeCommand(program);

widenThreadPool();
guardProcess(
  () => session?.log,
  (error) => {
    const { code, body } = reportError(error);
    if (process.argv.includes('--json')) printDocument(body);
    process.exit(code);
  },
);
program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof CommanderError)) throw error;
  // commander has said what is wrong already; asking for help or the version is no mistake.
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error.exitCode !== 0 && process.argv.includes('--json'))
    printDocument({ code: 'INVALID_PARAMS', message: error.message, retryable: false });
});

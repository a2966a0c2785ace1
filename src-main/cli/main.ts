import { CommanderError } from 'commander';
import type { ErrorBody } from '../../src-shared/contract/errors.ts';
import { guardProcess } from '../core/process/process-guard.ts';
import { widenThreadPool } from '../core/process/thread-pool.ts';
import type { CommandContext } from './command.ts';
import { interruption } from './interruption.ts';
import { EXIT, printDocument, reportError } from './output.ts';
import { makeProgram } from './program.ts';
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

widenThreadPool();
guardProcess(
  () => session?.log,
  (error) => {
    const { code, body } = reportError(error);
    if (process.argv.includes('--json')) printDocument(body);
    process.exit(code);
  },
);
makeProgram(inSession)
  .parseAsync()
  .catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error;
    // commander has said what is wrong already; asking for help or the version is no mistake.
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (error.exitCode !== 0 && process.argv.includes('--json'))
      printDocument({ code: 'INVALID_PARAMS', message: error.message, retryable: false });
  });

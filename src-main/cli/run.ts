import { CommanderError } from 'commander';
import { guardProcess } from '../core/process/process-guard.ts';
import { sessionLog } from './command.ts';
import { EXIT, printDocument, reportError } from './output.ts';
import { makeProgram } from './program.ts';

guardProcess(sessionLog, (error) => {
  const { code, body } = reportError(error);
  if (process.argv.includes('--json')) printDocument(body);
  process.exit(code);
});
makeProgram(process.argv[2])
  .then((program) => program.parseAsync())
  .catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error;
    // commander has said what is wrong already; asking for help or the version is no mistake.
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (error.exitCode !== 0 && process.argv.includes('--json'))
      printDocument({ code: 'INVALID_PARAMS', message: error.message, retryable: false });
  });

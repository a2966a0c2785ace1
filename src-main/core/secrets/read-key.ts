import { execFile } from 'node:child_process';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import { shellOf } from '../../platform/processes.ts';

/** A program that asks a person may take a moment; one that hangs is ended. */
const COMMAND_TIMEOUT_MS = 60_000;

/**
 * Reads a key where it is: as it was given, in the environment, or from a program.
 * @throws SnapkeepError `NOT_FOUND` when there is none; what the program printed is never told
 */
export async function readKey(input: KeyInput): Promise<string> {
  if ('value' in input) return input.value;
  if ('environment' in input) {
    const text = process.env[input.environment];
    if (text !== undefined && text !== '') return text;
    throw new SnapkeepError('NOT_FOUND', `The environment variable ${input.environment} is empty or not set.`, {
      hint: 'Set it for the service that makes the backups, or enter the key in another way.',
    });
  }
  const line = await firstLine(input.command);
  if (line !== '') return line;
  throw new SnapkeepError('NOT_FOUND', 'The key command printed no key.', {
    hint: 'It must print the key as the first line of its standard output.',
  });
}

function firstLine(command: string | readonly string[]): Promise<string> {
  const [file = '', ...args] = typeof command === 'string' ? shellOf(command) : command;
  return new Promise((resolve, reject) => {
    const options = { timeout: COMMAND_TIMEOUT_MS, windowsHide: true, maxBuffer: 1024 * 1024 };
    const child = execFile(file, args, options, (error, stdout) => {
      if (error === null) return resolve(stdout.split(/\r?\n/, 1)[0] ?? '');
      // The error itself holds what was printed, and what was printed may be the key: it is not passed on.
      const why =
        error.killed === true
          ? 'took too long'
          : typeof error.code === 'number'
            ? `ended with ${error.code}`
            : error.code;
      reject(
        new SnapkeepError('UNAVAILABLE', `The key command failed: it ${why ?? 'was ended'}.`, {
          hint: 'Run it in a terminal. It must print the key as its first line and end with exit code 0.',
        }),
      );
    });
    // A program that would ask on its standard input gets no answer.
    child.stdin?.end();
  });
}

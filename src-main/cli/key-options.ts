import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { KeyInput } from '../../src-shared/model/encryption.ts';
import { UsageError } from './output.ts';

/** How a command is given a key: never on the command line itself, which everybody on the machine can read. */
export interface KeyOptions {
  keyEnv?: string;
  keyStdin?: boolean;
}

/** Gives a command the options of a key. */
export function addKeyOptions(command: Command): Command {
  return command
    .option(
      '--key-env <name>',
      'the environment variable that holds the key of an encrypted database, or what opens a sealed file',
    )
    .option('--key-stdin', 'read that key from the first line of standard input');
}

/** The key that was given, if one was, as params of a request. @throws UsageError */
export async function keyOf({ keyEnv, keyStdin }: KeyOptions): Promise<{ key?: KeyInput }> {
  if (keyEnv !== undefined && keyStdin === true) throw new UsageError('Give either --key-env or --key-stdin.');
  if (keyEnv !== undefined) {
    const key = KeyInput.safeParse({ environment: keyEnv });
    if (!key.success) throw new UsageError('--key-env takes the name of an environment variable, not the key.');
    return { key: key.data };
  }
  if (keyStdin !== true) return {};
  for await (const line of createInterface({ input: process.stdin })) {
    if (line !== '') return { key: { value: line } };
    break;
  }
  throw new UsageError('There is no key on the first line of standard input.');
}

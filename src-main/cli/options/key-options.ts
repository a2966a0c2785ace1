import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import {
  type GivenSettings,
  parseCipherSettings,
  SettingsError,
} from '../../../src-shared/rules/sqlite/cipher-settings.ts';
import { UsageError } from '../output.ts';

/** How a command is given a key: never on the command line itself, which everybody on the machine can read. */
export interface KeyOptions {
  keyEnv?: string;
  keyStdin?: boolean;
  cipherSettings?: string;
}

/** Gives a command the options of a key. */
export function addKeyOptions(command: Command): Command {
  return command
    .option(
      '--key-env <name>',
      'environment variable with the key of an encrypted database, or the passphrase or identity of an encrypted file',
    )
    .option('--key-stdin', 'read the key from the first line of standard input')
    .option(
      '--cipher-settings <settings>',
      'SQLCipher settings that differ from the defaults, such as "compatibility=3 page_size=4096 kdf_iter=4000 kdf_algorithm=sha1 hmac_algorithm=sha1 use_hmac=off plaintext_header_size=32 salt=<32 digits>"; PRAGMA lines of a program are accepted too',
    );
}

/** The key that was given, if one was, as params of a request. @throws UsageError */
export async function keyOf(options: KeyOptions): Promise<{ key?: KeyInput }> {
  const custom = settingsOf(options);
  const key = await sourceOf(options);
  if (key !== undefined) return { key: { ...key, ...custom } };
  if (options.cipherSettings !== undefined)
    throw new UsageError('--cipher-settings needs a key. Use --key-env or --key-stdin.');
  return {};
}

async function sourceOf({ keyEnv, keyStdin }: KeyOptions): Promise<KeyInput | undefined> {
  if (keyEnv !== undefined && keyStdin === true) throw new UsageError('Use either --key-env or --key-stdin.');
  if (keyEnv !== undefined) {
    const key = KeyInput.safeParse({ environment: keyEnv });
    if (!key.success) throw new UsageError('--key-env needs the name of an environment variable, not the key.');
    return key.data;
  }
  if (keyStdin !== true) return undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    if (line !== '') return { value: line };
    break;
  }
  throw new UsageError('No key on the first line of standard input.');
}

function settingsOf({ cipherSettings }: KeyOptions): Partial<GivenSettings> {
  if (cipherSettings === undefined) return {};
  try {
    return parseCipherSettings(cipherSettings);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    throw new UsageError(`--cipher-settings: ${error.message}`);
  }
}

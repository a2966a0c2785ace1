import type { Command } from 'commander';
import type { EncryptionSecretsInput, SnapshotEncryption } from '../../../src-shared/model/encryption.ts';
import { several } from '../command.ts';
import { UsageError } from '../output.ts';
import { secretFromEnvironment } from './secret-from-environment.ts';

/** How a command encrypts. Secrets are read from environment variables: every user of the machine can read a command line. */
export interface EncryptionOptions {
  encryptionPassphraseEnv?: string;
  encryptionRecipient?: string[];
  encryptionIdentityEnv?: string;
}

/** Gives a command the options of an encryption. */
export function addEncryptionOptions(command: Command): Command {
  return command
    .option(
      '--encryption-passphrase-env <name>',
      'encrypt snapshots with age, using the passphrase in this environment variable',
    )
    .option(
      '--encryption-recipient <recipient>',
      'encrypt snapshots with age for this recipient, age1… (repeatable)',
      several,
    )
    .option(
      '--encryption-identity-env <name>',
      'environment variable with the identity of a recipient, to verify stored snapshots',
    );
}

/** The encryption that was asked for, if one was, as params of a request. @throws UsageError */
export function encryptionOf(options: EncryptionOptions): {
  encryption?: SnapshotEncryption;
  encryptionSecrets?: EncryptionSecretsInput;
} {
  const { encryptionPassphraseEnv, encryptionRecipient, encryptionIdentityEnv } = options;
  if (encryptionPassphraseEnv !== undefined) {
    if (encryptionRecipient !== undefined || encryptionIdentityEnv !== undefined)
      throw new UsageError('A plan encrypts with a passphrase or for recipients, not both.');
    const passphrase = secretFromEnvironment('--encryption-passphrase-env', encryptionPassphraseEnv);
    return { encryption: { kind: 'passphrase' }, encryptionSecrets: { passphrase } };
  }
  if (encryptionRecipient === undefined) {
    if (encryptionIdentityEnv !== undefined)
      throw new UsageError('--encryption-identity-env needs --encryption-recipient.');
    return {};
  }
  const encryption = { kind: 'recipients' as const, recipients: encryptionRecipient };
  if (encryptionIdentityEnv === undefined) return { encryption };
  return {
    encryption,
    encryptionSecrets: { identity: secretFromEnvironment('--encryption-identity-env', encryptionIdentityEnv) },
  };
}

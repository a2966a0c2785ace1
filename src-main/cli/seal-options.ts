import type { Command } from 'commander';
import type { SealSecretsInput, SnapshotSeal } from '../../src-shared/model/seal.ts';
import { UsageError } from './output.ts';

/** How a command is told to seal: secrets are named, never given, for everybody on the machine can read a command line. */
export interface SealOptions {
  sealPassphraseEnv?: string;
  sealRecipient?: string[];
  sealIdentityEnv?: string;
}

/** Gives a command the options of a seal. */
export function addSealOptions(command: Command): Command {
  return command
    .option('--seal-passphrase-env <name>', 'seal with age by the passphrase in this environment variable')
    .option(
      '--seal-recipient <recipient>',
      'seal with age for this recipient (age1…); may be repeated',
      (value: string, before: string[] | undefined) => [...(before ?? []), value],
    )
    .option('--seal-identity-env <name>', 'the variable with the identity of a recipient, to prove what is stored');
}

/** The seal that was asked for, if one was, as params of a request. @throws UsageError */
export function sealOf(options: SealOptions): { seal?: SnapshotSeal; sealSecrets?: SealSecretsInput } {
  const { sealPassphraseEnv, sealRecipient, sealIdentityEnv } = options;
  if (sealPassphraseEnv !== undefined) {
    if (sealRecipient !== undefined || sealIdentityEnv !== undefined)
      throw new UsageError('A plan seals by a passphrase or for recipients, not both.');
    const passphrase = fromEnvironment('--seal-passphrase-env', sealPassphraseEnv);
    return { seal: { kind: 'passphrase' }, sealSecrets: { passphrase } };
  }
  if (sealRecipient === undefined) {
    if (sealIdentityEnv !== undefined) throw new UsageError('--seal-identity-env needs --seal-recipient.');
    return {};
  }
  const seal = { kind: 'recipients' as const, recipients: sealRecipient };
  if (sealIdentityEnv === undefined) return { seal };
  return { seal, sealSecrets: { identity: fromEnvironment('--seal-identity-env', sealIdentityEnv) } };
}

function fromEnvironment(option: string, name: string): string {
  const text = process.env[name];
  if (text !== undefined && text !== '') return text;
  throw new UsageError(`${option} takes the name of an environment variable that is set, not what is in it.`);
}

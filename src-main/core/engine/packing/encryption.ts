import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { SnapshotEncryption } from '../../../../src-shared/model/encryption.ts';
import { streamOf } from './piece-reader.ts';
import { passphraseRecipient } from './scrypt-stanza.ts';

/** The library of age takes long to load, and most databases are not encrypted with it. */
const age = () => import('age-encryption');

/** What opens encrypted files, and the name it goes by wherever it must not be told. */
export interface EncryptionSecret {
  readonly kind: 'passphrase' | 'identity';
  readonly text: string;
  /** Of a passphrase as of the key of a database; of an identity its recipient, which is no secret. */
  readonly fingerprint: string;
}

/** How a file is encrypted, with the passphrase. Never to be told. */
export type Encryptor = { kind: 'passphrase'; passphrase: string } | { kind: 'recipients'; recipients: string[] };

/**
 * Of scrypt, for passphrases: 128 MiB and about a second. Age's own 18 asks for 256 MiB, with which a backup would
 * take more than 300 MB; an attacker's work is halved by it, which one more letter makes up for many times.
 */
const SCRYPT_WORK_FACTOR = 17;

/**
 * What a plan's encryption needs to encrypt, from the secrets it was given.
 * @throws SnapkeepError `BAD_KEY` when the passphrase is not known here
 */
export function encryptorOf(encryption: SnapshotEncryption, secrets: readonly EncryptionSecret[]): Encryptor | null {
  if (encryption?.kind !== 'passphrase') return encryption;
  const passphrase = secrets.find(({ kind }) => kind === 'passphrase');
  if (passphrase !== undefined) return { kind: 'passphrase', passphrase: passphrase.text };
  throw new SnapkeepError('BAD_KEY', 'The passphrase for encrypting snapshots is unknown.', {
    hint: 'Nothing was stored. Enter the passphrase again in the settings of the plan.',
  });
}

/** Encryptions pieces as they come; what comes out begins with the header. */
export async function* encryptPieces(pieces: AsyncGenerator<Buffer>, encryptor: Encryptor): AsyncGenerator<Uint8Array> {
  const { Encrypter } = await age();
  const encrypter = new Encrypter();
  if (encryptor.kind === 'passphrase') {
    encrypter.addRecipient(passphraseRecipient(encryptor.passphrase, SCRYPT_WORK_FACTOR));
  } else {
    for (const recipient of encryptor.recipients) encrypter.addRecipient(recipient);
  }
  yield* await encrypter.encrypt(streamOf(pieces));
}

/** @throws SnapkeepError `INVALID_PARAMS` for what is no recipient; it is not told, for it may be the identity instead */
export async function requireRecipient(recipient: string): Promise<void> {
  const { Encrypter } = await age();
  try {
    new Encrypter().addRecipient(recipient);
  } catch {
    throw new SnapkeepError('INVALID_PARAMS', 'Not an age recipient.', {
      hint: 'Enter a recipient that starts with age1, as printed by age-keygen, not the identity, which starts with AGE-SECRET-KEY.',
    });
  }
}

/** Whether a text is meant as an identity and not as a passphrase. */
export function isIdentity(text: string): boolean {
  return /^\s*AGE-SECRET-KEY-/i.test(text);
}

/** An identity ready for use. @throws SnapkeepError `INVALID_PARAMS` for what is none; it is not told */
export async function readIdentity(text: string): Promise<EncryptionSecret> {
  const identity = text.trim().toUpperCase();
  const { identityToRecipient } = await age();
  try {
    return { kind: 'identity', text: identity, fingerprint: await identityToRecipient(identity) };
  } catch {
    throw new SnapkeepError('INVALID_PARAMS', 'Not an age identity.', {
      hint: 'Enter the line that starts with AGE-SECRET-KEY-1 from the file that age-keygen wrote.',
    });
  }
}

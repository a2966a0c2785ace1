import type { EncryptionSecretsInput, SnapshotEncryption } from '../../../src-shared/model/encryption.ts';

/** The encryption of snapshots as it is typed. */
export interface EncryptionDraft {
  kind: 'none' | 'passphrase' | 'recipients';
  passphrase: string;
  again: string;
  /** One per line. */
  recipients: string;
  identity: string;
}

/** The length of the shortest passphrase that is accepted, in characters. */
export const LEAST_PASSPHRASE = 8;

/** Returns what the form begins with. */
export function encryptionDraftOf(encryption: SnapshotEncryption): EncryptionDraft {
  const recipients = encryption?.kind === 'recipients' ? encryption.recipients.join('\n') : '';
  return { kind: encryption?.kind ?? 'none', passphrase: '', again: '', recipients, identity: '' };
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

/** Returns the encryption that a draft describes. */
export function encryptionOf({ kind, recipients }: EncryptionDraft): SnapshotEncryption {
  if (kind === 'none') return null;
  return kind === 'passphrase' ? { kind } : { kind, recipients: linesOf(recipients) };
}

/** The secrets that were typed; `undefined`: none. */
export function encryptionSecretsOf({
  kind,
  passphrase,
  identity,
}: EncryptionDraft): EncryptionSecretsInput | undefined {
  if (kind === 'passphrase' && passphrase !== '') return { passphrase };
  if (kind === 'recipients' && identity.trim() !== '') return { identity: identity.trim() };
  return undefined;
}

/** What is wrong with a draft, by field; a field that is only empty has no message. */
export interface EncryptionProblems {
  /** It cannot be saved. */
  blocked: boolean;
  passphrase?: string;
  again?: string;
  recipients?: string;
  identity?: string;
}

/** @param kept a passphrase is saved already, so none has to be entered */
export function encryptionProblems(draft: EncryptionDraft, kept: boolean): EncryptionProblems {
  if (draft.kind === 'none') return { blocked: false };
  if (draft.kind === 'passphrase') return passphraseProblems(draft, kept);
  const lines = linesOf(draft.recipients);
  const secret = lines.some((line) => /^AGE-SECRET-KEY-/i.test(line));
  const stranger = lines.find((line) => !/^(age1|ssh-(rsa|ed25519) )/.test(line));
  const identity = draft.identity.trim();
  const noIdentity = identity !== '' && !/AGE-SECRET-KEY-|PRIVATE KEY/.test(identity);
  return {
    blocked: lines.length === 0 || stranger !== undefined || noIdentity,
    ...(secret
      ? { recipients: 'This is a secret identity, not a recipient. A recipient begins with age1.' }
      : stranger === undefined
        ? {}
        : { recipients: `“${shortened(stranger)}” is not a recipient. A recipient begins with age1.` }),
    ...(noIdentity ? { identity: 'An identity begins with AGE-SECRET-KEY-1.' } : {}),
  };
}

function passphraseProblems({ passphrase, again }: EncryptionDraft, kept: boolean): EncryptionProblems {
  if (passphrase === '' && again === '') return { blocked: !kept };
  if (passphrase.length < LEAST_PASSPHRASE)
    return { blocked: true, passphrase: `Use at least ${LEAST_PASSPHRASE} characters.` };
  if (again === '') return { blocked: true };
  return again === passphrase ? { blocked: false } : { blocked: true, again: 'The passphrases do not match.' };
}

const shortened = (text: string): string => (text.length > 24 ? `${text.slice(0, 24)}…` : text);

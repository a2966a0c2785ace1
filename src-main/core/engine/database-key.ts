import type { CipherFormat, KeyFingerprint } from '../../../src-shared/model/encryption.ts';
import { CipherFormat as Formats } from '../../../src-shared/model/encryption.ts';
import { CIPHER_PRAGMAS } from '../../../src-shared/rules/encryption-words.ts';

/** A key and the name it goes by wherever it must not be told. */
export interface DatabaseKey {
  readonly text: string;
  readonly fingerprint: KeyFingerprint;
}

/** What opens an encrypted database. */
export interface Unlocking {
  readonly key: DatabaseKey;
  readonly format: CipherFormat;
  /** The key as it is handed to SQLite: as it was given, or marked as raw. */
  readonly text: string;
}

/** The part of the driver's database that takes keys. */
interface Lockable {
  pragma(source: string): unknown;
  key(key: Buffer): number;
}

/** Gives a connection the key before anything is read. Nothing it sorts or builds meanwhile may reach a disk in plain. */
export function unlock(database: Lockable, { format, text }: Unlocking): void {
  database.pragma('temp_store = MEMORY');
  for (const pragma of CIPHER_PRAGMAS[format]) database.pragma(pragma);
  // As bytes: a key in the text of a statement could come back in an error message.
  database.key(Buffer.from(text, 'utf8'));
}

/** Every way to try in turn; `null` first, for a database that is not encrypted. */
export function* waysToOpen(keys: readonly DatabaseKey[]): Generator<Unlocking | null> {
  yield null;
  for (const key of keys)
    for (const format of Formats.options) for (const text of spellings(key.text)) yield { key, format, text };
}

/** Digits of a raw key may be given bare; SQLCipher wants them marked, and without the mark they are a passphrase. */
function spellings(text: string): string[] {
  return /^([0-9a-f]{64}|[0-9a-f]{96})$/i.test(text) ? [text, `x'${text}'`] : [text];
}

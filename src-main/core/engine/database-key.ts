import type { CipherFormat, Encryption, KeyFingerprint } from '../../../src-shared/model/encryption.ts';
import { CipherFormat as Formats } from '../../../src-shared/model/encryption.ts';
import { CIPHER_PRAGMAS } from '../../../src-shared/rules/encryption-words.ts';

/** A key and the name it goes by wherever it must not be told. */
export interface DatabaseKey {
  readonly text: string;
  readonly fingerprint: KeyFingerprint;
  /** The format of what it is likely to be tried on, where that is known; any other is tried after it. */
  readonly format?: CipherFormat;
}

/** What opens an encrypted database. */
export interface Unlocking {
  readonly key: DatabaseKey;
  readonly format: CipherFormat;
  /** The key as it is handed to SQLite: as it was given, or marked as raw. */
  readonly text: string;
}

/** How a database is encrypted, as it may be told; `null`: it is not. */
export function encryptionOf(unlocking: Unlocking | null): Encryption | null {
  return unlocking && { format: unlocking.format, key: unlocking.key.fingerprint };
}

/** The keys with the one first that something was encrypted with, which is told the format to try first. */
export function likelyFirst(keys: readonly DatabaseKey[], encryption: Encryption | null | undefined): DatabaseKey[] {
  if (!encryption) return [...keys];
  const { key: fingerprint, format } = encryption;
  return [
    ...keys.filter((key) => key.fingerprint === fingerprint).map((key) => ({ ...key, format })),
    ...keys.filter((key) => key.fingerprint !== fingerprint),
  ];
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

/**
 * Every way to try in turn, each once; `null` first, for a database that is not encrypted. The likely ones come before
 * all others, for each costs up to a quarter of a second. What one format has made opens in no other.
 * @param opened what has opened other databases of the same task, which most often are the same one
 */
export function* waysToOpen(
  keys: readonly DatabaseKey[],
  opened: readonly Unlocking[] = [],
): Generator<Unlocking | null> {
  yield null;
  const tried = new Set<string>();
  for (const way of [...opened, ...allWays(keys)]) {
    const name = `${way.format} ${way.text}`;
    if (tried.has(name)) continue;
    tried.add(name);
    yield way;
  }
}

/** Every key in the likeliest format before any in the next: a database may well have a new key, and seldom a new format. */
function allWays(keys: readonly DatabaseKey[]): Unlocking[] {
  const formats = [...keys.flatMap(({ format }) => format ?? []), ...Formats.options];
  return formats.flatMap((format) => keys.flatMap((key) => spellings(key.text).map((text) => ({ key, format, text }))));
}

/** Digits of a raw key may be given bare; SQLCipher wants them marked, and without the mark they are a passphrase. */
function spellings(text: string): string[] {
  return /^([0-9a-f]{64}|[0-9a-f]{96})$/i.test(text) ? [text, `x'${text}'`] : [text];
}

import {
  type CipherSettings,
  type DatabaseEncryption,
  type HashAlgorithm,
  type KeyFingerprint,
  OtherCipher,
} from '../../../../src-shared/model/database-encryption.ts';
import {
  driverPragmas,
  isSqlcipher,
  SQLCIPHER_DEFAULTS,
  sameSettings,
  usesRawKey,
} from '../../../../src-shared/rules/sqlite/cipher-settings.ts';
import { hasPlaintextHeader } from '../identify/database-header.ts';
import { type Derivation, rawKeyIn, settingsOfPage } from './sqlcipher-page.ts';

/** A key and the name it goes by wherever it must not be told. */
export interface DatabaseKey {
  readonly text: string;
  readonly fingerprint: KeyFingerprint;
  /** What it has opened databases with, or is said to, the likeliest first; any others are tried after them. */
  readonly settings: readonly CipherSettings[];
  /** Salts of databases with a plaintext header, which stand in no file. */
  readonly salts: readonly string[];
}

/** What opens an encrypted database. */
export interface Unlocking {
  readonly key: DatabaseKey;
  readonly settings: CipherSettings;
  /** `null`: it stands in the file or in the key. */
  readonly salt: string | null;
}

/** How a database is encrypted, as it may be told; `null`: it is not. */
export function databaseEncryptionOf(unlocking: Unlocking | null): DatabaseEncryption | null {
  return unlocking && { settings: unlocking.settings, key: unlocking.key.fingerprint };
}

/** The key with settings that it is likely to open something with. */
export function withSettings(key: DatabaseKey, settings: CipherSettings): DatabaseKey {
  return { ...key, settings: [settings, ...key.settings.filter((other) => !sameSettings(other, settings))] };
}

/** The keys with the one first that something was encrypted with, which says what settings to try first. */
export function likelyFirst(
  keys: readonly DatabaseKey[],
  databaseEncryption: DatabaseEncryption | null | undefined,
): DatabaseKey[] {
  if (!databaseEncryption) return [...keys];
  return [
    ...keys
      .filter((key) => key.fingerprint === databaseEncryption.key)
      .map((key) => withSettings(key, databaseEncryption.settings)),
    ...keys.filter((key) => key.fingerprint !== databaseEncryption.key),
  ];
}

/** The part of the driver's database that takes keys. */
interface Lockable {
  pragma(source: string): unknown;
  key(key: Buffer): number;
}

/** Gives a connection the key before anything is read. Nothing it sorts or builds meanwhile may reach a disk in plain. */
export function unlock(database: Lockable, { settings, salt, key }: Unlocking): void {
  database.pragma('temp_store = MEMORY');
  for (const pragma of driverPragmas(settings)) database.pragma(pragma);
  if (salt !== null) database.pragma(`cipher_salt='${salt}'`);
  // As bytes: a key in the text of a statement could come back in an error message.
  database.key(Buffer.from(usesRawKey(settings) ? marked(key.text) : key.text, 'utf8'));
}

/** Digits of a raw key may be given bare; SQLCipher wants them marked, and without the mark they are a passphrase. */
function marked(text: string): string {
  return text.startsWith('x') || text.startsWith('X') ? text : `x'${text}'`;
}

/** What a passphrase is derived with by default, the likeliest first. */
const COMMON: readonly Derivation[] = [
  'raw',
  ...([4, 3, 2] as const).map((version) => derivationOf(SQLCIPHER_DEFAULTS[version])),
];
/** What programs have chosen instead. */
const LESS_COMMON: readonly Derivation[] = [4000, 1, 64_000, 10_000, 100_000, 256_000].flatMap((iterations) =>
  (['sha512', 'sha1', 'sha256'] satisfies HashAlgorithm[]).map((algorithm) => ({ algorithm, iterations })),
);

/** How many keys are tried with what is less common: those given or used last. With many that are kept it would take a minute. */
const GUESSED_KEYS = 5;

/**
 * Every way to open an encrypted database in turn, each once, the likely ones first, for each that is derived anew
 * costs up to a quarter of a second. SQLCipher's are found by the first page; the other ciphers are left to SQLite,
 * which has to try. What one cipher has made opens with no other.
 * @param start of the file: see {@link settingsOfPage}
 */
export async function* waysToOpen(start: Buffer, keys: readonly DatabaseKey[]): AsyncGenerator<Unlocking> {
  const hasHeader = hasPlaintextHeader(start);
  const tried = new Set<string>();
  const derived = async function* (key: DatabaseKey, derivation: Derivation): AsyncGenerator<Unlocking> {
    // A salt that stands in the file is the right one; where none does, a passphrase cannot do without another.
    const inFile = hasHeader && derivation !== 'raw' ? [] : [null];
    for (const salt of hasHeader ? [...inFile, ...key.salts] : inFile) {
      const name = JSON.stringify([key.text, salt, derivation]);
      if (tried.has(name)) continue;
      tried.add(name);
      const settings = await settingsOfPage(start, { text: key.text, salt }, derivation);
      if (settings !== null) yield { key, settings, salt };
    }
  };
  for (const key of keys)
    for (const settings of key.settings) {
      if (!isSqlcipher(settings)) yield { key, settings, salt: null };
      else yield* derived(key, derivationOf(settings));
    }
  for (const derivation of COMMON) for (const key of keys) yield* derived(key, derivation);
  if (!hasHeader) for (const cipher of OtherCipher.options) for (const key of keys) yield* otherWays(key, cipher);
  for (const derivation of LESS_COMMON) for (const key of keys.slice(0, GUESSED_KEYS)) yield* derived(key, derivation);
}

function* otherWays(key: DatabaseKey, cipher: OtherCipher): Generator<Unlocking> {
  for (const rawKey of rawKeyIn(key.text) === null ? [false] : [false, true]) {
    const settings = { cipher, rawKey };
    if (!key.settings.some((known) => sameSettings(known, settings))) yield { key, settings, salt: null };
  }
}

function derivationOf({
  kdfIterations,
  kdfAlgorithm,
}: Extract<CipherSettings, { kdfIterations: unknown }>): Derivation {
  return kdfIterations === null ? 'raw' : { algorithm: kdfAlgorithm, iterations: kdfIterations };
}

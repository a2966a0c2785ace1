import {
  CipherSalt,
  type CipherSettings,
  type OtherCipher,
  PAGE_SIZES,
  PLAINTEXT_HEADER_SIZES,
  SqlcipherSettings,
} from '../../model/database-encryption.ts';

/** The versions of SQLCipher, each with its defaults, the likeliest first. */
export const COMPATIBILITIES = [4, 3, 2, 1] as const;
export type Compatibility = (typeof COMPATIBILITIES)[number];

const V4: SqlcipherSettings = {
  cipher: 'sqlcipher',
  pageSize: 4096,
  kdfIterations: 256_000,
  kdfAlgorithm: 'sha512',
  hmacAlgorithm: 'sha512',
  plaintextHeaderSize: 0,
};
const V3: SqlcipherSettings = {
  ...V4,
  pageSize: 1024,
  kdfIterations: 64_000,
  kdfAlgorithm: 'sha1',
  hmacAlgorithm: 'sha1',
};
const V2: SqlcipherSettings = { ...V3, kdfIterations: 4000 };

/** The defaults of each version of SQLCipher. */
export const SQLCIPHER_DEFAULTS: Readonly<Record<Compatibility, SqlcipherSettings>> = {
  4: V4,
  3: V3,
  2: V2,
  1: { ...V2, hmacAlgorithm: null },
};

/** Whether settings are those of SQLCipher, which can be other than its defaults. */
export function isSqlcipher(settings: CipherSettings): settings is SqlcipherSettings {
  return settings.cipher === 'sqlcipher' || settings.cipher === 'sqlcipher-mc';
}

/** Whether the key is used as it is, as 64 or 96 hexadecimal digits, and not as a passphrase. */
export function usesRawKey(settings: CipherSettings): boolean {
  return isSqlcipher(settings) ? settings.kdfIterations === null : settings.rawKey;
}

/** Whether a salt has to be given with the key; a raw key of 96 digits has it in it. */
export function needsSalt(settings: CipherSettings): boolean {
  return isSqlcipher(settings) && settings.plaintextHeaderSize > 0;
}

/** Whether two settings are the same. */
export function sameSettings(one: CipherSettings, other: CipherSettings): boolean {
  const values = Object.entries(other);
  return (
    Object.keys(one).length === values.length &&
    values.every(([name, value]) => one[name as keyof CipherSettings] === value)
  );
}

/**
 * Settings of SQLCipher as a difference from the defaults of the version that is nearest. Versions before 4 derive keys
 * with SHA-1 alone, so the algorithm says more than everything else.
 */
export function nearestDefaults(settings: SqlcipherSettings): {
  version: Compatibility;
  differing: (keyof SqlcipherSettings)[];
} {
  const [nearest] = COMPATIBILITIES.map((version) => ({
    version,
    differing: differences(settings, SQLCIPHER_DEFAULTS[version]),
  })).sort((a, b) => distance(a.differing) - distance(b.differing));
  if (nearest === undefined) throw new Error('There are versions of SQLCipher.');
  return nearest;
}

const distance = (differing: (keyof SqlcipherSettings)[]): number =>
  differing.length + (differing.includes('kdfAlgorithm') ? Object.keys(V4).length : 0);

/** A raw key makes the number of iterations of no account. */
function differences(settings: SqlcipherSettings, defaults: SqlcipherSettings): (keyof SqlcipherSettings)[] {
  return (Object.keys(defaults) as (keyof SqlcipherSettings)[]).filter(
    (name) => settings[name] !== defaults[name] && !(name === 'kdfIterations' && settings.kdfIterations === null),
  );
}

/** What SQLite3 Multiple Ciphers needs before the key: the arguments of PRAGMA statements. */
export function driverPragmas(settings: CipherSettings): string[] {
  if (!isSqlcipher(settings)) return OTHER_PRAGMAS[settings.cipher];
  const { kdfIterations, hmacAlgorithm, plaintextHeaderSize } = settings;
  return [
    "cipher='sqlcipher'",
    `legacy=${settings.cipher === 'sqlcipher' ? 4 : 0}`,
    `legacy_page_size=${settings.pageSize}`,
    ...(kdfIterations === null ? [] : [`kdf_iter=${kdfIterations}`]),
    `kdf_algorithm=${ALGORITHM_NUMBERS[settings.kdfAlgorithm]}`,
    ...(hmacAlgorithm === null ? ['hmac_use=0'] : ['hmac_use=1', `hmac_algorithm=${ALGORITHM_NUMBERS[hmacAlgorithm]}`]),
    `plaintext_header_size=${plaintextHeaderSize}`,
  ];
}

const ALGORITHM_NUMBERS = { sha1: 0, sha256: 1, sha512: 2 } as const;

const OTHER_PRAGMAS: Record<OtherCipher, string[]> = {
  chacha20: ["cipher='chacha20'", 'legacy=0'],
  sqleet: ["cipher='chacha20'", 'legacy=1'],
  aegis: ["cipher='aegis'"],
  ascon128: ["cipher='ascon128'"],
  aes256cbc: ["cipher='aes256cbc'"],
  aes128cbc: ["cipher='aes128cbc'"],
  rc4: ["cipher='rc4'"],
};

/**
 * What the shell of SQLCipher needs after the key, where that is not a default of version 4: whole statements,
 * without the salt.
 */
export function sqlcipherPragmas(settings: SqlcipherSettings): string[] {
  if (sameSettings({ ...settings, kdfIterations: settings.kdfIterations ?? V4.kdfIterations }, V4)) return [];
  const { version } = nearestDefaults(settings);
  const { hmacAlgorithm, kdfIterations, plaintextHeaderSize } = settings;
  return [
    ...(version === 4 ? [] : [`cipher_compatibility = ${version}`]),
    `cipher_page_size = ${settings.pageSize}`,
    ...(kdfIterations === null ? [] : [`kdf_iter = ${kdfIterations}`]),
    `cipher_kdf_algorithm = PBKDF2_HMAC_${settings.kdfAlgorithm.toUpperCase()}`,
    hmacAlgorithm === null ? 'cipher_use_hmac = OFF' : `cipher_hmac_algorithm = HMAC_${hmacAlgorithm.toUpperCase()}`,
    ...(plaintextHeaderSize === 0 ? [] : [`cipher_plaintext_header_size = ${plaintextHeaderSize}`]),
  ].map((pragma) => `PRAGMA ${pragma};`);
}

/** Settings that a person gives, with the salt where it is not in the file. */
export interface GivenSettings {
  settings: SqlcipherSettings;
  salt?: string;
}

/** What cannot be understood of settings that were written down. */
export class SettingsError extends Error {}

type Change = (given: GivenSettings, value: string) => GivenSettings;

const change =
  <T extends keyof SqlcipherSettings>(name: T, read: (value: string) => SqlcipherSettings[T]): Change =>
  ({ settings, ...rest }, value) => ({ settings: { ...settings, [name]: read(value) }, ...rest });

/** The settings by the names they have as PRAGMAs of SQLCipher, without `cipher_`. */
const NAMES: Record<string, Change> = {
  page_size: change('pageSize', (value) => oneOf(PAGE_SIZES, value)),
  kdf_iter: change('kdfIterations', (value) => iterations(value)),
  kdf_algorithm: change('kdfAlgorithm', (value) => algorithm(value)),
  hmac_algorithm: change('hmacAlgorithm', (value) => algorithm(value)),
  use_hmac: ({ settings, ...rest }, value) => ({
    settings: { ...settings, hmacAlgorithm: isOn(value) ? (settings.hmacAlgorithm ?? settings.kdfAlgorithm) : null },
    ...rest,
  }),
  plaintext_header_size: change('plaintextHeaderSize', (value) => oneOf(PLAINTEXT_HEADER_SIZES, value)),
  salt: ({ settings }, value) => ({ settings, salt: saltIn(value) }),
};

/**
 * Reads settings as the command line takes them, `compatibility=3 page_size=4096`, or as a program gives them to
 * SQLCipher, `PRAGMA cipher_page_size = 4096;`. What is not said is a default of the version.
 * @throws SettingsError with what is wrong
 */
export function parseCipherSettings(text: string): GivenSettings {
  const pairs = [...text.matchAll(PAIR)].map(([, name = '', value = '']) => [nameOf(name), unquote(value)] as const);
  const rest = text.replaceAll(PAIR, '').replaceAll(/[\s,;]/g, '');
  if (rest !== '' || pairs.length === 0) throw new SettingsError(`Not name=value: “${rest || text}”.`);
  const twice = pairs.find(([name], index) => pairs.findIndex(([other]) => other === name) !== index);
  if (twice !== undefined) throw new SettingsError(`${twice[0]} is given twice.`);
  const version = pairs.find(([name]) => name === 'compatibility');
  const base: GivenSettings = {
    settings: SQLCIPHER_DEFAULTS[version === undefined ? 4 : oneOf(COMPATIBILITIES, version[1])],
  };
  // Without an HMAC its algorithm is of no account, whichever is said first.
  const ordered = pairs.toSorted(([a], [b]) => Number(a === 'use_hmac') - Number(b === 'use_hmac'));
  return ordered.reduce((given, [name, value]) => {
    if (name === 'compatibility') return given;
    const apply = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
    if (apply === undefined)
      throw new SettingsError(
        `Unknown setting: ${name}. Available: ${['compatibility', ...Object.keys(NAMES)].join(', ')}.`,
      );
    return apply(given, value);
  }, base);
}

const PAIR = /(?:\bPRAGMA\s+)?\b([a-z_]+)\s*=\s*("[^"]*"|x?'[^']*'|[^\s,;"']+)/gi;
const nameOf = (name: string): string => name.toLowerCase().replace(/^cipher_/, '');
const unquote = (value: string): string => value.replace(/^(["'])(.*)\1$/, '$2');

function oneOf<T extends number>(values: readonly T[], text: string): T {
  const found = values.find((value) => String(value) === text.trim());
  if (found === undefined) throw new SettingsError(`“${text}” is not one of ${values.join(', ')}.`);
  return found;
}

function iterations(text: string): number {
  const parsed = SqlcipherSettings.shape.kdfIterations.safeParse(/^\d+$/.test(text) ? Number(text) : undefined);
  if (!parsed.success || parsed.data === null)
    throw new SettingsError(`“${text}” is not a number of iterations from 1 to 10000000.`);
  return parsed.data;
}

function algorithm(text: string): SqlcipherSettings['kdfAlgorithm'] {
  const parsed = SqlcipherSettings.shape.kdfAlgorithm.safeParse(text.toLowerCase().replace(/^(pbkdf2_)?hmac_/, ''));
  if (!parsed.success) throw new SettingsError(`“${text}” is not one of sha1, sha256, sha512.`);
  return parsed.data;
}

function isOn(text: string): boolean {
  if (/^(on|1|yes|true)$/i.test(text)) return true;
  if (/^(off|0|no|false)$/i.test(text)) return false;
  throw new SettingsError(`“${text}” is neither on nor off.`);
}

/** The digits of a salt, which SQLCipher wants as `x'…'`. @throws SettingsError */
export function saltIn(text: string): string {
  const digits = text
    .trim()
    .replace(/^x'(.*)'$/i, '$1')
    .toLowerCase();
  if (!CipherSalt.safeParse(digits).success) throw new SettingsError('A salt has 32 hexadecimal digits.');
  return digits;
}

import type {
  CipherSettings,
  HashAlgorithm,
  KeyFingerprint,
  OtherCipher,
  SqlcipherSettings,
} from '../model/database-encryption.ts';
import { isSqlcipher, nearestDefaults, usesRawKey } from '../rules/sqlite/cipher-settings.ts';

const WORDS: Record<OtherCipher | SqlcipherSettings['cipher'], string> = {
  sqlcipher: 'SQLCipher',
  'sqlcipher-mc': 'SQLCipher of SQLite3 Multiple Ciphers',
  chacha20: 'ChaCha20-Poly1305',
  sqleet: 'sqleet',
  aegis: 'AEGIS',
  ascon128: 'Ascon-128',
  aes256cbc: 'wxSQLite3 AES-256',
  aes128cbc: 'wxSQLite3 AES-128',
  rc4: 'System.Data.SQLite RC4',
};

/** What algorithms are called. */
export const ALGORITHM_WORDS: Record<HashAlgorithm, string> = { sha1: 'SHA-1', sha256: 'SHA-256', sha512: 'SHA-512' };

/** What a database is encrypted with, and what of its settings is not a default. */
export function settingsInWords(settings: CipherSettings): string {
  const raw = usesRawKey(settings) ? ', raw key' : '';
  if (!isSqlcipher(settings)) return WORDS[settings.cipher] + raw;
  const { version, differing } = nearestDefaults(settings);
  const words: Record<keyof SqlcipherSettings, string> = {
    cipher: '',
    pageSize: `pages of ${settings.pageSize} bytes`,
    kdfIterations: `${settings.kdfIterations} KDF iterations`,
    kdfAlgorithm: `KDF ${ALGORITHM_WORDS[settings.kdfAlgorithm]}`,
    hmacAlgorithm: settings.hmacAlgorithm === null ? 'no HMAC' : `HMAC ${ALGORITHM_WORDS[settings.hmacAlgorithm]}`,
    plaintextHeaderSize: `plaintext header of ${settings.plaintextHeaderSize} bytes`,
  };
  const name = settings.cipher === 'sqlcipher' ? `${WORDS.sqlcipher} ${version}` : WORDS[settings.cipher];
  return [name, ...differing.map((each) => words[each])].filter((part) => part !== '').join(', ') + raw;
}

/** A short name for a key, by which two can be told apart and nothing else. */
export function keyInWords(fingerprint: KeyFingerprint): string {
  return `key ${fingerprint.slice(-64, -56)}`;
}

import type { CipherFormat, KeyFingerprint } from '../model/encryption.ts';

const WORDS: Record<CipherFormat, string> = {
  'sqlcipher-4': 'SQLCipher 4',
  'sqlcipher-3': 'SQLCipher 3',
  'sqlcipher-3-4096': 'SQLCipher 3 with pages of 4096 bytes',
  'sqlcipher-2': 'SQLCipher 2',
  'sqlcipher-1': 'SQLCipher 1',
  sqlcipher: 'SQLCipher of SQLite3 Multiple Ciphers',
  chacha20: 'ChaCha20-Poly1305',
  sqleet: 'sqleet',
  aegis: 'AEGIS',
  ascon128: 'Ascon-128',
  aes256cbc: 'wxSQLite3 AES-256',
  aes128cbc: 'wxSQLite3 AES-128',
  rc4: 'System.Data.SQLite RC4',
};

/** What a format is called. */
export function formatInWords(format: CipherFormat): string {
  return WORDS[format];
}

/** A short name for a key, by which two can be told apart and nothing else. */
export function keyInWords(fingerprint: KeyFingerprint): string {
  return `key ${fingerprint.slice(-64, -56)}`;
}

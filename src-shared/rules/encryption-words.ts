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

/** What SQLite3 Multiple Ciphers is told before the key, so that it takes a database for one of this format. */
export const CIPHER_PRAGMAS: Record<CipherFormat, readonly string[]> = {
  'sqlcipher-4': ["cipher='sqlcipher'", 'legacy=4'],
  'sqlcipher-3': ["cipher='sqlcipher'", 'legacy=3'],
  'sqlcipher-3-4096': ["cipher='sqlcipher'", 'legacy=3', 'legacy_page_size=4096'],
  'sqlcipher-2': ["cipher='sqlcipher'", 'legacy=2'],
  'sqlcipher-1': ["cipher='sqlcipher'", 'legacy=1'],
  sqlcipher: ["cipher='sqlcipher'", 'legacy=0'],
  chacha20: ["cipher='chacha20'", 'legacy=0'],
  sqleet: ["cipher='chacha20'", 'legacy=1'],
  aegis: ["cipher='aegis'"],
  ascon128: ["cipher='ascon128'"],
  aes256cbc: ["cipher='aes256cbc'"],
  aes128cbc: ["cipher='aes128cbc'"],
  rc4: ["cipher='rc4'"],
};

/** What a format is called. */
export function formatInWords(format: CipherFormat): string {
  return WORDS[format];
}

/** A short name for a key, by which two can be told apart and nothing else. */
export function keyInWords(fingerprint: KeyFingerprint): string {
  return `key ${fingerprint.slice(-64, -56)}`;
}

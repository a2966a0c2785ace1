import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CipherSettings, SqlcipherSettings } from '../../src-shared/model/database-encryption.ts';
import {
  COMPATIBILITIES,
  driverPragmas,
  nearestDefaults,
  parseCipherSettings,
  SettingsError,
  SQLCIPHER_DEFAULTS,
  sameSettings,
  sqlcipherPragmas,
} from '../../src-shared/rules/sqlite/cipher-settings.ts';
import { settingsInWords } from '../../src-shared/words/database-encryption-words.ts';
import { anySettings } from '../support/cipher-settings.ts';

/** Settings as a person writes them: every value by its name. */
const written = (settings: SqlcipherSettings): string[] => [
  `page_size=${settings.pageSize}`,
  `kdf_iter=${settings.kdfIterations}`,
  `kdf_algorithm=${settings.kdfAlgorithm}`,
  settings.hmacAlgorithm === null ? 'use_hmac=off' : `hmac_algorithm=${settings.hmacAlgorithm}`,
  `plaintext_header_size=${settings.plaintextHeaderSize}`,
];

const V4 = SQLCIPHER_DEFAULTS[4];

const separators = fc.constantFrom(' ', ', ', ';\n', '  ');

describe('settings that are written down', () => {
  test('are read as they were written, whatever separates them and whatever they differ from', () => {
    fc.assert(
      fc.property(anySettings(), fc.constantFrom(...COMPATIBILITIES), separators, (settings, version, separator) => {
        const text = [`compatibility=${version}`, ...written(settings)].join(separator);
        expect(parseCipherSettings(text)).toEqual({ settings });
      }),
    );
  });

  test('are read as a program gives them to SQLCipher', () => {
    const statements = fc.tuple(anySettings(), fc.stringMatching(/^[0-9a-f]{32}$/));
    fc.assert(
      fc.property(statements, ([settings, salt]) => {
        const lines = [...sqlcipherPragmas(settings), `PRAGMA cipher_salt = "x'${salt}'";`];
        expect(parseCipherSettings(lines.join('\n'))).toEqual({ settings, salt });
      }),
    );
    expect(
      parseCipherSettings('pragma cipher_use_hmac = OFF; PRAGMA cipher_hmac_algorithm=HMAC_SHA1').settings,
    ).toEqual({
      ...V4,
      hmacAlgorithm: null,
    });
    expect(parseCipherSettings('compatibility=1 use_hmac=on').settings).toEqual(SQLCIPHER_DEFAULTS[2]);
  });

  test.each([
    ['', 'Not name=value'],
    ['page_size', 'Not name=value'],
    ['page_size=1024 and more', '“andmore”'],
    ['page_size=1000', '“1000” is not one of 512, 1024'],
    ['page_size=1024 cipher_page_size=1024', 'page_size is given twice'],
    ['kdf_iter=0', 'not a number of iterations'],
    ['kdf_iter=4e3', 'not a number of iterations'],
    ['kdf_iter=99999999999', 'not a number of iterations'],
    ['kdf_algorithm=md5', '“md5” is not one of sha1'],
    ['compatibility=5', '“5” is not one of 4, 3, 2, 1'],
    ['use_hmac=perhaps', 'neither on nor off'],
    ['plaintext_header_size=33', '“33” is not one of 0, 16, 32'],
    ['salt=abc', 'A salt has 32 hexadecimal digits'],
    ['constructor=1', 'Unknown setting: constructor'],
  ])('are refused with what is wrong: %s', (text, message) => {
    expect(() => parseCipherSettings(text)).toThrow(SettingsError);
    expect(() => parseCipherSettings(text)).toThrow(message);
  });

  test('nothing but settings and refusals comes of any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^([a-z_]{1,12}=[\w'"; ]{0,9}){1,4}$/)), (text) => {
        try {
          const { settings } = parseCipherSettings(text);
          expect(SqlcipherSettings.parse(settings)).toEqual(settings);
        } catch (error) {
          expect(error).toBeInstanceOf(SettingsError);
        }
      }),
    );
  });
});

describe('settings are told', () => {
  test.each(COMPATIBILITIES)('by the version alone where they are its defaults: %i', (version) => {
    expect(settingsInWords(SQLCIPHER_DEFAULTS[version])).toBe(`SQLCipher ${version}`);
    expect(nearestDefaults(SQLCIPHER_DEFAULTS[version])).toEqual({ version, differing: [] });
  });

  test('by what differs from the nearest version', () => {
    expect(settingsInWords({ ...V4, pageSize: 1024, kdfIterations: 4000 })).toBe(
      'SQLCipher 4, pages of 1024 bytes, 4000 KDF iterations',
    );
    expect(settingsInWords({ ...V4, hmacAlgorithm: null })).toBe('SQLCipher 4, no HMAC');
    // Most of it is as in version 1, which has no SHA-512.
    expect(settingsInWords({ ...V4, kdfIterations: 1234, pageSize: 1024, hmacAlgorithm: null })).toBe(
      'SQLCipher 4, pages of 1024 bytes, 1234 KDF iterations, no HMAC',
    );
    expect(settingsInWords({ ...V4, kdfIterations: null, plaintextHeaderSize: 32 })).toBe(
      'SQLCipher 4, plaintext header of 32 bytes, raw key',
    );
    expect(settingsInWords({ ...V4, cipher: 'sqlcipher-mc' })).toBe('SQLCipher of SQLite3 Multiple Ciphers');
    expect(settingsInWords({ cipher: 'chacha20', rawKey: true })).toBe('ChaCha20-Poly1305, raw key');
  });

  test('and are the same only when all of them are', () => {
    fc.assert(
      fc.property(anySettings(), anySettings(), (one, other) => {
        expect(sameSettings(one, { ...one })).toBe(true);
        expect(sameSettings(one, other)).toBe(JSON.stringify(one) === JSON.stringify(other));
        expect(sameSettings(one, { cipher: 'chacha20', rawKey: false })).toBe(false);
        expect(CipherSettings.parse(one)).toEqual(one);
      }),
    );
  });

  test('to the driver as numbers, and nothing in them can end a statement', () => {
    expect(driverPragmas({ ...V4, kdfAlgorithm: 'sha1', hmacAlgorithm: 'sha256', kdfIterations: 1 })).toEqual([
      "cipher='sqlcipher'",
      'legacy=4',
      'legacy_page_size=4096',
      'kdf_iter=1',
      'kdf_algorithm=0',
      'hmac_use=1',
      'hmac_algorithm=1',
      'plaintext_header_size=0',
    ]);
    for (const pragma of driverPragmas({ ...V4, hmacAlgorithm: null }))
      expect(pragma).toMatch(/^[a-z_]+=(\d+|'[a-z]+')$/);
  });
});

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type DatabaseKey,
  likelyFirst,
  type Unlocking,
  waysToOpen,
} from '../../src-main/core/engine/sqlite/database-key.ts';
import { rawKeyIn } from '../../src-main/core/engine/sqlite/sqlcipher-page.ts';
import { type CipherSettings, type KeyFingerprint, OtherCipher } from '../../src-shared/model/database-encryption.ts';
import { isSqlcipher, parseCipherSettings, SQLCIPHER_DEFAULTS } from '../../src-shared/rules/sqlite/cipher-settings.ts';
import { makeEncrypted, startOfFile } from '../support/encrypted-databases.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const V4 = SQLCIPHER_DEFAULTS[4];
const fingerprint = (digit: string): KeyFingerprint => `scrypt:${digit.repeat(32)}:${digit.repeat(64)}`;
const keyOf = (text: string, digit: string, more: Partial<DatabaseKey> = {}): DatabaseKey => ({
  text,
  fingerprint: fingerprint(digit),
  settings: [],
  salts: [],
  ...more,
});
const one = keyOf('one', '1');
const two = keyOf('two', '2');
const raw = keyOf('ab'.repeat(32), '3');
const NOISE = randomBytes(4096);

async function namesOf(ways: AsyncIterable<Unlocking>): Promise<string[]> {
  const names: string[] = [];
  for await (const { settings, key } of ways)
    names.push(`${settings.cipher} ${key.text}${'rawKey' in settings && settings.rawKey ? ' raw' : ''}`);
  return names;
}

test('what is said of a key comes first, then every other cipher', async () => {
  const keys = likelyFirst([one, two], { key: two.fingerprint, settings: { cipher: 'aegis', rawKey: false } });
  const names = await namesOf(waysToOpen(NOISE, keys));
  expect(names.slice(0, 3)).toEqual(['aegis two', 'chacha20 two', 'chacha20 one']);
});

test('digits of a raw key are tried as they are, and as a raw key', async () => {
  expect((await namesOf(waysToOpen(NOISE, [raw]))).slice(0, 2)).toEqual([
    `chacha20 ${raw.text}`,
    `chacha20 ${raw.text} raw`,
  ]);
  const digits = 'ab'.repeat(32);
  const salt = 'cd'.repeat(16);
  expect(rawKeyIn(`X'${digits}'`)).toEqual({ key: digits, salt: null });
  expect(rawKeyIn(digits + salt)).toEqual({ key: digits, salt });
  for (const text of [`x'${digits}`, `${digits}'`, digits.slice(1), `${digits}00`, 'a phrase'])
    expect(rawKeyIn(text)).toBeNull();
});

test('whatever is likely, every other cipher is tried once with every key', async () => {
  const ciphers = fc.constantFrom(...OtherCipher.options);
  const all = OtherCipher.options.flatMap((cipher) => [`${cipher} ${raw.text}`, `${cipher} ${raw.text} raw`]);
  await fc.assert(
    fc.asyncProperty(ciphers, fc.boolean(), async (cipher, rawKey) => {
      const keys = likelyFirst([raw], { key: raw.fingerprint, settings: { cipher, rawKey } });
      expect((await namesOf(waysToOpen(NOISE, keys))).toSorted()).toEqual(all.toSorted());
    }),
    { numRuns: 5 },
  );
});

/** The first way of SQLCipher, which is no mere attempt: it fits the first page. */
async function firstWay(path: string, ...keys: DatabaseKey[]): Promise<Unlocking | undefined> {
  for await (const way of waysToOpen(startOfFile(path), keys)) if (isSqlcipher(way.settings)) return way;
  return undefined;
}

const RAW = `x'${'1f'.repeat(32)}'`;
const hmacs = ['hmac_use=0', 'hmac_algorithm=0', 'hmac_algorithm=1', 'hmac_algorithm=2'];
const hmacNames = [null, 'sha1', 'sha256', 'sha512'] as const;

const combinations = hmacs.flatMap((hmac, index) =>
  ([1024, 2048, 4096, 8192, 16384, 32768, 65536] as const).flatMap((pageSize) =>
    (['sha1', 'sha256', 'sha512'] as const).map((kdfAlgorithm, kdf) => ({
      pageSize,
      kdfAlgorithm,
      hmacAlgorithm: hmacNames[index] ?? null,
      pragmas: [
        "cipher='sqlcipher'",
        'legacy=4',
        `legacy_page_size=${pageSize}`,
        hmac,
        `kdf_algorithm=${kdf}`,
        'kdf_iter=1',
      ],
    })),
  ),
);

test('every page size, HMAC and algorithm is found by the first page, with a passphrase and a raw key', async () => {
  const folder = temporaryFolder();
  for (const [index, { pragmas, ...settings }] of combinations.entries()) {
    const path = join(folder, `${index}.db`);
    makeEncrypted(path, 'one', 3, pragmas);
    const given = { ...V4, kdfIterations: 1, kdfAlgorithm: settings.kdfAlgorithm };
    const found = await firstWay(path, { ...two, settings: [given] }, { ...one, settings: [given] });
    expect(found).toMatchObject({ key: { text: 'one' }, settings: { ...given, ...settings } });
    makeEncrypted(`${path}-raw`, RAW, 3, pragmas);
    // A raw key is derived in no way, and the algorithm is that of the HMAC's key alone.
    const derived = settings.hmacAlgorithm === null ? { kdfAlgorithm: 'sha512' } : {};
    const expected = { ...V4, ...settings, ...derived, kdfIterations: null };
    expect((await firstWay(`${path}-raw`, keyOf(RAW, '4')))?.settings).toEqual(expected);
  }
});

test('uncommon settings are guessed with the keys that come first alone, for those kept may be many', async () => {
  const path = join(temporaryFolder(), 'a.db');
  makeEncrypted(path, 'one', 3, ["cipher='sqlcipher'", 'legacy=4', 'kdf_iter=10000']);
  const others = Array.from({ length: 5 }, (_, index) => keyOf(`other ${index}`, String(index)));
  expect((await firstWay(path, ...others.slice(1), one))?.settings).toEqual({ ...V4, kdfIterations: 10_000 });
  expect(await firstWay(path, ...others, one)).toBeUndefined();
});

test('a number of iterations that nobody could guess is found with the settings that are given', async () => {
  const path = join(temporaryFolder(), 'a.db');
  makeEncrypted(path, 'one', 3, ["cipher='sqlcipher'", 'legacy=4', 'kdf_iter=4321', 'legacy_page_size=2048']);
  expect(await firstWay(path, one)).toBeUndefined();
  // The page size is found, though it is given wrong.
  const given = parseCipherSettings('kdf_iter=4321 page_size=512').settings;
  const expected: CipherSettings = { ...V4, kdfIterations: 4321, pageSize: 2048 };
  expect((await firstWay(path, { ...one, settings: [given] }))?.settings).toEqual(expected);
});

test.each([16, 32, 48, 64, 80, 96] as const)(
  'a plaintext header of %i bytes is found with its salt, wherever that is given',
  async (size) => {
    const folder = temporaryFolder();
    const salt = 'cd'.repeat(16);
    for (const index of [0, 3]) {
      const pragmas = [
        "cipher='sqlcipher'",
        'legacy=4',
        'kdf_iter=4000',
        hmacs[index] ?? '',
        `plaintext_header_size=${size}`,
      ];
      const [withPhrase, withDigits] = [join(folder, `${index}a.db`), join(folder, `${index}b.db`)];
      makeEncrypted(withPhrase, 'one', 3, [...pragmas, `cipher_salt='${salt}'`]);
      makeEncrypted(withDigits, RAW.replace(/'$/, `${salt}'`), 3, pragmas);
      const expected = { ...V4, hmacAlgorithm: hmacNames[index] ?? null, plaintextHeaderSize: size };
      expect(await firstWay(withPhrase, { ...one, salts: ['00'.repeat(16), salt] })).toMatchObject({
        settings: { ...expected, kdfIterations: 4000 },
        salt,
      });
      expect(await firstWay(withPhrase, one)).toBeUndefined();
      expect(await firstWay(withDigits, keyOf(RAW.replace(/'$/, `${salt}'`), '5'))).toMatchObject({
        settings: { ...expected, kdfIterations: null },
        salt: null,
      });
      expect(await firstWay(withDigits, keyOf(RAW, '6', { salts: [salt] }))).toMatchObject({
        settings: { ...expected, kdfIterations: null },
      });
    }
  },
);

import { readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { armor, generateIdentity, identityToRecipient } from 'age-encryption';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writerOf } from '../../src-main/core/engine/files/durable-files.ts';
import { identifyContent } from '../../src-main/core/engine/identify/identify-file.ts';
import { type StoredDigest, storeImage } from '../../src-main/core/engine/packing/compress.ts';
import { unpackFile } from '../../src-main/core/engine/packing/decompress.ts';
import {
  type EncryptionSecret,
  type Encryptor,
  encryptorOf,
  isIdentity,
  readIdentity,
  requireRecipient,
} from '../../src-main/core/engine/packing/encryption.ts';
import type { Compression } from '../../src-shared/model/values.ts';
import { age, hasAge, withTypedPassphrase } from '../support/age-command-line.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const PASSPHRASE = 'drei Wörter und 1 $eil';
const phrase = (text: string): EncryptionSecret => ({ kind: 'passphrase', text, fingerprint: `of ${text}` });
const [ours, other] = await Promise.all([generateIdentity().then(readIdentity), generateIdentity().then(readIdentity)]);
const forUs: Encryptor = { kind: 'recipients', recipients: [other.fingerprint, ours.fingerprint] };

/** Stores bytes encrypted, in a folder of its own. */
async function store(
  bytes: Uint8Array,
  encryptor: Encryptor,
  compression: Compression = 'gz',
): Promise<{ folder: string; path: string; digest: StoredDigest }> {
  const folder = temporaryFolder();
  const image = join(folder, 'image');
  const path = join(folder, 'stored.age');
  writeFileSync(image, bytes);
  const handle = await open(path, 'wx');
  try {
    return { folder, path, digest: await storeImage(image, { compression, encryptor }, writerOf(handle), () => {}) };
  } finally {
    await handle.close();
  }
}

let count = 0;
/** Opens and unpacks a file; answers what is in it and what opened it. */
async function openStored(path: string, secrets: EncryptionSecret[]) {
  const back = `${path}-back-${count++}`;
  const opened: EncryptionSecret[] = [];
  const onDecrypted = (secret: EncryptionSecret): void => void opened.push(secret);
  const digest = await unpackFile(path, await identifyContent(path), back, () => {}, { secrets, onDecrypted });
  return { bytes: readFileSync(back), digest, opened };
}

describe('what is encrypted', () => {
  test('comes back byte for byte, in every format and at the edges of a piece', async () => {
    const size = fc.constantFrom(0, 1, 65_535, 65_536, 65_537, 2 ** 20, 2 ** 20 + 1, 3_000_000);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom<Compression>('gz', 'zst', 'none'), size, async (compression, length) => {
        const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
        const content = Buffer.alloc(length, bytes);
        const { path, digest } = await store(content, forUs, compression);
        const stored = readFileSync(path);
        expect(stored.toString('latin1', 0, 22)).toBe('age-encryption.org/v1\n');
        expect(digest.stored.bytes).toBe(stored.length);
        const back = await openStored(path, [phrase('no'), ours]);
        expect(back.bytes.equals(content)).toBe(true);
        expect(back.digest).toEqual(digest);
        expect(back.opened).toEqual([ours]);
      }),
      { numRuns: 12 },
    );
  });

  test('is found to be encrypted by its content, whatever its name, and in letters too', async () => {
    const content = Buffer.alloc(300_000, 'content ');
    const { path, folder } = await store(content, forUs);
    const letters = join(folder, 'any.name');
    writeFileSync(letters, armor.encode(readFileSync(path)).replaceAll('\n', '\r\n'));
    expect([await identifyContent(path), await identifyContent(letters)]).toEqual(['age', 'age']);
    expect((await openStored(letters, [ours])).bytes.equals(content)).toBe(true);
    writeFileSync(letters, armor.encode(readFileSync(path)).slice(0, -60));
    await expect(openStored(letters, [ours])).rejects.toMatchObject({ code: 'CORRUPT' });
  });

  test('opens with one of several passphrases, and that one is told', async () => {
    const { path } = await store(Buffer.from('content'), { kind: 'passphrase', passphrase: PASSPHRASE });
    const right = phrase(PASSPHRASE);
    const { bytes, opened } = await openStored(path, [ours, phrase('another one'), right]);
    expect(bytes.toString()).toBe('content');
    expect(opened).toEqual([right]);
  }, 30_000);
});

describe('what does not open', () => {
  test('says what is asked for and whether something was tried', async () => {
    const forOther = await store(Buffer.from('content'), { kind: 'recipients', recipients: [other.fingerprint] });
    const byPhrase = await store(Buffer.from('content'), { kind: 'passphrase', passphrase: PASSPHRASE });
    const cases: [string, EncryptionSecret[], string, RegExp][] = [
      [forOther.path, [], 'identity', /whose identities are unknown/],
      [forOther.path, [phrase('x'), ours], 'identity', /No known identity opens it/],
      [byPhrase.path, [ours], 'passphrase', /unknown passphrase/],
      [byPhrase.path, [phrase('wrong')], 'passphrase', /No known passphrase opens it/],
    ];
    for (const [path, secrets, asks, message] of cases) {
      await expect(openStored(path, secrets)).rejects.toMatchObject({
        code: 'BAD_KEY',
        asks,
        message: expect.stringMatching(message),
        hint: expect.stringContaining(asks),
      });
    }
  }, 30_000);

  test('damage in the payload, a cut at any place and bytes too many are found and called damage', async () => {
    const { path, folder } = await store(Buffer.alloc(400_000, 'content '), forUs, 'none');
    const good = readFileSync(path);
    const bad = join(folder, 'bad.age');
    const spoilt = fc.oneof(
      fc.integer({ min: 700, max: good.length - 1 }).map((at) => {
        const bytes = Buffer.from(good);
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        return bytes;
      }),
      fc.integer({ min: 700, max: good.length - 1 }).map((length) => good.subarray(0, length)),
      fc
        .constantFrom(65_552, 2 * 65_552)
        .map((chunks) => good.subarray(0, good.length - (good.length % 65_552) - chunks)),
      fc.uint8Array({ minLength: 1, maxLength: 100_000 }).map((more) => Buffer.concat([good, more])),
    );
    await fc.assert(
      fc.asyncProperty(spoilt, async (bytes) => {
        writeFileSync(bad, bytes);
        await expect(openStored(bad, [ours])).rejects.toMatchObject({
          code: 'CORRUPT',
          message: 'The encrypted data is damaged or truncated.',
        });
      }),
      { numRuns: 40 },
    );
  });

  test('damage in the header is never an error of another kind, and never opens', async () => {
    const { path, folder } = await store(Buffer.from('content'), forUs);
    const good = readFileSync(path);
    const headerBytes = good.indexOf('\n--- ') + 48;
    const bad = join(folder, 'bad.age');
    for (let at = 22; at < headerBytes; at += 3) {
      const bytes = Buffer.from(good);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      writeFileSync(bad, bytes);
      const outcome = await openStored(bad, [ours]).then(
        () => 'opened',
        (error: { code?: string }) => error.code,
      );
      expect(['CORRUPT', 'BAD_KEY'], `byte ${at}: ${outcome}`).toContain(outcome);
    }
  });
});

describe.skipIf(!hasAge)('the command line of age', () => {
  test('opens what is encrypted for its identity and by a passphrase typed at a terminal', async () => {
    const content = Buffer.alloc(2_500_000, 'content ');
    const { path, folder } = await store(content, forUs, 'gz');
    const [keyFile, plain] = [join(folder, 'key.txt'), join(folder, 'plain.gz')];
    writeFileSync(keyFile, `${ours.text}\n`);
    age('-d', '-i', keyFile, '-o', plain, path);
    expect((await openStored(plain, [])).bytes.equals(content)).toBe(true);

    const phrased = await store(content, { kind: 'passphrase', passphrase: PASSPHRASE }, 'none');
    const opened = join(phrased.folder, 'opened');
    expect(withTypedPassphrase('wrong', ['age', '-d', '-o', opened, phrased.path])).not.toBe(0);
    expect(withTypedPassphrase(PASSPHRASE, ['age', '-d', '-o', opened, phrased.path])).toBe(0);
    expect(readFileSync(opened).equals(content)).toBe(true);
  }, 60_000);

  test('makes what opens here, in bytes and in letters', async () => {
    const content = Buffer.alloc(700_000, 'content ');
    const folder = temporaryFolder();
    const packed = join(folder, 'packed.gz');
    writeFileSync(packed, gzipSync(content));
    const at = (name: string): string => join(folder, name);
    age('-r', ours.fingerprint, '-o', at('bytes'), packed);
    age('-a', '-r', ours.fingerprint, '-o', at('letters'), packed);
    for (const name of ['bytes', 'letters'])
      expect((await openStored(at(name), [ours])).bytes.equals(content)).toBe(true);
    expect(withTypedPassphrase(PASSPHRASE, ['age', '-p', '-o', at('phrase'), packed])).toBe(0);
    expect((await openStored(at('phrase'), [phrase(PASSPHRASE)])).bytes.equals(content)).toBe(true);
  }, 60_000);
});

test('recipients and identities are told from what is none', async () => {
  await requireRecipient(ours.fingerprint);
  for (const bad of ['age1', 'hello', `${ours.fingerprint}x`, ours.text])
    await expect(requireRecipient(bad)).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
  const text = await generateIdentity();
  expect(await readIdentity(` ${text.toLowerCase()}\n`)).toEqual({
    kind: 'identity',
    text,
    fingerprint: await identityToRecipient(text),
  });
  await expect(readIdentity(`${text}A`)).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
  expect([isIdentity(text), isIdentity('AGE-SECRET-KEY-PQ-1ABC'), isIdentity('a phrase')]).toEqual([true, true, false]);
});

test('a passphrase that is not known keeps anything from being stored', () => {
  expect(encryptorOf(null, [])).toBeNull();
  expect(encryptorOf({ kind: 'passphrase' }, [phrase('one')])).toEqual({ kind: 'passphrase', passphrase: 'one' });
  expect(() => encryptorOf({ kind: 'passphrase' }, [ours])).toThrow(expect.objectContaining({ code: 'BAD_KEY' }));
});

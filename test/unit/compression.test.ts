import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writerOf } from '../../src-main/core/engine/files/durable-files.ts';
import { PIECE_BYTES, storeImage } from '../../src-main/core/engine/packing/compress.ts';
import { unpackFile } from '../../src-main/core/engine/packing/decompress.ts';
import {
  MEMBER_HEADER_BYTES,
  memberLength,
  packMember,
  unpackMember,
} from '../../src-main/core/engine/packing/gzip-members.ts';
import { mapInOrder } from '../../src-main/core/engine/packing/in-order.ts';
import {
  packFrame,
  readBlockHeader,
  readFrameHeader,
  skippableBytes,
  unpackFrame,
} from '../../src-main/core/engine/packing/zstd-frames.ts';
import { hasCompressors } from '../support/command-line-tools.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const LIMIT = 1 << 24;
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(Buffer.alloc(0), Buffer.alloc(1), Buffer.from([255]), Buffer.alloc(200_000, 'abc')),
);
const tools = { gz: ['gunzip', ['-c']], zst: ['zstd', ['-dc']] } as const;

describe.each([
  ['gz', (bytes: Buffer) => packMember(bytes, 4), (packed: Buffer) => unpackMember(packed, LIMIT), 'gzip'],
  ['zst', (bytes: Buffer) => packFrame(bytes, 3), (packed: Buffer) => unpackFrame(packed, LIMIT), 'zstd'],
] as const)('%s', (kind, pack, unpack, content) => {
  test.skipIf(!hasCompressors)('what is packed comes back, also from the command line, also concatenated', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 4 }), async (pieces) => {
        const packed = await Promise.all(pieces.map(pack));
        for (const [n, one] of packed.entries())
          expect((await unpack(one)).equals(pieces[n] ?? Buffer.alloc(0))).toBe(true);
        const whole = Buffer.concat(packed);
        const [command, args] = tools[kind];
        expect(execFileSync(command, [...args], { input: whole, maxBuffer: LIMIT }).equals(Buffer.concat(pieces))).toBe(
          true,
        );
        if (kind === 'gz') expect(gunzipSync(whole).equals(Buffer.concat(pieces))).toBe(true);
        else expect(zstdDecompressSync(packed[0] ?? whole).equals(pieces[0] ?? Buffer.alloc(0))).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  test('what does not compress comes back', async () => {
    const noise = randomBytes(PIECE_BYTES);
    const packed = await pack(noise);
    expect(packed.length).toBeLessThan(PIECE_BYTES + 1000);
    expect((await unpack(packed)).equals(noise)).toBe(true);
  });

  test.each([0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES + 17])(
    'an image of %d bytes is stored and unpacked, with the same digests',
    async (bytes) => {
      const folder = temporaryFolder();
      const [image, stored, back] = ['image', 'stored', 'back'].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      writeFileSync(
        image,
        Buffer.concat([randomBytes(Math.min(bytes, 100_000)), Buffer.alloc(Math.max(0, bytes - 100_000), 'row ')]),
      );
      const handle = await open(stored, 'w');
      const digest = await storeImage(image, { compression: kind, encryptor: null }, writerOf(handle), () => {});
      await handle.close();
      const progress: number[] = [];
      expect(await unpackFile(stored, content, back, (done) => progress.push(done))).toEqual(digest);
      expect(readFileSync(back).equals(readFileSync(image))).toBe(true);
      expect(progress.at(-1)).toBe(digest.stored.bytes);
      const [command, args] = tools[kind];
      expect(execFileSync(command, [...args, stored], { maxBuffer: LIMIT }).equals(readFileSync(image))).toBe(true);
    },
  );

  test('every flipped bit of a small stored file is noticed: by the packing, or by the hash', async () => {
    const folder = temporaryFolder();
    const [image, stored] = [join(folder, 'image'), join(folder, 'stored')];
    writeFileSync(image, Buffer.from('a small database, as it were. '.repeat(8)));
    const handle = await open(stored, 'w');
    const { image: imageDigest, stored: storedDigest } = await storeImage(
      image,
      { compression: kind, encryptor: null },
      writerOf(handle),
      () => {},
    );
    await handle.close();
    const original = readFileSync(stored);
    const unnoticed: string[] = [];
    for (let bit = 0; bit < original.length * 8; bit++) {
      const damaged = Buffer.from(original);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(stored, damaged);
      const outcome = await unpackFile(stored, content, join(folder, `back-${bit}`), () => {}).then(
        (digest) => digest,
        (error: { code?: string }) => error.code,
      );
      // A header that asks for what is not here may be a sound file's: the hash tells.
      if (outcome === 'CORRUPT' || (kind === 'zst' && outcome === 'UNSUPPORTED')) continue;
      if (typeof outcome === 'string' || outcome === undefined) unnoticed.push(`bit ${bit}: ${outcome}`);
      // A field of the header that nobody reads: the content is whole, and the hash of the file is another.
      else if (outcome.stored.sha256 === storedDigest.sha256 || outcome.image.sha256 !== imageDigest.sha256)
        unnoticed.push(`bit ${bit}`);
    }
    expect(unnoticed).toEqual([]);
  });

  test('more than the limit is not unpacked', async () => {
    const packed = await pack(Buffer.alloc(100_000));
    const small = kind === 'gz' ? unpackMember(packed, 50_000) : unpackFrame(packed, 50_000);
    await expect(small).rejects.toThrow();
  });

  test('anything that only starts like it ends as CORRUPT, or in zstd as what cannot be unpacked here, never as something else', async () => {
    const folder = temporaryFolder();
    const starts = {
      gz: [Buffer.from([0x1f, 0x8b, 8]), (await packMember(Buffer.from('x'), 4)).subarray(0, 20)],
      zst: [Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), Buffer.from([0x5a, 0x2a, 0x4d, 0x18])],
    };
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...starts[kind]), fc.uint8Array({ maxLength: 60 }), async (start, rest) => {
        const path = join(folder, `file-${count++}`);
        writeFileSync(path, Buffer.concat([start, rest]));
        const code = await unpackFile(path, content, `${path}-back`, () => {}).then(
          () => 'CORRUPT',
          (error: { code?: string }) => error.code,
        );
        expect(kind === 'zst' && code === 'UNSUPPORTED' ? 'CORRUPT' : code).toBe('CORRUPT');
      }),
      { numRuns: 300 },
    );
  });
});

test('a member says its length; other gzip files do not', async () => {
  const member = await packMember(Buffer.from('text'), 6);
  expect(memberLength(Buffer.concat([member, member]).subarray(0, MEMBER_HEADER_BYTES))).toBe(member.length);
  expect(memberLength(gzipSync('text'))).toBeUndefined();
  expect(memberLength(member.subarray(0, 19))).toBeUndefined();
  expect(memberLength(Buffer.alloc(0))).toBeUndefined();
});

test.skipIf(!hasCompressors).each([0, 1, 255, 256, 65_791, 65_792, 300_000])(
  'a frame of %d bytes can be cut by its headers, whoever made it',
  async (bytes) => {
    const content = Buffer.alloc(bytes, 'some rows ');
    for (const frame of [
      await packFrame(content, 3),
      execFileSync('zstd', ['-c', `--stream-size=${bytes}`], { input: content }),
    ]) {
      const header = readFrameHeader(frame);
      if (header === undefined) throw new Error('no frame');
      if (header.contentBytes !== undefined) expect(header.contentBytes).toBe(bytes);
      let at = header.headerBytes;
      for (let last = false; !last; ) {
        const block = readBlockHeader(frame.subarray(at, at + 3));
        last = block.last;
        at += 3 + block.bytes;
      }
      expect(at + header.checksumBytes).toBe(frame.length);
    }
  },
);

test('what starts no frame is none', () => {
  expect(readFrameHeader(Buffer.alloc(20))).toBeUndefined();
  expect(readFrameHeader(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))).toBeUndefined();
  expect(skippableBytes(Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0]))).toBe(12);
  expect(skippableBytes(Buffer.from([0x60, 0x2a, 0x4d, 0x18, 4, 0, 0, 0]))).toBeUndefined();
  expect(() => readBlockHeader(Buffer.from([0x06, 0, 0]))).toThrow();
});

describe('several at a time, in order', () => {
  async function* numbers(count: number): AsyncGenerator<number> {
    for (let n = 0; n < count; n++) yield n;
  }

  test('whatever ends first, at most so many are held', async () => {
    const waiting: Array<() => void> = [];
    let held = 0;
    let most = 0;
    const results: number[] = [];
    for await (const result of mapInOrder(numbers(50), 4, async (n) => {
      held += 1;
      most = Math.max(most, held);
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        // The newest first, and the first ones only when nothing newer comes.
        setImmediate(() => waiting.pop()?.());
      });
      held -= 1;
      return n;
    }))
      results.push(result);
    expect(results).toEqual(Array.from({ length: 50 }, (_, n) => n));
    expect(most).toBe(4);
  });

  test('an error comes out at its place, and what still runs is waited for', async () => {
    let ended = 0;
    const results: number[] = [];
    const work = async (n: number): Promise<number> => {
      await new Promise((resolve) => setImmediate(resolve));
      ended += 1;
      if (n === 5) throw new Error('five');
      return n;
    };
    await expect(
      (async () => {
        for await (const result of mapInOrder(numbers(50), 4, work)) results.push(result);
      })(),
    ).rejects.toThrow('five');
    expect(results).toEqual([0, 1, 2, 3, 4]);
    expect(ended).toBeLessThanOrEqual(9);
  });
});

test.skipIf(!hasCompressors)(
  'a file of another program is read by everybody’s tools and by Snapkeep alike',
  async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'otherProgram.gz');
    const content = Buffer.concat([randomBytes(50_000), Buffer.alloc(3_000_000, 'x')]);
    writeFileSync(path, execFileSync('pigz', ['-c', '-b', '128'], { input: content, maxBuffer: LIMIT }));
    await unpackFile(path, 'gzip', join(folder, 'back'), () => {});
    expect(readFileSync(join(folder, 'back')).equals(content)).toBe(true);
    const parts: Buffer[] = [];
    for await (const part of createReadStream(join(folder, 'back'))) parts.push(part as Buffer);
    expect(Buffer.concat(parts)).toHaveLength(content.length);
  },
);

import { expect, test } from 'vitest';
import { encodeHeader, lockPageOf } from '../../../src-main/core/engine/ltx/ltx-format.ts';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import {
  ltxHeader,
  ltxOf,
  pagesOf,
  type RawFrame,
  type RawLtx,
  rawLtx,
  readAllOfLtx,
} from '../../support/ltx-files.ts';

const frame = (number: number, more: Partial<RawFrame> = {}): RawFrame => ({
  number,
  page: Buffer.alloc(512, number),
  ...more,
});

/** A header of a file that is no base, with some bytes in it changed. */
function header(change: (bytes: Buffer) => void = () => undefined, more = {}): Buffer {
  const bytes = encodeHeader(ltxHeader({ minTxid: 2n, maxTxid: 2n, commit: 9, ...more }));
  change(bytes);
  return bytes;
}

const made = (more: Partial<RawLtx> = {}): Buffer =>
  rawLtx({ header: header(), frames: [frame(1), frame(4), frame(9)], ...more });

/** A block of a literal, and a match that goes on for as long as the file says. */
function bomb(bytes: number): Buffer {
  const block = Buffer.alloc(bytes, 255);
  block.set([0x1f, 65, 1, 0]);
  block[bytes - 1] = 0;
  return block;
}

test.each<[string, Buffer, string]>([
  ['another magic', made({ header: header((bytes) => bytes.write('LTX2')) }), 'it does not begin as an LTX file'],
  ['unknown flags', made({ header: header((bytes) => bytes.writeUInt32BE(3, 4)) }), 'its flags are 3'],
  ['another page size', made({ header: header((bytes) => bytes.writeUInt32BE(513, 8)) }), 'its page size is 513'],
  ['a huge page size', made({ header: header((bytes) => bytes.writeUInt32BE(131_072, 8)) }), 'page size is 131072'],
  ['no page', made({ header: header((bytes) => bytes.writeUInt32BE(0, 12)) }), 'would have 0 pages'],
  ['2³² − 1 pages', made({ header: header((bytes) => bytes.writeInt32BE(-1, 12)) }), 'would have 4294967295 pages'],
  ['transaction 0', made({ header: header((bytes) => bytes.writeBigUInt64BE(0n, 16)) }), 'transactions are 0 to 2'],
  ['transactions backwards', made({ header: header((bytes) => bytes.writeBigUInt64BE(1n, 24)) }), 'are 2 to 1'],
  ['no date', made({ header: header((bytes) => bytes.writeInt32BE(0x7f_ff_ff_ff, 32)) }), 'its timestamp is no date'],
  ['a checksum before', made({ header: header((bytes) => bytes.writeInt32BE(-1, 40)) }), 'does not fit its flags'],
  ['no checksum before', made({ header: header((bytes) => bytes.writeInt32BE(0, 4)) }), 'does not fit its flags'],
  ['a header that goes on', made({ header: header((bytes) => bytes.writeInt8(1, 99)) }), 'is not empty'],
  ['a page twice', made({ frames: [frame(4), frame(4)] }), 'page 4 stands behind page 4'],
  ['pages backwards', made({ frames: [frame(4), frame(3)] }), 'page 3 stands behind page 4'],
  ['page 0', made({ frames: [frame(0)] }), 'it has page 0'],
  ['a page beyond the end', made({ frames: [frame(10)] }), 'it has page 10 of a database of 9 pages'],
  [
    'the page of the locks',
    made({ header: header(() => undefined, { commit: 3_000_000 }), frames: [frame(lockPageOf(512))] }),
    "it has page 2097153, on which SQLite's locks lie",
  ],
  ['a base with a gap', made({ header: header(() => undefined, { minTxid: 1n }) }), 'page 2 is missing'],
  ['a base without end', made({ header: header(() => undefined, { minTxid: 1n }), frames: [frame(1)] }), 'page 2 is'],
  ['a page of the old way', made({ frames: [frame(1, { flags: 0 })] }), 'page 1 is stored in another way'],
  ['unknown flags of a page', made({ frames: [frame(1, { flags: 3 })] }), 'page 1 is stored in another way'],
  [
    'a block of 4 GB',
    made({ frames: [frame(1, { packed: 0xff_ff_ff_ff })] }),
    'page 1 has 4294967295 compressed bytes',
  ],
  ['a block of nothing', made({ frames: [frame(1, { block: Buffer.alloc(0) })] }), 'page 1 has 0 compressed bytes'],
  ['a bomb', made({ frames: [frame(1, { block: bomb(530) })] }), 'page 1 cannot be unpacked'],
  ['a small bomb', made({ frames: [frame(1, { block: bomb(12) })] }), 'page 1 cannot be unpacked'],
  ['half a page', made({ frames: [frame(1, { block: Buffer.of(0x10, 7) })] }), 'page 1 cannot be unpacked'],
  ['noise', made({ frames: [frame(1, { block: Buffer.alloc(60, 0xe7) })] }), 'page 1 cannot be unpacked'],
  ['a match before the start', made({ frames: [frame(1, { block: Buffer.of(0x1f, 1, 9, 0, 200) })] }), 'be unpacked'],
  [
    'an index with other offsets',
    made({ index: (all) => all.map(([n = 0, at = 0, b = 0]) => [n, at + 1, b]) }),
    'index',
  ],
  ['an index with one page less', made({ index: (all) => all.slice(1) }), 'its page index does not describe'],
  ['an index with one page more', made({ index: (all) => [...all, [9, 9, 9]] }), 'its page index does not describe'],
  ['an index with another length', made({ indexBytes: (bytes) => bytes + 1 }), 'its page index does not describe'],
  ['a checksum after', made({ after: 1n << 63n }), 'the checksum of the database after it does not fit its flags'],
  ['bytes behind its end', made({ behind: Buffer.of(0) }), 'bytes stand behind its end'],
  ['nothing', Buffer.alloc(0), 'it ends within its header'],
])('%s is refused', async (_, bytes, why) => {
  await expect(readAllOfLtx(bytes)).rejects.toMatchObject({
    code: 'CORRUPT',
    message: expect.stringContaining(why),
    hint: 'Use another copy of the file, or another point in time.',
  });
});

test('a file that carries checksums of the database is read', async () => {
  const withChecksums = header((bytes) => {
    bytes.writeUInt32BE(0, 4);
    bytes.writeBigUInt64BE(1n << 63n, 40);
  });
  const read = await readAllOfLtx(made({ header: withChecksums, after: 1n << 63n }));
  expect([...read.pages.keys()]).toEqual([1, 4, 9]);
});

test('a file that is cut anywhere is refused', async () => {
  const whole = made();
  for (let at = 0; at < whole.length; at++)
    await expect(readAllOfLtx(whole.subarray(0, at)), `cut at ${at}`).rejects.toMatchObject({ code: 'CORRUPT' });
});

test('of 20,000 mutated files, none crashes, takes long or gives a wrong page', async () => {
  let state = Number(process.env.SNAPKEEP_FUZZ_SEED ?? 20_261_128) >>> 0;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const base = ltxHeader();
  const pages = [pagesOf({ 1: 1 }), [{ number: 2, data: Buffer.from(Array.from({ length: 512 }, () => random(256))) }]];
  const files = [
    { bytes: await ltxOf(base, [...pages.flat(), ...pagesOf({ 3: 3 })]), pages: 3 },
    { bytes: await ltxOf({ ...base, minTxid: 9n, maxTxid: 12n }, pagesOf({ 2: 7, 3: 0 })), pages: 2 },
  ];
  const originals = await Promise.all(files.map(({ bytes }) => readAllOfLtx(bytes)));
  let refused = 0;
  for (let round = 0; round < 20_000; round++) {
    const which = random(files.length);
    const whole = (files[which] as { bytes: Buffer }).bytes;
    const bytes = mutate(whole, random);
    const started = performance.now();
    try {
      expect(await readAllOfLtx(bytes)).toEqual(originals[which]);
    } catch (error) {
      if (!(error instanceof SnapkeepError)) throw error;
      expect(error.code).toBe('CORRUPT');
      refused++;
    }
    expect(performance.now() - started).toBeLessThan(2000);
  }
  // What is left are mutations that change nothing.
  expect(refused).toBeGreaterThan(19_000);
}, 120_000);

function mutate(whole: Buffer, random: (below: number) => number): Buffer {
  const bytes = Buffer.from(whole);
  const at = random(bytes.length);
  switch (random(6)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes, Buffer.alloc(1 + random(40), random(256))]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + random(30)))]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(random(bytes.length))]);
    case 4:
      for (let n = random(8); n >= 0; n--) bytes[random(bytes.length)] = random(256);
      return bytes;
    default:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      return bytes;
  }
}

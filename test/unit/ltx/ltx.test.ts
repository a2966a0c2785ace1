import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Crc64 } from '../../../src-main/core/engine/ltx/crc64.ts';
import {
  type LtxHeader,
  type LtxPage,
  lockPageOf,
  PageOrder,
  readLtxHeader,
} from '../../../src-main/core/engine/ltx/ltx-format.ts';
import { packPage, unpackPage } from '../../../src-main/core/engine/ltx/lz4-block.ts';
import { mergeLtx } from '../../../src-main/core/engine/ltx/merge-ltx.ts';
import { crcOf, ltxHeader, ltxOf, pagesOf, rawLtx, readAllOfLtx } from '../../support/ltx-files.ts';

const bytesOf = (size: number): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.boolean())
    .map(([seed, repeats]) =>
      repeats ? Buffer.alloc(size, seed) : Buffer.from(Array.from({ length: size }, (_, at) => noise(seed, at))),
    );
const noise = (seed: Uint8Array, at: number): number =>
  Math.imul((seed[at % seed.length] ?? 0) + at, 2_654_435_761) >>> 13;

const pageSize = fc.constantFrom(512, 4096, 65_536);

/** A file that is no base: a header and some of its pages. */
const changes = pageSize.chain((size) =>
  fc.record({
    header: fc.record({
      pageSize: fc.constant(size),
      commit: fc.integer({ min: 50, max: 0xff_ff_ff_fe }),
      minTxid: fc.bigInt({ min: 2n, max: 1n << 63n }),
      maxTxid: fc.bigInt({ min: 1n << 63n, max: (1n << 64n) - 1n }),
      timestamp: fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 }),
      nodeId: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    }),
    pages: fc
      .uniqueArray(fc.integer({ min: 1, max: 50 }), { maxLength: 4 })
      .chain((numbers) =>
        fc.tuple(...numbers.sort((a, b) => a - b).map((number) => bytesOf(size).map((data) => ({ number, data })))),
      ),
  }),
);

test('what was written is read, in pieces of any size', async () => {
  await fc.assert(
    fc.asyncProperty(changes, fc.integer({ min: 50, max: 100_000 }), async ({ header, pages }, step) => {
      const read = await readAllOfLtx(await ltxOf(header, pages), step);
      expect(read.header).toEqual(header);
      expect([...read.pages]).toEqual(pages.map(({ number, data }) => [number, data]));
    }),
    { numRuns: 50 },
  );
});

test('the writer makes the bytes that the format prescribes', async () => {
  const header = ltxHeader({ commit: 200, minTxid: 7n, maxTxid: 9n, nodeId: 5n });
  const pages = pagesOf({ 1: 1, 2: 0, 200: 9 });
  const start = Buffer.alloc(100);
  start.write('LTX1');
  start.writeUInt32BE(2, 4);
  start.writeUInt32BE(512, 8);
  start.writeUInt32BE(200, 12);
  start.writeBigUInt64BE(7n, 16);
  start.writeBigUInt64BE(9n, 24);
  start.writeBigUInt64BE(1_795_000_000_000n, 32);
  start.writeBigUInt64BE(5n, 72);
  const frames = pages.map(({ number, data }) => ({ number, page: Buffer.from(data) }));
  expect(await ltxOf(header, pages)).toEqual(rawLtx({ header: start, frames }));
  expect(readLtxHeader(start, '7.ltx')).toEqual(header);
});

test('a file of many pages is read', async () => {
  const page = Buffer.alloc(512, 7);
  const pages = Array.from({ length: 9000 }, (_, at) => ({ number: at + 1, data: page }));
  const read = await readAllOfLtx(await ltxOf(ltxHeader({ commit: 9000 }), pages), 100_000);
  expect(read.pages.size).toBe(9000);
});

test('a merge has the effect of its files in their order', async () => {
  /** Commits, and which pages each file has beside those that it must have. */
  const steps = fc.array(
    fc.record({ commit: fc.integer({ min: 1, max: 12 }), changed: fc.array(fc.integer({ min: 1, max: 12 })) }),
    { minLength: 1, maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (files, fromBase) => {
      let image = fromBase ? [] : Array.from({ length: 5 }, () => 250);
      const before = [...image];
      const written: Array<{ header: LtxHeader; bytes: Buffer }> = [];
      for (const [at, { commit, changed }] of files.entries()) {
        const pages: LtxPage[] = [];
        const old = image.length;
        image = Array.from({ length: commit }, (_, page) => {
          const keeps = page < old && page > 0 && !changed.includes(page + 1);
          if (!keeps) pages.push({ number: page + 1, data: Buffer.alloc(512, at + 1) });
          return keeps ? (image[page] as number) : at + 1;
        });
        const txid = BigInt(at) + (fromBase ? 1n : 2n);
        const header = ltxHeader({ commit, minTxid: txid, maxTxid: txid });
        written.push({ header, bytes: await ltxOf(header, pages) });
      }
      const pieces: Uint8Array[] = [];
      const sources = written.map(({ bytes }, at) => ({ name: `${at}.ltx`, pieces: [bytes] }));
      await mergeLtx(sources, (bytes) => void pieces.push(bytes));
      const merged = await readAllOfLtx(Buffer.concat(pieces));
      const applied = Array.from(
        { length: merged.header.commit },
        (_, page) => merged.pages.get(page + 1)?.[0] ?? before[page],
      );
      expect(applied).toEqual(image);
      expect(merged.header).toEqual({ ...written.at(-1)?.header, minTxid: written[0]?.header.minTxid });
    }),
    { numRuns: 100 },
  );
});

test('files that do not follow one another are not merged', async () => {
  const of = async (more: Partial<LtxHeader>) => {
    const header = ltxHeader({ minTxid: 2n, maxTxid: 3n, ...more });
    return { name: `${header.minTxid}.ltx`, pieces: [await ltxOf(header, pagesOf({ 1: 1 }, header.pageSize))] };
  };
  const merge = async (first: Partial<LtxHeader>, second: Partial<LtxHeader>) =>
    mergeLtx([await of(first), await of(second)], () => undefined);
  await expect(merge({}, { minTxid: 4n, maxTxid: 4n })).resolves.toMatchObject({ pages: 1 });
  // Overlapping is legal: a merged file and some of those that it was made of.
  await expect(merge({}, { minTxid: 3n, maxTxid: 4n })).resolves.toMatchObject({ header: { maxTxid: 4n } });
  await expect(merge({}, { minTxid: 5n, maxTxid: 5n })).rejects.toThrow('5.ltx is damaged: it does not follow 2.ltx');
  await expect(merge({}, {})).rejects.toThrow('it does not follow 2.ltx, which ends with transaction 3');
  await expect(merge({}, { pageSize: 1024, minTxid: 4n, maxTxid: 4n })).rejects.toThrow('its pages have 1024 bytes');
});

test('the writer refuses what no file may hold', async () => {
  const refused = async (header: Partial<LtxHeader>, pages: LtxPage[]) =>
    ltxOf(ltxHeader({ minTxid: 2n, maxTxid: 2n, ...header }), pages);
  await expect(refused({ minTxid: 1n }, pagesOf({ 1: 1, 3: 1 }))).rejects.toThrow('page 2 is missing');
  await expect(refused({ minTxid: 1n }, pagesOf({ 1: 1, 2: 1 }))).rejects.toThrow('page 3 is missing');
  await expect(refused({}, pagesOf({ 2: 1, 4: 1 }))).rejects.toThrow('it has page 4 of a database of 3 pages');
  await expect(refused({}, pagesOf({ 2: 1 }).concat(pagesOf({ 1: 1 })))).rejects.toThrow('page 1 stands behind page 2');
  await expect(refused({}, pagesOf({ 1: 1 }, 1024))).rejects.toThrow('page 1 has 1024 bytes');
  await expect(refused({ pageSize: 1000 }, [])).rejects.toThrow('its page size is 1000');
  await expect(refused({ commit: 0 }, [])).rejects.toThrow('would have 0 pages');
  await expect(refused({ minTxid: 3n }, [])).rejects.toThrow('its transactions are 3 to 2');
  const lock = lockPageOf(65_536);
  const onLocks = pagesOf({ [lock]: 1 }, 65_536);
  await expect(refused({ pageSize: 65_536, commit: lock + 1 }, onLocks)).rejects.toThrow("SQLite's locks lie");
});

test('a base has every page but the one of the locks', () => {
  expect([512, 4096, 65_536].map(lockPageOf)).toEqual([2_097_153, 262_145, 16_385]);
  const faults = (numbers: number[], commit = 5) => {
    const order = new PageOrder(ltxHeader({ commit }), 3);
    return [...numbers.map((number) => order.next(number)), order.end()].filter((fault) => fault !== null);
  };
  expect(faults([1, 2, 4, 5])).toEqual([]);
  expect(faults([1, 2], 3)).toEqual([]);
  expect(faults([1, 2, 5])).toEqual(['page 4 is missing', 'page 4 is missing']);
  expect(faults([1, 2, 4])).toEqual(['page 5 is missing']);
  expect(faults([1, 2, 3, 4, 5])).toEqual(["it has page 3, on which SQLite's locks lie"]);
});

test('the checksum is CRC-64/GO-ISO', () => {
  expect(new Crc64().update(Buffer.from('123456789')).digest()).toBe(0xb909_56c7_75a4_1001n);
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (parts) => {
      const crc = new Crc64();
      for (const part of parts) crc.update(part);
      expect(crc.digest()).toBe(crcOf(Buffer.concat(parts)));
    }),
  );
});

test('each page is an LZ4 block of at most its bytes and what LZ4 adds', () => {
  fc.assert(
    fc.property(
      pageSize.chain((size) => bytesOf(size)),
      (page) => {
        const block = packPage(page);
        expect(block.length).toBeLessThanOrEqual(page.length + page.length / 255 + 16);
        const unpacked = Buffer.alloc(page.length);
        unpackPage(block, unpacked);
        expect(unpacked.compare(page)).toBe(0);
      },
    ),
  );
});

import { encodeLtx } from '../../src-main/core/engine/ltx/encode-ltx.ts';
import type { LtxHeader, LtxPage } from '../../src-main/core/engine/ltx/ltx-format.ts';
import { packPage } from '../../src-main/core/engine/ltx/lz4-block.ts';
import { readLtx } from '../../src-main/core/engine/ltx/read-ltx.ts';

/** The header of a small base, or what differs from it. */
export const ltxHeader = (more: Partial<LtxHeader> = {}): LtxHeader => ({
  ...{ pageSize: 512, commit: 3, minTxid: 1n, maxTxid: 1n, timestamp: 1_795_000_000_000, nodeId: 0n },
  ...more,
});

/** Pages of 512 bytes with these fills. */
export const pagesOf = (fills: Record<number, number>, pageSize = 512): LtxPage[] =>
  Object.entries(fills).map(([number, fill]) => ({ number: Number(number), data: Buffer.alloc(pageSize, fill) }));

/** Writes an LTX file into memory. */
export async function ltxOf(header: LtxHeader, pages: Iterable<LtxPage>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  await encodeLtx(header, pages, (bytes) => void pieces.push(bytes));
  return Buffer.concat(pieces);
}

/** Reads all of an LTX file. @param step how many bytes come at a time */
export async function readAllOfLtx(
  bytes: Buffer,
  step = bytes.length,
): Promise<{ header: LtxHeader; pages: Map<number, Buffer> }> {
  function* pieces() {
    for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
  }
  const { header, pages: read } = await readLtx({ name: 'test.ltx', pieces: pieces() });
  const pages = new Map<number, Buffer>();
  for await (const { number, data } of read) pages.set(number, Buffer.from(data));
  return { header, pages };
}

/** A frame of a file that is made without the encoder. */
export interface RawFrame {
  number: number;
  flags?: number;
  /** What the checksum covers. */
  page: Buffer;
  block?: Uint8Array;
  packed?: number;
}

/** What a file that is made without the encoder may get wrong; its checksum is right. */
export interface RawLtx {
  header: Buffer;
  frames: RawFrame[];
  index?: (entries: number[][]) => number[][];
  indexBytes?: (bytes: number) => number;
  after?: bigint;
  behind?: Buffer;
}

/** Builds an LTX file as its description says, by nothing of what is tested but the LZ4 blocks. */
export function rawLtx({ header, frames, index = (entries) => entries, ...more }: RawLtx): Buffer {
  const parts = [header];
  const hashed = [header];
  const entries: number[][] = [];
  let offset = header.length;
  for (const { number, flags = 1, page, block = packPage(page), packed = block.length } of frames) {
    const frame = Buffer.alloc(10);
    frame.writeUInt32BE(number);
    frame.writeUInt16BE(flags, 4);
    frame.writeUInt32BE(packed, 6);
    parts.push(frame, Buffer.from(block));
    hashed.push(frame, page);
    entries.push([number, offset, 10 + block.length]);
    offset += 10 + block.length;
  }
  const lines = Buffer.from([...index(entries).flat().flatMap(varint), 0]);
  const end = Buffer.alloc(16);
  end.writeBigUInt64BE(BigInt(more.indexBytes?.(lines.length) ?? lines.length));
  end.writeBigUInt64BE(more.after ?? 0n, 8);
  for (const part of [Buffer.alloc(6), lines, end]) {
    parts.push(part);
    hashed.push(part);
  }
  const checksum = Buffer.alloc(8);
  checksum.writeBigUInt64BE(crcOf(Buffer.concat(hashed)) | (1n << 63n));
  return Buffer.concat([...parts, checksum, more.behind ?? Buffer.alloc(0)]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

/** CRC-64/GO-ISO bit by bit. */
export function crcOf(bytes: Uint8Array): bigint {
  const all = (1n << 64n) - 1n;
  let register = all;
  for (const byte of bytes) {
    register ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) register = register & 1n ? (register >> 1n) ^ (0xd8n << 56n) : register >> 1n;
  }
  return register ^ all;
}

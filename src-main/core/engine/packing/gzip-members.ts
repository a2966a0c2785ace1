import { promisify } from 'node:util';
import { crc32, deflateRaw, gunzip } from 'node:zlib';
import { giveBack } from './give-back.ts';
import { damagedData } from './piece-reader.ts';

/*
 * A snapshot is a sequence of gzip members, each of which says its own length in an extra field (RFC 1952, 2.3.1.1:
 * subfield identifier "SK", four bytes: the length of the whole member, little-endian). Any gunzip reads such a file;
 * Snapkeep can cut it into members without unpacking it, and so unpack several at a time.
 */

const MAGIC = [0x1f, 0x8b, 8] as const;
const FLAG_EXTRA = 4;
const TRAILER_BYTES = 8;
/** What comes before the compressed data of a member of Snapkeep's own. */
export const MEMBER_HEADER_BYTES = 20;

const deflate = promisify<Buffer, { level: number; chunkSize: number }, Buffer>(deflateRaw);
const unpack = promisify<Buffer, { maxOutputLength: number; chunkSize: number }, Buffer>(gunzip);

// zlib calls back once for each chunk of output: one chunk as large as the result is by far the fastest.
const outputChunk = (bytes: number): number => Math.max(1024, bytes + 64);

/**
 * Packs a piece of at most 4 GiB into one member.
 * @param level 1 (fast) to 9 (small)
 */
export async function packMember(piece: Buffer, level: number): Promise<Buffer> {
  const packed = await deflate(piece, { level, chunkSize: outputChunk(piece.length) });
  const header = Buffer.alloc(MEMBER_HEADER_BYTES);
  header.set(MAGIC, 0);
  header[3] = FLAG_EXTRA;
  header[9] = 255; // operating system: unknown
  header.writeUInt16LE(8, 10);
  header.write('SK', 12, 'latin1');
  header.writeUInt16LE(4, 14);
  header.writeUInt32LE(MEMBER_HEADER_BYTES + packed.length + TRAILER_BYTES, 16);
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.writeUInt32LE(crc32(piece), 0);
  trailer.writeUInt32LE(piece.length, 4);
  const member = Buffer.concat([header, packed, trailer]);
  giveBack(packed);
  return member;
}

/** The length of the member that starts with `header`, or `undefined` when it is not one of Snapkeep's own. */
export function memberLength(header: Buffer): number | undefined {
  const own =
    header.length >= MEMBER_HEADER_BYTES &&
    MAGIC.every((byte, index) => header[index] === byte) &&
    header[3] === FLAG_EXTRA &&
    header.readUInt16LE(10) === 8 &&
    header.toString('latin1', 12, 14) === 'SK' &&
    header.readUInt16LE(14) === 4;
  return own ? header.readUInt32LE(16) : undefined;
}

/** The shortest a member of Snapkeep's own can be; a shorter length is damage. */
export const SHORTEST_MEMBER = MEMBER_HEADER_BYTES + TRAILER_BYTES;

/**
 * Unpacks one whole member; zlib checks its CRC-32, in the thread that unpacks it.
 * @param limit the most bytes it may unpack to
 * @throws SnapkeepError `CORRUPT`; or what zlib throws on damaged data
 */
export async function unpackMember(member: Buffer, limit: number): Promise<Buffer> {
  const length = member.readUInt32LE(member.length - 4);
  const piece = await unpack(member, { maxOutputLength: limit, chunkSize: outputChunk(Math.min(limit, length)) });
  // zlib says nothing of what follows the end of the data.
  if (piece.length !== length) throw damagedData();
  return piece;
}

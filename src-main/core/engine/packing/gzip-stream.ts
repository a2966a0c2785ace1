import { crc32, createInflateRaw } from 'node:zlib';
import { damagedData, PieceReader } from './piece-reader.ts';
import { type OnTrailing, passOver } from './trailing.ts';

/*
 * Members of other programs (RFC 1952) do not tell their length. Each is unpacked as a stream, and where it ends is known
 * from how much of what was handed to zlib it has used. Node's own gunzip drops or refuses what follows without a word.
 */

const MAGIC = [0x1f, 0x8b, 8] as const;
const FIXED_HEADER = 10;
const TRAILER_BYTES = 8;
/** They must be zero, and a reader that finds one set must refuse the data: RFC 1952, 2.3.1.2. */
const RESERVED = 0xe0;
const HAS_EXTRA = 4;
const HAS_NAME = 8;
const HAS_COMMENT = 16;
const HAS_CHECKSUM = 2;
/** How much is handed to zlib at a time: what it unpacks to at once stays below some 16 MB. */
const CHUNK_BYTES = 16 * 1024;
/** No name and no comment in a header is longer, in bytes. */
const LONGEST_TEXT = 65_536;

/**
 * What the members of other programs unpack to, in pieces.
 * @param onTrailing told what follows the last member
 * @throws SnapkeepError `CORRUPT`; or what zlib throws on damaged data
 */
export async function* otherMembers(stored: PieceReader, onTrailing: OnTrailing): AsyncGenerator<Buffer> {
  const begins = stored.position === 0;
  // What is given back was read and hashed already.
  const reader = new PieceReader(stored.rest());
  for (let first = begins; (await reader.peek(1)).length > 0; first = false) {
    const start = await reader.peek(MAGIC.length);
    if (!MAGIC.every((byte, at) => start[at] === byte)) {
      if (first) throw damagedData();
      return passOver(reader, onTrailing);
    }
    await passHeader(reader);
    yield* unpackMember(reader);
  }
}

async function passHeader(reader: PieceReader): Promise<void> {
  const flags = (await reader.take(FIXED_HEADER))[3] ?? 0;
  if ((flags & RESERVED) !== 0) throw damagedData();
  if ((flags & HAS_EXTRA) !== 0) await reader.take((await reader.take(2)).readUInt16LE(0));
  if ((flags & HAS_NAME) !== 0) await passText(reader);
  if ((flags & HAS_COMMENT) !== 0) await passText(reader);
  if ((flags & HAS_CHECKSUM) !== 0) await reader.take(2);
}

/** Text that a zero ends. */
async function passText(reader: PieceReader): Promise<void> {
  const end = (await reader.peek(LONGEST_TEXT)).indexOf(0);
  if (end < 0) throw damagedData();
  await reader.take(end + 1);
}

/** Unpacks the deflated data of a member, gives back what follows it, and checks its length and CRC-32. */
async function* unpackMember(reader: PieceReader): AsyncGenerator<Buffer> {
  let sum = 0;
  let length = 0;
  for await (const piece of inflated(reader)) {
    sum = crc32(piece, sum);
    length = (length + piece.length) % 2 ** 32;
    yield piece;
  }
  const trailer = await reader.take(TRAILER_BYTES);
  if (trailer.readUInt32LE(0) !== sum || trailer.readUInt32LE(4) !== length) throw damagedData();
}

async function* inflated(reader: PieceReader): AsyncGenerator<Buffer> {
  const inflate = createInflateRaw();
  let unpacked: Buffer[] = [];
  let given = 0;
  let ended = false;
  inflate.on('data', (piece: Buffer) => unpacked.push(piece));
  const end = new Promise<void>((resolve, reject) => {
    inflate.once('end', resolve);
    inflate.once('error', reject);
  }).then(() => {
    ended = true;
  });
  end.catch(() => {});
  try {
    while (!ended) {
      const piece = await reader.peek(CHUNK_BYTES);
      await reader.take(piece.length);
      given += piece.length;
      if (piece.length === 0) inflate.end();
      // zlib asks for no more once the data has ended, and does not say that it has taken the last piece.
      const taken = new Promise<void>((resolve) => {
        if (piece.length > 0) inflate.write(piece, () => resolve());
      });
      await Promise.race([taken, end]);
      const ready = unpacked;
      unpacked = [];
      yield* ready;
      const unused = given - inflate.bytesWritten;
      if (ended && unused > 0) reader.giveBack(piece.subarray(piece.length - unused));
    }
  } finally {
    inflate.destroy();
  }
}

import { Crc64 } from './crc64.ts';
import {
  CHECKSUM_FLAG,
  END_OF_PAGES,
  encodeHeader,
  FRAME_HEADER_BYTES,
  FRAME_WITH_SIZE,
  type LtxHeader,
  type LtxPage,
  MOST_ENTRY_BYTES,
  NO_DATABASE_CHECKSUM,
  PageOrder,
  putIndexEntry,
} from './ltx-format.ts';
import { packPage } from './lz4-block.ts';

/** Bytes are handed on in pieces of about this size. */
const PIECE_BYTES = 262_144;

/** Takes the next bytes of a file that is being written. */
export type WriteBytes = (bytes: Uint8Array) => Promise<void> | void;

/**
 * Writes an LTX file. The page index is kept in memory until its end: about 9 bytes for each page.
 * @param pages in ascending order; of a base, every page but the lock page
 * @returns its bytes, and how many pages it has
 * @throws Error when the file would break a rule of the format; what was written by then is of no use
 */
export async function encodeLtx(
  header: LtxHeader,
  pages: Iterable<LtxPage> | AsyncIterable<LtxPage>,
  write: WriteBytes,
): Promise<{ bytes: number; pages: number }> {
  const output = new Output(write);
  const order = new PageOrder(header);
  const index = new PageIndex();
  output.hash(output.put(encodeHeader(header)));
  for await (const { number, data } of pages) {
    refuse(order.next(number));
    refuse(data.length === header.pageSize ? null : `page ${number} has ${data.length} bytes`);
    const block = packPage(data);
    const frame = frameHeader(number, block.length);
    index.add(number, output.bytes, frame.length + block.length);
    output.hash(output.put(frame));
    output.put(block);
    output.hash(data);
    if (output.isFull) await output.flush();
  }
  refuse(order.end());
  const entries = index.toBytes();
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(entries.length));
  for (const part of [END_OF_PAGES, entries, size, NO_DATABASE_CHECKSUM]) output.hash(output.put(part));
  output.put(output.checksum());
  await output.flush();
  return { bytes: output.bytes, pages: index.pages };
}

function refuse(fault: string | null): void {
  if (fault !== null) throw new Error(`No LTX file can be written: ${fault}.`);
}

function frameHeader(number: number, packed: number): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
  frame.writeUInt32BE(number, 0);
  frame.writeUInt16BE(FRAME_WITH_SIZE, 4);
  frame.writeUInt32BE(packed, 6);
  return frame;
}

/** The page index of a file, until it is written. */
class PageIndex {
  readonly #full: Uint8Array[] = [];
  #bytes = new Uint8Array(65_536);
  #at = 0;
  pages = 0;

  add(number: number, offset: number, bytes: number): void {
    if (this.#at + MOST_ENTRY_BYTES > this.#bytes.length) {
      this.#full.push(this.#bytes.subarray(0, this.#at));
      this.#bytes = new Uint8Array(this.#bytes.length);
      this.#at = 0;
    }
    this.#at = putIndexEntry(this.#bytes, this.#at, number, offset, bytes);
    this.pages++;
  }

  /** Returns its lines, and the 0 behind them. */
  toBytes(): Buffer {
    return Buffer.concat([...this.#full, this.#bytes.subarray(0, this.#at), Uint8Array.of(0)]);
  }
}

/** What is written, and the checksum over it, which covers the pages before they were compressed. */
class Output {
  readonly #write: WriteBytes;
  readonly #crc = new Crc64();
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  bytes = 0;

  constructor(write: WriteBytes) {
    this.#write = write;
  }

  put(bytes: Uint8Array): Uint8Array {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.bytes += bytes.length;
    return bytes;
  }

  hash(bytes: Uint8Array): void {
    this.#crc.update(bytes);
  }

  checksum(): Buffer {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(this.#crc.digest() | CHECKSUM_FLAG);
    return bytes;
  }

  get isFull(): boolean {
    return this.#waitingBytes >= PIECE_BYTES;
  }

  async flush(): Promise<void> {
    const piece = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    await this.#write(piece);
  }
}

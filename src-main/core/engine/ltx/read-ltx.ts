import { ByteQueue } from './byte-queue.ts';
import { Crc64 } from './crc64.ts';
import {
  CHECKSUM_FLAG,
  damagedLtx,
  decodeHeader,
  END_OF_PAGES,
  FRAME_HEADER_BYTES,
  FRAME_WITH_SIZE,
  HEADER_BYTES,
  type LtxHeader,
  type LtxPage,
  type LtxSource,
  MOST_ENTRY_BYTES,
  mostPacked,
  PageOrder,
  putIndexEntry,
} from './ltx-format.ts';
import { unpackPage } from './lz4-block.ts';

/** An LTX file that is being read. */
export interface LtxContents extends AsyncDisposable {
  readonly name: string;
  readonly header: LtxHeader;
  /**
   * The pages in ascending order, once. Behind the last one, the page index, the checksum and the end of the file are
   * checked: until then nothing that was read may be relied on.
   * @throws SnapkeepError `CORRUPT`
   */
  readonly pages: AsyncGenerator<LtxPage>;
}

/**
 * Begins to read an LTX file front to back, of which no more than a piece and a page is held in memory.
 * @throws SnapkeepError `CORRUPT` where it is not one, what reading it fails with
 */
export async function readLtx({ name, pieces }: LtxSource): Promise<LtxContents> {
  const bytes = new ByteQueue(pieces);
  try {
    await bytes.fill(HEADER_BYTES);
    const start = bytes.take(HEADER_BYTES);
    const { header, checksums } = decodeHeader(start, name);
    const body = new Body(name, header, checksums, bytes);
    body.crc.update(start);
    return { name, header, pages: body.pages(), [Symbol.asyncDispose]: () => bytes.close() };
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

/** Reads what follows the header, by one state after the other: frames, page index, trailer, end. */
class Body {
  readonly crc = new Crc64();
  readonly #name: string;
  readonly #header: LtxHeader;
  readonly #checksums: boolean;
  readonly #bytes: ByteQueue;
  /** The page index as the frames make it: its length and its checksum. */
  #indexBytes = 0;
  readonly #index = new Crc64();
  readonly #entry = new Uint8Array(MOST_ENTRY_BYTES);
  /** The page that was unpacked last. */
  readonly #data: Uint8Array;

  constructor(name: string, header: LtxHeader, checksums: boolean, bytes: ByteQueue) {
    this.#name = name;
    this.#header = header;
    this.#checksums = checksums;
    this.#bytes = bytes;
    this.#data = new Uint8Array(header.pageSize);
  }

  async *pages(): AsyncGenerator<LtxPage> {
    try {
      const order = new PageOrder(this.#header);
      while (!(await this.#isEndOfPages())) {
        const page = await this.#page();
        this.#require(order.next(page.number));
        yield page;
      }
      this.#require(order.end());
      await this.#checkIndex();
      await this.#checkTrailer();
      if (await this.#bytes.fill(1)) throw this.#damaged('bytes stand behind its end');
    } finally {
      await this.#bytes.close();
    }
  }

  async #isEndOfPages(): Promise<boolean> {
    if (!this.#bytes.has(FRAME_HEADER_BYTES)) await this.#bytes.fill(FRAME_HEADER_BYTES);
    if (!this.#bytes.startsWith(END_OF_PAGES)) return false;
    this.crc.update(await this.#take(END_OF_PAGES.length));
    return true;
  }

  async #page(): Promise<LtxPage> {
    const offset = this.#bytes.position;
    const frame = await this.#take(FRAME_HEADER_BYTES);
    const number = frame.readUInt32BE(0);
    const packed = frame.readUInt32BE(6);
    if (number === 0) throw this.#damaged('it has page 0');
    if (frame.readUInt16BE(4) !== FRAME_WITH_SIZE)
      throw this.#damaged(`page ${number} is stored in another way than by Litestream 0.5`);
    // No memory is asked for before the size is known to make sense.
    if (packed === 0 || packed > mostPacked(this.#header.pageSize))
      throw this.#damaged(`page ${number} has ${packed} compressed bytes`);
    this.#unpack(number, await this.#take(packed));
    this.crc.update(frame).update(this.#data);
    const entryBytes = putIndexEntry(this.#entry, 0, number, offset, FRAME_HEADER_BYTES + packed);
    this.#indexBytes += entryBytes;
    this.#index.update(this.#entry.subarray(0, entryBytes));
    return { number, data: this.#data };
  }

  #unpack(number: number, block: Uint8Array): void {
    try {
      unpackPage(block, this.#data);
    } catch (error) {
      throw damagedLtx(this.#name, `page ${number} cannot be unpacked`, error);
    }
  }

  async #checkIndex(): Promise<void> {
    const found = new Crc64();
    for (let left = this.#indexBytes; left > 0; ) {
      const part = await this.#take(Math.min(left, 65_536));
      left -= part.length;
      found.update(part);
      this.crc.update(part);
    }
    const end = await this.#take(9);
    this.crc.update(end);
    const ends = end[0] === 0 && end.readBigUInt64BE(1) === BigInt(this.#indexBytes + 1);
    if (!ends || found.digest() !== this.#index.digest())
      throw this.#damaged('its page index does not describe its pages');
  }

  async #checkTrailer(): Promise<void> {
    const trailer = await this.#take(16);
    this.crc.update(trailer.subarray(0, 8));
    const after = trailer.readBigUInt64BE(0);
    if (trailer.readBigUInt64BE(8) !== (this.crc.digest() | CHECKSUM_FLAG))
      throw this.#damaged('its checksum is another one');
    if (this.#checksums ? after < CHECKSUM_FLAG : after !== 0n)
      throw this.#damaged('the checksum of the database after it does not fit its flags');
  }

  async #take(bytes: number): Promise<Buffer> {
    if (!this.#bytes.has(bytes) && !(await this.#bytes.fill(bytes))) throw this.#damaged('it ends too early');
    return this.#bytes.take(bytes);
  }

  #require(fault: string | null): void {
    if (fault !== null) throw this.#damaged(fault);
  }

  readonly #damaged = (why: string): Error => damagedLtx(this.#name, why);
}

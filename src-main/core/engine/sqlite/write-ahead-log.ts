import { readSync } from 'node:fs';
import { endianness } from 'node:os';

/*
 * The parts of SQLite's write-ahead log and of its index (the -shm file) that say which frame of a page a reader sees:
 * https://www.sqlite.org/fileformat2.html#walformat and https://www.sqlite.org/walformat.html.
 */

const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const SALTS_AT = 16;
const INDEX_HEADER_BYTES = 48;
const BIG_ENDIAN_CHECKSUMS = 0x377f0683;

/** What the index of a log says of its newest commit. */
export interface LogState {
  /** The header as it stands; another commit makes another one. */
  header: Buffer;
  /** The last frame of the newest commit; 0: the log is empty. */
  lastFrame: number;
  /** What the frames of this turn of the log carry. */
  salts: Buffer;
}

/** Reads the header of a log's index, of which there are two copies; `null` while one is being written. */
export function readLogState(indexDescriptor: number): LogState | null {
  const both = Buffer.alloc(2 * INDEX_HEADER_BYTES);
  if (readSync(indexDescriptor, both, 0, both.length, 0) < both.length) return null;
  const header = both.subarray(0, INDEX_HEADER_BYTES);
  if (!header.equals(both.subarray(INDEX_HEADER_BYTES))) return null;
  const lastFrame = endianness() === 'LE' ? header.readUInt32LE(16) : header.readUInt32BE(16);
  return { header, lastFrame, salts: header.subarray(32, 40) };
}

/** The log has begun anew: all that was in it is in the database itself. */
export class LogRestarted extends Error {}

/** The frames of a log up to one commit, each checked as SQLite checks them. */
export class CommittedFrames {
  readonly #descriptor: number;
  readonly #pageSize: number;
  readonly #salts: Buffer;
  /** The newest frame of each page. */
  readonly #frameOf = new Map<number, number>();
  /** Two halves of the running checksum after each frame; before the first, that of the header. */
  readonly #checksums: Uint32Array;
  readonly #frame: Buffer;
  #bigEndian = false;

  /**
   * Reads the whole log.
   * @throws LogRestarted when it is no longer the one of that state
   * @throws Error when a frame is not what was committed
   */
  constructor(descriptor: number, pageSize: number, state: LogState) {
    this.#descriptor = descriptor;
    this.#pageSize = pageSize;
    this.#salts = state.salts;
    this.#checksums = new Uint32Array(2 * (state.lastFrame + 1));
    this.#frame = Buffer.alloc(FRAME_HEADER_BYTES + pageSize);
    if (state.lastFrame === 0) return;
    const header = this.#requireSalts();
    this.#bigEndian = header.readUInt32BE(0) === BIG_ENDIAN_CHECKSUMS;
    this.#checksums[0] = header.readUInt32BE(24);
    this.#checksums[1] = header.readUInt32BE(28);
    for (let frame = 1; frame <= state.lastFrame; frame++) this.#frameOf.set(this.#read(frame, null), frame);
  }

  /** Whether a page is in the log. */
  has(page: number): boolean {
    return this.#frameOf.has(page);
  }

  /** Reads the newest content of a page into a buffer. @throws as the constructor */
  readPage(page: number, into: Buffer): void {
    const frame = this.#frameOf.get(page);
    if (frame === undefined) throw new Error(`Page ${page} is not in the log.`);
    if (this.#read(frame, page) !== page) throw new LogRestarted();
    this.#frame.copy(into, 0, FRAME_HEADER_BYTES);
  }

  /** Reads a frame and returns its page. @param known the page that it was found to be of before; `null`: none yet */
  #read(frame: number, known: number | null): number {
    const size = FRAME_HEADER_BYTES + this.#pageSize;
    const bytes = this.#frame;
    const read = readSync(this.#descriptor, bytes, 0, size, LOG_HEADER_BYTES + (frame - 1) * size);
    const [first, second] = this.#checksum(frame);
    const sound =
      read === size &&
      bytes.subarray(8, 16).equals(this.#salts) &&
      bytes.readUInt32BE(16) === first &&
      bytes.readUInt32BE(20) === second;
    if (!sound) {
      this.#requireSalts();
      throw new Error(`Frame ${frame} of the log is not what was committed.`);
    }
    if (known === null) this.#checksums.set([first, second], 2 * frame);
    return bytes.readUInt32BE(0);
  }

  #requireSalts(): Buffer {
    const header = Buffer.alloc(LOG_HEADER_BYTES);
    const read = readSync(this.#descriptor, header, 0, header.length, 0);
    if (read === header.length && header.subarray(SALTS_AT, SALTS_AT + 8).equals(this.#salts)) return header;
    throw new LogRestarted();
  }

  /** The checksum of the frame that was read, which goes on from the one before. */
  #checksum(frame: number): [number, number] {
    let first = this.#checksums[2 * frame - 2] ?? 0;
    let second = this.#checksums[2 * frame - 1] ?? 0;
    const bytes = this.#frame;
    const add = (from: number, to: number): void => {
      for (let at = from; at < to; at += 8) {
        const [one, two] = this.#bigEndian
          ? [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)]
          : [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
        first = (first + one + second) >>> 0;
        second = (second + two + first) >>> 0;
      }
    };
    add(0, 8);
    add(FRAME_HEADER_BYTES, FRAME_HEADER_BYTES + this.#pageSize);
    return [first, second];
  }
}

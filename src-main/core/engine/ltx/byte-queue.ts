/** Reads the pieces of a stream as runs of bytes of any length. */
export class ByteQueue {
  readonly #pieces: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #piece: Buffer = Buffer.alloc(0);
  #at = 0;
  /** How many bytes were taken. */
  position = 0;

  constructor(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#pieces = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  }

  /** Whether as many bytes can be taken without waiting. */
  has(bytes: number): boolean {
    return this.#piece.length - this.#at >= bytes;
  }

  /** Waits for a number of bytes. @returns whether the stream has them */
  async fill(bytes: number): Promise<boolean> {
    const pieces = [this.#piece.subarray(this.#at)];
    let filled = this.#piece.length - this.#at;
    while (filled < bytes) {
      const { value, done } = await this.#pieces.next();
      if (done === true) break;
      pieces.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
      filled += value.byteLength;
    }
    this.#piece = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
    this.#at = 0;
    return filled >= bytes;
  }

  /** Whether the next of the bytes that were filled are these. */
  startsWith(bytes: Buffer): boolean {
    return this.#piece.subarray(this.#at, this.#at + bytes.length).equals(bytes);
  }

  /** Takes as many of the bytes as were filled. They stay valid. */
  take(bytes: number): Buffer {
    const taken = this.#piece.subarray(this.#at, this.#at + bytes);
    this.#at += taken.length;
    this.position += taken.length;
    return taken;
  }

  /** Ends the stream. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}

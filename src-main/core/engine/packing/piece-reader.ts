import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';

/** Reads what comes in pieces front to back, in pieces as large as asked for. */
export class PieceReader {
  /** Bytes handed out so far. */
  position = 0;
  #buffered: Buffer = Buffer.alloc(0);
  readonly #pieces: Iterator<Buffer> | AsyncIterator<Buffer>;
  readonly #onTaken: (taken: Buffer, position: number) => void;

  /** @param onTaken told all that is handed out, in order; may throw to stop */
  constructor(
    pieces: Generator<Buffer> | AsyncGenerator<Buffer>,
    onTaken: (taken: Buffer, position: number) => void = () => {},
  ) {
    this.#pieces = pieces;
    this.#onTaken = onTaken;
  }

  /** The next bytes without moving on; fewer at the end. */
  async peek(bytes: number): Promise<Buffer> {
    if (this.#buffered.length < bytes) {
      const parts = this.#buffered.length === 0 ? [] : [this.#buffered];
      for (let length = this.#buffered.length; length < bytes; ) {
        const next = await this.#pieces.next();
        if (next.done) break;
        parts.push(next.value);
        length += next.value.length;
      }
      const [only] = parts;
      this.#buffered = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
    }
    return this.#buffered.subarray(0, bytes);
  }

  /** The next bytes, all of them. @throws SnapkeepError `CORRUPT` at the end */
  async take(bytes: number): Promise<Buffer> {
    const taken = await this.peek(bytes);
    if (taken.length < bytes) throw damagedData();
    this.#advance(taken);
    return taken;
  }

  /** All that is left, in pieces. */
  async *rest(): AsyncGenerator<Buffer> {
    for (;;) {
      const piece = await this.peek(1);
      if (piece.length === 0) return;
      const all = this.#buffered;
      this.#advance(all);
      yield all;
    }
  }

  /** Takes back bytes that were handed out last and are not used. */
  giveBack(bytes: Buffer): void {
    this.#buffered = this.#buffered.length === 0 ? bytes : Buffer.concat([bytes, this.#buffered]);
    this.position -= bytes.length;
  }

  #advance(taken: Buffer): void {
    this.#buffered = this.#buffered.subarray(taken.length);
    this.position += taken.length;
    this.#onTaken(taken, this.position);
  }
}

/** Pieces as a stream of the web, which asks for the next one when it has room. */
export function streamOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const next = await pieces.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: async () => {
      await pieces.return(undefined);
    },
  });
}

/** What is packed or encrypted cannot be understood. */
export function damagedData(cause?: unknown, what = 'compressed'): SnapkeepError {
  return new SnapkeepError('CORRUPT', `The ${what} data is damaged or truncated.`, {
    hint: 'Use another snapshot.',
    cause,
  });
}

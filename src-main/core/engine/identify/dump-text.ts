import { TextDecoder } from 'node:util';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';

/** How the text of a dump or of a database is stored. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const MARKS: ReadonlyArray<[TextEncoding, Buffer]> = [
  ['utf-8', UTF8_MARK],
  ['utf-16le', Buffer.from([0xff, 0xfe])],
  ['utf-16be', Buffer.from([0xfe, 0xff])],
];
/** How much of the beginning shows the encoding where no mark does, in bytes. */
const TELLING_BYTES = 64;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Returns how text is encoded, by its mark of byte order, or else by the zeros beside the letters that SQL begins with.
 * @param start the first bytes of the text
 */
export function encodingOf(start: Buffer): TextEncoding {
  const marked = MARKS.find(([, mark]) => start.subarray(0, mark.length).equals(mark));
  if (marked !== undefined) return marked[0];
  const telling = start.subarray(0, Math.min(TELLING_BYTES, start.length - (start.length % 2)));
  if (telling.length < 4) return 'utf-8';
  const zeros = (from: number): boolean => telling.every((byte, at) => at % 2 !== from || byte === 0);
  const letters = (from: number): boolean => telling.every((byte, at) => at % 2 !== from || byte !== 0);
  if (zeros(1) && letters(0)) return 'utf-16le';
  return zeros(0) && letters(1) ? 'utf-16be' : 'utf-8';
}

/** Returns the beginning of a text, as far as it can be read; bytes that are no UTF-8 are taken for letters each. */
export function readableStart(start: Buffer): string {
  const encoding = encodingOf(start);
  if (encoding === 'utf-8') return start.toString('latin1');
  return new TextDecoder(encoding).decode(start.subarray(0, start.length - (start.length % 2)));
}

/**
 * Makes UTF-8 with line feeds of a text as people have it: in UTF-8 or UTF-16, with or without a mark. Where its first
 * line ends with CR LF all of them do, as SQLite's shell takes it too; elsewhere a CR belongs to a value.
 */
export class TextReader {
  #decoder: TextDecoder | null = null;
  /** `null`: the first line has not ended yet. */
  #crlf: boolean | null = null;
  /** Bytes that wait for what follows: the first few of the text, or a CR. */
  #held: Buffer = Buffer.alloc(0);
  #started = false;

  /** @throws SnapkeepError `CORRUPT` for UTF-16 that is damaged */
  push(piece: Buffer): Buffer {
    const bytes = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
    this.#held = Buffer.alloc(0);
    if (!this.#started && bytes.length < TELLING_BYTES) {
      this.#held = bytes;
      return Buffer.alloc(0);
    }
    return this.#withLineFeeds(this.#decode(bytes, true));
  }

  /** Returns what has been held back. @throws SnapkeepError `CORRUPT` for UTF-16 that ends within a character */
  end(): Buffer {
    const rest = this.#decode(this.#held, false);
    this.#held = Buffer.alloc(0);
    return this.#withLineFeeds(rest, true);
  }

  #decode(bytes: Buffer, more: boolean): Buffer {
    if (!this.#started) {
      this.#started = true;
      const encoding = encodingOf(bytes);
      if (encoding !== 'utf-8') this.#decoder = new TextDecoder(encoding, { fatal: true });
      else if (bytes.subarray(0, UTF8_MARK.length).equals(UTF8_MARK)) return bytes.subarray(UTF8_MARK.length);
    }
    if (this.#decoder === null) return bytes;
    try {
      return Buffer.from(this.#decoder.decode(bytes, { stream: more }), 'utf8');
    } catch (error) {
      throw new SnapkeepError(
        'CORRUPT',
        'The dump is truncated or damaged: its UTF-16 text cannot be read to the end.',
        {
          hint: 'Nothing was restored. Use another dump, or copy this one again.',
          cause: error,
        },
      );
    }
  }

  #withLineFeeds(text: Buffer, last = false): Buffer {
    if (this.#crlf === null) {
      const first = text.indexOf(NEWLINE);
      // A first line that is longer than a piece ends as it likes: no shell writes one.
      if (first >= 0) this.#crlf = text[first - 1] === RETURN;
    }
    if (this.#crlf !== true || !text.includes(RETURN)) return text;
    const kept = Buffer.allocUnsafe(text.length);
    let length = 0;
    for (let at = 0; at < text.length; at++) {
      if (text[at] === RETURN) {
        if (at + 1 === text.length && !last) this.#held = Buffer.from([RETURN]);
        else if (text[at + 1] !== NEWLINE) kept[length++] = RETURN;
      } else kept[length++] = text[at] ?? 0;
    }
    return kept.subarray(0, length);
  }
}

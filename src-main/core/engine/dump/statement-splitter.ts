/** A statement as it stands in a script, with all that comes before it and the semicolon that ends it. */
export interface Statement {
  sql: Buffer;
  /** The line its first word is on, from 1. */
  line: number;
}

/*
 * The states and tokens are those of sqlite3_complete(), which SQLite's shell goes by: a semicolon ends a statement,
 * but in a trigger only the one after `; END`.
 */
const INVALID_OR_START = 0;
const NORMAL = 1;
const EXPLAIN = 2;
const CREATE = 3;
const TRIGGER = 4;
const SEMICOLON = 5;
const END = 6;
type State = 0 | 1 | 2 | 3 | 4 | 5 | 6;

const AFTER_SEMICOLON: readonly State[] = [0, 0, 0, 0, SEMICOLON, SEMICOLON, 0];
const AFTER_OTHER: readonly State[] = [NORMAL, NORMAL, EXPLAIN, NORMAL, TRIGGER, TRIGGER, TRIGGER];
const KEYWORDS: ReadonlyArray<ReadonlyMap<string, State>> = [
  new Map<string, State>([
    ['EXPLAIN', EXPLAIN],
    ['CREATE', CREATE],
  ]),
  new Map(),
  new Map<string, State>([
    ['CREATE', CREATE],
    ...['EXPLAIN', 'TEMP', 'TEMPORARY', 'TRIGGER', 'END'].map((word): [string, State] => [word, NORMAL]),
  ]),
  new Map<string, State>([
    ['TEMP', CREATE],
    ['TEMPORARY', CREATE],
    ['TRIGGER', TRIGGER],
  ]),
  new Map(),
  new Map<string, State>([['END', END]]),
  new Map(),
];

/** What the scanner is within; the quotes stand for themselves. */
const NOTHING = 0;
const LINE_COMMENT = 1;
const BLOCK_COMMENT = 2;
/** A line that begins with a point between two statements is a command of SQLite's shell, and one with # a comment. */
const SHELL_LINE = 3;

const NEWLINE = 0x0a;
const SEMI = 0x3b;
const DASH = 0x2d;
const SLASH = 0x2f;
const STAR = 0x2a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const POINT = 0x2e;
const HASH = 0x23;

/** What a byte can begin outside of strings and comments: nothing of note, white space, a word, or something else. */
const OTHER_BYTE = 0;
const SPACE = 1;
const WORD = 2;
const SPECIAL = 3;
const CLASSES = Uint8Array.from({ length: 256 }, (_, byte) => {
  if ([0x20, 0x09, 0x0a, 0x0c, 0x0d].includes(byte)) return SPACE;
  if (byte >= 0x80 || /[A-Za-z0-9_$]/.test(String.fromCharCode(byte))) return WORD;
  return [SEMI, DASH, SLASH, OPEN_BRACKET, POINT, HASH, 0x22, 0x27, 0x60].includes(byte) ? SPECIAL : OTHER_BYTE;
});

/** Longer than any word that counts. */
const WORD_LIMIT = 12;
/** So far a loop is faster than a call into Buffer. */
const NEAR_BYTES = 24;

/** Cuts a script that comes in pieces into its statements. Joined, they are the script again. */
export class StatementSplitter {
  #state: State = INVALID_OR_START;
  /** What a piece ended within: nothing, a comment, or the byte that ends a string or a quoted name. */
  #within = NOTHING;
  /** The last byte of the piece before, where it may belong to the next one: `-`, `/` or `*`. */
  #pending = 0;
  #word = '';
  #parts: Buffer[] = [];
  /** Bytes of the statement in `#parts`. */
  #held = 0;
  /** Where in the statement its first word or sign is; -1 as long as there is none. */
  #firstToken = -1;
  #line = 1;
  #ended = false;
  /** The last byte of the piece before; at the start a line begins. */
  #lastByte = NEWLINE;

  /** Bytes of the statement that has begun and not ended. */
  get heldBytes(): number {
    return this.#held;
  }

  /** The statements that end in this piece. */
  *push(piece: Buffer): Generator<Statement> {
    let start = 0;
    for (let at = 0; at < piece.length; ) {
      at = this.#within === NOTHING ? this.#outside(piece, at, start) : this.#inside(piece, at);
      if (at > start && this.#ended) {
        this.#ended = false;
        yield this.#take(piece.subarray(start, at));
        start = at;
      }
    }
    if (start < piece.length) {
      this.#parts.push(piece.subarray(start));
      this.#held += piece.length - start;
    }
    this.#lastByte = piece.at(-1) ?? this.#lastByte;
  }

  /** What follows the last semicolon: nothing, white space and comments, or a statement that is not whole. */
  end(): { rest: Statement; blank: boolean } {
    this.#finishWord();
    if (this.#pending === DASH || this.#pending === SLASH) this.#token(this.#held - 1);
    const blank = this.#firstToken < 0;
    return { rest: this.#take(Buffer.alloc(0)), blank };
  }

  #take(last: Buffer): Statement {
    const sql = this.#parts.length === 0 ? last : Buffer.concat([...this.#parts, last]);
    const lead = Math.max(0, this.#firstToken);
    const before = countNewlines(sql, 0, lead);
    const statement = { sql, line: this.#line + before };
    this.#line += before + countNewlines(sql, lead, sql.length);
    this.#parts = [];
    this.#held = 0;
    this.#firstToken = -1;
    return statement;
  }

  /** Goes on to the end of the piece, of the statement, or to where a string or a comment begins. */
  #outside(piece: Buffer, from: number, start: number): number {
    if (this.#pending !== 0) {
      this.#within = commentOf(this.#pending, piece[from]);
      this.#pending = 0;
      if (this.#within !== NOTHING) return from + 1;
      this.#token(this.#held - 1);
    }
    for (let at = from; at < piece.length; at++) {
      const byte = piece[at] ?? 0;
      const kind = CLASSES[byte];
      if (kind === WORD) {
        this.#wordByte(byte, this.#held + at - start);
        continue;
      }
      if (this.#word !== '') this.#finishWord();
      if (kind === OTHER_BYTE) this.#token(this.#held + at - start);
      if (kind === SPECIAL && this.#special(piece, at, this.#held + at - start))
        return Math.min(
          piece.length,
          this.#within === LINE_COMMENT || this.#within === BLOCK_COMMENT ? at + 2 : at + 1,
        );
    }
    return piece.length;
  }

  /** Takes a byte that may end a statement or begin a string or a comment; whether it does. */
  #special(piece: Buffer, at: number, offset: number): boolean {
    const byte = piece[at] ?? 0;
    if (byte === DASH || byte === SLASH) {
      if (at + 1 === piece.length) this.#pending = byte;
      else this.#within = commentOf(byte, piece[at + 1]);
      if (this.#pending === 0 && this.#within === NOTHING) this.#token(offset);
      return this.#within !== NOTHING;
    }
    if (byte === SEMI) {
      if (this.#firstToken < 0) this.#firstToken = offset;
      this.#state = AFTER_SEMICOLON[this.#state] ?? INVALID_OR_START;
      this.#ended = this.#state === INVALID_OR_START;
      return this.#ended;
    }
    if (byte === POINT || byte === HASH)
      return this.#shellLine(byte, at === 0 ? this.#lastByte : piece[at - 1], offset);
    this.#token(offset);
    this.#within = byte === OPEN_BRACKET ? CLOSE_BRACKET : byte;
    return true;
  }

  /** Takes what begins a line for the shell where a line begins between two statements; whether it does. */
  #shellLine(byte: number, before: number | undefined, offset: number): boolean {
    const begins = this.#firstToken < 0 && before === NEWLINE;
    if (begins) this.#within = SHELL_LINE;
    if (!begins || byte === POINT) this.#token(offset);
    return begins;
  }

  /** Goes on to behind the end of the string, name or comment, or to the end of the piece. */
  #inside(piece: Buffer, from: number): number {
    if (this.#within === BLOCK_COMMENT) return this.#insideBlockComment(piece, from);
    // A quote that is doubled ends one string and begins the next, which comes to the same.
    const toLineEnd = this.#within === LINE_COMMENT || this.#within === SHELL_LINE;
    const end = indexOfByte(piece, toLineEnd ? NEWLINE : this.#within, from);
    if (end < 0) return piece.length;
    // A command of the shell needs no semicolon: its line is all of it.
    if (this.#within === SHELL_LINE && this.#firstToken >= 0) this.#endCommand();
    this.#within = NOTHING;
    return end + 1;
  }

  #endCommand(): void {
    this.#state = INVALID_OR_START;
    this.#ended = true;
  }

  #insideBlockComment(piece: Buffer, from: number): number {
    const over = this.#pending === STAR && piece[from] === SLASH;
    this.#pending = 0;
    const end = over ? from - 1 : piece.indexOf('*/', from, 'latin1');
    if (end < 0 && !over) {
      if (piece[piece.length - 1] === STAR) this.#pending = STAR;
      return piece.length;
    }
    this.#within = NOTHING;
    return end + 2;
  }

  #wordByte(byte: number, offset: number): void {
    if (this.#firstToken < 0) this.#firstToken = offset;
    // In an ordinary statement no word changes anything until it ends.
    if (this.#state !== NORMAL && this.#word.length < WORD_LIMIT) this.#word += String.fromCharCode(byte);
  }

  #finishWord(): void {
    if (this.#word === '') return;
    this.#state = KEYWORDS[this.#state]?.get(this.#word.toUpperCase()) ?? AFTER_OTHER[this.#state] ?? INVALID_OR_START;
    this.#word = '';
  }

  #token(offset: number): void {
    if (this.#firstToken < 0) this.#firstToken = offset;
    this.#state = AFTER_OTHER[this.#state] ?? NORMAL;
  }
}

function commentOf(first: number, second: number | undefined): number {
  if (first === DASH && second === DASH) return LINE_COMMENT;
  return first === SLASH && second === STAR ? BLOCK_COMMENT : NOTHING;
}

function indexOfByte(piece: Buffer, byte: number, from: number): number {
  const near = Math.min(piece.length, from + NEAR_BYTES);
  for (let at = from; at < near; at++) if (piece[at] === byte) return at;
  return near === piece.length ? -1 : piece.indexOf(byte, near);
}

function countNewlines(sql: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = sql.indexOf(NEWLINE, from); at >= 0 && at < to; at = sql.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

/** A fault in a JSON text: in which line, counted from 1, and what is wrong there as a sentence. */
export class JsonFault extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** A JSON value, and in which line, counted from 1, each field of it begins. */
export interface JsonWithLines {
  value: unknown;
  /** The line of the field at a path; that of the nearest field around it where there is none. */
  lineOf(path: readonly PropertyKey[]): number;
}

const TOKEN =
  /"(?:[^"\\\n]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/y;
const SPACE = /[ \t\r\n]*/y;
const DEEPEST = 100;

/**
 * Reads JSON as `JSON.parse` does, and remembers the lines: what engines say of a fault differs, and of the fields of
 * a sound text they say nothing.
 * @throws JsonFault
 */
export function parseJsonWithLines(text: string): JsonWithLines {
  const lines = new Map<string, number>();
  const reader = new TokenReader(text);
  const value = readValue(reader, [], lines);
  if (reader.next() !== null) throw new JsonFault(reader.line, 'Unexpected text after the end.');
  return {
    value,
    lineOf: (path) => {
      for (let length = path.length; length > 0; length -= 1) {
        const line = lines.get(keyOf(path.slice(0, length)));
        if (line !== undefined) return line;
      }
      return lines.get(keyOf([])) ?? 1;
    },
  };
}

const keyOf = (path: readonly PropertyKey[]): string => JSON.stringify(path.map(String));

/** The tokens of a JSON text, one after the other, and the line of the newest one. */
class TokenReader {
  line = 1;
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next token; `null` at the end. */
  next(): string | null {
    SPACE.lastIndex = this.#at;
    const space = SPACE.exec(this.#text)?.[0] ?? '';
    this.line += space.split('\n').length - 1;
    this.#at += space.length;
    if (this.#at === this.#text.length) return null;
    TOKEN.lastIndex = this.#at;
    const token = TOKEN.exec(this.#text)?.[0];
    if (token === undefined) throw new JsonFault(this.line, faultAt(this.#text.slice(this.#at)));
    this.#at += token.length;
    return token;
  }
}

function faultAt(rest: string): string {
  if (rest.startsWith('"'))
    return 'A text in double quotes does not end on its line, or contains an invalid backslash.';
  if (rest.startsWith("'")) return 'Texts need double quotes.';
  if (/^(\/\/|\/\*|#)/.test(rest)) return 'JSON has no comments.';
  return `“${/^[^\s,:{}[\]"]{1,20}|^./su.exec(rest)?.[0] ?? ''}” is not allowed here.`;
}

function readValue(
  reader: TokenReader,
  path: readonly PropertyKey[],
  lines: Map<string, number>,
  first = reader.next(),
): unknown {
  if (!lines.has(keyOf(path))) lines.set(keyOf(path), reader.line);
  if (first === null) throw new JsonFault(reader.line, 'The text ends unexpectedly.');
  if (path.length > DEEPEST) throw new JsonFault(reader.line, 'The text is nested too deeply.');
  if (first === '{') return readObject(reader, path, lines);
  if (first === '[') return readArray(reader, path, lines);
  if (/^[}\],:]$/.test(first)) throw new JsonFault(reader.line, `A value is missing before “${first}”.`);
  return readScalar(reader, first);
}

function readScalar(reader: TokenReader, token: string): unknown {
  try {
    return JSON.parse(token);
  } catch {
    throw new JsonFault(reader.line, 'A text in double quotes contains a character that needs a backslash.');
  }
}

function readObject(reader: TokenReader, path: readonly PropertyKey[], lines: Map<string, number>): unknown {
  const entries = new Map<string, unknown>();
  for (let token = reader.next(); token !== '}' || entries.size > 0; token = reader.next()) {
    if (token === null) throw new JsonFault(reader.line, 'The text ends before “}”.');
    if (!token.startsWith('"'))
      throw new JsonFault(reader.line, `The name of a field, in double quotes, is missing before “${token}”.`);
    const name = String(readScalar(reader, token));
    if (entries.has(name)) throw new JsonFault(reader.line, `Duplicate field: “${name}”.`);
    lines.set(keyOf([...path, name]), reader.line);
    if (reader.next() !== ':') throw new JsonFault(reader.line, `A colon is missing after “${name}”.`);
    entries.set(name, readValue(reader, [...path, name], lines));
    const separator = reader.next();
    if (separator === '}') break;
    if (separator !== ',') throw new JsonFault(reader.line, `A comma or “}” is missing after the field “${name}”.`);
  }
  return Object.fromEntries(entries);
}

function readArray(reader: TokenReader, path: readonly PropertyKey[], lines: Map<string, number>): unknown[] {
  const items: unknown[] = [];
  for (let token = reader.next(); token !== ']' || items.length > 0; token = reader.next()) {
    items.push(readValue(reader, [...path, items.length], lines, token));
    const separator = reader.next();
    if (separator === ']') break;
    if (separator !== ',') throw new JsonFault(reader.line, 'A comma or “]” is missing in a list.');
  }
  return items;
}

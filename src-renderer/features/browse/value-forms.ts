import type { ValuePart } from '../../../src-shared/model/rows/browse.ts';

/** Returns the bytes that base64 stands for. */
export function bytesOfBase64(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Returns the text that these bytes are; `null`: none. */
function textOfBytes(bytes: Uint8Array, encoding: ValuePart['encoding']): string | null {
  try {
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

/** Returns how many bytes at the start are whole characters; the others belong to one that is cut. */
function wholeCharacters(bytes: Uint8Array, encoding: ValuePart['encoding']): number {
  if (encoding === 'utf-8') return wholeUtf8(bytes);
  const even = bytes.length - (bytes.length % 2);
  const high = bytes[encoding === 'utf-16le' ? even - 1 : even - 2] ?? 0;
  return (high & 0xfc) === 0xd8 ? even - 2 : even;
}

function wholeUtf8(bytes: Uint8Array): number {
  const back = [1, 2, 3].find((count) => ((bytes.at(-count) ?? 0) & 0xc0) !== 0x80) ?? 0;
  const lead = bytes.at(-back) ?? 0;
  const length = [0xc0, 0xe0, 0xf0].filter((least) => lead >= least).length + 1;
  return length > back ? bytes.length - back : bytes.length;
}

/** How a part of a value can be shown; `null`: not so. */
export interface ValueForms {
  /** What is shown, without a character that is cut at its end. */
  bytes: Uint8Array;
  /** The type of an image. */
  image: string | null;
  json: string | null;
  text: string | null;
}

/** A larger image is shown as bytes. */
const MOST_IMAGE_BYTES = 16 * 1_048_576;

/** Returns how a part of a value can be shown. @param most bytes that are shown at a time */
export function formsOf(value: ValuePart, offset: number, most: number): ValueForms {
  const all = bytesOfBase64(value.part);
  const image = offset === 0 && value.bytes <= MOST_IMAGE_BYTES ? imageTypeOf(all) : null;
  const part = all.subarray(0, most);
  if (image !== null) return { bytes: part, image, json: null, text: null };
  const isCut = value.class === 'text' && offset + part.length < value.bytes;
  const bytes = isCut ? part.subarray(0, wholeCharacters(part, value.encoding)) : part;
  const text = textOfBytes(bytes, value.encoding);
  const isWhole = value.class === 'text' && bytes.length === value.bytes;
  return { bytes, image, json: isWhole && text !== null ? jsonOf(text) : null, text };
}

/** Returns a JSON text with indents; `null`: it is no object or array. */
export function jsonOf(text: string): string | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return null;
  }
}

const SIGNATURES: ReadonlyArray<readonly [type: string, start: string]> = [
  ['image/png', '\u0089PNG\r\n\u001a\n'],
  ['image/jpeg', '\u00ff\u00d8\u00ff'],
  ['image/gif', 'GIF8'],
  ['image/bmp', 'BM'],
];

/** Returns the type of an image by its first bytes; `null`: it is none that is shown. */
function imageTypeOf(bytes: Uint8Array): string | null {
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  if (start.startsWith('RIFF') && start.slice(8) === 'WEBP') return 'image/webp';
  return SIGNATURES.find(([, signature]) => start.startsWith(signature))?.[0] ?? null;
}

const LINE = 16;

/** Returns bytes in lines of hexadecimal digits and characters. @param offset of the first one */
export function hexLines(bytes: Uint8Array, offset: number): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += LINE) {
    const line = [...bytes.subarray(at, at + LINE)];
    const digits = line.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const characters = line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${(offset + at).toString(16).padStart(8, '0')}  ${digits.padEnd(LINE * 3 - 1)}  ${characters}`);
  }
  return lines.join('\n');
}

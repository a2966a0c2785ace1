import { isUtf8 } from 'node:buffer';
import { BYTE_BASE, byteOf } from '../../../../src-shared/rules/names/byte-names.ts';
import { fileSystem } from '../../../platform/file-system.ts';

/** The text that stands for the bytes of a name or path; see `src-shared/rules/names/byte-names.ts`. */
export function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString();
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const character = bytes.subarray(at, at + lengthAt(bytes, at));
    const isWhole = isUtf8(character);
    text += isWhole ? character.toString() : String.fromCharCode(BYTE_BASE + (bytes[at] ?? 0));
    at += isWhole ? character.length : 1;
  }
  return text;
}

/** How many bytes a character of UTF-8 has that begins with this one. */
function lengthAt(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** The bytes that a text stands for. */
export function bytesOf(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text);
  return Buffer.concat(
    Array.from(text, (character) => {
      const byte = byteOf(character);
      return byte === null ? Buffer.from(character) : Buffer.of(byte);
    }),
  );
}

/** A path as the file system takes it: what is not UTF-8 as bytes, for Node would write U+FFFD in its place. */
export function onDisk(path: string): string | Buffer {
  return path.isWellFormed() ? path : bytesOf(path);
}

/** Whether a text stands for bytes and no other text stands for the same. Where names are not bytes, only what is well-formed does. */
export function isExact(text: string): boolean {
  return text.isWellFormed() || (fileSystem.namesAreBytes && textOf(bytesOf(text)) === text);
}

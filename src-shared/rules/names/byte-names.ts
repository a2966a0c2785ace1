/*
 * Names of files are bytes, and not every one is UTF-8. As text, a byte that is no UTF-8 stands as one of the lone
 * surrogates U+DC80 to U+DCFF, which no UTF-8 has: text and bytes are exact in both directions, and JSON keeps them.
 */

/** The lone surrogate that stands for the byte 0. */
export const BYTE_BASE = 0xdc00;

/** The byte that a character of a name stands for; `null` for a character that is itself. */
export function byteOf(character: string): number | null {
  const byte = character.charCodeAt(0) - BYTE_BASE;
  return character.length === 1 && byte >= 0x80 && byte <= 0xff ? byte : null;
}

/** A name or path for people: bytes that are not UTF-8 are written like `\xe9`. */
export function nameInWords(name: string): string {
  if (name.isWellFormed()) return name;
  return Array.from(name, (character) => {
    const byte = byteOf(character);
    return byte === null ? character : `\\x${byte.toString(16)}`;
  }).join('');
}

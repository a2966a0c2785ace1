/** Cuts what comes in pieces of any size into pieces of just one, but for the last. */
export function* inPiecesOf(size: number, pieces: Iterable<Buffer>): Generator<Buffer> {
  let parts: Buffer[] = [];
  let length = 0;
  for (const piece of pieces) {
    parts.push(piece);
    length += piece.length;
    if (length < size) continue;
    const whole = Buffer.concat(parts);
    const rest = length - (length % size);
    for (let start = 0; start < rest; start += size) yield whole.subarray(start, start + size);
    parts = length === rest ? [] : [whole.subarray(rest)];
    length -= rest;
  }
  if (length > 0) yield Buffer.concat(parts);
}

/** About as many characters of a script are sent at once. */
export const SQL_PIECE = 256 * 1024;

/**
 * Cuts a script into pieces of {@link SQL_PIECE} characters, and one more where half of a character would be left; the
 * last one is shorter.
 */
export function* sqlPieces(parts: Iterable<Buffer | string>): Generator<string> {
  let text = '';
  for (const part of parts) {
    text += part.toString();
    while (text.length > SQL_PIECE) {
      const isCut = /[\ud800-\udbff]/.test(text.charAt(SQL_PIECE - 1));
      const end = SQL_PIECE + Number(isCut);
      yield text.slice(0, end);
      text = text.slice(end);
    }
  }
  if (text.length < SQL_PIECE) yield text;
  else yield* [text, ''];
}

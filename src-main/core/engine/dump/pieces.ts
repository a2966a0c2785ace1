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

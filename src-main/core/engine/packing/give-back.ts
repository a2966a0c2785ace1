/** Smaller buffers may be parts of one that Node hands out in parts. */
const LEAST = 128 * 1024;

/**
 * Gives the memory of a large buffer back at once; its content is gone. The garbage collector sees only the small object in
 * front of it, and would let some hundred such buffers lie.
 * @param buffer that nobody needs any more, nor any other part of its memory
 */
export function giveBack(buffer: Uint8Array): void {
  if (buffer.buffer instanceof ArrayBuffer && buffer.buffer.byteLength >= LEAST) buffer.buffer.transfer(0);
}

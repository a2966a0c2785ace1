import { compress, decompress } from 'lz4-wasm-nodejs';

/** The library puts the size before each block; LTX files do without. */
const SIZE_BYTES = 4;

/** Compresses a page to one LZ4 block. */
export const packPage = (page: Uint8Array): Uint8Array => compress(page).subarray(SIZE_BYTES);

/**
 * Unpacks an LZ4 block, which may be anything: no more than the bytes of a page are ever made of it.
 * @throws what is wrong with it, where it does not make exactly one page
 */
export function unpackPage(block: Uint8Array, pageSize: number): Uint8Array {
  const sized = Buffer.allocUnsafe(SIZE_BYTES + block.length);
  sized.writeUInt32LE(pageSize, 0);
  sized.set(block, SIZE_BYTES);
  const page = decompress(sized);
  if (page.length !== pageSize) throw new Error(`It makes ${page.length} bytes.`);
  return page;
}

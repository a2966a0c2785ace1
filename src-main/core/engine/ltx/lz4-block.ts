import * as lz4 from 'lz4-wasm-nodejs';

/** The library puts the size before each block; LTX files do without. */
const SIZE_BYTES = 4;

/** What the library's WebAssembly exports. Its own wrapper makes a new array of each page, which costs as much as unpacking. */
interface Lz4Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Takes the input over, and puts four numbers at `results`: start and length of what it made, an error, whether it failed. */
  decompress(results: number, start: number, length: number): void;
  __wbindgen_add_to_stack_pointer(bytes: number): number;
  __wbindgen_malloc(bytes: number): number;
  __wbindgen_free(start: number, bytes: number): void;
}

const { __wasm: wasm } = lz4 as typeof lz4 & { readonly __wasm: Lz4Exports };

/** Compresses a page to one LZ4 block. */
export const packPage = (page: Uint8Array): Uint8Array => lz4.compress(page).subarray(SIZE_BYTES);

/**
 * Unpacks an LZ4 block, which may be anything: no more than the bytes of a page are ever made of it.
 * @param page gets what it unpacks to
 * @throws what is wrong with it, where it does not make exactly one page
 */
export function unpackPage(block: Uint8Array, page: Uint8Array): void {
  const results = wasm.__wbindgen_add_to_stack_pointer(-16);
  try {
    const input = wasm.__wbindgen_malloc(SIZE_BYTES + block.length);
    // Views of the memory are made anew each time, for it moves when it grows.
    new DataView(wasm.memory.buffer).setUint32(input, page.length, true);
    new Uint8Array(wasm.memory.buffer, input + SIZE_BYTES, block.length).set(block);
    wasm.decompress(results, input, SIZE_BYTES + block.length);
    const [start = 0, length = 0, , failed] = new Uint32Array(wasm.memory.buffer, results, 4);
    if (failed !== 0) throw new Error('The LZ4 block is damaged.');
    const made = new Uint8Array(wasm.memory.buffer, start, length);
    if (length === page.length) page.set(made);
    wasm.__wbindgen_free(start, length);
    if (length !== page.length) throw new Error(`It makes ${length} bytes.`);
  } finally {
    wasm.__wbindgen_add_to_stack_pointer(16);
  }
}

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

/** How the library of LZ4 finds its WebAssembly: in a file beside its own. */
const READ =
  /const path = require\('path'\)\.join\(__dirname, '([\w.]+\.wasm)'\);\s*const bytes = require\('fs'\)\.readFileSync\(path\);/;

/** Puts the WebAssembly of LZ4 into the bundle: a bundle is one file. */
export const wasmInPlace: Plugin = {
  name: 'wasm-in-place',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('lz4_wasm_nodejs.js')) return null;
    const [statements, name] = READ.exec(code) ?? [];
    if (statements === undefined || name === undefined) throw new Error(`${id} reads its WebAssembly in another way.`);
    const content = readFileSync(join(dirname(id), name)).toString('base64');
    return { code: code.replace(statements, `const bytes = Buffer.from('${content}', 'base64');`), map: null };
  },
};

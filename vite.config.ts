import { rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type EnvironmentOptions, type Plugin } from 'vite';
import { builtInsWhenUsed } from './tools/build/built-ins-when-used.ts';
import { listPackages } from './tools/build/list-packages.ts';
import { schemasOnFirstUse } from './tools/build/schemas-on-first-use.ts';
import { wasmInPlace } from './tools/build/wasm-in-place.ts';

const at = (path: string): string => resolve(import.meta.dirname, path);

/** Left outside every bundle: the runtime's own modules and the native driver, the one production dependency. */
const external = ['electron', ...builtinModules, /^node:/, 'better-sqlite3-multiple-ciphers', /\.node$/];

/** Turns a Node too old for the driver and for zstd away with one line, before anything that would crash is loaded. */
const nodeGuard = `#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write('Snapkeep needs Node.js 22.15 or newer, and this is ' + process.versions.node + '. Start it through npm (npm start, npm run -s snapkeep), which brings the right one.\\n');
  process.exit(1);
}`;

/**
 * Writes letters beyond ASCII as escapes, which mean the same in code: V8 keeps and reads a text with a single “…” in it
 * at two bytes for each letter.
 */
export const asciiOnly: Plugin = {
  name: 'ascii-only',
  generateBundle: (_options, bundle) => {
    for (const chunk of Object.values(bundle))
      if (chunk.type === 'chunk')
        chunk.code = chunk.code.replace(
          /[^\0-\x7f]/g,
          (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
  },
};

/** What is particular to a bundle. */
interface BundleOptions {
  /** It is started by people, whose Node may be too old. */
  guarded?: boolean;
  /** What is imported while it runs becomes files of its own, which are read when they are needed. */
  inParts?: boolean;
  /** Modules that are one file with all that they import, by its name: each file takes time to find and to read. */
  together?: Readonly<Record<string, RegExp>>;
}

/** What `status`, `list` and most commands load: the command line itself, and then the core with what they ask it. */
const COMMAND_FILES = {
  run: /src-main[\\/]cli[\\/]run\.ts$/,
  session: /src-main[\\/](cli[\\/]session|core[\\/](plans|snapshots)[\\/]handlers)\.ts$/,
};

/** CommonJS for the Node side, in one self-contained file where nothing else is said; several entries never share a file. */
export function nodeBundle(
  name: string,
  entry: string,
  outDir: string,
  { guarded = false, inParts = false, together = {} }: BundleOptions = {},
): EnvironmentOptions {
  return {
    consumer: 'server',
    resolve: { noExternal: true, external: [], conditions: ['node', 'module', 'default'] },
    define: { 'import.meta.dirname': '__dirname' },
    build: {
      outDir: at(outDir),
      emptyOutDir: false,
      copyPublicDir: false,
      target: 'node22',
      minify: false,
      sourcemap: true,
      ssr: true,
      rolldownOptions: {
        input: { [name]: at(entry) },
        external,
        output: {
          format: 'cjs',
          entryFileNames: '[name].cjs',
          comments: { legal: true, annotation: false, jsdoc: false },
          codeSplitting: inParts && { groups: Object.entries(together).map(([name, test]) => ({ name, test })) },
          // Beside the entry, for code finds its neighbours by its own folder.
          chunkFileNames: `${name}-[name]-[hash].cjs`,
          ...(guarded ? { banner: ({ isEntry }) => (isEntry ? nodeGuard : '') } : {}),
        },
      },
    },
  };
}

export default defineConfig({
  root: at('src-renderer'),
  base: './',
  plugins: [
    react(),
    schemasOnFirstUse,
    wasmInPlace,
    listPackages(at('out/packages')),
    { ...asciiOnly, applyToEnvironment: ({ name }) => name !== 'client' },
    { ...builtInsWhenUsed, applyToEnvironment: ({ name }) => name === 'cli' },
  ],
  environments: {
    client: {
      build: {
        outDir: at('out/renderer'),
        emptyOutDir: true,
        target: 'chrome140',
        // One style sheet: in pieces, rules would win by the order in which pages are opened.
        cssCodeSplit: false,
        sourcemap: false,
        chunkSizeWarningLimit: 1200,
      },
    },
    main: nodeBundle('main', 'src-main/electron/main.ts', 'out/main'),
    preload: nodeBundle('preload', 'src-main/electron/preload.ts', 'out/main'),
    worker: nodeBundle('worker', 'src-main/worker/worker.ts', 'out/main'),
    checker: nodeBundle('checker', 'src-main/worker/checker.ts', 'out/main'),
    server: nodeBundle('server', 'src-main/server/main.ts', 'out/main', { guarded: true, inParts: true }),
    cli: nodeBundle('cli', 'src-main/cli/main.ts', 'out/main', {
      guarded: true,
      inParts: true,
      together: COMMAND_FILES,
    }),
  },
  builder: {
    buildApp: async (builder) => {
      // Parts and compiled code of an earlier build would stay for ever.
      rmSync(at('out/main'), { recursive: true, force: true });
      await Promise.all(Object.values(builder.environments).map((environment) => builder.build(environment)));
    },
  },
});

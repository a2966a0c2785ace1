import { builtinModules } from 'node:module';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type EnvironmentOptions } from 'vite';

const at = (path: string): string => resolve(import.meta.dirname, path);

/** Left outside every bundle: the runtime's own modules and the native driver, the one production dependency. */
const external = ['electron', ...builtinModules, /^node:/, 'better-sqlite3-multiple-ciphers', /\.node$/];

/** Turns a Node too old for the driver and for zstd away with one line, before anything that would crash is loaded. */
const nodeGuard = `
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write('Snapkeep needs Node.js 22.15 or newer, and this is ' + process.versions.node + '. Start it through npm (npm start, npm run -s snapkeep), which brings the right one.\\n');
  process.exit(1);
}`;

/** One self-contained CommonJS file for the Node side; several entries never share a chunk. */
export function nodeBundle(name: string, entry: string, outDir: string, guarded = false): EnvironmentOptions {
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
          codeSplitting: false,
          ...(guarded ? { banner: nodeGuard } : {}),
        },
      },
    },
  };
}

export default defineConfig({
  root: at('src-renderer'),
  base: './',
  plugins: [react()],
  environments: {
    client: {
      build: {
        outDir: at('out/renderer'),
        emptyOutDir: true,
        target: 'chrome140',
        sourcemap: false,
        chunkSizeWarningLimit: 1000,
      },
    },
    main: nodeBundle('main', 'src-main/electron/main.ts', 'out/main'),
    preload: nodeBundle('preload', 'src-main/electron/preload.ts', 'out/main'),
    worker: nodeBundle('worker', 'src-main/worker/worker.ts', 'out/main'),
    server: nodeBundle('server', 'src-main/server/main.ts', 'out/main', true),
    cli: nodeBundle('cli', 'src-main/cli/main.ts', 'out/main', true),
  },
  builder: {
    buildApp: async (builder) => {
      await Promise.all(Object.values(builder.environments).map((environment) => builder.build(environment)));
    },
  },
});

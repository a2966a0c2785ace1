import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { build, type Rolldown } from 'vite';
import { expect, test } from 'vitest';
import { loadWhenUsed } from '../../tools/build/built-ins-when-used.ts';
import { nodeBundle } from '../../vite.config.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const root = resolve(import.meta.dirname, '../..');

test('a command that only reads loads no library that it does not use', async () => {
  const { build: settings, ...environment } = nodeBundle('cli', 'src-main/cli/main.ts', temporaryFolder(), {
    inParts: true,
  });
  const built = await build({
    configFile: false,
    root,
    logLevel: 'error',
    ...environment,
    ssr: { noExternal: true },
    build: { ...settings, write: false },
  });
  const parts = (built as Rolldown.RolldownOutput).output.filter((part) => part.type === 'chunk');
  const byFile = new Map(parts.map((part) => [part.fileName, part]));
  const loaded = new Set<string>();
  const load = (file: string): void => {
    const part = byFile.get(file);
    if (part === undefined || loaded.has(file)) return;
    loaded.add(file);
    part.imports.forEach(load);
  };
  // What `status` and `list` ask for as they run.
  for (const entry of ['run', 'session', 'commands/status-command', 'commands/snapshot-commands']) {
    const part = parts.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`src-main/cli/${entry}.ts`));
    expect(part, entry).toBeDefined();
    load(part?.fileName ?? '');
  }
  const modules = [...loaded].flatMap((file) => byFile.get(file)?.moduleIds ?? []);
  expect(modules.some((id) => id.includes('/src-main/core/create-core.ts'))).toBe(true);
  // A process is started by who has a task for it.
  expect(modules.filter((id) => id.includes('/src-main/core/runs/forked-worker.ts'))).toEqual([]);
  const libraries = /node_modules\/(@aws-sdk|@smithy|ssh2|nodemailer|age-encryption|@noble|tar-stream|yauzl|xz-)/;
  expect(modules.filter((id) => libraries.test(id))).toEqual([]);
}, 60_000);

test('slow modules of Node’s are loaded where they are used, whatever they are called', () => {
  const code = [
    'let node_fs = require("node:fs");',
    'let node_crypto = require("node:crypto");',
    'let zlib = require("zlib");',
    'zlib = require_rolldown_runtime.__toESM(zlib, 1);',
    'const id = () => (0, node_crypto.randomUUID)();',
    'const pack = (piece) => zlib.default.gzipSync(piece, zlib.constants.Z_BEST_SPEED);',
    'const read = node_fs.readFileSync;',
  ];
  expect(loadWhenUsed(code.join('\n')).split('\n')).toEqual([
    code[0],
    '',
    '',
    '',
    'const id = () => (0, require("node:crypto").randomUUID)();',
    'const pack = (piece) => require("zlib").gzipSync(piece, require("zlib").constants.Z_BEST_SPEED);',
    code[6],
  ]);
});

test('npm start builds when something has changed, and not otherwise', () => {
  const folder = temporaryFolder();
  for (const path of ['tools', 'src-main', 'bin', 'out']) mkdirSync(join(folder, path));
  copyFileSync(join(root, 'tools/build-if-changed.mjs'), join(folder, 'tools/build-if-changed.mjs'));
  writeFileSync(join(folder, 'src-main/main.ts'), 'first');
  const npm = join(folder, 'bin/npm');
  writeFileSync(npm, `#!/bin/sh\necho "$*" >> ${join(folder, 'builds')}\nexit "$(cat ${join(folder, 'result')})"\n`);
  chmodSync(npm, 0o755);
  const start = (result: number): number | null => {
    writeFileSync(join(folder, 'result'), String(result));
    return spawnSync(process.execPath, [join(folder, 'tools/build-if-changed.mjs')], {
      env: { ...process.env, PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}` },
    }).status;
  };
  const builds = (): number =>
    existsSync(join(folder, 'builds')) ? readFileSync(join(folder, 'builds'), 'utf8').trim().split('\n').length : 0;
  expect([start(0), builds()]).toEqual([0, 1]);
  expect([start(0), builds()]).toEqual([0, 1]);
  writeFileSync(join(folder, 'src-main/other.ts'), 'new');
  expect([start(3), builds()]).toEqual([3, 2]);
  // A build that failed is made again.
  expect([start(0), builds()]).toEqual([0, 3]);
  expect([start(0), builds()]).toEqual([0, 3]);
});

test.skipIf(process.platform === 'win32')('the compiled code of a command is kept beside it', () => {
  const folder = temporaryFolder();
  const program = join(folder, 'program.mjs');
  writeFileSync(join(folder, 'loaded.cjs'), 'module.exports = () => 1;');
  writeFileSync(
    program,
    `import { keepCompiledCode } from ${JSON.stringify(join(root, 'src-main/platform/compiled-code.ts'))};
keepCompiledCode(${JSON.stringify(folder)});
await import('./loaded.cjs');
process.stdout.write(process.env.NODE_COMPILE_CACHE);`,
  );
  const { NODE_COMPILE_CACHE: _, ...environment } = process.env;
  expect(execFileSync(process.execPath, [program], { encoding: 'utf8', env: environment })).toBe(
    join(folder, 'compiled'),
  );
  expect(existsSync(join(folder, 'compiled'))).toBe(true);
});

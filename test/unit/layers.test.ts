import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temp-folder.ts';

const root = resolve(import.meta.dirname, '../..');
const biome = join(dirname(createRequire(import.meta.url).resolve('@biomejs/biome/package.json')), 'bin/biome');

const forbidden = [
  ['src-shared/rules/a.ts', "import { readFileSync } from 'node:fs';"],
  ['src-shared/rules/b.ts', "import { dataFolder } from '../../src-main/core/engine/files/paths.ts';"],
  ['src-main/core/a.ts', "import { app } from 'electron';"],
  ['src-main/core/engine/b.ts', "import { tokens } from '../../server/auth.ts';"],
  ['src-main/worker/a.ts', "import { WebSocket } from 'ws';"],
  ['src-main/electron/a.ts', "import { tokens } from '../server/auth.ts';"],
  ['src-main/electron/b.ts', "import { ipcMain } from 'electron';"],
  ['src-main/server/a.ts', "import { exitCode } from '../cli/main.ts';"],
  ['src-main/server/b.ts', "import { app } from 'electron';"],
  ['src-main/cli/a.ts', "import { openWindow } from '../electron/window.ts';"],
  ['src-renderer/app/a.ts', "import { readFileSync } from 'node:fs';"],
  ['src-renderer/app/b.ts', "import { dataFolder } from '../../src-main/core/engine/files/paths.ts';"],
] as const;

const allowed = [
  ['src-shared/rules/c.ts', "import { z } from 'zod';"],
  ['src-main/core/c.ts', "import { readFileSync } from 'node:fs';"],
  ['src-main/electron/ipc-transport.ts', "import { ipcMain } from 'electron';"],
  ['src-main/electron/c.ts', "import { app } from 'electron';"],
  ['src-main/server/c.ts', "import { createCore } from '../core/create-core.ts';"],
  ['src-renderer/app/c.ts', "import { snapshotName } from '../../src-shared/rules/names/naming.ts';"],
] as const;

/** The files that the project's linter stops for an import across a layer. */
function stopped(files: readonly (readonly [string, string])[]): string[] {
  const folder = temporaryFolder();
  copyFileSync(join(root, 'biome.json'), join(folder, 'biome.json'));
  for (const [file, line] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${line}\n`);
  }
  const { stdout } = spawnSync(
    process.execPath,
    [biome, 'lint', '--vcs-enabled=false', '--only=noRestrictedImports', '--reporter=json', '.'],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  );
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { location: { path: string } }[] };
  return [...new Set(diagnostics.map((diagnostic) => diagnostic.location.path))].sort();
}

/** What the check of the core's folders says of some files; nothing: they are fine. */
function faultsOf(files: Readonly<Record<string, string>>): string[] {
  const folder = temporaryFolder();
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, 'src-main/core', file)), { recursive: true });
    writeFileSync(join(folder, 'src-main/core', file), text);
  }
  const { stderr } = spawnSync(process.execPath, [join(root, 'tools/check-layers.mjs')], {
    cwd: folder,
    encoding: 'utf8',
  });
  return stderr.split('\n').filter((line) => line.includes(' imports '));
}

test('values go one way between the folders of the core, however long the way round is', () => {
  const oneWay = {
    'core-context.ts': "import type { Plan } from './plans/plan.ts';\n",
    'handlers.ts': "import { plans } from './plans/plan.ts';\n",
    'plans/plan.ts': "import type { Core } from '../core-context.ts';\nimport { keep } from '../prune/keep.ts';\n",
    'prune/keep.ts': "import { type Plan } from '../plans/plan.ts';\nimport { run } from '../runs/run.ts';\n",
    'runs/run.ts': "import { open } from '../engine/files/open.ts';\n",
    'engine/files/open.ts': "import { explain } from '../errors.ts';\n",
    'engine/errors.ts': '',
  };
  expect(faultsOf(oneWay)).toEqual([]);
  expect(
    faultsOf({ ...oneWay, 'runs/run.ts': "import {\n  type Plan,\n  plans,\n} from '../plans/plan.ts';\n" }),
  ).toHaveLength(3);
  expect(faultsOf({ ...oneWay, 'runs/run.ts': "export { handlers } from '../handlers.ts';\n" })).toEqual([
    'src-main/core/runs/run.ts imports src-main/core/handlers.ts',
  ]);
});

test('what a layer may not import is stopped, and nothing else', () => {
  const files = stopped([...forbidden, ...allowed]);
  expect(files).toEqual(forbidden.map(([file]) => file).sort());
});

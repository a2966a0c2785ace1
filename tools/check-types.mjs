// Checks each layer with its own settings, so that a global of another layer does not compile.
import { spawnSync } from 'node:child_process';

const layers = [
  'src-shared',
  'src-main/core',
  'src-main/electron',
  'src-main/server',
  'src-main/cli',
  'src-renderer',
  'test',
];
let failed = false;
for (const layer of layers) {
  const { status } = spawnSync('tsc', ['-p', layer], { stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) failed = true;
}
process.exit(failed ? 1 : 0);

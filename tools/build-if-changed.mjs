// Builds when a source, a dependency or the build's own settings have changed since the last build, and not otherwise.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), '..');
const note = join(root, 'out/built-from');
const SOURCES = [
  'src-main',
  'src-renderer',
  'src-shared',
  'tools/build',
  'package.json',
  'vite.config.ts',
  'node_modules/.package-lock.json',
];

const state = stateOfSources();
if (!existsSync(note) || readFileSync(note, 'utf8') !== state) {
  // A build that fails or is stopped is none.
  rmSync(note, { force: true });
  const { status } = spawnSync('npm', ['run', '-s', 'build', '--', '--logLevel', 'warn'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(note, state);
}

/** Returns a hash of the names, sizes and times of all that is built from, which are read in a few milliseconds. */
function stateOfSources() {
  const hash = createHash('sha256');
  for (const source of SOURCES.flatMap((each) => filesBelow(join(root, each)))) {
    const { size, mtimeMs } = statSync(source);
    hash.update(`${source} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}

import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What marks the fuses in Electron's executable, and how many there are: see @electron/fuses. */
const FUSE_SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const FUSE_VERSION = 1;
const FUSE_COUNT = 9;

/**
 * The folder with Electron's runtime: the installed one, or a placeholder that electron-builder takes for it.
 * @param {string} scratch a folder that the placeholder may be made in
 * @returns {{ folder: string, isPlaceholder: boolean }}
 */
export function electronRuntime(scratch) {
  const electron = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const installed = join(electron, 'dist');
  if (existsSync(join(installed, 'electron'))) return { folder: installed, isPlaceholder: false };
  const { version } = JSON.parse(readFileSync(join(electron, 'package.json'), 'utf8'));
  const folder = join(scratch, 'placeholder-runtime');
  mkdirSync(join(folder, 'locales'), { recursive: true });
  mkdirSync(join(folder, 'resources'));
  writeFileSync(join(folder, 'version'), version);
  // One language that is wanted and one that is not.
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'locales/en-US.pak', 'locales/de.pak']) {
    writeFileSync(join(folder, name), '');
  }
  const executable = join(folder, 'electron');
  writeFileSync(
    executable,
    Buffer.concat([
      Buffer.from(`#!/bin/sh\nexit 1\n${FUSE_SENTINEL}`),
      Buffer.from([FUSE_VERSION, FUSE_COUNT]),
      Buffer.from('0'.repeat(FUSE_COUNT)),
    ]),
  );
  chmodSync(executable, 0o755);
  return { folder, isPlaceholder: true };
}

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What marks the fuses in Electron's executable, and how many there are: see @electron/fuses. */
const FUSE_SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const FUSE_VERSION = 1;
const FUSE_COUNT = 9;
const EXECUTABLE = Buffer.concat([
  Buffer.from(`#!/bin/sh\nexit 1\n${FUSE_SENTINEL}`),
  Buffer.from([FUSE_VERSION, FUSE_COUNT]),
  Buffer.from('0'.repeat(FUSE_COUNT)),
]);
/** One language that is wanted and one that is not. */
const LANGUAGES = ['en-US', 'de'];

/**
 * Makes a folder that electron-builder takes for Electron's runtime on a system: the files it moves, edits or leaves
 * out, and an executable that has fuses and nothing else.
 * @param {string} platform as `process.platform` says it
 * @param {string} folder where it is made
 */
export function makePlaceholderRuntime(platform, folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of ['LICENSE', 'LICENSES.chromium.html']) writeFileSync(join(folder, name), '');
  writeFileSync(join(folder, 'version'), electronVersion());
  if (platform === 'darwin') return makeMacBundle(join(folder, 'Electron.app/Contents'));
  mkdirSync(join(folder, 'locales'));
  mkdirSync(join(folder, 'resources'));
  for (const language of LANGUAGES) writeFileSync(join(folder, 'locales', `${language}.pak`), '');
  writeFileSync(join(folder, platform === 'win32' ? 'electron.exe' : 'electron'), EXECUTABLE, { mode: 0o755 });
}

/** @param {string} contents */
function makeMacBundle(contents) {
  makeMacProgram(contents, 'Electron');
  for (const kind of ['', ' (GPU)', ' (Plugin)', ' (Renderer)']) {
    const name = `Electron Helper${kind}`;
    makeMacProgram(join(contents, 'Frameworks', `${name}.app/Contents`), name);
  }
  // The executable with the fuses is the framework's; links lead to its one version.
  const framework = join(contents, 'Frameworks/Electron Framework.framework');
  const version = join(framework, 'Versions/A');
  for (const resources of [join(version, 'Resources'), join(contents, 'Resources')]) {
    for (const language of LANGUAGES) {
      const folder = join(resources, `${language.replace('-US', '')}.lproj`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'locale.pak'), '');
    }
  }
  writeFileSync(join(version, 'Electron Framework'), EXECUTABLE, { mode: 0o755 });
  symlinkSync('A', join(framework, 'Versions/Current'));
  for (const name of ['Electron Framework', 'Resources']) {
    symlinkSync(join('Versions/Current', name), join(framework, name));
  }
}

/**
 * @param {string} contents
 * @param {string} name
 */
function makeMacProgram(contents, name) {
  mkdirSync(join(contents, 'MacOS'), { recursive: true });
  writeFileSync(join(contents, 'MacOS', name), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  writeFileSync(
    join(contents, 'Info.plist'),
    `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict><key>CFBundleExecutable</key><string>${name}</string></dict></plist>
`,
  );
}

function electronVersion() {
  const electron = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  return JSON.parse(readFileSync(join(electron, 'package.json'), 'utf8')).version;
}

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { makePlaceholderRuntime } from './placeholder-runtime.mjs';

const root = resolve(import.meta.dirname, '../..');

/**
 * @typedef {object} Target a system that Snapkeep is packed for
 * @property {string} platform as `process.platform` says it
 * @property {string} arch
 * @property {string} option electron-builder's
 * @property {string[]} settings what differs from electron-builder.yml here
 */

/** @type {readonly Target[]} */
export const TARGETS = [
  { platform: 'linux', arch: process.arch, option: '--linux', settings: [] },
  // Signing, even for oneself, needs a Mac.
  { platform: 'darwin', arch: 'arm64', option: '--mac', settings: ['electronFuses.resetAdHocDarwinSignature=false'] },
  // A placeholder has no Windows resources that an icon, a version or the hash of app.asar could be written into.
  {
    platform: 'win32',
    arch: 'x64',
    option: '--win',
    settings: ['win.signAndEditExecutable=false', 'disableAsarIntegrity=true'],
  },
];

/**
 * @typedef {object} Packed a folder build
 * @property {Target} target
 * @property {string} folder
 * @property {string} resources where app.asar is
 * @property {string} executable what has the fuses
 * @property {boolean} isPlaceholder whether Electron's own runtime was not to be had
 */

/**
 * Packs the application into a folder.
 * @param {Target} target
 * @param {string} scratch
 * @returns {Packed}
 * @throws {Error} with what electron-builder wrote
 */
export function pack(target, scratch) {
  const { platform, arch, option } = target;
  const installed = installedRuntime(target);
  const runtime = installed ?? join(scratch, `runtime-${platform}`);
  if (installed === undefined) makePlaceholderRuntime(platform, runtime);
  const output = join(scratch, `dist-${platform}`);
  const settings = [`electronDist=${runtime}`, `directories.output=${output}`, ...target.settings];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      createRequire(import.meta.url).resolve('electron-builder/cli.js'),
      ...[option, '--dir', `--${arch}`, '--publish', 'never'],
      ...settings.map((setting) => `-c.${setting}`),
    ],
    // A certificate of whoever runs this is not for a build that is thrown away.
    { cwd: root, encoding: 'utf8', timeout: 60_000, env: { ...process.env, CSC_IDENTITY_AUTO_DISCOVERY: 'false' } },
  );
  const name = existsSync(output) ? readdirSync(output).find((entry) => /^mac|-unpacked$/.test(entry)) : undefined;
  if (status !== 0 || name === undefined) {
    throw new Error(`electron-builder ended with ${status} for ${platform}-${arch}:\n${stdout}${stderr}`);
  }
  const folder = join(output, name);
  return { target, folder, isPlaceholder: installed === undefined, ...layoutOf(platform, folder) };
}

/**
 * @param {Target} target
 * @returns {string | undefined} where Electron's runtime for it is installed
 */
function installedRuntime({ platform, arch }) {
  const dist = join(dirname(createRequire(import.meta.url).resolve('electron/package.json')), 'dist');
  return platform === process.platform && arch === process.arch && existsSync(join(dist, 'version')) ? dist : undefined;
}

/**
 * @param {string} platform
 * @param {string} folder
 * @returns {{ resources: string, executable: string }}
 */
function layoutOf(platform, folder) {
  if (platform === 'darwin') {
    const app = join(folder, 'Snapkeep.app');
    return { resources: join(app, 'Contents/Resources'), executable: app };
  }
  const name = platform === 'win32' ? 'Snapkeep.exe' : 'snapkeep';
  return { resources: join(folder, 'resources'), executable: join(folder, name) };
}

// Packs the application into a folder as electron-builder.yml says, looks at what came out, and starts it.
// Where Electron's runtime is not installed, a placeholder takes its place. Nothing is left behind.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { checkContents } from './package/contents.mjs';
import { electronRuntime } from './package/electron-runtime.mjs';
import { startPacked } from './package/start-packed.mjs';

const root = resolve(import.meta.dirname, '..');
/** Those that nothing is said of stay as Electron ships them. */
const FUSES = new Map([
  [FuseV1Options.RunAsNode, false],
  [FuseV1Options.EnableCookieEncryption, true],
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable, false],
  [FuseV1Options.EnableNodeCliInspectArguments, false],
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation, true],
  [FuseV1Options.OnlyLoadAppFromAsar, true],
  [FuseV1Options.GrantFileProtocolExtraPrivileges, false],
]);

if (process.platform !== 'linux') {
  process.stderr.write('The package is checked on Linux: the stand-in for Electron runs only there.\n');
  process.exit(1);
}
if (!existsSync(join(root, 'out/main/main.cjs'))) {
  process.stderr.write('There is nothing to pack yet: run npm run build first.\n');
  process.exit(1);
}
const scratch = mkdtempSync(join(tmpdir(), 'snapkeep-package-'));
try {
  process.exitCode = await check();
} finally {
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}

/** @returns {Promise<number>} the exit code */
async function check() {
  const runtime = electronRuntime(scratch);
  const folder = pack(runtime.folder);
  if (folder === undefined) return 1;
  say(`Packed for linux-${process.arch}${runtime.isPlaceholder ? ' around a placeholder runtime' : ''}`);
  const resources = join(folder, 'resources');
  const contents = checkContents(resources);
  for (const line of contents.summary) say(line);
  const problems = [...contents.problems, ...checkLanguages(folder), ...(await checkFuses(join(folder, 'snapkeep')))];
  problems.push(...(await checkStart(resources)));
  for (const problem of problems) process.stderr.write(`✘ ${problem}\n`);
  if (problems.length === 0) say('The package is right.');
  return problems.length === 0 ? 0 : 1;
}

/**
 * @param {string} electronDist
 * @returns {string | undefined} the folder that holds the application, or nothing when electron-builder failed
 */
function pack(electronDist) {
  const output = join(scratch, 'dist');
  const builder = createRequire(import.meta.url).resolve('electron-builder/cli.js');
  const settings = [`-c.electronDist=${electronDist}`, `-c.directories.output=${output}`];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [builder, '--linux', '--dir', `--${process.arch}`, '--publish', 'never', ...settings],
    { cwd: root, encoding: 'utf8', timeout: 90_000 },
  );
  const unpacked = existsSync(output) ? readdirSync(output).find((name) => name.endsWith('-unpacked')) : undefined;
  if (status === 0 && unpacked !== undefined) return join(output, unpacked);
  process.stderr.write(`${stdout}${stderr}✘ electron-builder ended with ${status}\n`);
  return undefined;
}

/** @param {string} folder */
function checkLanguages(folder) {
  return readdirSync(join(folder, 'locales'))
    .filter((name) => name !== 'en-US.pak')
    .map((name) => `locales holds ${name}, a language Snapkeep does not speak`);
}

/** @param {string} executable */
async function checkFuses(executable) {
  const wire = await getCurrentFuseWire(executable);
  /** @type {string[]} */
  const problems = [];
  for (const [fuse, on] of FUSES) {
    if (wire[fuse] !== (on ? FuseState.ENABLE : FuseState.DISABLE)) {
      problems.push(`the fuse ${FuseV1Options[fuse]} is not ${on ? 'on' : 'off'}`);
    }
  }
  say(`Fuses: ${FUSES.size - problems.length} of ${FUSES.size} are as they have to be`);
  return problems;
}

/** @param {string} resources */
async function checkStart(resources) {
  try {
    const problems = await startPacked(resources, scratch);
    if (problems.length === 0) say('Started: the window opened, a worker took a snapshot and verified it');
    return problems;
  } catch (error) {
    return [`the packed application does not start: ${inOneLine(error)}`];
  }
}

/**
 * @param {unknown} error Playwright's, which may carry all that the application wrote
 * @returns {string}
 */
function inOneLine(error) {
  const text = stripVTControlCharacters(error instanceof Error ? error.message : String(error));
  const [first = '', ...more] = text.split('\n');
  const written = more.find((line) => /\[err\].*Error/.test(line))?.replace(/^.*\[err\]\s*/, '');
  return written === undefined ? first : `${first} (${written})`;
}

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}

// Packs the application into folders as electron-builder.yml says, looks at what came out, and starts what can run here.
// Where Electron's runtime is not installed, a placeholder takes its place. Nothing is left behind.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { checkContents } from './package/contents.mjs';
import { pack, TARGETS } from './package/pack.mjs';
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
process.on('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
process.exitCode = await check();

/** @returns {Promise<number>} the exit code */
async function check() {
  let count = 0;
  for (const target of TARGETS) {
    const name = `${target.platform}-${target.arch}`;
    for (const problem of await checkTarget(target, name)) {
      process.stderr.write(`✘ ${name}: ${problem}\n`);
      count += 1;
    }
  }
  if (count === 0) say('The packages are right.');
  return count === 0 ? 0 : 1;
}

/**
 * @param {import('./package/pack.mjs').Target} target
 * @param {string} name
 * @returns {Promise<string[]>} what is wrong
 */
async function checkTarget(target, name) {
  /** @type {import('./package/pack.mjs').Packed} */
  let packed;
  try {
    packed = pack(target, scratch);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  const contents = checkContents(packed);
  say(`${name}${packed.isPlaceholder ? ', around a placeholder runtime' : ''}: ${contents.summary}`);
  const problems = [...contents.problems, ...checkLanguages(packed), ...(await checkFuses(packed, name))];
  // What runs here is what was packed for here.
  if (target.platform === 'linux') problems.push(...(await checkStart(packed.resources, name)));
  return problems;
}

/** @param {import('./package/pack.mjs').Packed} packed */
function checkLanguages({ target, folder, resources }) {
  const languages =
    target.platform === 'darwin'
      ? readdirSync(resources).filter((entry) => entry.endsWith('.lproj'))
      : readdirSync(join(folder, 'locales'));
  return languages
    .filter((language) => !/^en(-US)?\.(pak|lproj)$/.test(language))
    .map((language) => `${language} is there, a language Snapkeep does not speak`);
}

/**
 * @param {import('./package/pack.mjs').Packed} packed
 * @param {string} name
 */
async function checkFuses({ executable }, name) {
  const wire = await getCurrentFuseWire(executable);
  /** @type {string[]} */
  const problems = [];
  for (const [fuse, on] of FUSES) {
    if (wire[fuse] !== (on ? FuseState.ENABLE : FuseState.DISABLE)) {
      problems.push(`the fuse ${FuseV1Options[fuse]} is not ${on ? 'on' : 'off'}`);
    }
  }
  say(`${name}: ${FUSES.size - problems.length} of ${FUSES.size} fuses are as they have to be`);
  return problems;
}

/**
 * @param {string} resources
 * @param {string} name
 */
async function checkStart(resources, name) {
  try {
    const problems = await startPacked(resources, scratch);
    if (problems.length === 0) say(`${name}: started; the window opened, a worker took a snapshot and verified it`);
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

// Where the tests find SQLite's ICU collations, which no system package has.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const VERSION = '1.0';
const WHEEL = `sqlite_icu-${VERSION}-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl`;
const WHEEL_SHA256 = '46b77c5c62fa9e94b4517bf73fd416787c837565ace234b13b0fe6658b0456ff';

const folder = join(homedir(), '.cache', 'snapkeep-tests', `sqlite-icu-${VERSION}`);

/** The library of ICU collations; SQLite finds its entry point by the name of the file. */
export const ICU_COLLATIONS = join(folder, 'icu.cpython-311-x86_64-linux-gnu.so');

/**
 * Downloads the library, whichever version of Python is there, and unpacks it outside of the project.
 * @param {(command: string, args: string[]) => void} run runs a command; what it does is seen by its files
 */
export function installIcuCollations(run) {
  if (existsSync(ICU_COLLATIONS) || process.platform !== 'linux' || process.arch !== 'x64') return;
  const making = `${folder}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  try {
    const python = ['--python-version', '311', '--implementation', 'cp', '--abi', 'cp311'];
    const what = ['--no-deps', '--only-binary', ':all:', '--platform', 'manylinux2014_x86_64', ...python];
    run('python3', ['-m', 'pip', 'download', '-q', ...what, '-d', making, `sqlite-icu==${VERSION}`]);
    const wheel = join(making, WHEEL);
    if (!existsSync(wheel)) return;
    if (createHash('sha256').update(readFileSync(wheel)).digest('hex') !== WHEEL_SHA256)
      throw new Error(`${WHEEL} is not the file that the tests were written for.`);
    run('python3', ['-m', 'zipfile', '-e', wheel, making]);
    rmSync(wheel);
    if (!existsSync(folder)) renameSync(making, folder);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ENCRYPTED, makeHome, PROGRAM_DATABASES, SEARCHED } from '../../test/support/made-up-home.ts';
import type { Figures } from './figures.ts';
import { peakMemory, timeCommand } from './measure.ts';
import { openCore } from './open-core.ts';

const FILES = 200_000;

/** Finds 40 databases of known programs among 200,000 other files. */
export async function measureFind({ folder, figures }: { folder: string; figures: Figures }): Promise<void> {
  const root = join(folder, 'find');
  process.stdout.write(`making ${FILES} files …\n`);
  makeHome(root, FILES);
  const home = { SNAPKEEP_HOME: join(folder, 'find-data') };
  const args = ['find', ...SEARCHED.map((path) => join(root, path))];
  const { output, wallMs } = timeCommand(home, ...args);
  const paths = new Set(
    (JSON.parse(output) as { databases: Array<{ path: string }> }).databases.map(({ path }) => path),
  );
  const missing = [...PROGRAM_DATABASES, ENCRYPTED].filter(([path]) => !paths.has(join(root, path)));
  if (missing.length > 0) throw new Error(`Not found: ${missing.map(([path]) => path).join(', ')}`);
  figures.milliseconds('find 40 databases among 200,000 files', wallMs);
  figures.megabytes('the same, largest process', await peakMemory(home, ...args));
  figures.milliseconds('the same, longest turn of the service', await longestTurn(root, join(folder, 'find-service')));
  process.stdout.write(`find: opened for writing: ${openedForWriting(root, folder)} files\n`);
  rmSync(root, { recursive: true });
}

/** How much CPU a service takes at most before it can answer others while it searches, in milliseconds. */
async function longestTurn(root: string, dataFolder: string): Promise<number> {
  const core = await openCore(dataFolder);
  const { run } = await core.call('databases.find', { folders: SEARCHED.map((path) => join(root, path)) });
  let [longest, over] = [0, false];
  const ended = core.runEnded(run.id).then(() => {
    over = true;
  });
  while (!over) {
    const before = process.threadCpuUsage();
    await setImmediate();
    const { user, system } = process.threadCpuUsage(before);
    longest = Math.max(longest, (user + system) / 1000);
  }
  await ended;
  await core.close();
  return longest;
}

/** Counts, with strace, the files of the home that are opened for writing, made or changed. */
function openedForWriting(root: string, folder: string): number {
  const calls = join(folder, 'find-calls');
  const alone = resolve(import.meta.dirname, '../../test/support/find-alone.ts');
  const filter = 'trace=open,openat,creat,unlink,unlinkat,rename,renameat,renameat2,truncate,mkdir,mkdirat,utimensat';
  execFileSync('strace', ['-f', '-qq', '-e', filter, '-o', calls, process.execPath, alone, root], { stdio: 'ignore' });
  return readFileSync(calls, 'latin1')
    .split('\n')
    .filter((line) => line.includes(`"${root}/`) && !/open(at)?\(.*O_RDONLY/.test(line)).length;
}

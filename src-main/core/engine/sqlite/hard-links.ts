import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { countInWords } from '../../../../src-shared/words/wording.ts';
import { errorCode } from '../engine-errors.ts';
import { sidecarPaths } from '../files/durable-files.ts';
import type { TaskContext } from '../task-context.ts';

/*
 * SQLite finds the log and the journal of a database by the name that it was opened under. A file with several names
 * (hard links) is read under the one that they lie beside, or commits would be missing.
 */

/**
 * Returns the name that a database is to be opened under: the given one, or the one of its other names in the same
 * folder that has a log or a journal.
 * @throws SnapkeepError `CONFLICT` when several names have one: nobody can tell which holds the newest commits
 */
export async function nameWithLog(path: string): Promise<string> {
  if ((await linksOf(path)) < 2) return path;
  const withLog: string[] = [];
  for (const name of await namesInFolder(path)) if (await hasLog(name)) withLog.push(name);
  const [first, second] = withLog;
  if (second === undefined) return first === undefined || (await hasLog(path)) ? path : first;
  throw new SnapkeepError(
    'CONFLICT',
    `${first} and ${second} are the same file, and each has its own log or journal.`,
    {
      hint: 'Close all programs that use the database, open it once under each name with its own program, and remove the hard link.',
    },
  );
}

/** Warns of names that cannot be seen, under which a program may have commits in a log. @param journalMode of the database */
export async function warnOfUnseenNames(path: string, journalMode: string, context: TaskContext): Promise<void> {
  const unseen = (await linksOf(path)) - 1;
  if (unseen < 1 || journalMode !== 'wal') return;
  const elsewhere = unseen + 1 - (await namesInFolder(path)).length;
  if (elsewhere < 1) return;
  context.log(
    'warning',
    `${path} has ${countInWords(elsewhere, 'other hard link')} in other folders. Commits made under that name may be in a log there, which is not read.`,
  );
}

async function linksOf(path: string): Promise<number> {
  try {
    return (await stat(path)).nlink;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 0;
    throw error;
  }
}

/** All names of a file in its folder, the given one among them. */
async function namesInFolder(path: string): Promise<string[]> {
  const real = await realpath(path);
  const folder = dirname(real);
  const { dev, ino } = await stat(real, { bigint: true });
  const names: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const name = join(folder, entry.name);
    const info = await stat(name, { bigint: true });
    if (info.dev === dev && info.ino === ino) names.push(basename(name) === basename(real) ? path : name);
  }
  return names;
}

async function hasLog(name: string): Promise<boolean> {
  const { wal, journal } = sidecarPaths(name);
  for (const file of [wal, journal]) {
    try {
      if ((await stat(file)).size > 0) return true;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }
  return false;
}

import type { BigIntStats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { errorCode, explainError } from '../../engine-errors.ts';
import { onDisk, textOf } from '../../files/byte-names.ts';
import type { TaskContext } from '../../task-context.ts';
import type { Entry, FileEntry } from './folder-entry.ts';
import { type Scanned, scanFolder } from './scan-folder.ts';

/** How two states of a folder differ. Folders count as what is in them, unless they are empty on one side alone. */
export interface FolderComparison {
  onlyHere: number;
  onlyThere: number;
  different: number;
  same: number;
  /** The first of those that are not the same, by path. */
  examples: { path: string; how: 'onlyHere' | 'onlyThere' | 'different' }[];
}

const EXAMPLES = 100;

/**
 * Compares two states of a folder by their entries.
 * @param isSame whether two entries of one path, both files or both links, are the same
 */
export function compareEntries<H extends { type: string }, T extends { type: string }>(
  here: ReadonlyMap<string, H>,
  there: ReadonlyMap<string, T>,
  isSame: (here: H, there: T) => boolean,
): FolderComparison {
  const result: FolderComparison = { onlyHere: 0, onlyThere: 0, different: 0, same: 0, examples: [] };
  const note = (path: string, how: 'onlyHere' | 'onlyThere' | 'different'): void => {
    result[how] += 1;
    if (result.examples.length < EXAMPLES) result.examples.push({ path, how });
  };
  for (const [path, one] of here) {
    const other = there.get(path);
    if (other === undefined) note(path, 'onlyHere');
    else if (one.type !== other.type) note(path, 'different');
    else if (one.type === 'folder') continue;
    else if (isSame(one, other)) result.same += 1;
    else note(path, 'different');
  }
  for (const path of there.keys()) if (!here.has(path)) note(path, 'onlyThere');
  result.examples.sort((a, b) => (a.path < b.path ? -1 : 1));
  return result;
}

export interface FolderComparisonRequest {
  /** The current folder; empty where it is missing, or no folder. */
  folder: string;
  /** What a snapshot holds, by path. */
  entries: ReadonlyMap<string, Entry>;
  /** Only this one file of the folder. */
  only?: string;
}

/**
 * Compares a folder (here) with what a snapshot holds (there): by size, time and mode, without reading contents.
 * @throws SnapkeepError when the folder cannot be read, `CANCELLED`
 */
export async function compareFolder(
  { folder, entries, only }: FolderComparisonRequest,
  context: TaskContext,
): Promise<FolderComparison> {
  let root: string | undefined;
  try {
    const path = textOf(await realpath(onDisk(folder), { encoding: 'buffer' }));
    if ((await stat(onDisk(path))).isDirectory()) root = path;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw explainError(error, folder);
  }
  const here = new Map<string, Scanned>();
  if (root !== undefined) {
    const throwIfCancelled = (): void => context.throwIfCancelled();
    const scan = await scanFolder(root, { exclude: [], throwIfCancelled, ...(only === undefined ? {} : { only }) });
    for (const entry of scan.entries) if (entry.path !== '') here.set(entry.path, entry);
  }
  const there = new Map([...entries].filter(([path]) => path !== ''));
  return compareEntries(here, there, (one, entry) => {
    if (entry.type === 'link') return one.target === entry.target;
    if (entry.type !== 'file' || one.stats.size !== BigInt(entry.size)) return false;
    const sameMode = (Number(one.stats.mode) & 0o7777) === entry.mode;
    return sameMode && nearlySameTime(entry, one.stats);
  });
}

/** A file that a restore has put back has the time that the stored one was able to keep. */
export function sameTime(entry: FileEntry, { mtimeNs }: BigIntStats): boolean {
  return String(mtimeNs) === entry.mtime || String(mtimeNs) === entry.keptMtime;
}

/** Node sets times as numbers of seconds, which are so far apart now. */
const SETTABLE_NS = 250n;

/** Whether a time may be what became of an entry's when it was set. */
function nearlySameTime(entry: FileEntry, stats: BigIntStats): boolean {
  const apart = stats.mtimeNs - BigInt(entry.mtime);
  return sameTime(entry, stats) || (apart < SETTABLE_NS && apart > -SETTABLE_NS);
}

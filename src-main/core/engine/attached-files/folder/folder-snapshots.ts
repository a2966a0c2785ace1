import { lstat, readdir, readlink, realpath, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapkeepError } from '../../../../../src-shared/contract/errors.ts';
import { DEFAULT_NAME_PATTERN, nameFromPattern } from '../../../../../src-shared/rules/names/name-pattern.ts';
import { fileStem } from '../../../../../src-shared/rules/names/naming.ts';
import { errorCode, explainError, explainedAs } from '../../engine-errors.ts';
import { PARTIAL_SUFFIX, syncFolder } from '../../files/durable-files.ts';
import { removeTree } from '../../files/remove-tree.ts';
import type { SnapshotFacts } from './folder-entry.ts';
import { INDEX_NAME, readFacts } from './folder-index.ts';

/** A dated folder that carries an index. */
export interface FolderSnapshot {
  /** Its own name in the destination. */
  name: string;
  path: string;
  facts: SnapshotFacts;
  /** When its index was written, in nanoseconds. */
  writtenNs: bigint;
}

const DATED = /^(.+)-(\d{4}-\d{2}-\d{2}-\d{6})-[0-9a-z]{6}(?:-[0-9a-z]{6,12})?(\.[^.]+)?$/;

/** A dated name: what it begins with, a date, and what follows. */
export interface DatedNaming {
  name: string;
  /** A dot and a word, or nothing. */
  ending: string;
}

/** What tells the snapshots of one attached file from all others. */
export function stemOf({ name, ending }: DatedNaming): string {
  return `${fileStem(name)}${ending}`;
}

/** The name of what is stored with a snapshot: `<name>-2026-11-20-020304-k3f9qa`, in UTC, and the ending. */
export function endedName(naming: DatedNaming & { letters: string }, at: Date, attempt = 1): string {
  const { name: planName, ending, letters } = naming;
  return nameFromPattern(DEFAULT_NAME_PATTERN, { planName, at, timeZone: null, ending, letters, attempt });
}

/** The stem that a name tells; `undefined` for other names. */
export function stemIn(name: string): string | undefined {
  const match = DATED.exec(name);
  return match === null ? undefined : `${match[1]}${match[3] ?? ''}`;
}

/** The name of an incomplete snapshot, or of one that is being removed: hidden, and known by its run. */
export function partialName(stem: string, runId: string): string {
  return `.${stem}.${runId.replaceAll('-', '').slice(0, 8)}${PARTIAL_SUFFIX}`;
}

/**
 * The snapshots of one attached file in a folder, the newest first. Folders without an index of Snapkeep's, or with one
 * that cannot be read, are not among them.
 * @throws SnapkeepError when the folder cannot be read
 */
export async function* folderSnapshots(destination: string, stem: string): AsyncGenerator<FolderSnapshot> {
  for (const names of await namesBySecond(destination, stem)) {
    const read = await Promise.all(names.map((name) => readSnapshot(destination, name)));
    const found = read.flatMap((each) => (each?.facts.stem === stem ? [each] : []));
    // Letters of an id tell no order: of one second, the newest is the one whose index was written last.
    yield* found.sort((a, b) => Number(b.writtenNs - a.writtenNs));
  }
}

async function newestWhole(
  destination: string,
  stem: string,
  except: string | null,
): Promise<FolderSnapshot | undefined> {
  for await (const snapshot of folderSnapshots(destination, stem))
    if (snapshot.facts.whole && snapshot.name !== except) return snapshot;
  return undefined;
}

async function readSnapshot(destination: string, name: string): Promise<FolderSnapshot | undefined> {
  const path = join(destination, name);
  try {
    const facts = (await lstat(path)).isDirectory() ? await readFacts(path) : undefined;
    if (facts === undefined) return undefined;
    const { mtimeNs: writtenNs } = await lstat(join(path, INDEX_NAME), { bigint: true });
    return { name, path, facts, writtenNs };
  } catch (error) {
    // One that is damaged, of a later version, or just being removed is no reason not to take the next.
    if (error instanceof SnapkeepError || errorCode(error) === 'ENOENT') return undefined;
    throw explainError(error, path);
  }
}

/** The names of an attached file's snapshots, those of one second together, the newest first. */
async function namesBySecond(destination: string, stem: string): Promise<string[][]> {
  const names = await readdir(destination).catch(explainedAs(destination));
  const seconds = new Map<string, string[]>();
  for (const name of names) {
    if (stemIn(name) !== stem) continue;
    const second = DATED.exec(name)?.[2] ?? '';
    seconds.set(second, [...(seconds.get(second) ?? []), name]);
  }
  return [...seconds].sort(([a], [b]) => b.localeCompare(a)).map(([, same]) => same);
}

/**
 * Lets the `latest` link of a destination name the newest whole snapshot; removes it when there is none. It is replaced
 * in one step. What is no link of this attached file's is left alone.
 * @param asideId what the new link is known by while it is made: the same whenever this is done again, which removes a
 * link that was left halfway
 * @param except a snapshot that is about to go
 * @returns what could not be done, in words; `null` when all is well
 */
export async function updateLatest(
  destination: string,
  stem: string,
  latestName: string,
  asideId: string,
  except: string | null = null,
): Promise<string | null> {
  const path = join(destination, latestName);
  try {
    const target = await readlink(path);
    if (stemIn(target) !== stem) return `${path} points to ${target} and was left unchanged.`;
  } catch (error) {
    if (errorCode(error) === 'EINVAL') return `${path} is not a link and was left unchanged.`;
    if (errorCode(error) !== 'ENOENT') throw explainError(error, path);
  }
  const newest = await newestWhole(destination, stem, except);
  try {
    if (newest === undefined) await rm(path, { force: true });
    else {
      const aside = join(destination, partialName(stem, asideId));
      await rm(aside, { force: true });
      await symlink(newest.name, aside);
      try {
        await rename(aside, path);
      } catch (error) {
        await rm(aside, { force: true });
        throw error;
      }
    }
    await syncFolder(destination);
    return null;
  } catch (error) {
    throw explainError(error, path);
  }
}

/**
 * Removes a snapshot: at once for those who look, and then its files; those of other snapshots stay. `latest` is moved
 * on first. One that was interrupted is finished by calling it again, which ends as `NOT_FOUND` where the name has gone.
 * @param removalId what the hidden folder is known by: the same whenever this snapshot is removed
 * @throws SnapkeepError `INVALID_PARAMS` for a name that leads out of the destination, `NOT_FOUND`; `CONFLICT` for a
 * folder that carries no index of Snapkeep's
 */
export async function removeFolderSnapshot(
  destination: string,
  name: string,
  latestName: string | null,
  removalId: string,
): Promise<void> {
  const stem = stemIn(name);
  if (stem === undefined || /[/\\\0]/.test(name)) {
    throw new SnapkeepError('INVALID_PARAMS', `${JSON.stringify(name)} is not the name of a snapshot.`, {
      hint: 'Nothing was removed. Use the name of a folder in the destination.',
    });
  }
  const path = join(destination, name);
  const aside = join(destination, partialName(stem, removalId));
  try {
    await removeTree(aside);
    const own = (await lstat(path)).isDirectory() && (await realpath(path)) === join(await realpath(destination), name);
    const facts = own ? await readFacts(path) : undefined;
    if (facts === undefined || facts.stem !== stem) {
      throw new SnapkeepError('CONFLICT', `${path} is not a Snapkeep snapshot.`, {
        hint: 'Nothing was removed. Remove it manually if it is not needed.',
      });
    }
    if (latestName !== null) await updateLatest(destination, stem, latestName, removalId, name);
    await rename(path, aside);
    await syncFolder(destination);
    await removeTree(aside);
  } catch (error) {
    throw explainError(error, path);
  }
}

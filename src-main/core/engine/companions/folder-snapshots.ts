import { randomBytes } from 'node:crypto';
import { chmod, lstat, readdir, readlink, realpath, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { datedName, fileStem } from '../../../../src-shared/rules/naming.ts';
import { exists, PARTIAL_SUFFIX, syncFolder } from '../durable-files.ts';
import { errorCode, explainError } from '../engine-errors.ts';
import type { SnapshotFacts } from './folder-entry.ts';
import { readFacts } from './folder-index.ts';

/** A dated folder that carries an index. */
export interface FolderSnapshot {
  /** Its own name in the destination. */
  name: string;
  path: string;
  facts: SnapshotFacts;
}

const DATED = /^(.+)-(\d{4}-\d{2}-\d{2}-\d{6})(?:-(\d+))?(\.[^.]+)?$/;
const IN_THE_MAKING = /^\.(.+)\.[0-9a-f]{8}\.partial$/;

/** A dated name: what it begins with, a date, and what follows. */
export interface DatedNaming {
  name: string;
  /** A dot and a word, or nothing. */
  ending: string;
}

/** What tells the snapshots of one companion from all others. */
export function stemOf({ name, ending }: DatedNaming): string {
  return `${fileStem(name)}${ending}`;
}

/** As `datedName`, with the ending. */
export function endedName({ name, ending }: DatedNaming, at: Date, attempt = 1): string {
  return `${datedName(name, at, attempt)}${ending}`;
}

/** The stem that a name tells; `undefined` for other names. */
function stemIn(name: string): string | undefined {
  const match = DATED.exec(name);
  return match === null ? undefined : `${match[1]}${match[4] ?? ''}`;
}

/** The name of a snapshot in the making, or of one that is being removed: hidden, and known by its run. */
export function partialName(stem: string, runId: string): string {
  return `.${stem}.${runId.replaceAll('-', '').slice(0, 8)}${PARTIAL_SUFFIX}`;
}

/**
 * The snapshots of one companion in a folder, the newest first. Folders without an index of Snapkeep's, or with one
 * that cannot be read, are not among them.
 * @throws SnapkeepError when the folder cannot be read
 */
export async function* folderSnapshots(destination: string, stem: string): AsyncGenerator<FolderSnapshot> {
  for (const name of await snapshotNames(destination, stem)) {
    const snapshot = await readSnapshot(destination, name);
    if (snapshot?.facts.stem === stem) yield snapshot;
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
    return facts && { name, path, facts };
  } catch (error) {
    // One that is damaged, of a later version, or just being removed is no reason not to take the next.
    if (error instanceof SnapkeepError || errorCode(error) === 'ENOENT') return undefined;
    throw explainError(error, path);
  }
}

async function snapshotNames(destination: string, stem: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(destination);
  } catch (error) {
    throw explainError(error, destination);
  }
  return names
    .map((name) => ({ name, match: DATED.exec(name) }))
    .filter(({ name }) => stemIn(name) === stem)
    .sort(
      (a, b) =>
        (b.match?.[2] ?? '').localeCompare(a.match?.[2] ?? '') || Number(b.match?.[3] ?? 1) - Number(a.match?.[3] ?? 1),
    )
    .map(({ name }) => name);
}

/**
 * Lets the `latest` link of a destination name the newest whole snapshot; removes it when there is none. It is replaced
 * in one step. What is no link of this companion's is left alone.
 * @param except a snapshot that is about to go
 * @returns what could not be done, in words; `null` when all is well
 */
export async function updateLatest(
  destination: string,
  stem: string,
  latestName: string,
  except: string | null = null,
): Promise<string | null> {
  const path = join(destination, latestName);
  try {
    const target = await readlink(path);
    if (stemIn(target) !== stem) return `${path} leads to ${target} and was left as it is.`;
  } catch (error) {
    if (errorCode(error) === 'EINVAL') return `${path} is not a link and was left as it is.`;
    if (errorCode(error) !== 'ENOENT') throw explainError(error, path);
  }
  const newest = await newestWhole(destination, stem, except);
  try {
    if (newest === undefined) await rm(path, { force: true });
    else {
      const aside = join(destination, partialName(stem, randomBytes(4).toString('hex')));
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
 * on first.
 * @throws SnapkeepError `INVALID_PARAMS` for a name that leads out of the destination, `NOT_FOUND`; `CONFLICT` for a
 * folder that carries no index of Snapkeep's
 */
export async function removeFolderSnapshot(
  destination: string,
  name: string,
  latestName: string | null,
  runId: string,
): Promise<void> {
  const stem = stemIn(name);
  if (stem === undefined || /[/\\\0]/.test(name)) {
    throw new SnapkeepError('INVALID_PARAMS', `${JSON.stringify(name)} is not the name of a snapshot.`, {
      hint: 'Nothing was removed. Give the name of a folder in the destination.',
    });
  }
  const path = join(destination, name);
  try {
    const own = (await lstat(path)).isDirectory() && (await realpath(path)) === join(await realpath(destination), name);
    const facts = own ? await readFacts(path) : undefined;
    if (facts === undefined || facts.stem !== stem) {
      throw new SnapkeepError('CONFLICT', `${path} is not a snapshot of Snapkeep's.`, {
        hint: 'Nothing was removed. Remove it by hand if it is not needed.',
      });
    }
    if (latestName !== null) await updateLatest(destination, stem, latestName, name);
    const aside = join(destination, partialName(stem, runId));
    await rename(path, aside);
    await syncFolder(destination);
    await removeTree(aside);
  } catch (error) {
    throw explainError(error, path);
  }
}

/** What is in the making and has not changed for so long belongs to nobody any more; in milliseconds. */
const ABANDONED_AFTER = 24 * 3_600_000;

/**
 * Removes what interrupted runs have left of a companion's snapshots. What is young may be another run's, which is at
 * it right now: a copy from another destination, a plan whose name makes the same file name, or another machine.
 * @returns how many there were
 */
export async function removePartials(destination: string, stem: string): Promise<number> {
  let removed = 0;
  try {
    for (const name of await readdir(destination)) {
      if (IN_THE_MAKING.exec(name)?.[1] !== stem) continue;
      const path = join(destination, name);
      if (!(await isAbandoned(path))) continue;
      await removeTree(path);
      removed += 1;
    }
  } catch (error) {
    throw explainError(error, destination);
  }
  return removed;
}

async function isAbandoned(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).mtimeMs < Date.now() - ABANDONED_AFTER;
  } catch (error) {
    // Its run has just finished it.
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Removes a folder with everything in it, also from folders that may not be written. Links are never followed. */
export async function removeTree(path: string): Promise<void> {
  if (process.platform !== 'win32' && process.getuid?.() !== 0) await openUp(path);
  await rm(path, { recursive: true, force: true });
}

async function openUp(path: string): Promise<void> {
  try {
    if (!(await lstat(path)).isDirectory()) return;
    await chmod(path, 0o700);
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (entry.isDirectory()) await openUp(join(path, entry.name));
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** A name that is free in a folder, from those that `candidate` makes for the attempts 1, 2, 3 … */
export async function freeNameIn(folder: string, candidate: (attempt: number) => string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const name = candidate(attempt);
    if (!(await exists(join(folder, name)))) return name;
  }
}

import { access, constants, stat, statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ComparedFolder, SuggestedFolder } from '../../../src-shared/model/destination.ts';
import { storageMounts } from '../../platform/mounts.ts';
import type { CoreContext } from '../core-context.ts';
import { errorCode } from '../engine/engine-errors.ts';
import { askInTime } from './ask-in-time.ts';

/** What a folder is called that Snapkeep suggests. */
const NAME = 'Snapkeep';

/** A second disk of the machine is always there; the home folder is on the disk of most databases. */
const KINDS = ['disk', 'network', 'removable', 'home'] as const;

/**
 * Suggests folders that could become destinations: one on each mounted disk and share that can be written to, and one in
 * the home folder. Other disks than that of the sources come first.
 * @param sourcePaths what is to be backed up; what is missing is not compared
 */
export async function suggestFolders(
  { catalog }: Pick<CoreContext, 'catalog'>,
  sourcePaths: readonly string[],
): Promise<SuggestedFolder[]> {
  const home = { point: homedir(), kind: 'home' as const };
  const known = new Set(catalog.destinations.all().map(({ settings }) => 'path' in settings && settings.path));
  const places = [...(await storageMounts()), home].filter(({ point }) => !known.has(join(point, NAME)));
  const disks = await disksOf(sourcePaths);
  const described = await Promise.all(
    places.map(async ({ point, kind }) => {
      const volume = await askInTime(`room on ${point}`, () => describeVolume(point)).catch(() => 'late' as const);
      // What is read-only, or does not answer, is no place for snapshots.
      if (volume === 'late') return [];
      const { disk, freeBytes } = volume;
      return [{ path: join(point, NAME), volume: point, kind, freeBytes, sameDisk: disks.has(disk) }];
    }),
  );
  return described
    .flat()
    .sort(
      (a, b) =>
        Number(a.sameDisk) - Number(b.sameDisk) ||
        KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
        (b.freeBytes ?? 0) - (a.freeBytes ?? 0),
    );
}

async function describeVolume(point: string): Promise<{ disk: number; freeBytes: number | null }> {
  await access(join(point, '.'), constants.W_OK);
  const [{ dev }, { blocks, bavail, bsize }] = await Promise.all([stat(point), statfs(point)]);
  return { disk: dev, freeBytes: blocks > 0 ? bavail * bsize : null };
}

/** Compares the disks of folders with those of the sources. A folder that does not exist yet is on the disk around it. */
export async function compareDisks(
  sourcePaths: readonly string[],
  folders: readonly string[],
): Promise<ComparedFolder[]> {
  const disks = await disksOf(sourcePaths);
  return Promise.all(
    folders.map(async (path) => {
      const disk = await diskOf(path, () => diskOf(dirname(path), async () => null));
      return { path, available: disk !== null, sameDisk: disk === null ? null : disks.has(disk) };
    }),
  );
}

async function disksOf(paths: readonly string[]): Promise<ReadonlySet<number>> {
  const disks = await Promise.all(paths.map((path) => diskOf(path, async () => null)));
  return new Set(disks.filter((disk) => disk !== null));
}

/** @param missing what is answered for a path that does not exist */
async function diskOf(path: string, missing: () => Promise<number | null>): Promise<number | null> {
  try {
    const found = await askInTime(`disk of ${path}`, () => stat(path));
    return found === 'late' ? null : found.dev;
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? missing() : null;
  }
}

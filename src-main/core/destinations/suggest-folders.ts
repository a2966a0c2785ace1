import { access, constants, statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ComparedFolder, SuggestedFolder } from '../../../src-shared/model/destination.ts';
import { disksUnder } from '../../platform/disks.ts';
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
      const { on, freeBytes } = volume;
      return [
        { path: join(point, NAME), volume: point, kind, freeBytes, sameDisk: on.some((disk) => disks.has(disk)) },
      ];
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

async function describeVolume(point: string): Promise<{ on: readonly string[]; freeBytes: number | null }> {
  await access(join(point, '.'), constants.W_OK);
  const [on, { blocks, bavail, bsize }] = await Promise.all([disksUnder(point), statfs(point)]);
  return { on, freeBytes: blocks > 0 ? bavail * bsize : null };
}

/** Compares the disks of folders with those of the sources. A folder that does not exist yet is on the disk around it. */
export async function compareDisks(
  sourcePaths: readonly string[],
  folders: readonly string[],
): Promise<ComparedFolder[]> {
  const disks = await disksOf(sourcePaths);
  return Promise.all(
    folders.map(async (path) => {
      const on = await foundDisks(path, () => foundDisks(dirname(path), async () => null));
      return { path, available: on !== null, sameDisk: on?.some((disk) => disks.has(disk)) ?? null };
    }),
  );
}

async function disksOf(paths: readonly string[]): Promise<ReadonlySet<string>> {
  const disks = await Promise.all(paths.map((path) => foundDisks(path, async () => null)));
  return new Set(disks.flatMap((on) => on ?? []));
}

/** @param missing what is answered for a path that does not exist */
async function foundDisks(
  path: string,
  missing: () => Promise<readonly string[] | null>,
): Promise<readonly string[] | null> {
  try {
    const found = await askInTime(`disk of ${path}`, () => disksUnder(path));
    return found === 'late' ? null : found;
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? missing() : null;
  }
}

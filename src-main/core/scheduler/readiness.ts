import { readdir, stat } from 'node:fs/promises';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { ScheduledJob } from '../../../src-shared/model/schedule.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { sidecarPaths } from '../engine/durable-files.ts';
import { errorCode } from '../engine/engine-errors.ts';

/**
 * What a job needs and is not there now, as a sentence; `null`: all is there. A folder that has become empty while its
 * snapshots are known is a mount point without its disk.
 */
export async function whatIsAway(catalog: Catalog, plan: Plan, job: ScheduledJob): Promise<string | null> {
  const folder = plan.destination.path;
  const snapshots = catalog.snapshots.ofPlan(plan.id).filter(({ missing }) => !missing);
  if (job === 'drill' && snapshots.length === 0) return 'Waiting for the first snapshot.';
  if (job === 'backup' && !(await isThere(plan.sourcePath)))
    return `Waiting for ${plan.sourcePath}, which is not there.`;
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? `Waiting for ${folder}, which is not there.`
      : `Waiting for ${folder}, which cannot be read (${code}).`;
  }
  const stored = snapshots.filter((snapshot) => snapshot.path.startsWith(folder));
  if (names.length === 0 && stored.length > 0) return `Waiting for ${folder}: its disk does not seem to be mounted.`;
  return null;
}

/** What the files of a database look like: their sizes and times. `null` when it is not there. */
export async function fingerprintOf(path: string): Promise<string | null> {
  const { wal, journal } = sidecarPaths(path);
  const parts = await Promise.all([path, wal, journal].map(describe));
  return parts[0] === '' ? null : parts.join(' ');
}

async function describe(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return `${ino}:${size}:${mtimeNs}`;
  } catch {
    // Not there, or not to be seen: as good as not there.
    return '';
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await describe(path)) !== '';
}

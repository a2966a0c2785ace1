import { stat } from 'node:fs/promises';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { CoreContext } from '../core-context.ts';
import { withinTime } from './ask-in-time.ts';

/**
 * Whether all that a plan stores is on the disk that its source is on; `null`: that cannot be seen now. Disks are
 * compared now and not kept as numbers, which change with every mount.
 * @throws with the system's code when the source cannot be looked at
 */
export async function isOneDisk({ catalog }: CoreContext, plan: Plan): Promise<boolean | null> {
  const disks = await disksOf(plan);
  for (const { destinationId } of plan.destinations) {
    const settings = catalog.destinations.get(destinationId)?.settings;
    if (settings?.kind !== 'folder') return false;
    try {
      if (!disks.includes(await diskOf(settings.path))) return false;
    } catch {
      // It cannot be reached, which its own check says.
      return null;
    }
  }
  return true;
}

/**
 * What a test of a folder warns of: that it is on the disk of what is stored in it.
 * @param destinationId whose plans count; without plans of its own, all of them do
 */
export async function sameDiskWarnings(core: CoreContext, folder: string, destinationId: string): Promise<string[]> {
  const all = core.catalog.plans.list();
  const own = all.filter((plan) => plan.destinations.some((each) => each.destinationId === destinationId));
  const shared: string[] = [];
  for (const plan of own.length > 0 ? own : all) if (await isOnDiskOf(plan, folder)) shared.push(plan.name);
  if (shared.length === 0) return [];
  const what = `The folder is on the same disk as the source of ${shared.join(', ')}`;
  return [`${what}: if it fails, both are lost. Add a destination on another disk or machine.`];
}

async function isOnDiskOf(plan: Plan, folder: string): Promise<boolean> {
  const compare = async (): Promise<boolean> => (await disksOf(plan)).includes(await diskOf(folder));
  // A source that is missing or does not answer is reported by its own check.
  return (await withinTime(compare().catch(() => false))) === true;
}

function disksOf({ sourceKind, sourcePath, attachedFiles }: Plan): Promise<number[]> {
  return Promise.all((sourceKind === 'database' ? [sourcePath] : attachedFiles.map(({ path }) => path)).map(diskOf));
}

const diskOf = async (path: string): Promise<number> => (await stat(path)).dev;

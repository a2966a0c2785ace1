import type { Plan } from '../../../src-shared/model/plan.ts';
import { disksUnder } from '../../platform/disks.ts';
import type { CoreContext } from '../core-context.ts';
import { withinTime } from './ask-in-time.ts';

/**
 * Whether all that a plan stores is on the disk that its source is on; `null`: that cannot be seen now. Disks are
 * compared now and not kept by their names, which change.
 * @throws with the system's code when the source cannot be looked at
 */
export async function isOneDisk({ catalog }: CoreContext, plan: Plan): Promise<boolean | null> {
  const disks = await disksOf(plan);
  for (const { destinationId } of plan.destinations) {
    const settings = catalog.destinations.get(destinationId)?.settings;
    if (settings?.kind !== 'folder') return false;
    try {
      if (!(await isOnOneOf(disks, settings.path))) return false;
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
  const what = `The folder is on the same disk or server as the source of ${shared.join(', ')}`;
  return [`${what}: if it fails, both are lost. Add a destination on another disk or machine.`];
}

async function isOnDiskOf(plan: Plan, folder: string): Promise<boolean> {
  const compare = async (): Promise<boolean> => isOnOneOf(await disksOf(plan), folder);
  // A source that is missing or does not answer is reported by its own check.
  return (await withinTime(compare().catch(() => false))) === true;
}

async function disksOf({ sourceKind, sourcePath, attachedFiles }: Plan): Promise<ReadonlySet<string>> {
  const paths = sourceKind === 'database' ? [sourcePath] : attachedFiles.map(({ path }) => path);
  return new Set((await Promise.all(paths.map(disksUnder))).flat());
}

/** Whether a folder is lost with one of these disks. */
const isOnOneOf = async (disks: ReadonlySet<string>, folder: string): Promise<boolean> =>
  (await disksUnder(folder)).some((disk) => disks.has(disk));

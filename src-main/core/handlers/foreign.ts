import { randomUUID } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { StoredDestination } from '../catalog/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { absent, type Destination } from '../destinations/destination.ts';
import { LocalFolder } from '../destinations/local-folder.ts';
import { explainError } from '../engine/engine-errors.ts';
import { knownAt, startForeignAdoption } from '../jobs/foreign/adopt-foreign.ts';
import { describeExamination, describeLocked, examineForeign } from '../jobs/foreign/examine-foreign.ts';
import { listForeign } from '../jobs/foreign/list-foreign.ts';
import { folderDestination, openPlace, requireDestination } from '../jobs/places.ts';
import { canonicalPath, refuseDataFolder } from '../paths.ts';
import type { Handlers, MethodsOf } from './handler.ts';
import { requirePlan } from './plans.ts';

/** A place that another program has filled: a destination, or a folder that need not be one yet. */
type ForeignPlace = { destinationId: string } | { path: string };

/** Lists, describes and enters backups that other programs have made. */
export function foreignHandlers(core: CoreContext): Handlers<MethodsOf<'foreign'>> {
  return {
    'foreign.list': (place, signal) => withForeign(core, place, (driver, known) => listForeign(driver, known, signal)),
    'foreign.describe': async ({ file, key, ...place }, signal) => {
      const given = key && (await core.keys.read(key));
      return withForeign(core, place, async (driver, _known, folder) => {
        const object = await driver.stat(file);
        if (object === undefined) throw absent(file, driver.label);
        const stagingFolder = join(core.dataFolder.stagingFolder, `describe-${randomUUID()}`);
        await mkdir(stagingFolder, { recursive: true, mode: 0o700 });
        try {
          const examination = await examineForeign(core, driver, object, given, { signal, stagingFolder, folder });
          return describeExamination(file, examination);
        } catch (error) {
          // A key that was given and does not open it is a mistake; that none is known is what is to be told.
          if (given !== undefined || !(error instanceof SnapkeepError) || error.code !== 'BAD_KEY') throw error;
          return describeLocked(object, error.message);
        } finally {
          await rm(stagingFolder, { recursive: true, force: true });
        }
      });
    },
    'foreign.adopt': async ({ files, planId, newPlanName, underRetention, key, ...place }) => {
      const plan = planId === undefined ? undefined : requirePlan(core.catalog, planId);
      const given = key && (await core.keys.read(key));
      const destination = await destinationOf(core, place);
      if (underRetention) requireRetention(plan, destination);
      core.events.emit('destinations.changed', {});
      const order = { destination, plan, planName: newPlanName, paths: files ?? null, underRetention, key: given };
      return { run: startForeignAdoption(core, order) };
    },
  };
}

/** A retention holds where its plan stores, and nowhere else. @throws SnapkeepError `INVALID_PARAMS` */
function requireRetention(plan: Plan | undefined, destination: StoredDestination): void {
  if (plan === undefined) {
    throw new SnapkeepError('INVALID_PARAMS', 'Only a plan has a retention that files can be taken under.', {
      hint: 'Name the plan, or leave them as they are: then nothing removes them.',
    });
  }
  if (plan.destinations.some(({ destinationId }) => destinationId === destination.id)) return;
  throw new SnapkeepError(
    'INVALID_PARAMS',
    `${plan.name} does not store to ${destination.name}, so its retention does not hold there.`,
    {
      hint: 'Add this destination to the plan first, or leave the files as they are.',
    },
  );
}

async function withForeign<T>(
  core: CoreContext,
  place: ForeignPlace,
  work: (driver: Destination, known: Map<string, string>, folder: string | null) => Promise<T>,
): Promise<T> {
  const found =
    'path' in place
      ? core.catalog.destinations.byFolder(await folderOf(core, place.path))
      : requireDestination(core.catalog, place.destinationId);
  const folder = 'path' in place ? await folderOf(core, place.path) : null;
  const driver =
    found === undefined
      ? new LocalFolder({ kind: 'folder', path: folder ?? '', bytesPerSecond: null })
      : openPlace(core, found);
  try {
    const own = found?.settings.kind === 'folder' ? found.settings.path : folder;
    return await work(driver, found === undefined ? new Map() : knownAt(core, found.id), own);
  } finally {
    await driver.close();
  }
}

/** The destination; a folder becomes one, for its snapshots are from now on known to lie there. */
async function destinationOf(core: CoreContext, place: ForeignPlace): Promise<StoredDestination> {
  if ('destinationId' in place) return requireDestination(core.catalog, place.destinationId);
  const folder = await folderOf(core, place.path);
  return folderDestination(core.catalog, core.clock, folder);
}

/** @throws SnapkeepError `NOT_FOUND`, `INVALID_PARAMS` for a file, `CONFLICT` within the data folder */
async function folderOf({ dataFolder }: CoreContext, given: string): Promise<string> {
  const path = await canonicalPath(given);
  refuseDataFolder(dataFolder.path, path);
  try {
    if ((await stat(path)).isDirectory()) return path;
  } catch (error) {
    throw explainError(error, path);
  }
  throw new SnapkeepError('INVALID_PARAMS', `${path} is a file, not a folder.`, {
    hint: 'Choose the folder it is in.',
  });
}

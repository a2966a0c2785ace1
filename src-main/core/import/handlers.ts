import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import {
  type ChosenDestination,
  chosenDestination,
  driverAt,
  folderOf,
  knownDestination,
} from '../destinations/chosen-destination.ts';
import { absent, type Destination } from '../destinations/drivers/destination.ts';
import { removedAtEnd } from '../engine/files/remove-tree.ts';
import type { Handlers } from '../handler.ts';
import { answerByTask } from '../runs/request-task.ts';
import { describeExamination, describeLocked, examineBackup } from './examine-backup.ts';
import { knownAt, startBackupImport } from './import-backups.ts';
import { listBackups } from './list-backups.ts';

/** Lists, describes and imports backups that other programs have made. */
export function importHandlers(core: CoreContext): Handlers<MethodsOf<'imports'>> {
  return {
    'imports.list': (chosen, signal) =>
      withImportSource(core, chosen, (driver, known) => {
        const order = { what: `Checking the files in ${driver.label}`, signal };
        return listBackups(driver, known, (samples) => answerByTask(core, 'judge', samples, order), signal);
      }),
    'imports.describe': async ({ file, key, ...chosen }, signal) => {
      const given = key && (await core.keys.read(key));
      return withImportSource(core, chosen, async (driver, _known, folder) => {
        const object = await driver.stat(file);
        if (object === undefined) throw absent(file, driver.label);
        const stagingFolder = join(core.dataFolder.stagingFolder, `describe-${randomUUID()}`);
        await mkdir(stagingFolder, { recursive: true, mode: 0o700 });
        await using _stagingFolder = removedAtEnd(stagingFolder);
        try {
          const examination = await examineBackup(core, driver, object, given, { signal, stagingFolder, folder });
          return describeExamination(file, examination);
        } catch (error) {
          // A key that was given and does not open it is a mistake; that none is known is what is to be told.
          if (given !== undefined || !(error instanceof SnapkeepError) || error.code !== 'BAD_KEY') throw error;
          return describeLocked(object, error.message);
        }
      });
    },
    'imports.start': async ({ files, planId, newPlanName, key, ...chosen }) => {
      const plan = planId === undefined ? undefined : core.catalog.plans.require(planId);
      const given = key && (await core.keys.read(key));
      const destination = await chosenDestination(core, chosen);
      core.events.emit('destinations.changed', { destinationIds: [destination.id] });
      const order = { destination, plan, planName: newPlanName, paths: files ?? null, key: given };
      return { run: startBackupImport(core, order) };
    },
  };
}

async function withImportSource<T>(
  core: CoreContext,
  chosen: ChosenDestination,
  work: (driver: Destination, known: Map<string, string>, folder: string | null) => Promise<T>,
): Promise<T> {
  const found = await knownDestination(core, chosen);
  await using driver = await driverAt(core, chosen);
  const folder = 'path' in chosen ? await folderOf(core, chosen.path) : null;
  const own = found?.settings.kind === 'folder' ? found.settings.path : folder;
  return await work(driver, found === undefined ? new Map() : knownAt(core, found.id), own);
}

import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { ParsedParams, Result } from '../../../src-shared/contract/methods.ts';
import type { Replica } from '../../../src-shared/model/history/replica.ts';
import type { CoreContext } from '../core-context.ts';
import { type ChosenDestination, driverAt, folderOf, knownDestination } from '../destinations/chosen-destination.ts';
import { absent, type Destination } from '../destinations/drivers/destination.ts';
import { removedAtEnd } from '../engine/files/remove-tree.ts';
import { answerByTask } from '../runs/request-task.ts';
import { describeExamination, describeLocked, examineBackup } from './examine-backup.ts';
import { knownAt } from './import-backups.ts';
import { type Judge, listBackups } from './list-backups.ts';

/** Lists the backups in a folder or at a destination. @throws SnapkeepError */
export function listBackupsAt(
  core: CoreContext,
  chosen: ChosenDestination,
  signal: AbortSignal,
): Promise<Result<'imports.list'>> {
  return withImportSource(core, chosen, async (driver, known, root) => {
    const order = { what: `Checking the files in ${driver.label}`, signal };
    const judge: Judge = (samples) => answerByTask(core, 'judge', samples, order);
    const { replicaFolders, ...listing } = await listBackups(driver, known, judge, signal);
    const replicaIn = (folder: string): Replica =>
      'destinationId' in chosen ? { destinationId: chosen.destinationId, folder } : { path: join(root ?? '', folder) };
    return { ...listing, replicas: replicaFolders.map(replicaIn) };
  });
}

/** Examines one backup, and says what it holds. @throws SnapkeepError */
export async function describeBackupAt(
  core: CoreContext,
  { file, key, ...chosen }: ParsedParams<'imports.describe'>,
  signal: AbortSignal,
): Promise<Result<'imports.describe'>> {
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
      // A wrong key is an error of the person; a missing key is a fact about the file.
      if (given !== undefined || !(error instanceof SnapkeepError) || error.code !== 'BAD_KEY') throw error;
      return describeLocked(object, error.message);
    }
  });
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

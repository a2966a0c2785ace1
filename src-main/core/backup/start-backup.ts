import { basename, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { AttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { SnapshotEncryption } from '../../../src-shared/model/encryption.ts';
import type { Manifest, SnapshotTrigger } from '../../../src-shared/model/manifest.ts';
import type { Plan, SchemaVersionQuery } from '../../../src-shared/model/plan.ts';
import type { Run, RunResult } from '../../../src-shared/model/run.ts';
import type { SourceKind } from '../../../src-shared/model/source.ts';
import type { BackupMethod, Compression } from '../../../src-shared/model/values.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import { removeUnlisted } from '../copies/remove-copy.ts';
import type { CoreContext } from '../core-context.ts';
import { askInTime } from '../destinations/ask-in-time.ts';
import { destinationProblem } from '../destinations/check-destination.ts';
import {
  addFolder,
  assertReachable,
  assertStillReachable,
  doesNotAnswer,
  folderDestination,
  isBareMountPoint,
  notMounted,
  requireDestination,
  withDestination,
} from '../destinations/destination-access.ts';
import type { Destination } from '../destinations/drivers/destination.ts';
import { explainError } from '../engine/engine-errors.ts';
import { canonicalFilePath, canonicalPath } from '../engine/files/paths.ts';
import type { EncryptionSecret } from '../engine/packing/encryption.ts';
import type { DatabaseKey } from '../engine/sqlite/database-key.ts';
import { movedInWords } from '../plans/check-facts.ts';
import { checkSource } from '../plans/check-source.ts';
import { clockAheadMs } from '../process/clock-ahead.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { encryptionSecretsOfPlan, readingSecretsOfPlan } from '../secrets/encryptions.ts';
import { keepKey, keysOfPlan } from '../secrets/keys.ts';
import { recordVerification } from '../verify/start-verification.ts';
import { enterSnapshot, type StoredBackup } from './enter-snapshot.ts';
import type { GroupCopy } from './group-copy.ts';
import { nameRules } from './snapshot-names.ts';

/** What is backed up, where to, and how. */
export interface BackupOrder {
  plan: Manifest['plan'];
  sourceKind: SourceKind;
  sourcePath: string;
  /** Where it may be stored, the likeliest first: a folder, or the destinations of a plan. */
  to: { folder: string } | { destinationIds: string[] };
  ownName: string | null;
  namePattern: string;
  timeZone: string | null;
  compression: Compression;
  encryption: SnapshotEncryption;
  method: BackupMethod;
  schemaVersion: SchemaVersionQuery;
  /** What is stored beside the database, or alone. */
  attachedFiles: AttachedFile[];
  verify: boolean;
  /** The scheduled time that it serves; `null`: started manually. */
  scheduledTime: Run['scheduledTime'];
  /** What starts it otherwise; a person in a window, where nothing is said. */
  trigger?: 'manual' | 'command' | undefined;
  /** What opens the database, if it is encrypted. */
  keys: (log: RunHandle['log']) => DatabaseKey[] | Promise<DatabaseKey[]>;
  /** The databases that it is copied with at one instant; without it, it is copied alone. */
  group?: GroupCopy;
}

/** What a plan orders. */
export function orderOf(core: CoreContext, plan: Plan, scheduledTime: Run['scheduledTime'] = null): BackupOrder {
  const { id, name, sourcePath, attachedFiles, compression, encryption, method, schemaVersion, verifyAfterBackup } =
    plan;
  const to = { destinationIds: plan.destinations.map(({ destinationId }) => destinationId) };
  const keys: BackupOrder['keys'] = (log) => keysOfPlan(core, plan, log);
  const { sourceKind, namePattern, timeZone } = plan;
  const settings = { schedule: plan.schedule, timeZone, retention: plan.retention, tags: plan.tags };
  const what = {
    plan: { id, name, settings },
    sourceKind,
    sourcePath,
    attachedFiles,
    to,
    ownName: null,
    namePattern,
    timeZone,
  };
  return { ...what, compression, encryption, method, schemaVersion, verify: verifyAfterBackup, scheduledTime, keys };
}

/** Queues a backup: a snapshot, entered into the catalog, and verified if so ordered. */
export async function startBackup(core: CoreContext, order: BackupOrder): Promise<Run> {
  const ofFiles = order.sourceKind === 'files';
  const attachedFiles = await Promise.all(order.attachedFiles.map(followLink));
  const source = ofFiles ? (attachedFiles[0]?.path ?? order.sourcePath) : await sourceInTime(order.sourcePath);
  const destination = await firstAvailableFolder(core, order.to);
  const together = (await order.group?.paths()) ?? [];
  if (source === core.dataFolder.catalogFile) {
    throw new SnapkeepError('CONFLICT', 'This is Snapkeep’s own catalog, which needs no backup.', {
      hint: 'Its content can be rebuilt from the destinations: snapkeep recover <destination>.',
    });
  }
  const locks = [...new Set([source, ...attachedFiles.map(({ path }) => path), ...together])];
  return core.runs.start({
    kind: 'backup',
    planId: order.plan.id,
    planName: order.plan.name,
    subject: ofFiles ? order.plan.name : basename(source),
    locks,
    folders: [destination.settings.path],
    scheduledTime: order.scheduledTime,
    work: async (handle) => {
      try {
        await resolveFirst(core, locks, handle);
        return await backUp(core, { ...order, sourcePath: source, attachedFiles }, destination, handle);
      } finally {
        await order.group?.leave(handle.id);
      }
    },
  });
}

/** A restore that cannot be resolved now, perhaps never, is no reason to have no backup. */
async function resolveFirst(core: CoreContext, paths: readonly string[], handle: RunHandle): Promise<void> {
  try {
    await core.cleanUp.resolve(paths);
  } catch (error) {
    const { message } = explainError(error, paths[0] ?? '');
    handle.log('warning', `${message} An interrupted restore may be only partly in place.`);
  }
}

/** What cannot be followed, or does not answer, is left to the run, which says so. */
async function followLink(attachedFile: AttachedFile): Promise<AttachedFile> {
  const path = await askInTime(`link ${attachedFile.path}`, () =>
    canonicalPath(attachedFile.path).catch(() => attachedFile.path),
  );
  return path === 'late' ? attachedFile : { ...attachedFile, path };
}

/** The canonical path of a source. @throws SnapkeepError `UNAVAILABLE` when its disk or share does not answer */
async function sourceInTime(path: string): Promise<string> {
  const found = await askInTime(`path ${path}`, () => canonicalFilePath(path));
  if (found === 'late') throw doesNotAnswer(path);
  return found;
}

/**
 * Where a snapshot is stored first: in the first folder that is available, or else in the outbox, if it may go beyond
 * folders.
 */
async function firstAvailableFolder(core: CoreContext, to: BackupOrder['to']): Promise<FolderDestination> {
  if ('folder' in to) return asFolder(await addFolder(core, to.folder));
  const destinations = to.destinationIds.map((id) => requireDestination(core.catalog, id));
  const folders = destinations.filter(isFolder);
  for (const folder of folders) if ((await destinationProblem(core, folder)) === null) return folder;
  const [first] = folders;
  // The run says why it is unavailable.
  if (first !== undefined && folders.length === destinations.length) return first;
  return asFolder(folderDestination(core.catalog, core.clock, core.dataFolder.outboxFolder, true));
}

/** A destination that is a folder of this machine. */
type FolderDestination = StoredDestination & { settings: { kind: 'folder' } };

const isFolder = (destination: StoredDestination): destination is FolderDestination =>
  destination.settings.kind === 'folder';

function asFolder(destination: StoredDestination): FolderDestination {
  if (isFolder(destination)) return destination;
  throw new Error(`${destination.name} is no folder.`);
}

async function backUp(
  core: CoreContext,
  order: BackupOrder,
  destination: FolderDestination,
  handle: RunHandle,
): Promise<RunResult> {
  const folder = destination.settings.path;
  await withDestination(core, destination, (driver) => assertReachable(core, destination, driver));
  await tellMovedSource(core, order.plan.id, handle);
  const { scheduledTime, trigger: startedBy = 'manual', keys: findKeys, to, group, ...request } = order;
  const keys = await findKeys(handle.log);
  const trigger: SnapshotTrigger = scheduledTime !== null ? 'schedule' : startedBy;
  const ofGroup = group && order.plan.id !== null ? await group.copyFor(order.plan.id, handle) : ALONE;
  let stored: StoredBackup | undefined;
  const onStored = async (manifest: Manifest): Promise<void> => {
    await withDestination(core, destination, (driver) => requireStored(core, destination, driver, manifest));
    stored = enterSnapshot(core, order, destination.id, manifest, handle);
    keepKey(core, keys, manifest.databaseEncryption);
  };
  const verification = await core
    .runInWorker(
      'backup',
      {
        ...request,
        ...ofGroup,
        folder,
        storesIn: destination.own ? ('outbox' as const) : ('destination' as const),
        runId: handle.id,
        // One run makes one snapshot: after a crash, what it left is known by the letters of its id.
        snapshotId: handle.id,
        trigger,
        snapkeepVersion: core.version,
        serviceId: core.serviceId,
        clockAheadMs: clockAheadMs(core.clock),
        asArchive: whyArchive(core, folder),
        ...nameRules(core, order, folder, handle),
      },
      {
        ...handle,
        listener: { ...handle.listener, onStored },
        keys,
        encryptionSecrets: secretsOfBackup(core, order),
      },
    )
    .catch(orGone(core, destination));
  if (stored === undefined) throw new Error('The worker ended without a snapshot.');
  const { manifest, result } = stored;
  if (verification !== null) recordVerification(core, manifest.id, destination.id, verification);
  handle.update({ result: { ...result, verification } });
  requireAttachedFiles(manifest, result);
  if (verification?.valid === false) throw notVerified(join(folder, manifest.name), verification.message);
  return { ...result, verification };
}

/** What encrypts a snapshot, first, and what may open it again. */
function secretsOfBackup(core: CoreContext, { plan, encryption, verify }: BackupOrder): EncryptionSecret[] {
  const find = verify && encryption !== null ? readingSecretsOfPlan : encryptionSecretsOfPlan;
  return find(core, plan.id, encryption);
}

/** What a database that is copied alone has of a group. */
const ALONE = { copied: null, takenWith: [] };

/** Takes an error; a disk that has gone is unavailable, whatever was missed on it. */
const orGone =
  (core: CoreContext, destination: FolderDestination) =>
  async (error: unknown): Promise<never> => {
    if (explainError(error, destination.name).code !== 'CANCELLED')
      await withDestination(core, destination, (driver) => assertStillReachable(core, destination, driver));
    throw error;
  };

/**
 * A disk may go while a snapshot is stored: what was written to its mount point is removed, and is no backup.
 * @throws SnapkeepError `UNAVAILABLE`
 */
async function requireStored(
  core: CoreContext,
  destination: FolderDestination,
  driver: Destination,
  manifest: Manifest,
): Promise<void> {
  if (!(await isBareMountPoint(core, destination, driver))) return;
  // Where it is not in the mount point it is on the disk, which went afterwards.
  if (await removeUnlisted(driver, destination, manifest)) throw notMounted(driver, destination.name);
}

/** The link to a source may lead to another file since the last run, which is followed and told. */
async function tellMovedSource(core: CoreContext, planId: string | null, { log }: RunHandle): Promise<void> {
  const plan = planId === null ? undefined : core.catalog.plans.get(planId);
  if (plan === undefined) return;
  await checkSource(core, plan);
  for (const moved of movedInWords(core.catalog.checks.get(plan.id))) log('warning', moved);
}

/** What goes beyond this machine goes there as one file. */
function whyArchive(core: CoreContext, folder: string): string | null {
  return folder === core.dataFolder.outboxFolder ? 'its destinations store single files only' : null;
}

/** A snapshot that lacks an attached file is stored, but is not what was ordered. @throws SnapkeepError */
function requireAttachedFiles({ attachedFiles, database, name }: Manifest, result: RunResult): RunResult {
  const lacking = attachedFiles.filter(({ storedName }) => storedName === null);
  if (lacking.length === 0) return result;
  const names = lacking.map((each) => each.name).join(', ');
  const why = lacking.map((each) => each.problems[0]?.reason ?? '').join(' ');
  throw new SnapkeepError('NOT_FOUND', `${name} was backed up without ${names}. ${why}`, {
    hint: `${database === null ? 'Everything else' : 'The database itself'} is backed up. Fix the failed items, and back up again.`,
  });
}

function notVerified(path: string, message: string): SnapkeepError {
  return new SnapkeepError('CORRUPT', `The snapshot was stored, but failed verification. ${message}`, {
    hint: 'If the source is damaged, restore it from an older snapshot. Otherwise check the disk, and back up again.',
    details: { path },
  });
}

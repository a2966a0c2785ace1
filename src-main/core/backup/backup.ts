import { basename, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { AttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { SnapshotEncryption } from '../../../src-shared/model/encryption.ts';
import type { Manifest, SnapshotTrigger } from '../../../src-shared/model/manifest.ts';
import type { Plan, SchemaVersionQuery } from '../../../src-shared/model/plan.ts';
import type { Run, RunResult } from '../../../src-shared/model/run.ts';
import type { SourceKind } from '../../../src-shared/model/source.ts';
import type { BackupMethod, Compression } from '../../../src-shared/model/values.ts';
import { sameSettings } from '../../../src-shared/rules/cipher-settings.ts';
import { missingInWords } from '../../../src-shared/words/incomplete.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import { removeUnlisted } from '../copies/removal.ts';
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
import { type DatabaseKey, likelyFirst } from '../engine/sqlite/database-key.ts';
import { movedInWords } from '../plans/check-facts.ts';
import { checkSource } from '../plans/check-source.ts';
import { lossOfNewest } from '../prune/prune-brakes.ts';
import type { RunHandle } from '../runs/runs.ts';
import { encryptionSecretsOfPlan } from '../secrets/encryptions.ts';
import { keepKey, keysOfPlan } from '../secrets/keys.ts';
import { recordVerification } from '../verify/verify.ts';
import { clockAheadMs } from './clock-ahead.ts';
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
  /** The scheduled time of a schedule that it serves; `null`: somebody asked for it. */
  scheduledTime: Run['scheduledTime'];
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
  const settings = { schedule: plan.schedule, timeZone, retention: plan.retention };
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
  const place = await firstAvailableFolder(core, order.to);
  const together = (await order.group?.paths()) ?? [];
  if (source === core.dataFolder.catalogFile) {
    throw new SnapkeepError('CONFLICT', 'This is Snapkeep’s own catalog, which needs no backup.', {
      hint: 'Its content can be rebuilt from the destinations: snapkeep recover <destination>.',
    });
  }
  return core.runs.start({
    kind: 'backup',
    planId: order.plan.id,
    planName: order.plan.name,
    subject: ofFiles ? order.plan.name : basename(source),
    locks: [...new Set([source, ...attachedFiles.map(({ path }) => path), ...together])],
    folders: [place.settings.path],
    scheduledTime: order.scheduledTime,
    work: async (handle) => {
      try {
        return await backUp(core, { ...order, sourcePath: source, attachedFiles }, place, handle);
      } finally {
        await order.group?.leave(handle.id);
      }
    },
  });
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

/** Where a snapshot is stored first: in the first folder that is there, or else in the outbox, if it may go beyond folders. */
async function firstAvailableFolder(core: CoreContext, to: BackupOrder['to']): Promise<FolderDestination> {
  if ('folder' in to) return asFolder(await addFolder(core, to.folder));
  const destinations = to.destinationIds.map((id) => requireDestination(core.catalog, id));
  const folders = destinations.filter(isFolder);
  for (const folder of folders) if ((await destinationProblem(core, folder)) === null) return folder;
  const [first] = folders;
  // The run says why it is not there.
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
  place: FolderDestination,
  handle: RunHandle,
): Promise<RunResult> {
  const { runInWorker, catalog, events, version } = core;
  const folder = place.settings.path;
  await withDestination(core, place, (driver) => assertReachable(core, place, driver));
  await tellMovedSource(core, order.plan.id, handle);
  const { verify, scheduledTime, keys: findKeys, to, group, ...request } = order;
  const keys = await findKeys(handle.log);
  const trigger: SnapshotTrigger =
    scheduledTime !== null ? 'schedule' : core.ports.host === 'cli' ? 'command' : 'manual';
  const ofGroup = group && order.plan.id !== null ? await group.copyFor(order.plan.id, handle) : ALONE;
  const stored = runInWorker(
    'snapshot',
    {
      ...request,
      ...ofGroup,
      folder,
      storesIn: place.own ? ('outbox' as const) : ('destination' as const),
      runId: handle.id,
      // One run makes one snapshot: after a crash, what it left is known by the letters of its id.
      snapshotId: handle.id,
      trigger,
      snapkeepVersion: version,
      serviceId: core.serviceId,
      clockAheadMs: clockAheadMs(core.clock),
      asArchive: whyArchive(core, folder),
      ...nameRules(core, order, folder, handle),
    },
    { ...handle, keys, encryptionSecrets: encryptionSecretsOfPlan(core, order.plan.id, order.encryption) },
  );
  const manifest = await stored.catch(orGone(core, place));
  await withDestination(core, place, (driver) => requireStored(core, place, driver, manifest));
  keepKey(core, keys, manifest.databaseEncryption);
  const { id: destinationId } = place;
  const planId = order.plan.id !== null && catalog.plans.get(order.plan.id) !== undefined ? order.plan.id : null;
  const now = core.clock.now().toISOString();
  // A crash between the two would leave a snapshot that no other destination waits for.
  catalog.transaction(() => {
    catalog.snapshots.enter(manifest, { origin: 'own', destinationId, planId, at: now });
    if ('destinationIds' in to) for (const id of stillKnown(core, to)) catalog.copies.enqueue(manifest.id, id, now);
  });
  const loss = planId === null ? null : lossOfNewest(core, planId);
  if (loss !== null) handle.log('warning', loss);
  if (planId !== null) rememberPlanKey(core, planId, manifest);
  const result: RunResult = {
    kind: 'backup',
    snapshotId: manifest.id,
    sizeBytes: manifest.attachedFiles.reduce((sum, { diskBytes }) => sum + diskBytes, manifest.stored.bytes),
    incomplete: missingInWords(manifest.attachedFiles),
    verification: null,
  };
  if (result.incomplete !== null) handle.log('warning', `The snapshot is incomplete. ${result.incomplete}`);
  handle.update({ snapshotId: manifest.id, result });
  events.emit('snapshots.changed', { planId });
  const destinationIds = new Set([destinationId, ...('destinationIds' in to ? to.destinationIds : [])]);
  events.emit('destinations.changed', { destinationIds: [...destinationIds] });
  if (!verify) return requireAttachedFiles(manifest, result);
  const path = join(folder, manifest.name);
  const encryptionSecrets = manifest.encryption === null ? [] : core.encryptions.all(planId);
  const decryptionSecrets = { keys: likelyFirst(keys, manifest.databaseEncryption), encryptionSecrets };
  const verification = await runInWorker(
    'verify',
    { path, expected: manifest, mayStayEncrypted: true },
    { ...handle, ...decryptionSecrets },
  ).catch(orGone(core, place));
  recordVerification(core, manifest.id, destinationId, verification);
  handle.update({ result: { ...result, verification } });
  requireAttachedFiles(manifest, result);
  if (!verification.valid) throw notVerified(path, verification.message);
  return { ...result, verification };
}

/** What a database that is copied by itself has of a group. */
const ALONE = { copied: null, takenWith: [] };

/** Takes an error; a disk that has gone is unavailable, whatever was missed on it. */
const orGone =
  (core: CoreContext, place: FolderDestination) =>
  async (error: unknown): Promise<never> => {
    if (explainError(error, place.name).code !== 'CANCELLED')
      await withDestination(core, place, (driver) => assertStillReachable(core, place, driver));
    throw error;
  };

/**
 * A disk may go while a snapshot is stored: what was written to its mount point is removed, and is no backup.
 * @throws SnapkeepError `UNAVAILABLE`
 */
async function requireStored(
  core: CoreContext,
  place: FolderDestination,
  driver: Destination,
  manifest: Manifest,
): Promise<void> {
  if (!(await isBareMountPoint(core, place, driver))) return;
  // Where it is not in the mount point it is on the disk, which went afterwards.
  if (await removeUnlisted(driver, place, manifest)) throw notMounted(driver, place.name);
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

/** A snapshot that lacks an attached file is there, and is not what was asked for. @throws SnapkeepError */
function requireAttachedFiles({ attachedFiles, database, name }: Manifest, result: RunResult): RunResult {
  const lacking = attachedFiles.filter(({ storedName }) => storedName === null);
  if (lacking.length === 0) return result;
  const names = lacking.map((each) => each.name).join(', ');
  const why = lacking.map((each) => each.problems[0]?.reason ?? '').join(' ');
  throw new SnapkeepError('NOT_FOUND', `${name} was backed up without ${names}. ${why}`, {
    hint: `${database === null ? 'Everything else' : 'The database itself'} is backed up. Fix the failed items, and back up again.`,
  });
}

/** A destination may have been removed while the snapshot was taken. */
function stillKnown(core: CoreContext, to: { destinationIds: string[] }): string[] {
  return to.destinationIds.filter((id) => core.catalog.destinations.get(id) !== undefined);
}

/** A database that is found to have another key, from now on, is opened with that one first. */
function rememberPlanKey(core: CoreContext, planId: string, { databaseEncryption }: Manifest): void {
  const plan = core.catalog.plans.get(planId);
  if (plan === undefined || databaseEncryption === null) return;
  const { key: fingerprint, settings } = databaseEncryption;
  if (plan.key?.fingerprint === fingerprint && sameSettings(plan.key.settings, settings)) return;
  const from = plan.key?.from ?? { kept: true as const };
  core.catalog.plans.save({ ...plan, key: { from, fingerprint, settings } });
  core.events.emit('plans.changed', { planIds: [planId] });
}

function notVerified(path: string, message: string): SnapkeepError {
  return new SnapkeepError('CORRUPT', `The snapshot was stored, but failed verification. ${message}`, {
    hint: 'If the source is damaged, restore it from an older snapshot. Otherwise check the disk, and back up again.',
    details: { path },
  });
}

import { basename, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest, SnapshotTrigger } from '../../../src-shared/model/manifest.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { Run, RunResult } from '../../../src-shared/model/run.ts';
import type { Compression } from '../../../src-shared/model/values.ts';
import type { CoreContext } from '../core-context.ts';
import type { DatabaseKey } from '../engine/database-key.ts';
import { canonicalFilePath, canonicalPath, refuseDataFolder } from '../paths.ts';
import { keepKey, keysOfPlan } from './keys.ts';
import type { RunHandle } from './runs.ts';
import { planFor } from './scan-folder.ts';
import { recordVerification } from './verify.ts';

/** What is backed up, where to, and how. */
export interface BackupOrder {
  plan: { id: string | null; name: string };
  sourcePath: string;
  folder: string;
  ownName: string | null;
  compression: Compression;
  verify: boolean;
  /** The slot of a schedule that it serves; `null`: somebody asked for it. */
  slot: Run['slot'];
  /** What opens the database, if it is encrypted. */
  keys: (log: RunHandle['log']) => DatabaseKey[] | Promise<DatabaseKey[]>;
}

/** What a plan orders. */
export function orderOf(core: CoreContext, plan: Plan, slot: Run['slot'] = null): BackupOrder {
  const { id, name, sourcePath, destination, compression, verifyAfterBackup: verify } = plan;
  const keys: BackupOrder['keys'] = (log) => keysOfPlan(core, plan, log);
  return { plan: { id, name }, sourcePath, folder: destination.path, ownName: null, compression, verify, slot, keys };
}

/** Queues a backup: a snapshot, entered into the catalog, and proven if so ordered. */
export async function startBackup(core: CoreContext, order: BackupOrder): Promise<Run> {
  const source = await canonicalFilePath(order.sourcePath);
  const folder = await canonicalPath(order.folder);
  refuseDataFolder(core.dataFolder.path, folder);
  if (source === core.dataFolder.catalogFile) {
    throw new SnapkeepError('CONFLICT', "This is Snapkeep's own catalog, which needs no backup.", {
      hint: 'Whatever is in it can be found again by scanning the folders of the snapshots.',
    });
  }
  return core.runs.start({
    kind: 'backup',
    planId: order.plan.id,
    planName: order.plan.name,
    subject: basename(source),
    locks: [source],
    folders: [folder],
    slot: order.slot,
    work: (handle) => backUp(core, { ...order, sourcePath: source, folder }, handle),
  });
}

async function backUp(core: CoreContext, order: BackupOrder, handle: RunHandle): Promise<RunResult> {
  const { runInWorker, catalog, events, version } = core;
  const { verify, slot, keys: findKeys, ...request } = order;
  const keys = await findKeys(handle.log);
  const trigger: SnapshotTrigger = slot !== null ? 'schedule' : core.ports.host === 'cli' ? 'command' : 'manual';
  const manifest = await runInWorker(
    'snapshot',
    { ...request, runId: handle.id, trigger, snapkeepVersion: version },
    { ...handle, keys },
  );
  keepKey(core, keys, manifest.encryption?.key);
  const planId = planFor(catalog, manifest, order.folder);
  catalog.snapshots.saveManifest(manifest, order.folder, planId);
  if (planId !== null) rememberPlanKey(core, planId, manifest);
  const result: RunResult = {
    kind: 'backup',
    snapshotId: manifest.id,
    sizeBytes: manifest.stored.bytes,
    verification: null,
  };
  handle.update({ snapshotId: manifest.id, result });
  events.emit('snapshots.changed', { planId });
  if (!verify) return result;
  const path = join(order.folder, manifest.name);
  const verification = await runInWorker('verify', { path }, { ...handle, keys });
  recordVerification(core, manifest.id, verification);
  handle.update({ result: { ...result, verification } });
  if (!verification.valid) throw notProven(path, verification.message);
  return { ...result, verification };
}

/** A database that is found to have another key, from now on, is opened with that one first. */
function rememberPlanKey(core: CoreContext, planId: string, { encryption }: Manifest): void {
  const plan = core.catalog.plans.get(planId);
  if (plan === undefined || encryption === null) return;
  if (plan.key?.fingerprint === encryption.key && plan.key.format === encryption.format) return;
  const from = plan.key?.from ?? { kept: true as const };
  core.catalog.plans.save({ ...plan, key: { from, fingerprint: encryption.key, format: encryption.format } });
  core.events.emit('plans.changed', {});
}

function notProven(path: string, message: string): SnapkeepError {
  return new SnapkeepError('CORRUPT', `The snapshot was stored but is not good. ${message}`, {
    hint: 'If the database itself is damaged, restore it from an older snapshot; otherwise check the disk and back up again.',
    details: { path },
  });
}

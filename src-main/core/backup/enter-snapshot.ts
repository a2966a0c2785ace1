import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { RunResult } from '../../../src-shared/model/run.ts';
import { sameSettings } from '../../../src-shared/rules/sqlite/cipher-settings.ts';
import { missingInWords } from '../../../src-shared/words/incomplete.ts';
import type { CoreContext } from '../core-context.ts';
import { lossOfNewest } from '../prune/prune-brakes.ts';
import type { RunHandle } from '../runs/run-work.ts';

/** A snapshot that is in the catalog, and what is known of its run so far. */
export interface StoredBackup {
  manifest: Manifest;
  result: Extract<RunResult, { kind: 'backup' }>;
}

/** Enters a snapshot that is stored into the catalog: from now on it stays, whatever becomes of its run. */
export function enterSnapshot(
  core: CoreContext,
  { plan, to }: { plan: Manifest['plan']; to: { folder: string } | { destinationIds: string[] } },
  destinationId: string,
  manifest: Manifest,
  handle: RunHandle,
): StoredBackup {
  const { catalog, events } = core;
  const planId = plan.id !== null && catalog.plans.get(plan.id) !== undefined ? plan.id : null;
  const now = core.clock.now().toISOString();
  // A crash between the two would leave a snapshot that no other destination waits for.
  catalog.transaction(() => {
    catalog.snapshots.enter(manifest, { origin: 'own', destinationId, planId, at: now });
    if ('destinationIds' in to) for (const id of stillKnown(core, to)) catalog.copies.enqueue(manifest.id, id, now);
  });
  const loss = planId === null ? null : lossOfNewest(core, planId);
  if (loss !== null) handle.log('warning', loss);
  if (planId !== null) rememberPlanKey(core, planId, manifest);
  const result: StoredBackup['result'] = {
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
  return { manifest, result };
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

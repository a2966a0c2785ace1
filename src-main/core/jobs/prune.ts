import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { PrunePreview } from '../../../src-shared/contract/methods.ts';
import type { Plan, Retention } from '../../../src-shared/model/plan.ts';
import type { PrunedSnapshot, Run } from '../../../src-shared/model/run.ts';
import { decideRetention, findNewestGood, type RetainedSnapshot } from '../../../src-shared/rules/retention.ts';
import { bytesInWords, countInWords } from '../../../src-shared/rules/wording.ts';
import type { SnapshotSummary } from '../catalog/snapshot-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { requireWritableFolder, sidecarPaths } from '../engine/durable-files.ts';
import { manifestPath } from '../engine/manifest-files.ts';
import { cancelledError } from '../engine/task-context.ts';
import type { RunHandle } from './runs.ts';

/** Says what pruning a plan would remove and keep, and why. */
export function previewPrune(core: CoreContext, plan: Plan, retention: Retention): PrunePreview {
  const snapshots = core.catalog.snapshots.ofPlan(plan.id);
  const decisions = new Map(
    decideRetention(snapshots.map(toRetained), retention, plan.timeZone).map((decision) => [decision.id, decision]),
  );
  const removed: PrunedSnapshot[] = [];
  const kept: PrunedSnapshot[] = [];
  for (const snapshot of snapshots) {
    const decision = decisions.get(snapshot.id);
    (decision?.keep === false ? removed : kept).push(toPruned(snapshot, decision?.reasons ?? []));
  }
  return withConfirmation(removed, kept);
}

/**
 * Queues a prune of just what was previewed.
 * @throws SnapkeepError `CONFLICT` when the snapshots are no longer those of the preview
 */
export function startPrune(core: CoreContext, plan: Plan, retention: Retention, confirmation: string): Run {
  const preview = previewPrune(core, plan, retention);
  requireFresh(preview, confirmation);
  return startRemoval(core, 'prune', preview, { planId: plan.id, planName: plan.name, subject: plan.name });
}

/**
 * Says what deleting one snapshot would do.
 * @throws SnapkeepError `CONFLICT` when it is the newest good one, or pinned
 */
export function previewDelete(core: CoreContext, snapshotId: string): PrunePreview {
  const snapshot = requireSnapshot(core, snapshotId);
  if (snapshot.pinned) {
    throw new SnapkeepError('CONFLICT', `${snapshot.name} is pinned.`, {
      hint: 'Unpin it first if it is really to be deleted.',
    });
  }
  const { snapshots } = core.catalog;
  const family =
    snapshot.planId === null ? snapshots.withoutPlan(snapshot.sourcePath) : snapshots.ofPlan(snapshot.planId);
  if (findNewestGood(family.map(toRetained))?.id === snapshot.id) {
    throw new SnapkeepError(
      'CONFLICT',
      `${snapshot.name} is the newest good snapshot of ${snapshot.planName}, which is never deleted.`,
      {
        hint: 'Make a newer one first.',
      },
    );
  }
  return withConfirmation([toPruned(snapshot, ['chosen'])], []);
}

/** @throws SnapkeepError `CONFLICT` */
export function startDelete(core: CoreContext, snapshotId: string, confirmation: string): Run {
  const preview = previewDelete(core, snapshotId);
  requireFresh(preview, confirmation);
  const { planId, planName, name } = requireSnapshot(core, snapshotId);
  return startRemoval(core, 'delete', preview, { planId, planName, subject: name });
}

/** @throws SnapkeepError `NOT_FOUND` */
export function requireSnapshot(core: CoreContext, snapshotId: string): SnapshotSummary {
  const snapshot = core.catalog.snapshots.get(snapshotId);
  if (snapshot === undefined)
    throw new SnapkeepError('NOT_FOUND', 'There is no such snapshot.', {
      hint: 'Look at the list again; it may have been pruned.',
    });
  return { ...snapshot, tableCount: snapshot.tables.length, rowCount: 0 };
}

/** What the retention rules look at. */
export function toRetained(snapshot: SnapshotSummary): RetainedSnapshot {
  const { id, createdAt, pinned, missing, trigger, proof } = snapshot;
  return { id, createdAt, pinned, missing, trigger, valid: proof.valid, level: proof.level };
}

/** Queues the prune that follows a backup; `undefined` when there is nothing to remove. */
export function pruneAfterBackup(core: CoreContext, planId: string): Run | undefined {
  const plan = core.catalog.plans.get(planId);
  if (plan === undefined) return undefined;
  const preview = previewPrune(core, plan, plan.retention);
  if (preview.removed.length === 0) return undefined;
  return startRemoval(core, 'prune', preview, { planId: plan.id, planName: plan.name, subject: plan.name });
}

function startRemoval(
  core: CoreContext,
  kind: 'prune' | 'delete',
  preview: PrunePreview,
  about: { planId: string | null; planName: string; subject: string },
): Run {
  const paths = new Map(preview.removed.map(({ id }) => [id, requireSnapshot(core, id).path]));
  return core.runs.start({
    kind,
    ...about,
    locks: [...paths.values()],
    folders: [],
    work: async (handle) => {
      const { confirmation: _confirmation, ...outcome } = preview;
      for (const kept of outcome.kept) handle.log('info', `Kept ${kept.name} (${kept.reasons.join(', ')}).`);
      const bytesFreed = await removeAll(core, outcome.removed, paths, handle);
      handle.log(
        'info',
        `Removed ${countInWords(outcome.removed.length, 'snapshot')}, ${bytesInWords(bytesFreed)} freed.`,
      );
      return { kind, ...outcome, bytesFreed };
    },
  });
}

async function removeAll(
  core: CoreContext,
  removed: readonly PrunedSnapshot[],
  paths: ReadonlyMap<string, string>,
  handle: RunHandle,
): Promise<number> {
  let freed = 0;
  for (const [index, snapshot] of removed.entries()) {
    if (handle.signal.aborted) throw cancelledError();
    handle.progress('removing', index, removed.length);
    const path = paths.get(snapshot.id);
    if (path === undefined) continue;
    // A share that is away must not look like snapshots that are gone.
    await requireWritableFolder(dirname(path), 0);
    for (const file of [path, sidecarPaths(path).wal, sidecarPaths(path).journal, manifestPath(path)])
      await rm(file, { force: true });
    core.catalog.snapshots.remove(snapshot.id);
    freed += snapshot.sizeBytes;
    handle.log('info', `Removed ${basename(path)} (${snapshot.reasons.join(', ')}).`);
  }
  core.events.emit('snapshots.changed', { planId: null });
  core.events.emit('plans.changed', {});
  return freed;
}

function withConfirmation(removed: PrunedSnapshot[], kept: PrunedSnapshot[]): PrunePreview {
  const bytesFreed = removed.reduce((sum, snapshot) => sum + snapshot.sizeBytes, 0);
  const parts = [removed.map(({ id }) => id), kept.map(({ id, reasons }) => [id, reasons])];
  return {
    removed,
    kept,
    bytesFreed,
    confirmation: createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32),
  };
}

function requireFresh(preview: PrunePreview, confirmation: string): void {
  if (preview.confirmation === confirmation) return;
  throw new SnapkeepError('CONFLICT', 'The snapshots have changed since they were looked at.', {
    hint: 'Nothing was removed. Look at the preview again.',
  });
}

function toPruned(snapshot: SnapshotSummary, reasons: string[]): PrunedSnapshot {
  const { id, name, createdAt, sizeBytes } = snapshot;
  return { id, name, createdAt, sizeBytes, reasons };
}

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasHistory } from '../../../src-shared/model/history/history-settings.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { Run, RunResult } from '../../../src-shared/model/run.ts';
import { BASE_LEVEL, type ChainFile } from '../../../src-shared/retention/history-chain.ts';
import { type Merge, planMerges } from '../../../src-shared/retention/history-merging.ts';
import { type KeptPoint, keptPoints } from '../../../src-shared/retention/history-retention.ts';
import { eventsAfter } from '../../../src-shared/retention/merged-events.ts';
import { reasonToPause } from '../../../src-shared/retention/point-brake.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { HistoryRow } from '../catalog/repos/history-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { requireDestination, withDestination } from '../destinations/destination-access.ts';
import { explainError } from '../engine/engine-errors.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { readingSecretsOfPlan } from '../secrets/encryptions.ts';
import type { StoredLtxFile } from './choose-files.ts';
import { placeOf, putOnce, requireOwn } from './deliver-history.ts';
import { localFileOf } from './fetch-point.ts';
import { CAPTURE_LEVEL, isBasePoint } from './history-folder.ts';
import { removeLtxFile, sweepHistory, type WritablePlace } from './history-store.ts';
import { ltxName } from './layout.ts';
import { isLocked } from './object-lock.ts';
import { listHistory } from './read-history.ts';
import { pointsLock, requireHistory } from './start-capture.ts';
import { isWriter } from './take-over.ts';

/** A file at a destination, as the rules of merging see it. */
type KnownFile = ChainFile & { stored: StoredLtxFile };

/** Queues the pruning of every history: points that the rules no longer keep are merged with the next one that they do. */
export function pruneHistories(core: CoreContext): void {
  for (const plan of core.catalog.plans.list()) {
    const history = core.catalog.histories.ofPlan(plan.id);
    if (hasHistory(plan.history) && history !== undefined && isWriter(core, history)) startHistoryPrune(core, plan);
  }
}

/** Queues the pruning of the history of a plan. One goes on at a time. @param isAsked by a person, so that its points say so */
export function startHistoryPrune(core: CoreContext, plan: Plan, isAsked = false): Run {
  const running = core.runs.active().find(({ kind, planId }) => kind === 'pruneHistory' && planId === plan.id);
  if (running !== undefined) return running;
  return core.runs.start({
    kind: 'pruneHistory',
    planId: plan.id,
    planName: plan.name,
    subject: plan.name,
    locks: [pointsLock(plan.id)],
    work: (handle) => prune(core, plan, isAsked, handle),
  });
}

/** Lets a history be pruned again after a person has seen why it was not. */
export function releaseHistoryBrake({ catalog }: CoreContext, planId: string): void {
  const history = catalog.histories.ofPlan(planId);
  if (history === undefined) return;
  catalog.histories.change(history.id, { brake: null, reviewedTxid: history.brake?.txid ?? history.reviewedTxid });
}

async function prune(core: CoreContext, plan: Plan, isAsked: boolean, handle: RunHandle): Promise<RunResult> {
  const history = withBrake(core, requireHistory(core, plan.id));
  const nothing: RunResult = { kind: 'pruneHistory', points: 0, files: 0, bytesFreed: 0 };
  if (history.brake !== null) {
    handle.log('warning', `Pruning paused: ${history.brake.reason}`);
    return nothing;
  }
  const points = core.catalog.points.retained(history.id);
  const now = core.clock.now().getTime();
  const retained = points.map((point) => ({ ...point, inUse: false }));
  const kept = keptPoints(retained, plan.history.keep, { timeZone: plan.timeZone, now });
  const removed = { files: 0, bytes: 0 };
  let isEverywhere = true;
  for (const { destinationId } of plan.destinations) {
    try {
      const destination = requireDestination(core.catalog, destinationId);
      await pruneAt(core, plan, history, destination, { kept, removed }, handle);
    } catch (error) {
      const explained = explainError(error, plan.name);
      if (explained.code === 'CANCELLED') throw explained;
      isEverywhere = false;
      handle.log('warning', `${explained.message} ${explained.hint ?? ''}`.trim());
    }
  }
  const gone = isEverywhere ? goneOf(points, kept) : [];
  core.catalog.transaction(() => {
    for (const [txid, kinds] of eventsAfter(core.catalog.points.eventful(history.id), kept, gone, isAsked))
      core.catalog.points.addEvents(history.id, txid, kinds);
    core.catalog.points.remove(history.id, gone);
  });
  const { files, bytes: bytesFreed } = removed;
  handle.log('info', `Merged ${countInWords(gone.length, 'point')}; ${bytesInWords(bytesFreed)} freed.`);
  core.events.emit('plans.changed', { planIds: [plan.id] });
  return { kind: 'pruneHistory', points: gone.length, files, bytesFreed };
}

function goneOf(points: ReadonlyArray<{ txid: number }>, kept: readonly KeptPoint[]): number[] {
  const stays = new Set(kept.map(({ txid }) => txid));
  return points.map(({ txid }) => txid).filter((txid) => !stays.has(txid));
}

/** Where a clock was wrong, or the newest point has lost most of what was there, nothing goes until a person has looked at it. */
function withBrake({ catalog, clock }: CoreContext, history: HistoryRow): HistoryRow {
  if (history.brake !== null) return history;
  const points = catalog.points.after(history.id, history.reviewedTxid, MOST_WEIGHED);
  const reason = reasonToPause(points, history.pageSize, clock.now().getTime());
  if (reason === null) return history;
  catalog.histories.change(history.id, { brake: { reason, txid: history.newestTxid } });
  return catalog.histories.require(history.id);
}

/** So many points are weighed at most. */
const MOST_WEIGHED = 10_000;

async function pruneAt(
  core: CoreContext,
  plan: Plan,
  history: HistoryRow,
  destination: StoredDestination,
  { kept, removed }: { kept: readonly KeptPoint[]; removed: { files: number; bytes: number } },
  handle: RunHandle,
): Promise<void> {
  const staging = join(handle.stagingFolder, 'merge');
  await withDestination(core, destination, async (driver) => {
    const place = placeOf(core, history, destination, driver);
    await place.requireAvailable();
    await requireOwn(core, plan, history, place);
    await sweepHistory(place, ({ tag }) => tag !== null && core.catalog.runs.hasEnded(tag));
    const files = await knownFiles(core, history, destination, place, { staging, handle });
    const { merges, newBase, removable } = planMerges(files, kept, plan.timeZone);
    for (const { stored } of removable) {
      if (!(await removeUnlocked(place, stored, handle))) continue;
      core.catalog.historyCopies.forgetMerged({
        historyId: history.id,
        destinationId: destination.id,
        ...spanOf(stored),
      });
      removed.files += 1;
      removed.bytes += stored.bytes;
    }
    for (const merge of newBase === null ? merges : [...merges, newBase]) {
      // What was encrypted is not stored decrypted because a plan no longer encrypts.
      if (plan.encryption === null && merge.inputs.some(({ stored }) => stored.encrypted)) continue;
      await mergeAt(core, plan, history, destination, place, merge, { staging, handle });
    }
  });
}

/**
 * The files there; merged ones that nobody has read back since they were stored are read now. What is newer than the newest
 * point that was weighed is left alone: a capture goes on, or a catalog that was set back does not know of it.
 */
async function knownFiles(
  core: CoreContext,
  history: HistoryRow,
  destination: StoredDestination,
  place: WritablePlace,
  { staging, handle }: { staging: string; handle: RunHandle },
): Promise<KnownFile[]> {
  const { files } = await listHistory(place, handle.signal);
  const merged = core.catalog.historyCopies.merged(history.id, destination.id);
  const readBack = new Set(merged.map(({ level, min, max }) => `${level}/${min}-${max}`));
  const now = core.clock.now().getTime();
  const known: KnownFile[] = [];
  for (const stored of files) {
    const { level, min, max, bytes, modifiedAt } = stored;
    if (max > history.newestTxid) continue;
    const point = level === BASE_LEVEL ? core.catalog.points.get(history.id, max) : undefined;
    const isCapture = level === CAPTURE_LEVEL || (point !== undefined && isBasePoint(point));
    if (!isCapture && !readBack.has(`${level}/${min}-${max}`)) {
      await fresh(staging);
      const path = await localFileOf(destination, place, stored, staging, handle);
      const encryptionSecrets = core.encryptions.all(history.planId);
      await core.runInWorker(
        'merge-history',
        { inputs: [{ path, name: path }], out: null },
        { ...handle, encryptionSecrets },
      );
      core.catalog.historyCopies.addMerged({ historyId: history.id, destinationId: destination.id, level, min, max });
    }
    const madeAt = modifiedAt.getTime();
    known.push({
      level,
      min,
      max,
      bytes,
      madeAt,
      verified: true,
      locked: isLocked(destination, stored, now),
      inUse: false,
      stored,
    });
  }
  return known;
}

/** Removes a file. @returns `false`: the bucket has locked it, so it stays until the lock ends */
async function removeUnlocked(place: WritablePlace, file: StoredLtxFile, handle: RunHandle): Promise<boolean> {
  try {
    await removeLtxFile(place, file);
    return true;
  } catch (error) {
    const { code, message } = explainError(error, ltxName(file));
    if (code !== 'PERMISSION') throw error;
    handle.log('info', message);
    return false;
  }
}

async function mergeAt(
  core: CoreContext,
  plan: Plan,
  history: HistoryRow,
  destination: StoredDestination,
  place: WritablePlace,
  { inputs, min, max, level }: Merge<KnownFile>,
  { staging, handle }: { staging: string; handle: RunHandle },
): Promise<void> {
  await fresh(staging);
  const paths: Array<{ path: string; name: string }> = [];
  for (const { stored } of inputs) {
    const path = await localFileOf(destination, place, stored, staging, handle);
    paths.push({ path, name: path });
  }
  const path = join(staging, 'merged.ltx');
  const { encryption } = plan;
  const encryptionSecrets = readingSecretsOfPlan(core, plan.id, encryption);
  await core.runInWorker(
    'merge-history',
    { inputs: paths, out: { path, encryption } },
    { ...handle, encryptionSecrets },
  );
  await putOnce(place, { level, min, max, encrypted: encryption !== null }, path, handle);
  core.catalog.historyCopies.addMerged({ historyId: history.id, destinationId: destination.id, level, min, max });
}

const spanOf = ({ level, min, max }: StoredLtxFile) => ({ level, min, max });

async function fresh(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

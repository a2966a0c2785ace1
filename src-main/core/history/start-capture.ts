import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { hasHistory } from '../../../src-shared/model/history/history-settings.ts';
import type { Point } from '../../../src-shared/model/history/point.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { type Run, type RunResult, replacesDatabase } from '../../../src-shared/model/run.ts';
import { eventsOf } from '../../../src-shared/rules/history/timeline.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import type { HistoryRow } from '../catalog/repos/history-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { replaceFile } from '../engine/files/durable-files.ts';
import { canonicalFilePath } from '../engine/files/paths.ts';
import type { CapturedHistory } from '../engine/history/capture-history.ts';
import { keepPageHashes } from '../engine/history/page-hashes.ts';
import { clockAheadMs } from '../process/clock-ahead.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { encryptedWith, encryptionSecretsOfPlan } from '../secrets/encryptions.ts';
import { keysOfPlan } from '../secrets/keys.ts';
import { deliverHistory } from './deliver-history.ts';
import { type HistoryFolder, historyFolder, removeOrphans } from './history-folder.ts';
import { historyFolderName, ltxName } from './layout.ts';
import { dropStored, outboxFull, tooMuchWaits } from './outbox.ts';
import { UNKNOWN_HASH } from './stored-points.ts';
import { isWriter, requireOwnAgain, takeOver } from './take-over.ts';

/** What only one run may add to a history at a time. */
export const historyLock = (planId: string): string => `history of ${planId}`;

/** What reads points and what removes their files take turns. Captures go on meanwhile: they only add files. */
export const pointsLock = (planId: string): string => `points of ${planId}`;

/**
 * Queues a capture: what has changed in a database since the last one becomes a point in time, which is stored at all
 * destinations of the plan.
 * @param how `isTakeOver`: another service writes the history, and this one is to do it from now on; `scheduledTime`: that
 * it serves, of a plan that stores a history alone
 * @throws SnapkeepError `UNSUPPORTED` for a plan without a history
 */
export async function startCapture(
  core: CoreContext,
  plan: Plan,
  { isTakeOver = false, scheduledTime = null }: { isTakeOver?: boolean; scheduledTime?: Run['scheduledTime'] } = {},
): Promise<Run> {
  if (!hasHistory(plan.history)) throw noHistory(plan);
  const sourcePath = await canonicalFilePath(plan.sourcePath);
  return core.runs.start({
    kind: 'capture',
    planId: plan.id,
    planName: plan.name,
    subject: plan.name,
    scheduledTime,
    locks: [sourcePath, historyLock(plan.id), ...(isTakeOver ? [pointsLock(plan.id)] : [])],
    work: async (handle) => {
      const known = core.catalog.histories.ofPlan(plan.id);
      if (isTakeOver) await takeOver(core, plan, requireHistory(core, plan.id), handle);
      else if (known !== undefined && !isWriter(core, known)) await requireOwnAgain(core, plan, known);
      return capture(core, { ...plan, sourcePath }, handle);
    },
  });
}

/** The error for a plan that keeps no history. */
export const noHistory = ({ name }: Pick<Plan, 'name'>): SnapkeepError =>
  new SnapkeepError('UNSUPPORTED', `${name} has no history.`, {
    hint: 'Turn the history on in the settings of the plan.',
  });

/** The history of a plan. @throws SnapkeepError `UNSUPPORTED` when nothing was ever captured */
export function requireHistory({ catalog }: Pick<CoreContext, 'catalog'>, planId: string): HistoryRow {
  const history = catalog.histories.ofPlan(planId);
  if (history !== undefined) return history;
  throw noHistory(catalog.plans.require(planId));
}

async function capture(core: CoreContext, plan: Plan, handle: RunHandle): Promise<RunResult> {
  const { histories } = core.catalog;
  const known = histories.ofPlan(plan.id);
  const id = known?.id ?? randomUUID();
  const folder = historyFolder(core.dataFolder.path, id);
  await mkdir(folder.outbox, { recursive: true, mode: 0o700 });
  await removeOrphans(folder, known?.newestTxid ?? 0);
  if (known !== undefined) await makeRoom(core, plan, known, handle);
  const began = performance.now();
  const captured = await captureChanges(core, plan, { id, known, folder }, handle);
  const captureMs = Math.ceil(performance.now() - began);
  if (captured.changed) await keep(core, plan, { id, known, folder }, captured, handle);
  else handle.log('info', 'Nothing has changed since the newest point in time.');
  const { takenAt, journalMode } = captured;
  histories.change(id, { lookedAt: new Date(takenAt).toISOString(), captureMs, journalMode });
  const { waiting } = await deliverHistory(core, plan, histories.require(id), handle);
  core.events.emit('plans.changed', { planIds: [plan.id] });
  const { txid, changedPages, bytes } = captured.changed ? captured : { txid: null, changedPages: 0, bytes: 0 };
  return { kind: 'capture', txid, changedPages, bytes, waiting };
}

/**
 * Brings what waits to its destinations where it is too much, and forgets what one of them has.
 * @throws SnapkeepError `UNAVAILABLE` while too much waits that is stored nowhere else
 */
async function makeRoom(core: CoreContext, plan: Plan, history: HistoryRow, handle: RunHandle): Promise<void> {
  if ((await tooMuchWaits(core, history)) === null) return;
  await deliverHistory(core, plan, history, handle);
  await dropStored(core, plan, history);
  const waiting = await tooMuchWaits(core, history);
  if (waiting !== null) throw outboxFull(plan, waiting);
}

/** A history that is captured; the catalog has it once it has a point. */
interface Captured {
  id: string;
  known: HistoryRow | undefined;
  folder: HistoryFolder;
}

async function captureChanges(
  core: CoreContext,
  plan: Plan,
  { id, known, folder }: Captured,
  handle: RunHandle,
): Promise<CapturedHistory> {
  const request = {
    sourcePath: plan.sourcePath,
    historyId: id,
    previous: known === undefined ? null : { txid: known.newestTxid, rootHash: known.newestRoot ?? UNKNOWN_HASH },
    hashes: folder.hashes,
    out: join(handle.stagingFolder, 'captured.ltx'),
    encryption: plan.encryption,
    clockAheadMs: clockAheadMs(core.clock),
  };
  if (known !== undefined && known.encryptedWith !== encryptedWith(core, plan)) {
    handle.log('info', 'The encryption has changed: the whole database is stored again.');
    await rm(folder.hashes, { force: true });
  }
  const keys = await keysOfPlan(core, plan, handle.log);
  const encryptionSecrets = encryptionSecretsOfPlan(core, plan.id, plan.encryption);
  return core.runInWorker('capture-history', request, { ...handle, keys, encryptionSecrets });
}

/**
 * Makes a capture a point: its file gets its name in the outbox, then the catalog has the point, then the next capture is
 * compared with it. Whatever ends this in between, the next capture finds hashes that are not those of the newest point
 * and writes every page.
 */
async function keep(
  core: CoreContext,
  plan: Plan,
  { id, known, folder }: Captured,
  captured: Extract<CapturedHistory, { changed: true }>,
  handle: RunHandle,
): Promise<void> {
  const { histories, points } = core.catalog;
  const { txid, base, pageSize, rootHash } = captured;
  const name = ltxName({ min: base === null ? txid : 1, max: txid, encrypted: plan.encryption !== null });
  const { schemaHash, tables, changedPages } = captured;
  const found = { pages: captured.commit, changedPages, schemaHash, tables, sinceLookMs: sinceLook(captured, known) };
  await replaceFile(join(handle.stagingFolder, 'captured.ltx'), join(folder.outbox, name));
  const before = known === undefined ? undefined : points.get(id, known.newestTxid);
  const madeAt = new Date(captured.takenAt).toISOString();
  const newest = { pageSize, newestTxid: txid, newestRoot: rootHash, encryptedWith: encryptedWith(core, plan) };
  core.catalog.transaction(() => {
    if (known === undefined) histories.add(newHistory(core, plan, id, newest));
    else histories.change(id, newest);
    points.enter([
      {
        ...{ historyId: id, planId: plan.id, txid, madeAt, rootHash, pinned: false, verification: null },
        ...found,
        bytes: captured.bytes,
        sha256: captured.sha256,
        events: [
          ...eventsOf(found, before ?? null, plan.history.intervalSeconds * 1000).filter((kind) => kind !== 'new-base'),
          ...(base === null || before === undefined ? [] : ['new-base' as const]),
          ...(before !== undefined && wasRestored(core, plan, before) ? ['restored' as const] : []),
        ],
      },
    ]);
  });
  await keepPageHashes(folder.hashes);
  handle.log('info', `Point ${txid}: ${countInWords(captured.changedPages, 'page')} changed.`);
}

/** Whether a restore or an Undo has replaced the database since a point. */
function wasRestored({ catalog }: CoreContext, { sourcePath }: Plan, { madeAt }: Point): boolean {
  const replaced = catalog.runs.list({ kinds: ['restore', 'undo'], limit: MOST_REPLACEMENTS });
  return replaced.some(
    ({ result, finishedAt }) =>
      replacesDatabase(result) && result.targetPath === sourcePath && finishedAt !== null && finishedAt >= madeAt,
  );
}

const MOST_REPLACEMENTS = 20;

/** How long the database was not looked at before a capture, in milliseconds. */
const sinceLook = ({ takenAt }: CapturedHistory, known: HistoryRow | undefined): number | null =>
  known?.lookedAt == null ? null : Math.max(0, takenAt - Date.parse(known.lookedAt));

function newHistory(
  { clock, serviceId }: CoreContext,
  plan: Plan,
  id: string,
  newest: Pick<HistoryRow, 'pageSize' | 'newestTxid' | 'newestRoot' | 'encryptedWith'>,
): HistoryRow {
  return {
    ...{ id, planId: plan.id, folder: historyFolderName(plan.name, id) },
    ...newest,
    ...{ lookedAt: null, captureMs: null, journalMode: null, brake: null, reviewedTxid: 0 },
    writer: { serviceId, since: clock.now().toISOString() },
  };
}

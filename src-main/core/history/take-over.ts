import { rm } from 'node:fs/promises';
import { HISTORY_FORMAT } from '../../../src-shared/model/history/history-file.ts';
import type { Point } from '../../../src-shared/model/history/point.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { HistoryRow } from '../catalog/repos/history-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { requireDestination, withDestination } from '../destinations/destination-access.ts';
import { explainError } from '../engine/engine-errors.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { placeOf, requireOwn } from './deliver-history.ts';
import { historyFolder } from './history-folder.ts';
import { type KnownHistory, readHistoryFile, replaceHistoryFile, type WritablePlace } from './history-store.ts';
import { readStoredHistory, type StoredHistory } from './stored-points.ts';

/** Whether this service writes a history. Where another one does, nothing is captured, merged or removed here. */
export const isWriter = ({ serviceId }: Pick<CoreContext, 'serviceId'>, { writer }: HistoryRow): boolean =>
  writer?.serviceId === serviceId;

/**
 * Asks all destinations of a history that another service was writing whether it still does.
 * @throws SnapkeepError `CONFLICT` where it does
 */
export async function requireOwnAgain(core: CoreContext, plan: Plan, history: HistoryRow): Promise<void> {
  for (const { destinationId } of plan.destinations)
    await atDestination(core, history, destinationId, (place) => requireOwn(core, plan, history, place));
  core.catalog.histories.change(history.id, { writer: writerHere(core) });
}

/**
 * Makes this service the writer of a history, on a person's word: it names itself at each destination, takes in the points
 * that are stored there, and forgets those that are stored nowhere. The next capture has every page.
 * @throws SnapkeepError where a destination is unavailable, or another service writes `history.json` at the same time
 */
export async function takeOver(core: CoreContext, plan: Plan, history: HistoryRow, handle: RunHandle): Promise<void> {
  const stored = new Map<string, StoredHistory>();
  for (const { destinationId } of plan.destinations) {
    const found = await atDestination(core, history, destinationId, async (place) => {
      await nameWriter(core, plan, history, place);
      const owner = { historyId: history.id, planId: plan.id };
      return readStoredHistory(place, owner, plan.history.intervalSeconds * 1000, handle.signal);
    });
    stored.set(destinationId, found);
  }
  await rm(historyFolder(core.dataFolder.path, history.id).path, { recursive: true, force: true });
  const newestTxid = enterStored(core, plan, history, stored);
  handle.log('info', `This service writes the history now. Its newest stored point is ${newestTxid}.`);
}

/** @returns the highest TXID that was ever given */
function enterStored(
  { catalog, ...core }: CoreContext,
  plan: Plan,
  { id, newestTxid: known }: HistoryRow,
  stored: ReadonlyMap<string, StoredHistory>,
): number {
  const found = new Map<number, Point>();
  for (const { points } of stored.values())
    for (const point of points) found.set(point.txid, found.get(point.txid) ?? point);
  const newestTxid = Math.max(known, ...[...stored.values()].flatMap(({ files }) => files.map(({ max }) => max)));
  catalog.transaction(() => {
    const listed = new Set(catalog.points.retained(id).map(({ txid }) => txid));
    catalog.points.remove(
      id,
      [...listed].filter((txid) => !found.has(txid)),
    );
    catalog.points.enter([...found.values()].filter(({ txid }) => !listed.has(txid)).sort((a, b) => a.txid - b.txid));
    catalog.histories.change(id, { newestTxid, newestRoot: null, writer: writerHere(core) });
    for (const { destinationId } of plan.destinations)
      catalog.historyCopies.save({
        historyId: id,
        destinationId,
        fileTxid: newestTxid,
        lineTxid: newestTxid,
        problem: null,
      });
  });
  return newestTxid;
}

async function nameWriter(core: CoreContext, plan: Plan, history: HistoryRow, place: WritablePlace): Promise<void> {
  const known = await knownFile(place);
  const { id, pageSize } = known?.history ?? history;
  const file = {
    id,
    pageSize,
    writer: writerHere(core),
    encryption: plan.encryption,
    plan: { id: plan.id, name: plan.name },
  };
  await replaceHistoryFile(place, { format: HISTORY_FORMAT, ...file }, known);
}

/** @returns `undefined`: it is damaged, and replaced whatever it says */
async function knownFile(place: WritablePlace): Promise<KnownHistory | null | undefined> {
  try {
    return await readHistoryFile(place);
  } catch (error) {
    if (explainError(error, place.folder).code === 'CORRUPT') return undefined;
    throw error;
  }
}

function atDestination<Value>(
  core: CoreContext,
  history: HistoryRow,
  destinationId: string,
  work: (place: WritablePlace) => Promise<Value>,
): Promise<Value> {
  const destination = requireDestination(core.catalog, destinationId);
  return withDestination(core, destination, async (driver) => {
    const place = placeOf(core, history, destination, driver);
    await place.requireAvailable();
    return work(place);
  });
}

const writerHere = ({ serviceId, clock }: Pick<CoreContext, 'serviceId' | 'clock'>) => ({
  serviceId,
  since: clock.now().toISOString(),
});

import type { Plan } from '../../../src-shared/model/plan.ts';
import type { PlanRecovery } from '../../../src-shared/model/recovery/recovery.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import type { Destination } from '../destinations/drivers/destination.ts';
import { explainError } from '../engine/engine-errors.ts';
import { placeOf } from './deliver-history.ts';
import { type KnownHistory, readHistoryFile, type WritablePlace } from './history-store.ts';
import { readStoredHistory, type StoredHistory } from './stored-points.ts';

/** The history of a plan that was lost, as a destination has it. */
interface FoundHistory extends StoredHistory {
  readonly folder: string;
  readonly file: KnownHistory['history'];
}

/**
 * Enters the history that a recovered plan had at its destination. Its points can be restored; it is not written until a
 * person takes it over, for the lost machine may still exist.
 */
export async function recoverHistory(
  core: CoreContext,
  plan: Plan,
  former: Pick<PlanRecovery, 'planId'>,
  { destination, driver }: { destination: StoredDestination; driver: Destination },
): Promise<void> {
  let newest: FoundHistory | undefined;
  for (const folder of (await driver.folders()).filter((name) => name.endsWith('.history'))) {
    const found = await readHistory(core, plan, former, folder, placeOf(core, { folder }, destination, driver));
    if (found !== undefined && lastOf(found) >= lastOf(newest)) newest = found;
  }
  if (newest !== undefined) enter(core, plan, destination, newest);
}

const lastOf = (found: FoundHistory | undefined): string => found?.points.at(-1)?.madeAt ?? '';

/** @returns `undefined`: it is another plan's, known already, or damaged */
async function readHistory(
  core: CoreContext,
  plan: Plan,
  former: Pick<PlanRecovery, 'planId'>,
  folder: string,
  place: WritablePlace,
): Promise<FoundHistory | undefined> {
  try {
    const known = await readHistoryFile(place);
    if (known?.history.plan.id !== former.planId) return undefined;
    const file = known.history;
    if (core.catalog.histories.get(file.id) !== undefined) return undefined;
    const owner = { historyId: file.id, planId: plan.id };
    const stored = await readStoredHistory(place, owner, plan.history.intervalSeconds * 1000, undefined);
    return stored.points.length === 0 ? undefined : { ...stored, folder, file };
  } catch (error) {
    const { code, message, hint } = explainError(error, folder);
    if (code !== 'CORRUPT' && code !== 'TOO_NEW') throw error;
    core.log.warn(`The history in ${folder} was not recovered. ${message} ${hint ?? ''}`.trim());
    return undefined;
  }
}

function enter(
  { catalog }: CoreContext,
  plan: Plan,
  destination: StoredDestination,
  { folder, file, files, points }: FoundHistory,
): void {
  const newestTxid = Math.max(...files.map(({ max }) => max));
  const { id, pageSize, writer } = file;
  catalog.transaction(() => {
    catalog.histories.add({
      ...{ id, planId: plan.id, folder, pageSize, newestTxid, newestRoot: null, encryptedWith: null, writer },
      ...{ lookedAt: null, captureMs: null, journalMode: null, brake: null, reviewedTxid: 0 },
    });
    catalog.points.enter(points);
    const stored = { fileTxid: newestTxid, lineTxid: newestTxid, problem: null };
    catalog.historyCopies.save({ historyId: id, destinationId: destination.id, ...stored });
    catalog.plans.save({ ...plan, history: { ...plan.history, storage: 'both' } });
  });
}

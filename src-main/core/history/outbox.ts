import { rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { outboxLimit } from '../../../src-shared/retention/history-reach.ts';
import { capturesPausedInWords } from '../../../src-shared/words/history-words.ts';
import type { HistoryRow } from '../catalog/repos/history-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { historyFolder, outboxFiles } from './history-folder.ts';
import { ltxName } from './layout.ts';

/** The error while too much waits in the outbox of a history. Nothing that was captured is lost by it. */
export const outboxFull = ({ name }: Pick<Plan, 'name'>, bytes: number): SnapkeepError =>
  new SnapkeepError('UNAVAILABLE', capturesPausedInWords(name, bytes), {
    hint: 'Make a destination available: captures continue once it has them.',
  });

/** The bytes that wait in the outbox, where they are more than may wait; `null`: captures may go on. */
export async function tooMuchWaits(
  { dataFolder, catalog }: Pick<CoreContext, 'dataFolder' | 'catalog'>,
  { id, pageSize, newestTxid }: HistoryRow,
): Promise<number | null> {
  const folder = historyFolder(dataFolder.path, id);
  let waiting = 0;
  for (const { max } of await outboxFiles(folder)) waiting += catalog.points.get(id, max)?.bytes ?? 0;
  if (waiting === 0) return null;
  const { bavail, bsize } = await statfs(folder.outbox);
  const databaseBytes = (catalog.points.get(id, newestTxid)?.pages ?? 0) * pageSize;
  return waiting > outboxLimit({ databaseBytes, waiting, free: bavail * bsize }) ? waiting : null;
}

/** Removes what at least one destination has: to the others, the next base is stored. */
export async function dropStored(core: CoreContext, plan: Plan, history: HistoryRow): Promise<void> {
  const { historyCopies } = core.catalog;
  const stored = plan.destinations.map(({ destinationId }) => historyCopies.get(history.id, destinationId).fileTxid);
  await removeUpTo(core, history, Math.max(0, ...stored));
}

/** Removes what all destinations have. */
export async function emptyOutbox(core: CoreContext, plan: Plan, history: HistoryRow): Promise<void> {
  const { historyCopies } = core.catalog;
  const stored = plan.destinations.map(({ destinationId }) => historyCopies.get(history.id, destinationId).fileTxid);
  await removeUpTo(core, history, Math.min(...stored));
}

async function removeUpTo({ dataFolder }: CoreContext, { id }: HistoryRow, txid: number): Promise<void> {
  const folder = historyFolder(dataFolder.path, id);
  for (const file of await outboxFiles(folder))
    if (file.max <= txid) await rm(join(folder.outbox, ltxName(file)), { force: true });
}

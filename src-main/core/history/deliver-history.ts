import { createHash } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { HISTORY_FORMAT, HistoryFile, type PointLine } from '../../../src-shared/model/history/history-file.ts';
import type { Point } from '../../../src-shared/model/history/point.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { HOUR_MS } from '../../../src-shared/retention/history-periods.ts';
import { classifyFailure } from '../../../src-shared/rules/failures.ts';
import type { HistoryCopy } from '../catalog/repos/history-copy-repo.ts';
import type { HistoryRow } from '../catalog/repos/history-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { assertReachable, requireDestination, withDestination } from '../destinations/destination-access.ts';
import type { Destination } from '../destinations/drivers/destination.ts';
import { explainError } from '../engine/engine-errors.ts';
import { hashFile } from '../engine/packing/decompress.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { type HistoryFolder, historyFolder, isBasePoint, outboxFiles } from './history-folder.ts';
import {
  appendPoints,
  putLtxFile,
  readHistoryFile,
  replaceHistoryFile,
  requireWriter,
  type WritablePlace,
} from './history-store.ts';
import { type LtxFileName, layoutAt, ltxName, ltxPath } from './layout.ts';
import { emptyOutbox } from './outbox.ts';

/** What is known of points is written to a destination for this many at once, or once an hour: its file is written whole. */
const LINES_AT_ONCE = 60;
const MOST_LINES = 5000;

/**
 * Brings what a history has in its outbox to every destination of its plan, in the order of the points. A destination that
 * is unavailable gets it the next time; what all have leaves the outbox.
 * @returns how many destinations lack something
 * @throws SnapkeepError when none of the destinations took anything for another reason than being unavailable
 */
export async function deliverHistory(
  core: CoreContext,
  plan: Plan,
  history: HistoryRow,
  handle: RunHandle,
): Promise<{ waiting: number }> {
  const folder = historyFolder(core.dataFolder.path, history.id);
  let waiting = 0;
  const failures: SnapkeepError[] = [];
  for (const { destinationId } of plan.destinations) {
    try {
      await deliverTo(core, plan, history, { folder, destinationId }, handle);
    } catch (error) {
      const explained = explainError(error, plan.name);
      if (explained.code === 'CANCELLED') throw explained;
      waiting += 1;
      handle.log('warning', `${explained.message} ${explained.hint ?? ''}`.trim());
      noteProblem(core, history, destinationId, explained);
      if (classifyFailure(explained.code) !== 'unavailable') failures.push(explained);
    }
  }
  await emptyOutbox(core, plan, history);
  const [failure] = failures;
  if (failure !== undefined && waiting === plan.destinations.length) throw failure;
  return { waiting };
}

/** Keeps what is in the way at a destination, and which other service writes the history now. */
function noteProblem({ catalog }: CoreContext, { id }: HistoryRow, destinationId: string, error: SnapkeepError): void {
  catalog.historyCopies.save({ ...catalog.historyCopies.get(id, destinationId), problem: error.message });
  const writer = HistoryFile.shape.writer.safeParse(error.details?.writer).data;
  if (error.code === 'CONFLICT' && writer !== undefined) catalog.histories.change(id, { writer });
}

async function deliverTo(
  core: CoreContext,
  plan: Plan,
  history: HistoryRow,
  { folder, destinationId }: { folder: HistoryFolder; destinationId: string },
  handle: RunHandle,
): Promise<void> {
  const destination = requireDestination(core.catalog, destinationId);
  const stored = core.catalog.historyCopies.get(history.id, destinationId);
  const wanted = (await outboxFiles(folder)).filter(({ max }) => max > stored.fileTxid);
  const lines = linesAfter(core, history, stored.lineTxid);
  if (wanted.length === 0 && !areDue(core, lines)) return;
  await withDestination(core, destination, async (driver) => {
    const place = placeOf(core, history, destination, driver);
    await place.requireAvailable();
    await requireOwn(core, plan, history, place);
    for (const file of await linkedFiles(folder, stored, wanted)) {
      await putOnce(place, file, join(folder.outbox, ltxName(file)), handle);
      core.catalog.historyCopies.save({
        ...core.catalog.historyCopies.get(history.id, destinationId),
        fileTxid: file.max,
        problem: null,
      });
    }
    if (!areDue(core, lines)) return;
    await appendPoints(place, lines, { runId: handle.id, signal: handle.signal });
    const lineTxid = lines.at(-1)?.txid ?? stored.lineTxid;
    core.catalog.historyCopies.save({
      ...core.catalog.historyCopies.get(history.id, destinationId),
      lineTxid,
      problem: null,
    });
  });
}

/** A history at one of the destinations of its plan. */
export function placeOf(
  core: CoreContext,
  { folder }: Pick<HistoryRow, 'folder'>,
  destination: ReturnType<typeof requireDestination>,
  driver: Destination,
): WritablePlace {
  return {
    driver,
    folder,
    layout: layoutAt(destination.settings.kind),
    requireAvailable: () => assertReachable(core, destination, driver),
  };
}

/** Makes the history there, or asks whether this service writes it. @throws SnapkeepError `CONFLICT` */
export async function requireOwn(
  core: CoreContext,
  plan: Plan,
  history: HistoryRow,
  place: WritablePlace,
): Promise<void> {
  const known = await readHistoryFile(place);
  if (known !== null) requireWriter(known.history, core.serviceId);
  if (known !== null && isDeepStrictEqual(known.history.encryption, plan.encryption)) return;
  const { id, pageSize } = history;
  const writer = known?.history.writer ?? { serviceId: core.serviceId, since: core.clock.now().toISOString() };
  const file = { id, pageSize, writer, encryption: plan.encryption, plan: { id: plan.id, name: plan.name } };
  await replaceHistoryFile(place, { format: HISTORY_FORMAT, ...file }, known);
}

/**
 * What is stored next must follow what is stored, or be a base. What comes before a base is left out.
 * @throws SnapkeepError `UNAVAILABLE` where nothing follows: the next capture has every page
 */
async function linkedFiles(
  folder: HistoryFolder,
  { fileTxid }: HistoryCopy,
  wanted: readonly LtxFileName[],
): Promise<readonly LtxFileName[]> {
  const first = wanted.findIndex(({ min }) => min <= fileTxid + 1);
  if (first >= 0) return wanted.slice(first);
  if (wanted.length === 0) return [];
  await rm(folder.hashes, { force: true });
  throw new SnapkeepError('UNAVAILABLE', 'This destination does not have the beginning of the history yet.', {
    hint: 'The next capture stores the whole database there.',
  });
}

/**
 * Stores a file, dated as it is here, and reads it back. A run that was killed after a file was stored finds it there.
 * @throws SnapkeepError `CONFLICT` for another file of its name, `CORRUPT` when another content is read back
 */
export async function putOnce(place: WritablePlace, file: LtxFileName, path: string, handle: RunHandle): Promise<void> {
  const { bytes, sha256 } = await hashFile(path, () => {});
  const { signal, id: runId } = handle;
  handle.progress('uploading', 0, bytes);
  const { mtime: timestamp } = await stat(path);
  const readBack = async (): Promise<boolean> =>
    (await sha256Of(await place.driver.get(ltxPath(place.layout, place.folder, file), undefined, { signal }))) ===
    sha256;
  try {
    await putLtxFile(place, file, { path, bytes, timestamp }, { signal, runId });
  } catch (error) {
    if (explainError(error, path).code === 'CONFLICT' && (await readBack())) return;
    throw error;
  }
  if (await readBack()) return;
  throw new SnapkeepError('CORRUPT', `${ltxName(file)} in ${place.driver.label} is not what was stored.`, {
    hint: 'Check the disk or the server. The file is stored again after it was removed there.',
  });
}

async function sha256Of(stream: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of stream) hash.update(piece);
  return hash.digest('hex');
}

/** The lines of the points after one, the oldest first; of a long absence, some. */
const linesAfter = ({ catalog }: CoreContext, { id }: HistoryRow, txid: number): PointLine[] =>
  catalog.points.after(id, txid, MOST_LINES).map(lineOf);

function lineOf(point: Point): PointLine {
  const { txid, madeAt, pages, changedPages, bytes, sha256, rootHash, schemaHash, tables, sinceLookMs } = point;
  const minTxid = isBasePoint(point) ? 1 : txid;
  return { txid, minTxid, madeAt, pages, changedPages, bytes, sha256, rootHash, schemaHash, tables, sinceLookMs };
}

function areDue({ clock }: CoreContext, lines: readonly PointLine[]): boolean {
  const [oldest] = lines;
  if (oldest === undefined) return false;
  const age = clock.now().getTime() - Date.parse(oldest.madeAt);
  return lines.length >= LINES_AT_ONCE || age >= HOUR_MS || age < 0 || oldest.minTxid === 1;
}

import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { HISTORY_FORMAT, HistoryFile, type PointLine } from '../../../src-shared/model/history/history-file.ts';
import {
  type PutOptions,
  type StoredObject,
  type UnfinishedUpload,
  type UploadSource,
  within,
} from '../destinations/drivers/destination.ts';
import { objectsAt } from '../destinations/drivers/list-all.ts';
import {
  HISTORY_FILE_NAME,
  isPointsName,
  type LtxFileName,
  levelFolder,
  levelsFolder,
  ltxPath,
  pointsName,
} from './layout.ts';
import { type PointLines, parsePointLines, withPointLines } from './points-file.ts';
import type { HistoryPlace } from './read-history.ts';

/** What is stored of a small file of a history, for those who replace it. */
export interface KnownHistory {
  readonly history: HistoryFile;
  /** Its bytes, by which a change of another service is noticed. */
  readonly content: Buffer;
}

/** A history that is written. */
export interface WritablePlace extends HistoryPlace {
  /** Asks whether the destination is available and has its marker: before each write. @throws SnapkeepError */
  readonly requireAvailable: () => Promise<void>;
}

/** The most bytes that the small files are read with: `history.json`, and a month of points a minute with large schemas. */
const MOST_HISTORY_BYTES = 64 * 1024;
const MOST_POINTS_BYTES = 256 * 1024 * 1024;
const LEVELS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/**
 * Stores an LTX file under the name that its level and TXIDs give it; nothing is replaced.
 * @param path of the file on this machine
 * @param timestamp of its header, by which Litestream finds points in time
 * @throws SnapkeepError `CONFLICT` when the name is taken, and as the driver does
 */
export async function putLtxFile(
  { driver, layout, folder, requireAvailable }: WritablePlace,
  file: LtxFileName,
  { path, bytes, timestamp }: { path: string; bytes: number; timestamp: Date },
  options: Omit<PutOptions, 'modifiedAt'> = {},
): Promise<StoredObject> {
  await requireAvailable();
  const source = { bytes, open: () => createReadStream(path) };
  return await driver.put(ltxPath(layout, folder, file), source, { ...options, modifiedAt: timestamp });
}

/** Removes an LTX file, if it is stored. @throws SnapkeepError `PERMISSION` for one that is locked, and as the driver does */
export async function removeLtxFile(
  { driver, layout, folder, requireAvailable }: WritablePlace,
  file: LtxFileName,
): Promise<void> {
  await requireAvailable();
  await driver.delete(ltxPath(layout, folder, file));
}

/**
 * Reads `history.json`.
 * @returns `null`: there is none
 * @throws SnapkeepError `CORRUPT`, `TOO_NEW`, and as the driver does
 */
export async function readHistoryFile({ driver, folder }: HistoryPlace): Promise<KnownHistory | null> {
  const path = within(folder, HISTORY_FILE_NAME);
  const content = await readSmall({ driver, path, most: MOST_HISTORY_BYTES });
  return content === null ? null : { history: parseHistoryFile(content, path), content };
}

/**
 * Writes `history.json`, in the place of what the caller has read.
 * @param known `null`: there was none; `undefined`: whatever is stored, to take over what cannot be read
 * @throws SnapkeepError `CONFLICT` when another service has written it meanwhile
 */
export async function replaceHistoryFile(
  { driver, folder, requireAvailable }: WritablePlace,
  history: HistoryFile,
  known: Pick<KnownHistory, 'content'> | null | undefined,
): Promise<void> {
  const content = Buffer.from(`${JSON.stringify(HistoryFile.parse(history), null, 2)}\n`);
  await requireAvailable();
  const condition = known === undefined ? {} : { ifSame: known?.content ?? null };
  await driver.replace(within(folder, HISTORY_FILE_NAME), sourceOf(content), condition);
}

/**
 * A history has one writer. Another service takes over by naming itself in `history.json`, on a person's word.
 * @throws SnapkeepError `CONFLICT` when that is not this one
 */
export function requireWriter({ writer, plan }: HistoryFile, serviceId: string): void {
  if (writer.serviceId === serviceId) return;
  throw new SnapkeepError('CONFLICT', `The history of ${plan.name} is written by another Snapkeep service.`, {
    hint: 'Stop the plan there first, then take the history over here: snapkeep points PLAN --take-over',
    details: { writer },
  });
}

/** Reads what is known of the points of the month of an instant. A file that is lost says nothing, which is legal. */
export async function readPoints({ driver, folder }: HistoryPlace, month: string | Date): Promise<PointLines> {
  const path = within(folder, pointsName(month));
  const content = await readSmall({ driver, path, most: MOST_POINTS_BYTES });
  return parsePointLines(content?.toString('utf8') ?? '');
}

/** The names of the files of points that are stored, in order. @throws SnapkeepError as the driver does */
export async function listPointsFiles({ driver, folder }: HistoryPlace, signal?: AbortSignal): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of objectsAt(driver, signal, folder)) if (isPointsName(name)) names.push(name);
  return names.sort();
}

/**
 * Adds what is known of points, each to the file of its month. The file is written whole each time: add several at once
 * where captures follow each other closely.
 * @throws SnapkeepError `CONFLICT` when another service has written it meanwhile, and as the driver does
 */
export async function appendPoints(
  { driver, folder, requireAvailable }: WritablePlace,
  lines: readonly PointLine[],
  options?: Pick<PutOptions, 'runId' | 'signal'>,
): Promise<void> {
  for (const [name, added] of Map.groupBy(lines, ({ madeAt }) => pointsName(madeAt))) {
    const path = within(folder, name);
    await requireAvailable();
    const stored = await readSmall({ driver, path, most: MOST_POINTS_BYTES });
    const content = withPointLines(stored ?? Buffer.alloc(0), added);
    await driver.replace(path, sourceOf(content), { ...options, ifSame: stored });
  }
}

/**
 * Removes what interrupted uploads have left anywhere in a history. Runs under the lock of its writer.
 * @param isOwn as of {@link Destination.sweep}
 */
export async function sweepHistory(
  place: WritablePlace,
  isOwn: (upload: UnfinishedUpload) => boolean,
): Promise<number> {
  await place.requireAvailable();
  let removed = 0;
  for (const folder of foldersOf(place)) removed += await place.driver.sweep(isOwn, folder);
  return removed;
}

/** Removes the folders of a history that are empty. */
export async function removeEmptyFolders(place: WritablePlace): Promise<void> {
  await place.requireAvailable();
  for (const folder of foldersOf(place)) await place.driver.removeFolder(folder);
}

/** The folders of a history, the innermost first. */
const foldersOf = ({ layout, folder }: HistoryPlace): string[] => [
  ...new Set([...LEVELS.map((level) => levelFolder(layout, folder, level)), levelsFolder(layout, folder), folder]),
];

const sourceOf = (content: Buffer): UploadSource => ({
  bytes: content.length,
  open: () => Readable.from([content], { objectMode: false }),
});

function parseHistoryFile(content: Buffer, path: string): HistoryFile {
  let value: unknown;
  try {
    value = JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw unreadable(path, error);
  }
  const { data: format } = z.object({ format: z.int() }).safeParse(value);
  if (format !== undefined && format.format > HISTORY_FORMAT) {
    throw new SnapkeepError('TOO_NEW', `${path} was written by a newer version of Snapkeep.`, {
      hint: 'Update Snapkeep to use this history.',
    });
  }
  const history = HistoryFile.safeParse(value);
  if (!history.success) throw unreadable(path, history.error);
  return history.data;
}

const unreadable = (path: string, cause: unknown): SnapkeepError =>
  new SnapkeepError('CORRUPT', `${path} is damaged.`, {
    hint: 'Its points in time can still be restored. To write to this history again, take it over.',
    cause,
  });

/** Reads a small file. @returns `null`: there is none @throws SnapkeepError `CORRUPT` for one that is too large */
async function readSmall({
  driver,
  path,
  most,
}: Pick<HistoryPlace, 'driver'> & { path: string; most: number }): Promise<Buffer | null> {
  const found = await driver.stat(path);
  if (found === undefined) return null;
  if (found.bytes <= most) return await buffer(await driver.get(path));
  throw new SnapkeepError('CORRUPT', `${path} is too large: ${found.bytes} bytes.`, {
    hint: 'Another program may have written it. Move it away; Snapkeep makes it anew.',
  });
}

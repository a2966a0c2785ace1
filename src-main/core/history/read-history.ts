import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { type Destination, type TransferOptions, within } from '../destinations/drivers/destination.ts';
import { containsMore, objectsAt } from '../destinations/drivers/list-all.ts';
import { HEADER_BYTES, type LtxHeader, readLtxHeader } from '../engine/ltx/ltx-format.ts';
import { cancelledError } from '../engine/task-context.ts';
import { chooseFiles, type StoredLtxFile } from './choose-files.ts';
import { type HistoryLayout, levelFolder, levelOf, levelsFolder, ltxName, ltxPath, parseLtxName } from './layout.ts';

/** Where the files of a history are. */
export interface HistoryPlace {
  readonly driver: Destination;
  readonly layout: HistoryLayout;
  /** Its folder at the destination, by its path; `''` is the destination itself. */
  readonly folder: string;
}

/** The LTX files that are stored, and the names that are none. */
export interface HistoryListing {
  readonly files: readonly StoredLtxFile[];
  /** Paths of the first files and folders that are none. */
  readonly skipped: readonly string[];
  readonly skippedCount: number;
}

/** A history has far fewer: captures are merged. A listing without an end would fill the memory. */
const MOST_FILES = 200_000;
const MOST_SKIPPED = 20;
/** So many headers are read at a time. */
const HEADERS_AT_ONCE = 8;

/** Lists the LTX files of a history. @throws SnapkeepError as the driver does; `UNSUPPORTED` for too many files, `CANCELLED` */
export async function listHistory(
  { driver, layout, folder }: HistoryPlace,
  signal?: AbortSignal,
): Promise<HistoryListing> {
  const files: StoredLtxFile[] = [];
  const skipped: string[] = [];
  let skippedCount = 0;
  const skip = (path: string): void => {
    skippedCount += 1;
    if (skipped.length < MOST_SKIPPED) skipped.push(path);
  };
  for (const name of await foldersIn(driver, levelsFolder(layout, folder))) {
    const level = levelOf(layout, name);
    if (level === null) {
      skip(within(levelsFolder(layout, folder), name));
      continue;
    }
    const path = levelFolder(layout, folder, level);
    for await (const object of objectsAt(driver, signal, path)) {
      const parsed = parseLtxName(level, object.name);
      if (parsed === null) skip(within(path, object.name));
      else files.push({ ...parsed, bytes: object.bytes, modifiedAt: object.modifiedAt });
      if (files.length + skippedCount > MOST_FILES) throw containsMore(folder || driver.label, `${MOST_FILES} files`);
    }
  }
  return { files, skipped, skippedCount };
}

/** Reads an LTX file as it is stored. @throws SnapkeepError as the driver does */
export const openLtxFile = (
  { driver, layout, folder }: HistoryPlace,
  file: StoredLtxFile,
  options?: TransferOptions,
): Promise<Readable> => driver.get(ltxPath(layout, folder, file), undefined, options);

/**
 * Finds the files that rebuild a point, in the order in which they are applied, and compares their headers with their
 * names. Those of encrypted files are read where they are decrypted.
 * @param pageSize of the database; `null`: that of the base
 * @throws SnapkeepError as {@link chooseFiles}; `CORRUPT` for a header that is another's
 */
export async function filesOfPoint(
  place: HistoryPlace,
  { files }: Pick<HistoryListing, 'files'>,
  txid: number,
  pageSize: number | null,
  signal?: AbortSignal,
): Promise<StoredLtxFile[]> {
  const chosen = chooseFiles(files, txid);
  const plain = chosen.filter(({ encrypted }) => !encrypted);
  let expected = pageSize;
  for (let at = 0; at < plain.length; at += HEADERS_AT_ONCE) {
    if (signal?.aborted === true) throw cancelledError();
    const some = plain.slice(at, at + HEADERS_AT_ONCE);
    const headers = await Promise.all(some.map((file) => readHeader(place, file)));
    for (const [index, header] of headers.entries()) {
      expected ??= header.pageSize;
      requireFitting(some[index] as StoredLtxFile, header, expected);
    }
  }
  return chosen;
}

/** Reads the header of a file that is not encrypted. @throws SnapkeepError as the driver does; `CORRUPT` */
export async function readHeader({ driver, layout, folder }: HistoryPlace, file: StoredLtxFile): Promise<LtxHeader> {
  const path = ltxPath(layout, folder, file);
  const bytes = Math.min(HEADER_BYTES, file.bytes);
  return readLtxHeader(await buffer(await driver.get(path, { start: 0, bytes })), path);
}

function requireFitting(file: StoredLtxFile, header: LtxHeader, pageSize: number): void {
  const { minTxid, maxTxid } = header;
  if (minTxid !== BigInt(file.min) || maxTxid !== BigInt(file.max))
    throw ofAnother(file, `contains the TXIDs ${minTxid} to ${maxTxid}`);
  if (header.pageSize !== pageSize) throw ofAnother(file, `has pages of ${header.pageSize} bytes, not ${pageSize}`);
}

const ofAnother = (file: StoredLtxFile, why: string): SnapkeepError =>
  new SnapkeepError('CORRUPT', `${ltxName(file)} does not belong to this history: it ${why}.`, {
    hint: 'Another program may have put it there. Use another copy of this history, or another point in time.',
  });

/** The folders in a folder, which may be missing. */
async function foldersIn(driver: Destination, folder: string): Promise<string[]> {
  try {
    return await driver.folders(folder);
  } catch (error) {
    // The destination itself is there: a driver says so before it says that a folder below is missing.
    if (folder !== '' && error instanceof SnapkeepError && error.code === 'NOT_FOUND') return [];
    throw error;
  }
}

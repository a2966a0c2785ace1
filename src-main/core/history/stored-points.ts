import type { PointLine } from '../../../src-shared/model/history/history-file.ts';
import type { Point } from '../../../src-shared/model/history/point.ts';
import { eventsOf } from '../../../src-shared/rules/history/timeline.ts';
import { reachablePoints, type StoredLtxFile } from './choose-files.ts';
import { listPointsFiles, readPoints } from './history-store.ts';
import { type HistoryPlace, listHistory, readHeader } from './read-history.ts';

/** The hash of nothing: what it should be is unknown, because the line of the point is lost. */
export const UNKNOWN_HASH = '0'.repeat(64);

/** What a destination has of a history. */
export interface StoredHistory {
  readonly files: readonly StoredLtxFile[];
  /** The points that its files rebuild, the oldest first. */
  readonly points: readonly Point[];
}

/**
 * Reads which points a destination has: from the files of points, and from the LTX files themselves where a line is lost.
 * Such a point has no root hash to be compared with, and counts as unverified.
 * @param intervalMs between two captures
 * @throws SnapkeepError as the driver does, `CORRUPT` for an LTX file whose header is damaged
 */
export async function readStoredHistory(
  place: HistoryPlace,
  owner: Pick<Point, 'historyId' | 'planId'>,
  intervalMs: number,
  signal: AbortSignal | undefined,
): Promise<StoredHistory> {
  const { files } = await listHistory(place, signal);
  const lines = await linesOf(place, signal);
  const points: Point[] = [];
  for (const file of reachablePoints(files)) {
    const line = lines.get(file.max);
    const about = line === undefined ? await aboutFile(place, file) : aboutLine(line);
    const before = points.findLast(({ schemaHash }) => schemaHash !== UNKNOWN_HASH) ?? null;
    const events =
      line === undefined
        ? []
        : eventsOf(about, before, intervalMs).filter((kind) => kind !== 'new-base' || line.minTxid === 1);
    points.push({ ...owner, ...about, events, txid: file.max, pinned: false, verification: null });
  }
  return { files, points };
}

type About = Omit<Point, 'historyId' | 'planId' | 'txid' | 'events' | 'pinned' | 'verification'>;

async function linesOf(place: HistoryPlace, signal: AbortSignal | undefined): Promise<Map<number, PointLine>> {
  const lines = new Map<number, PointLine>();
  for (const name of await listPointsFiles(place, signal)) {
    const month = name.slice('points-'.length, -'.jsonl'.length);
    for (const line of (await readPoints(place, `${month}-01T00:00:00.000Z`)).lines) lines.set(line.txid, line);
  }
  return lines;
}

const aboutLine = ({ minTxid: _minTxid, txid: _txid, ...about }: PointLine): About => about;

async function aboutFile(place: HistoryPlace, file: StoredLtxFile): Promise<About> {
  const { commit, timestamp } = file.encrypted
    ? { commit: 1, timestamp: file.modifiedAt.getTime() }
    : await readHeader(place, file);
  return {
    madeAt: new Date(timestamp).toISOString(),
    pages: commit,
    changedPages: 0,
    bytes: file.bytes,
    ...{ sha256: UNKNOWN_HASH, rootHash: UNKNOWN_HASH, schemaHash: UNKNOWN_HASH },
    tables: null,
    sinceLookMs: null,
  };
}

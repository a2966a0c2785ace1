import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Point } from '../../../src-shared/model/history/point.ts';
import { BASE_LEVEL } from '../../../src-shared/retention/history-chain.ts';
import { errorCode } from '../engine/engine-errors.ts';
import { type LtxFileName, ltxName, parseLtxName } from './layout.ts';

/** Where a service keeps what it needs to go on with a history: the hashes of its pages, and files on their way. */
export interface HistoryFolder {
  readonly path: string;
  /** Of the newest capture. */
  readonly hashes: string;
  /** Captures that not all destinations have yet. */
  readonly outbox: string;
}

/** The level of captures. */
export const CAPTURE_LEVEL = 0;

/** Returns the folder of a history within the data folder. */
export function historyFolder(dataFolder: string, historyId: string): HistoryFolder {
  const path = join(dataFolder, 'histories', historyId);
  return { path, hashes: join(path, 'pages'), outbox: join(path, 'outbox') };
}

/** The level that a file of these TXIDs has as it is captured. */
export const levelOfCapture = ({ min }: Pick<LtxFileName, 'min'>): number => (min === 1 ? BASE_LEVEL : CAPTURE_LEVEL);

/** Whether every page was captured at a point, so that its file is a base. */
export const isBasePoint = ({ txid, events }: Pick<Point, 'txid' | 'events'>): boolean =>
  txid === 1 || events.includes('new-base');

/** Lists the files in the outbox of a history, in the order of their points. What else is there is passed over. */
export async function outboxFiles({ outbox }: HistoryFolder): Promise<LtxFileName[]> {
  const names = await readdir(outbox).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  return names
    .flatMap((name) => parseLtxName(CAPTURE_LEVEL, name) ?? [])
    .map((file) => ({ ...file, level: levelOfCapture(file) }))
    .sort((one, other) => one.max - other.max);
}

/** Removes what a killed capture has left in the outbox: a file that never became a point. */
export async function removeOrphans(folder: HistoryFolder, newestTxid: number): Promise<void> {
  for (const file of await outboxFiles(folder))
    if (file.max > newestTxid) await rm(join(folder.outbox, ltxName(file)), { force: true });
}

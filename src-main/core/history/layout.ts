import { fileStem, isPortableName } from '../../../src-shared/rules/names/naming.ts';
import { within } from '../destinations/drivers/destination.ts';

/*
 * Where the files of a history are, as Litestream 0.5 has it: `ltx/0/…` in folders and on SSH servers, `0000/…` in
 * buckets.
 */

/** How the files of a history are laid out at a destination. */
export type HistoryLayout = 'path' | 's3';

/** The layout at a kind of destination. */
export const layoutAt = (kind: 'folder' | 's3' | 'sftp'): HistoryLayout => (kind === 's3' ? 's3' : 'path');

/** What the name of an LTX file says, and the level it lies in: 0 for captures, 9 for bases, merged ones in between. */
export interface LtxFileName {
  readonly level: number;
  /** The first and the last TXID whose changes it contains. */
  readonly min: number;
  readonly max: number;
  /** Encrypted with age: Snapkeep's own, and nothing for Litestream. */
  readonly encrypted: boolean;
}

/** `history.json` in the folder of a history: what it is, and who writes it. */
export const HISTORY_FILE_NAME = 'history.json';

const LAST_LEVEL = 9;
const LTX_FOLDER = 'ltx';

/**
 * Returns the name of the folder of a history, which no other has and every system can have.
 * @param id of the history, a UUID
 */
export function historyFolderName(planName: string, id: string): string {
  const nameOf = (stem: string): string => `${stem}-${id.slice(0, 8)}.history`;
  const name = nameOf(fileStem(planName));
  // "con.x" is a device on Windows, whatever follows the dot.
  return isPortableName(name) ? name : nameOf(fileStem(planName).replaceAll('.', '-'));
}

/** The folder that has the folders of all levels. @param history the folder of the history; `''` is the destination */
export const levelsFolder = (layout: HistoryLayout, history: string): string =>
  layout === 's3' ? history : within(history, LTX_FOLDER);

/** The folder of a level. */
export const levelFolder = (layout: HistoryLayout, history: string, level: number): string =>
  within(levelsFolder(layout, history), layout === 's3' ? level.toString(16).padStart(4, '0') : String(level));

/** The level that a folder among the levels is; `null`: it is none. */
export function levelOf(layout: HistoryLayout, folderName: string): number | null {
  const digits = (layout === 's3' ? /^000([0-9])$/ : /^([0-9])$/).exec(folderName)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The name of an LTX file within its level. @throws Error when no file may have it */
export function ltxName({ min, max, encrypted }: Omit<LtxFileName, 'level'>): string {
  if (!isSpan(min, max)) throw new Error(`No LTX file has the TXIDs ${min} to ${max}.`);
  const digits = (txid: number): string => txid.toString(16).padStart(16, '0');
  return `${digits(min)}-${digits(max)}.ltx${encrypted ? '.age' : ''}`;
}

/** The path of an LTX file at its destination. @throws Error when no file may have it */
export function ltxPath(layout: HistoryLayout, history: string, file: LtxFileName): string {
  if (!Number.isInteger(file.level) || file.level < 0 || file.level > LAST_LEVEL)
    throw new Error(`No LTX file has the level ${file.level}.`);
  return within(levelFolder(layout, history, file.level), ltxName(file));
}

/** Reads the name of an LTX file of a level; `null`: it is none, or of more transactions than can be counted. */
export function parseLtxName(level: number, name: string): LtxFileName | null {
  const [, first, last, ending] = /^([0-9a-f]{16})-([0-9a-f]{16})\.ltx(\.age)?$/.exec(name) ?? [];
  if (first === undefined || last === undefined) return null;
  const [min, max] = [Number.parseInt(first, 16), Number.parseInt(last, 16)];
  return isSpan(min, max) ? { level, min, max, encrypted: ending !== undefined } : null;
}

/** The name of the file that has what is known of the points of a month, in UTC. */
export const pointsName = (madeAt: string | Date): string =>
  `points-${new Date(madeAt).toISOString().slice(0, 7)}.jsonl`;

/** Whether a file in the folder of a history has what is known of its points. */
export const isPointsName = (name: string): boolean => /^points-[0-9]{4}-(?:0[1-9]|1[0-2])\.jsonl$/.test(name);

const isSpan = (min: number, max: number): boolean =>
  Number.isSafeInteger(min) && Number.isSafeInteger(max) && min >= 1 && min <= max;

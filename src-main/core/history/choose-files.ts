import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { FileChains, isBase } from '../../../src-shared/retention/history-chain.ts';
import { type LtxFileName, ltxName } from './layout.ts';

/** An LTX file at a destination. */
export interface StoredLtxFile extends LtxFileName {
  readonly bytes: number;
  /** Its timestamp in folders and on SSH servers; in the list of a bucket, when it was uploaded. */
  readonly modifiedAt: Date;
}

/** TXIDs from one to another, both included. */
export interface TxidSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * Chooses the files that rebuild a point, in the order in which they are applied: see {@link FileChains}.
 * @throws SnapkeepError `NOT_FOUND` when no file ends with the TXID; `CORRUPT` when files before it are missing, or one is
 * there twice
 */
export function chooseFiles(files: readonly StoredLtxFile[], txid: number): StoredLtxFile[] {
  requireOnce(files);
  const upTo = files.filter(({ max }) => max <= txid);
  if (!upTo.some(({ max }) => max === txid)) throw notStored(txid);
  const chosen = new FileChains(upTo).to(txid);
  if (chosen !== null) return chosen;
  const at = reachablePoints(upTo).at(-1)?.max ?? 0;
  const next = upTo.reduce((first, { min }) => (min > at + 1 ? Math.min(first, min) : first), txid + 1);
  throw missing(txid, { from: at + 1, to: next - 1 });
}

/** The points that can be rebuilt, in order, each with a file that ends with it. */
export function reachablePoints(files: readonly StoredLtxFile[]): StoredLtxFile[] {
  const points: StoredLtxFile[] = [];
  for (const file of files.toSorted((one, other) => one.max - other.max || one.level - other.level)) {
    const last = points.at(-1)?.max ?? 0;
    if (file.max > last && (isBase(file) || (last > 0 && file.min <= last + 1))) points.push(file);
  }
  return points;
}

/** The TXIDs that no file contains, from the first base to the newest file. @returns all of them when there is no base */
export function gapsIn(files: readonly StoredLtxFile[]): TxidSpan[] {
  const gaps: TxidSpan[] = [];
  let at = 0;
  for (const { min, max } of files.toSorted((one, other) => one.min - other.min)) {
    if (min > at + 1) gaps.push({ from: at + 1, to: min - 1 });
    at = Math.max(at, max);
  }
  return gaps;
}

/** @throws SnapkeepError `CORRUPT` when a file is stored both encrypted and not: which is right, nobody knows */
function requireOnce(files: readonly StoredLtxFile[]): void {
  const seen = new Map<string, StoredLtxFile>();
  for (const file of files) {
    const key = `${file.level}/${file.min}-${file.max}`;
    const other = seen.get(key);
    if (other !== undefined && (other.bytes !== file.bytes || other.encrypted !== file.encrypted)) {
      throw new SnapkeepError('CORRUPT', `${ltxName(other)} and ${ltxName(file)} are the same file with other bytes.`, {
        hint: 'Two services may have written to this history. Verify it, and move the file that is not valid away.',
      });
    }
    seen.set(key, file);
  }
}

const notStored = (txid: number): SnapkeepError =>
  new SnapkeepError('NOT_FOUND', `No point in time with the TXID ${txid} is stored.`, {
    hint: 'It may have been merged or pruned. List the points in time again, and choose one of them.',
  });

function missing(txid: number, { from, to }: TxidSpan): SnapkeepError {
  const which = from === to ? `TXID ${from} is` : `TXIDs ${from} to ${to} are`;
  return new SnapkeepError('CORRUPT', `The point in time ${txid} cannot be rebuilt: ${which} in no stored file.`, {
    hint: 'Use another copy of this history, or another point in time.',
  });
}

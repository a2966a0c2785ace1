import { DAY_MS } from '../rules/durations.ts';
import { BASE_LEVEL, type ChainFile, FileChains, isBase } from './history-chain.ts';
import { type HistoryPeriods, historyPeriods } from './history-periods.ts';
import type { KeptPoint } from './history-retention.ts';

/** A point is rebuilt from a base and about this many files at most. */
export const MOST_FILES = 30;
/** The most files that are merged into one at a time: each is open meanwhile. */
const MOST_INPUTS = 60;
/** A new base is made when the captures since the last one exceed this share of it, or after so much time. */
const MOST_OF_BASE = 0.5;
const BASE_INTERVAL_MS = 7 * DAY_MS;

/** The blocks that are merged ahead, so that few files lead to any point in them; each is merged into its level. */
const BLOCKS = ['tenMinutes', 'hour', 'sixHours', 'day'] as const satisfies ReadonlyArray<keyof HistoryPeriods>;
const MONTH_LEVEL = BLOCKS.length + 1;

/** A file to be made of others: written, read back and verified before it counts. */
export interface Merge<F extends ChainFile> {
  /** The oldest first; the newest page wins, and pages above the last commit go. */
  inputs: F[];
  min: number;
  max: number;
  level: number;
}

/** What is to be done with the files of a history at one destination, in this order. */
export interface MergePlan<F extends ChainFile> {
  merges: Merge<F>[];
  /** A base made of files, not of the source; `null`: none is due. */
  newBase: Merge<F> | null;
  /** Files that no kept point needs. */
  removable: F[];
}

/**
 * Decides which files are merged and which may go, from nothing but the files that are there, so that it is simply asked
 * again after a kill. Files are merged between each two kept points, and ahead of time over whole ten minutes, hours,
 * quarters of a day and days, which later lie between two kept points themselves. Nothing goes in favor of a merge of this
 * plan: what that makes superfluous is removable the next time, when it is stored and verified, and readers have ended. A
 * merged file that was never verified is removable, and made again. Files that are locked or in use stay, and what is locked
 * is not merged.
 * @param files those at the destination; damaged ones left out
 * @param kept the points that are kept, the oldest first
 * @param timeZone as for {@link historyPeriods}
 */
export function planMerges<F extends ChainFile>(
  files: readonly F[],
  kept: readonly KeptPoint[],
  timeZone: string | null,
): MergePlan<F> {
  const needed = neededFiles(files, kept);
  const verified = new FileChains(files.filter((file) => file.verified));
  const merges = mergesOf(verified, files, kept, timeZone);
  const merged = new FileChains<ChainFile>([...files.filter((file) => file.verified), ...merges.map(resultOf)]);
  const newBase = newBaseOf(verified, merged, kept, timeZone);
  // What would not be needed once it is made would be removed, and made again.
  const made = new Map([...merges, ...(newBase === null ? [] : [newBase])].map((merge) => [resultOf(merge), merge]));
  const useful = neededFiles<ChainFile>([...files, ...made.keys()], kept);
  return {
    merges: [...made].flatMap(([file, merge]) => (merge !== newBase && useful.has(file) ? [merge] : [])),
    newBase,
    removable: files
      .filter((file) => !needed.has(file) && !file.locked && !file.inUse)
      .sort((a, b) => a.max - b.max || a.min - b.min || a.level - b.level),
  };
}

function mergesOf<F extends ChainFile>(
  chains: FileChains<F>,
  files: readonly F[],
  kept: readonly KeptPoint[],
  timeZone: string | null,
): Merge<F>[] {
  const periodsOf = historyPeriods(timeZone);
  const inPeriods = kept.map((point) => ({ ...point, in: periodsOf(point.at) }));
  /** Whether a point is the last that is kept of a period that is over. */
  const ends = (index: number, period: keyof HistoryPeriods): boolean => {
    const next = inPeriods[index + 1];
    return next !== undefined && next.in[period] !== inPeriods[index]?.in[period];
  };
  const levelOf = (index: number): number =>
    ends(index, 'month') ? MONTH_LEVEL : Math.max(1, BLOCKS.findLastIndex((period) => ends(index, period)) + 1);
  const found = new Map<string, Merge<F>>();
  const merge = (after: number, index: number, level: number, fewest: number): void => {
    const txid = inPeriods[index]?.txid as number;
    for (const each of mergesBetween(chains, after, txid, level, fewest)) found.set(`${each.min}-${each.max}`, each);
  };
  let before = chains.bases.findLast(({ max }) => max <= (kept[0]?.txid ?? 0))?.max;
  if (before === undefined) return [];
  for (const [index, { txid }] of inPeriods.entries()) {
    // The newest point will not be kept for long: what leads to it is merged with what follows it.
    merge(before, index, levelOf(index), index === inPeriods.length - 1 ? MOST_FILES : 2);
    before = txid;
  }
  for (const [at, period] of BLOCKS.entries()) {
    let start: number | null = null;
    for (const index of inPeriods.keys()) {
      if (!ends(index, period)) continue;
      if (start !== null) merge(start, index, at + 1, 2);
      start = inPeriods[index]?.txid as number;
    }
  }
  const stored = new Set(files.filter((file) => !isBase(file)).map(({ min, max }) => `${min}-${max}`));
  return [...found.values()].filter(
    ({ inputs, min, max }) => !stored.has(`${min}-${max}`) && !inputs.some(({ locked }) => locked),
  );
}

/** What is to be merged so that few files hold the changes after one point up to another. @param fewest of less files, nothing is */
function mergesBetween<F extends ChainFile>(
  chains: FileChains<F>,
  after: number,
  txid: number,
  level: number,
  fewest: number,
): Merge<F>[] {
  // Where a base was captured between them, as after VACUUM, no other file leads over it.
  const starts = [after, ...chains.bases.map(({ max }) => max).filter((max) => max > after && max < txid)];
  for (const start of [starts[0] as number, ...starts.slice(1).reverse()]) {
    const pieces = chains.between(start, txid);
    if (pieces === null) continue;
    if (pieces.length < fewest) return [];
    const size = Math.ceil(pieces.length / Math.ceil(pieces.length / MOST_INPUTS));
    const chunks = Array.from({ length: Math.ceil(pieces.length / size) }, (_, at) =>
      pieces.slice(at * size, (at + 1) * size),
    );
    return chunks.filter(({ length }) => length > 1).map((inputs) => mergeOf(inputs, level));
  }
  return [];
}

/**
 * A new base where a point is a long way from one even after the merges, or at the newest point, where the last base is old.
 * It is made at the end of an hour before that point if it can be: hours are merged as a whole.
 */
function newBaseOf<F extends ChainFile>(
  chains: FileChains<F>,
  merged: FileChains<ChainFile>,
  kept: readonly KeptPoint[],
  timeZone: string | null,
): Merge<F> | null {
  const ways = kept.map((point) => ({ point, chain: merged.to(point.txid) ?? [] }));
  const newest = ways.at(-1);
  const isOld = ({ point, chain }: (typeof ways)[number]): boolean =>
    point.at - (chain[0]?.madeAt ?? point.at) >= BASE_INTERVAL_MS;
  const due = ways.find(({ chain }) => isLong(chain)) ?? (newest !== undefined && isOld(newest) ? newest : undefined);
  if (due === undefined) return null;
  const periodsOf = historyPeriods(timeZone);
  const hourOf = ({ at }: KeptPoint): number => periodsOf(at).hour;
  const place = kept.findLast(
    (point, index) =>
      point.txid > (due.chain[0]?.max ?? 0) &&
      point.txid < due.point.txid &&
      hourOf(point) !== hourOf(kept[index + 1] ?? point),
  );
  const chain = chains.to((place ?? due.point).txid) ?? [];
  if (chain.length < 2 || chain.some(({ locked }) => locked)) return null;
  return mergeOf(chain.slice(0, MOST_INPUTS), BASE_LEVEL);
}

/** The files that the kept points are rebuilt from. */
function neededFiles<F extends ChainFile>(files: readonly F[], kept: readonly KeptPoint[]): Set<F> {
  const needed = new Set<F>();
  const all = new FileChains(files);
  const verified = new FileChains(files.filter((file) => file.verified));
  const bases = neededBases(verified, kept);
  for (const { txid } of kept) {
    // What can only be reached by files that were not read back yet needs them.
    for (const file of verified.to(txid, bases) ?? all.to(txid) ?? []) needed.add(file);
  }
  return needed;
}

/**
 * The newest base, and each other without which a kept point could not be rebuilt, or only by a long way. Locked bases are
 * there in any case.
 */
function neededBases<F extends ChainFile>(chains: FileChains<F>, kept: readonly KeptPoint[]): F[] {
  const bases = [...chains.bases];
  for (let index = 0; index < bases.length - 1; ) {
    const [base, next] = [bases[index] as F, bases[index + 1] as F];
    const others = bases.toSpliced(index, 1);
    const served = kept.filter(({ txid }) => txid >= base.max && txid < next.max);
    if (!base.locked && served.every(({ txid }) => isShort(chains.to(txid, others)))) bases.splice(index, 1);
    else index += 1;
  }
  return bases;
}

const isShort = (chain: readonly ChainFile[] | null): boolean => chain !== null && !isLong(chain);

function isLong(chain: readonly ChainFile[]): boolean {
  const [base, ...rest] = chain;
  const bytes = rest.reduce((sum, file) => sum + file.bytes, 0);
  return rest.length > MOST_FILES || bytes > (base?.bytes ?? 0) * MOST_OF_BASE;
}

/** The file that a merge makes; it has fewer bytes where pages were written several times. */
function resultOf<F extends ChainFile>({ inputs, min, max, level }: Merge<F>): ChainFile {
  const bytes = min === 1 ? (inputs[0]?.bytes ?? 0) : inputs.reduce((sum, input) => sum + input.bytes, 0);
  const madeAt = inputs.at(-1)?.madeAt ?? 0;
  return { level, min, max, bytes, madeAt, verified: true, locked: false, inUse: false };
}

function mergeOf<F extends ChainFile>(inputs: readonly F[], level: number): Merge<F> {
  const [first, last] = [inputs[0] as F, inputs.at(-1) as F];
  return { inputs: [...inputs], min: first.min, max: last.max, level };
}

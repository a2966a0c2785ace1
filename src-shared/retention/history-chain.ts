/** A file of a history, as far as rebuilding a point goes. */
export interface ChainSpan {
  /** 0: a capture; 1 to 8: merged; 9: a base. */
  readonly level: number;
  /** The first and the last TXID whose changes it contains. */
  readonly min: number;
  readonly max: number;
  readonly bytes: number;
}

/** A file of a history, as the rules of merging see it. */
export interface ChainFile extends ChainSpan {
  /** Its header's timestamp, in milliseconds since 1970. */
  madeAt: number;
  /** It was read back after it was stored and found whole. */
  verified: boolean;
  /** An object lock holds it. */
  locked: boolean;
  /** Something reads it now. */
  inUse: boolean;
}

/** The level of bases, as Litestream has it. */
export const BASE_LEVEL = 9;

/** Whether a file contains every page. */
export const isBase = ({ min }: Pick<ChainSpan, 'min'>): boolean => min === 1;

/** Files of one level by their first TXIDs, each with the highest last TXID up to it. */
interface Level<F> {
  files: F[];
  highest: number[];
}

/**
 * Finds the files that rebuild a point: a base, and then each time the file that leads furthest, which makes the fewest
 * files. Files may overlap: a merged one holds the newest pages of its whole span, whatever of it was applied before.
 * Litestream chooses in the same way.
 */
export class FileChains<F extends ChainSpan> {
  /** Bases, by their last TXIDs. */
  readonly bases: readonly F[];
  readonly #levels: readonly Level<F>[];

  constructor(files: readonly F[]) {
    this.bases = files.filter(isBase).toSorted((a, b) => a.max - b.max || b.bytes - a.bytes);
    const levels = Map.groupBy(
      files.filter((file) => !isBase(file)),
      ({ level }) => level,
    );
    this.#levels = [...levels.values()].map((unsorted) => {
      const sorted = unsorted.toSorted((a, b) => a.min - b.min || a.max - b.max);
      let most = 0;
      return {
        files: sorted,
        highest: sorted.map(({ max }) => {
          most = Math.max(most, max);
          return most;
        }),
      };
    });
  }

  /** The files that rebuild a point, in the order in which they are applied; `null`: they do not reach it. @param bases of which one is used */
  to(txid: number, bases: readonly F[] = this.bases): F[] | null {
    const base = bases.findLast(({ max }) => max <= txid);
    if (base === undefined) return null;
    const rest = this.#from(base.max, txid, 1);
    return rest === null ? null : [base, ...rest];
  }

  /** The files that hold exactly the changes after one point up to another; `null`: there are none, or bases only. */
  between(after: number, txid: number): F[] | null {
    return this.#from(after, txid, after + 1);
  }

  /** @param leastMin the lowest first TXID of a file */
  #from(start: number, txid: number, leastMin: number): F[] | null {
    const chain: F[] = [];
    for (let at = start; at < txid; ) {
      const next = this.#furthest(at, txid, leastMin);
      if (next === null) return null;
      chain.push(next);
      at = next.max;
    }
    return chain;
  }

  #furthest(at: number, txid: number, leastMin: number): F | null {
    let best: F | null = null;
    for (const { files, highest } of this.#levels) {
      for (let index = countUpTo(files, at + 1) - 1; index >= 0; index--) {
        if ((highest[index] as number) <= (best?.max ?? at)) break;
        const file = files[index] as F;
        if (file.min < leastMin) break;
        if (file.max <= txid && file.max > (best?.max ?? at)) best = file;
      }
    }
    return best;
  }
}

/** How many files begin at a TXID or before it. */
function countUpTo(files: readonly ChainSpan[], min: number): number {
  let low = 0;
  for (let high = files.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((files[middle] as ChainSpan).min <= min) low = middle + 1;
    else high = middle;
  }
  return low;
}

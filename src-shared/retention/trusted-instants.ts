/** Clocks of two programs on one machine, and a clock set right by the network, may differ by so much; in milliseconds. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** An instant as the retention counts it, in milliseconds since 1970. */
export interface CountedInstant {
  at: number;
  /** `false`: its clock was wrong, and `at` lies between its trusted neighbours. */
  trusted: boolean;
}

/**
 * Says which of the instants of a sequence can be right, and what the others are counted as.
 *
 * Things were made in this order, so instants that fall back are wrong, and so is what lies in the future. The longest
 * sequence that never falls back is trusted; each of the others is taken to lie evenly between its trusted neighbours,
 * so that a wrong clock moves nothing but what it dated.
 * @param instants in the order in which they were made, in milliseconds since 1970
 * @param now in milliseconds since 1970
 */
export function countedInstants(instants: readonly number[], now: number): CountedInstant[] {
  const trusted = longestRising(instants, now + CLOCK_TOLERANCE_MS);
  const counted: CountedInstant[] = [];
  let before: number | undefined;
  for (let index = 0; index < instants.length; ) {
    if (trusted.has(index)) {
      before = instants[index] as number;
      counted.push({ at: before, trusted: true });
      index += 1;
      continue;
    }
    let end = index;
    while (end < instants.length && !trusted.has(end)) end += 1;
    const after: number = instants[end] ?? Math.max(now, before ?? now);
    const from: number = before ?? after;
    const steps = end - index + 1;
    for (let step = 1; step < steps; step++)
      counted.push({ at: from + ((after - from) * step) / steps, trusted: false });
    index = end;
  }
  return counted;
}

/** The indexes of the longest sequence that never falls back and is not beyond `latest`. */
function longestRising(instants: readonly number[], latest: number): Set<number> {
  /** At each length, the index of the earliest instant that a sequence of that length ends with. */
  const ends: number[] = [];
  const previous = new Map<number, number | undefined>();
  for (const [index, instant] of instants.entries()) {
    if (instant > latest) continue;
    let low = 0;
    for (let high = ends.length; low < high; ) {
      const middle = (low + high) >> 1;
      if ((instants[ends[middle] as number] as number) <= instant) low = middle + 1;
      else high = middle;
    }
    previous.set(index, ends[low - 1]);
    ends[low] = index;
  }
  const found = new Set<number>();
  for (let index = ends.at(-1); index !== undefined; index = previous.get(index)) found.add(index);
  return found;
}

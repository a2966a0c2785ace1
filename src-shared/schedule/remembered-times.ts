import type { ScheduledTimes } from './missed-times.ts';

/** So many gaps between two scheduled times are remembered: those of a month of days. */
const MOST_GAPS = 40;

interface Gap {
  readonly from: number;
  /** The scheduled time that ends it; `null`: it has no end. */
  readonly to: number | null;
  /** By how many minutes the machine's clock differed from UTC when this was worked out, at both ends. */
  readonly offsets: readonly number[];
}

/**
 * The same scheduled times, worked out once for all instants that have the same scheduled time after them: to follow a
 * calendar is slow. What was worked out holds until the machine's time zone changes.
 */
export function rememberTimes(scheduledTimes: ScheduledTimes): ScheduledTimes {
  const gaps: Gap[] = [];
  let oldest = 0;
  return {
    latest: (instant, since) => scheduledTimes.latest(instant, since),
    after: (instant) => {
      const known = gaps.find((gap) => gap.from <= instant && (gap.to === null || instant < gap.to));
      if (known !== undefined && String(known.offsets) === String(offsetsAt(known))) return known.to;
      const gap = { from: instant, to: scheduledTimes.after(instant) };
      gaps[known === undefined ? oldest : gaps.indexOf(known)] = { ...gap, offsets: offsetsAt(gap) };
      if (known === undefined) oldest = (oldest + 1) % MOST_GAPS;
      return gap.to;
    },
  };
}

const offsetsAt = ({ from, to }: Pick<Gap, 'from' | 'to'>): number[] =>
  [from, to ?? from].map((instant) => new Date(instant).getTimezoneOffset());

import type { HistoryKeepRules } from '../model/history/history-settings.ts';
import { type HistoryPeriods, historyPeriods } from './history-periods.ts';
import { newestOfPeriods } from './newest-of-periods.ts';
import { type CountedInstant, countedInstants } from './trusted-instants.ts';

/** What the rules look at in a point. */
export interface RetainedPoint {
  /** The order of making, which no clock can change. */
  txid: number;
  /** Its label, in milliseconds since 1970. */
  madeAt: number;
  pinned: boolean;
  /** A restore, a comparison or a view reads it now. */
  inUse: boolean;
  /** `false`: its newest verification failed. `null`: never verified. */
  valid: boolean | null;
}

/** Why a point is kept. */
export type PointReason = 'minute' | 'hour' | 'day' | 'month' | 'newest' | 'newest-verified' | 'pinned' | 'in-use';

/** A point that is kept. */
export interface KeptPoint {
  txid: number;
  /** What it is counted as, in milliseconds since 1970. */
  at: number;
  reasons: PointReason[];
}

/** What points are counted by besides the rules. */
interface HistoryCalendar {
  /** Whose hours, days and months are meant; `null` is the machine's. */
  timeZone: string | null;
  /** In milliseconds since 1970: what is dated later has a wrong date. */
  now: number;
}

type Countable = RetainedPoint & CountedInstant & { in: HistoryPeriods };

/**
 * Decides which points of a history are kept, and why.
 *
 * A minute, an hour, a day and a month are kept by the newest point in them; those without a point do not count, so a
 * clock that is set ahead removes nothing: see {@link countedInstants}. Minutes are kept for whole hours, hours for whole
 * days and days for whole months: so an hour is merged once, when all its minutes go, and not once a minute. Points that are
 * known to be damaged stand for nothing. The newest point, the newest verified one, pinned ones and those in use stay.
 * @param points in any order
 * @returns the oldest first
 */
export function keptPoints(
  points: readonly RetainedPoint[],
  keep: HistoryKeepRules,
  { timeZone, now }: HistoryCalendar,
): KeptPoint[] {
  const oldestFirst = points.toSorted((a, b) => a.txid - b.txid);
  const periodsOf = historyPeriods(timeZone);
  const instants = countedInstants(
    oldestFirst.map(({ madeAt }) => madeAt),
    now,
  );
  const newestFirst = instants
    .map(
      (instant, index): Countable => ({
        ...(oldestFirst[index] as RetainedPoint),
        ...instant,
        in: periodsOf(instant.at),
      }),
    )
    .reverse();
  const reasons = new Map<number, PointReason[]>(oldestFirst.map(({ txid }) => [txid, []]));
  const note = (reason: PointReason, kept: readonly RetainedPoint[]): void => {
    for (const { txid } of kept) reasons.get(txid)?.push(reason);
  };
  const countable = newestFirst.filter(({ valid }) => valid !== false);
  note('minute', wholePeriods(countable, keep.minutesForHours * 60, 'minute', 'hour'));
  note('hour', wholePeriods(countable, keep.hoursForDays * 24, 'hour', 'day'));
  note('day', wholePeriods(countable, keep.daysForDays, 'day', 'month'));
  note(
    'month',
    newestOfPeriods(countable, keep.monthsForMonths, (point) => point.in.month),
  );
  note('newest', newestFirst.slice(0, 1));
  note('newest-verified', newestFirst.filter(({ valid }) => valid === true).slice(0, 1));
  for (const point of newestFirst) {
    if (point.pinned) note('pinned', [point]);
    if (point.inUse) note('in-use', [point]);
  }
  return newestFirst.toReversed().flatMap(({ txid, at }) => {
    const why = reasons.get(txid) ?? [];
    return why.length === 0 ? [] : [{ txid, at, reasons: why }];
  });
}

/** What stands for the newest fine periods, and for all others in the coarse periods that any of these lies in. */
function wholePeriods(
  newestFirst: readonly Countable[],
  count: number,
  fine: keyof HistoryPeriods,
  coarse: keyof HistoryPeriods,
): Countable[] {
  const newest = newestOfPeriods(newestFirst, count, (point) => point.in[fine]);
  const whole = new Set(newest.map((point) => point.in[coarse]));
  const inWhole = newestFirst.filter((point) => whole.has(point.in[coarse]));
  return newestOfPeriods(inWhole, Number.POSITIVE_INFINITY, (point) => point.in[fine]);
}

import { DAY_MS } from '../rules/durations.ts';

/** What the schedule of verifications looks at in a point. */
export interface VerifiablePoint {
  readonly txid: number;
  /** When it was last restored to be verified, in milliseconds since 1970; `null`: never. */
  readonly restoredAt: number | null;
}

/** Rounds are an hour apart, from the beginning of one to that of the next; so long after a verification it is the next. */
const ROUND_MS = 50 * 60_000;
/** Within so many days each point is restored once, and with them every file that one needs. */
const EVERY_DAYS = 30;

/**
 * Chooses which points are verified by restoring them: the newest one, once an hour while there are captures, and once a day
 * so many others that each comes round within 30 days. Those that were never restored come first, then those that were
 * restored longest ago.
 * @param points the oldest first
 * @param now in milliseconds since 1970
 * @param random from 0 to 1, which decides among those that were never restored
 */
export function pointsToVerify(points: readonly VerifiablePoint[], now: number, random: () => number): number[] {
  const newest = points.at(-1);
  if (newest === undefined) return [];
  const others = points.slice(0, -1);
  const lastHour = points.some(({ restoredAt }) => restoredAt !== null && isWithin(restoredAt, now, ROUND_MS));
  const today = others.filter(({ restoredAt }) => restoredAt !== null && isWithin(restoredAt, now, DAY_MS)).length;
  const due = Math.max(0, Math.ceil(others.length / EVERY_DAYS) - today);
  const longestAgo = others
    .filter(({ restoredAt }) => restoredAt === null || !isWithin(restoredAt, now, DAY_MS))
    .map((point) => ({ ...point, lot: random() }))
    .sort((a, b) => (a.restoredAt ?? 0) - (b.restoredAt ?? 0) || a.lot - b.lot)
    .slice(0, due)
    .map(({ txid }) => txid);
  return newest.restoredAt === null && !lastHour ? [newest.txid, ...longestAgo] : longestAgo;
}

/** Whether something was done so recently, by a clock that may have been wrong. */
const isWithin = (at: number, now: number, ms: number): boolean => Math.abs(now - at) < ms;

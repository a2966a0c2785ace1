import type { CountedInstant } from './trusted-instants.ts';

/**
 * Returns what stands for each of the newest periods: the newest in it, of those with a trusted date if there are any. A
 * period that only others lie in is returned too and does not count, so that what has a wrong date pushes nothing out.
 * @param newestFirst what was made last comes first, whatever its date
 * @param count how many periods; those that nothing lies in do not count
 * @param periodOf the number of the period; `null`: it stands for none
 */
export function newestOfPeriods<T extends CountedInstant>(
  newestFirst: readonly T[],
  count: number,
  periodOf: (each: T) => number | null,
): T[] {
  if (count === 0) return [];
  const newestOf = new Map<number, T>();
  let counted = 0;
  for (const each of newestFirst) {
    const period = periodOf(each);
    if (period === null) continue;
    const known = newestOf.get(period);
    if (known === undefined && counted === count) break;
    if (known?.trusted === true || (known !== undefined && !each.trusted)) continue;
    newestOf.set(period, each);
    if (each.trusted) counted += 1;
  }
  return [...newestOf.values()];
}

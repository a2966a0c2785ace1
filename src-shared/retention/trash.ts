import { DAY_MS } from '../rules/durations.ts';

/** How long what a person deletes can be put back. */
export const TRASH_DAYS = 7;

/** A look at the clock counts for no more than this: a clock that was set ahead shortens nothing by much. */
const MOST_PER_LOOK_MS = DAY_MS;

/** How long something has been in the trash, and when that was counted last. */
export interface TrashAge {
  ageMs: number;
  lookedAt: string;
}

/**
 * Counts on how long something has been in the trash. No single look at the clock, whatever it says, counts for more than
 * a day, and a clock that was set back counts for nothing: time is lost, never gained.
 * @param now milliseconds since 1970
 */
export function aged({ ageMs, lookedAt }: TrashAge, now: number): TrashAge {
  const passed = Math.min(Math.max(0, now - Date.parse(lookedAt)), MOST_PER_LOOK_MS);
  return { ageMs: ageMs + passed, lookedAt: new Date(now).toISOString() };
}

/** Whether it has been there long enough to be removed for good. */
export function hasExpired({ ageMs }: Pick<TrashAge, 'ageMs'>): boolean {
  return ageMs >= TRASH_DAYS * DAY_MS;
}

/** The days that are left, at least 1 until it is removed. */
export function daysLeft({ ageMs }: Pick<TrashAge, 'ageMs'>): number {
  return Math.max(1, Math.ceil(TRASH_DAYS - ageMs / DAY_MS));
}

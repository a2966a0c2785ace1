import { DAY_MS } from '../rules/durations.ts';
import type { CountedAge } from './counted-age.ts';

/** How long what a person deletes can be put back. */
export const TRASH_DAYS = 7;

/** Whether it has been there long enough to be removed for good. */
export function hasExpired({ ageMs }: Pick<CountedAge, 'ageMs'>): boolean {
  return ageMs >= TRASH_DAYS * DAY_MS;
}

/** The days that are left, at least 1 until it is removed. */
export function daysLeft({ ageMs }: Pick<CountedAge, 'ageMs'>): number {
  return Math.max(1, Math.ceil(TRASH_DAYS - ageMs / DAY_MS));
}

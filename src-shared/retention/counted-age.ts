import { DAY_MS } from '../rules/durations.ts';

/** A look at the clock counts for no more than this: a clock that was set ahead shortens nothing by much. */
const MOST_PER_LOOK_MS = DAY_MS;

/** How long something has been kept, and when that was counted last. */
export interface CountedAge {
  ageMs: number;
  lookedAt: string;
}

/**
 * Counts on how long something has been kept. No single look at the clock, whatever it says, counts for more than a day,
 * and a clock that was set back counts for nothing: time is lost, never gained.
 * @param now milliseconds since 1970
 */
export function aged({ ageMs, lookedAt }: CountedAge, now: number): CountedAge {
  const passed = Math.min(Math.max(0, now - Date.parse(lookedAt)), MOST_PER_LOOK_MS);
  return { ageMs: ageMs + passed, lookedAt: new Date(now).toISOString() };
}

import { z } from 'zod';
import { Weekday } from './schedule.ts';

const amount = (most: number) => z.number().int().min(0).max(most);

/**
 * Which snapshots of a plan are kept when it is pruned: those that any of the rules keeps. Without a rule, everything is.
 */
export const Retention = z.object({
  /** The number of newest snapshots to keep; `null`: no such rule. */
  keepLast: z.number().int().min(1).max(100_000).nullable(),
  /** All snapshots of this many days up to the newest one; `null`: no such rule. */
  keepDays: z.number().int().min(1).max(36_500).nullable().default(null),
  /** The newest snapshot of each of this many days, weeks, months or years that have one. */
  daily: amount(36_500).default(0),
  weekly: amount(5200).default(0),
  /** The day of the week whose snapshot stands for the week; `null`: the newest of the week. */
  weekday: Weekday.nullable().default(null),
  monthly: amount(1200).default(0),
  yearly: amount(100).default(0),
  /** The fewest valid snapshots to keep, whatever the other rules say. */
  minimum: amount(1000).default(1),
});
export type Retention = z.infer<typeof Retention>;

/** Keeps everything. */
export const KEEP_ALL: Retention = Retention.parse({ keepLast: null });

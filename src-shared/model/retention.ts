import { z } from 'zod';
import { Weekday } from './schedule.ts';

const amount = (most: number) => z.number().int().min(0).max(most);

/**
 * Which snapshots of a plan are kept when it is pruned: those that any of the rules keeps. Without a rule, everything is.
 */
export const Retention = z.object({
  /** The newest so many; `null`: no such rule. */
  keepLast: z.number().int().min(1).max(100_000).nullable(),
  /** Everything of so many days up to the newest snapshot; `null`: no such rule. */
  keepDays: z.number().int().min(1).max(36_500).nullable().default(null),
  /** The newest of each of so many days, weeks, months, years that have one. */
  daily: amount(36_500).default(0),
  weekly: amount(5200).default(0),
  /** The day of the week whose snapshot stands for the week; `null`: the newest of the week. */
  weekday: Weekday.nullable().default(null),
  monthly: amount(1200).default(0),
  yearly: amount(100).default(0),
  /** Never fewer than so many good ones, whatever the other rules say. */
  minimum: amount(1000).default(1),
});
export type Retention = z.infer<typeof Retention>;

/** Keeps everything. */
export const KEEP_ALL: Retention = Retention.parse({ keepLast: null });

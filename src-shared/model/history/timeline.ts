import { z } from 'zod';
import { Instant } from '../values.ts';
import { PointEventKind, Txid } from './point.ts';

/** What changed in a part of a timeline. */
export const TimelineBucket = z.object({
  from: Instant,
  /** Exclusive. */
  to: Instant,
  points: z.int().nonnegative(),
  changedPages: z.int().nonnegative(),
  /** What happened at any of its points. */
  events: z.array(PointEventKind),
});
export type TimelineBucket = z.infer<typeof TimelineBucket>;

/** A point on a timeline at which something happened. */
export const TimelineMark = z.object({
  txid: Txid,
  at: Instant,
  events: z.array(PointEventKind).min(1),
  /** The point "just before this mark"; `null`: it is the first. */
  before: Txid.nullable(),
});
export type TimelineMark = z.infer<typeof TimelineMark>;

/** A time in which the database was not checked, so that no change of it was captured. */
export const TimelineGap = z.object({ from: Instant, to: Instant });
export type TimelineGap = z.infer<typeof TimelineGap>;

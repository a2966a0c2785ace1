import { z } from 'zod';
import { HistoryReach } from '../model/history/history-reach.ts';
import { Point, Txid } from '../model/history/point.ts';
import { TimelineBucket, TimelineGap, TimelineMark } from '../model/history/timeline.ts';
import { Bytes, Instant } from '../model/values.ts';
import { pageSize, planId, started } from './params.ts';

/** The history of a plan: its points in time. */
export const historyMethods = {
  /**
   * Starts a capture of what has changed since the newest point. `takeOver`: another service writes the history, and this one
   * is to do it from now on.
   */
  'history.capture': {
    params: z.strictObject({ planId: z.uuid(), takeOver: z.boolean().default(false) }),
    result: started,
  },
  /** Returns how far a history reaches, from what is stored. */
  'history.summary': {
    params: planId,
    result: z.object({
      points: z.int().nonnegative(),
      storedBytes: Bytes,
      ...HistoryReach.shape,
      /** Another service writes the history since then, so nothing is captured here; `null`: this one writes it. */
      otherWriterSince: Instant.nullable(),
      /** Why nothing is pruned, as a sentence; `null`: it is. */
      pruningPaused: z.string().nullable(),
      /** Why nothing is captured, as a sentence; `null`: it is. */
      capturesPaused: z.string().nullable(),
    }),
  },
  /** Lists points, the newest first. `before`: the TXID of the last point of the previous page. */
  'history.points': {
    params: z.strictObject({
      planId: z.uuid(),
      from: Instant.optional(),
      to: Instant.optional(),
      before: Txid.optional(),
      limit: pageSize,
    }),
    result: z.array(Point),
  },
  /** Returns a point: by its TXID, or the newest that was made at an instant or before it. */
  'history.pointAt': {
    params: z.union([
      z.strictObject({ planId: z.uuid(), txid: Txid }),
      z.strictObject({ planId: z.uuid(), at: Instant }),
    ]),
    result: Point,
  },
  /**
   * Starts to merge the points that the rules no longer keep with the next one that they do. `review`: a person has seen why
   * pruning was paused, and it goes on.
   */
  'history.prune': {
    params: z.strictObject({ planId: z.uuid(), review: z.boolean().default(false) }),
    result: started,
  },
  /** Pins or unpins a point. Pruning never removes a pinned one. */
  'history.pin': { params: z.strictObject({ planId: z.uuid(), txid: Txid, pinned: z.boolean() }), result: Point },
  /**
   * Returns how much changed from one instant to another, in parts of one length, what happened at which points, the newest
   * 500 of them, and when nothing was captured.
   */
  'history.timeline': {
    params: z.strictObject({ planId: z.uuid(), from: Instant, to: Instant, bucketMs: z.int().min(1000) }),
    result: z.object({
      buckets: z.array(TimelineBucket),
      marks: z.array(TimelineMark),
      gaps: z.array(TimelineGap),
    }),
  },
} as const;

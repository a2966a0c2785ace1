import { z } from 'zod';
import { Bytes } from '../values.ts';
import { Point } from './point.ts';

const NamedPoint = z.nullable(Point.pick({ txid: true, madeAt: true }));

/** How far a history reaches, from what is stored. */
export const HistoryReach = z.object({
  oldest: NamedPoint,
  newest: NamedPoint,
  /** The longest time within the last day for which changes were not stored, in milliseconds; `null`: there is no point. */
  maximumDataLossMs: z.int().nonnegative().nullable(),
  /** What the captures of a day take, without bases; `null`: less than an hour has been captured. */
  bytesPerDay: Bytes.nullable(),
});
export type HistoryReach = z.infer<typeof HistoryReach>;

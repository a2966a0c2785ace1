import { z } from 'zod';
import { Txid } from '../model/history/point.ts';
import { Replica, ReplicaPoint } from '../model/history/replica.ts';
import { Instant } from '../model/values.ts';

/** The longest page of points: more than Litestream keeps by default. */
export const MOST_REPLICA_POINTS = 10_000;

/** Replicas of Litestream, which are read and never changed. */
export const replicaMethods = {
  /** Lists the points of a replica, the newest first. `before`: the TXID of the last point of the previous page. */
  'replicas.points': {
    params: z.strictObject({
      replica: Replica,
      from: Instant.optional(),
      to: Instant.optional(),
      before: Txid.optional(),
      limit: z.int().min(1).max(MOST_REPLICA_POINTS).default(100),
    }),
    result: z.array(ReplicaPoint),
  },
  /** Returns a point of a replica: by its TXID, or the newest that was made at an instant or before it. */
  'replicas.pointAt': {
    params: z.union([
      z.strictObject({ replica: Replica, txid: Txid }),
      z.strictObject({ replica: Replica, at: Instant }),
    ]),
    result: ReplicaPoint,
  },
} as const;

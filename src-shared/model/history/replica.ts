import { z } from 'zod';
import { Bytes, FilePath, Instant } from '../values.ts';
import { Txid } from './point.ts';

/**
 * A replica of Litestream 0.5 that is read and never changed: a folder of this machine, or one at a destination, by its
 * path; `''` is the destination itself.
 */
export const Replica = z.union([
  z.strictObject({ path: FilePath }),
  z.strictObject({ destinationId: z.uuid(), folder: z.string().max(1024) }),
]);
export type Replica = z.infer<typeof Replica>;

/** A point in time of a replica. */
export const ReplicaPoint = z.object({
  txid: Txid,
  /** As Litestream recorded it. Only a label: the TXID orders. */
  madeAt: Instant,
  /** Of the file that ends with it. */
  bytes: Bytes,
});
export type ReplicaPoint = z.infer<typeof ReplicaPoint>;

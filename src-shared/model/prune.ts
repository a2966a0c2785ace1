import { z } from 'zod';
import { Bytes, Instant } from './values.ts';

/** One of a plan's destinations, as sentences name it. */
const DestinationName = z.object({ id: z.uuid(), name: z.string() });

/** What stops automatic pruning until a person has reviewed it; `message` is a sentence. */
export const BrakeReason = z.object({
  kind: z.enum(['future-date', 'clock-went-back', 'content-lost', 'many-at-once', 'other-machine']),
  message: z.string(),
});
export type BrakeReason = z.infer<typeof BrakeReason>;

/** Why nothing that was there is pruned at a destination of a plan. */
export const PruneBrake = z.object({
  destination: DestinationName,
  since: Instant,
  reasons: z.array(BrakeReason).min(1),
});
export type PruneBrake = z.infer<typeof PruneBrake>;

/** A copy of a snapshot that a prune removes or keeps, and why (`latest-1`, `pinned`, …). */
export const PrunedSnapshot = z.object({
  id: z.uuid(),
  name: z.string(),
  createdAt: Instant,
  sizeBytes: Bytes,
  reasons: z.array(z.string()),
  /** The destination it is removed from or kept at; `null`: it belongs to none. */
  destination: DestinationName.nullable(),
  /** It goes into the trash of its folder, from where it can be put back. */
  toTrash: z.boolean().default(false),
});
export type PrunedSnapshot = z.infer<typeof PrunedSnapshot>;

/** What a prune or a deletion did. */
export const PruneOutcome = z.object({
  /** The copies that were removed. */
  removed: z.array(PrunedSnapshot),
  /** Of those that do not go into a trash. */
  bytesFreed: Bytes,
  /** Snapshots that have no copy any more. */
  removedCount: z.number().int().nonnegative(),
  /** Snapshots of the plan that have one; of a deletion, 0. */
  keptCount: z.number().int().nonnegative(),
});
export type PruneOutcome = z.infer<typeof PruneOutcome>;

/** What a prune or a deletion would do, and the value that confirms just that. */
export const PrunePreview = z.object({
  ...PruneOutcome.shape,
  /** The copies that stay. */
  kept: z.array(PrunedSnapshot),
  /** What a person has to review before what these hold is removed. */
  brakes: z.array(PruneBrake),
  /** What would be lost for good, as sentences: the last snapshot with a table, or with most of its rows. */
  warnings: z.array(z.string()),
  confirmation: z.string(),
});
export type PrunePreview = z.infer<typeof PrunePreview>;

import { z } from 'zod';
import { Bytes, Instant } from './values.ts';

/** A copy of a deleted snapshot in the trash of its folder. */
export const TrashedCopy = z.object({
  snapshotId: z.uuid(),
  name: z.string(),
  planId: z.uuid().nullable(),
  planName: z.string(),
  createdAt: Instant,
  sizeBytes: Bytes,
  destination: z.object({ id: z.uuid(), name: z.string() }),
  deletedAt: Instant,
  /** The days in which it can still be put back, at least 1. */
  daysLeft: z.number().int().positive(),
});
export type TrashedCopy = z.infer<typeof TrashedCopy>;

/** What a trash holds, and the value that confirms the removal of just that. */
export const TrashContent = z.object({ copies: z.array(TrashedCopy), bytes: Bytes, confirmation: z.string() });
export type TrashContent = z.infer<typeof TrashContent>;

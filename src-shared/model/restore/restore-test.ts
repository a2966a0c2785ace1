import { z } from 'zod';
import { Instant } from '../values.ts';
import { Verification } from '../verification.ts';

/** What came of one of the owner's own questions. */
export const SqlCheckResult = z.object({
  name: z.string(),
  passed: z.boolean(),
  /** What was asked and what was found, as a sentence. */
  detail: z.string(),
});
export type SqlCheckResult = z.infer<typeof SqlCheckResult>;

/** What a restore test found; kept. */
export const RestoreTestReceipt = z.object({
  runId: z.uuid(),
  snapshotId: z.uuid(),
  snapshotName: z.string(),
  /** The destination it was fetched from; `null`: of a time when there was only one. */
  destinationName: z.string().nullable().default(null),
  destinationId: z.uuid().nullable().default(null),
  at: Instant,
  /** From the first byte fetched to the last check. */
  durationMs: z.number().nonnegative(),
  /** The verification and all of the owner's checks passed. */
  valid: z.boolean(),
  verification: Verification,
  checks: z.array(SqlCheckResult),
  /** What has been lost since the restore test before, as a sentence; `null`: nothing that is worth a warning. */
  warning: z.string().nullable(),
});
export type RestoreTestReceipt = z.infer<typeof RestoreTestReceipt>;

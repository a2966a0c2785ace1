import { z } from 'zod';
import { Run } from './run.ts';
import { ListedSnapshot } from './snapshot.ts';
import { Bytes, Compression, FilePath, Instant } from './values.ts';

/** Where snapshots go. */
export const Destination = z.object({ kind: z.literal('folder'), path: FilePath });
export type Destination = z.infer<typeof Destination>;

/** Which snapshots of a plan are kept when it is pruned. `keepLast` is 1 to 100,000; `null` keeps everything. */
export const Retention = z.object({ keepLast: z.number().int().min(1).max(100_000).nullable() });
export type Retention = z.infer<typeof Retention>;

/** What a person decides about a plan. */
export const PlanInput = z.object({
  name: z.string().trim().min(1).max(80),
  sourcePath: FilePath,
  destination: Destination,
  compression: Compression.default('gz'),
  retention: Retention.default({ keepLast: 30 }),
  verifyAfterBackup: z.boolean().default(true),
});
export type PlanInput = z.infer<typeof PlanInput>;

/** A source, the destination of its snapshots, and the rules for both. */
export const Plan = z.object({
  ...PlanInput.shape,
  compression: Compression,
  retention: Retention,
  verifyAfterBackup: z.boolean(),
  id: z.uuid(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Plan = z.infer<typeof Plan>;

/** The states a plan can be in, the worst first: see `rules/health.ts`. */
export const PlanState = z.enum(['failed', 'unproven', 'empty', 'running', 'fine']);
export type PlanState = z.infer<typeof PlanState>;

/** What became of a plan's backups on one day of the machine's time zone. */
export const DayOutcome = z.object({
  /** `YYYY-MM-DD` */
  day: z.string(),
  outcome: z.enum(['none', 'success', 'warning', 'failure']),
  backups: z.number().int().nonnegative(),
  failures: z.number().int().nonnegative(),
});
export type DayOutcome = z.infer<typeof DayOutcome>;

/** A plan and where it stands. */
export const PlanSummary = z.object({
  plan: Plan,
  state: PlanState,
  /** Why the state is what it is, as one sentence. */
  reason: z.string(),
  snapshotCount: z.number().int().nonnegative(),
  storedBytes: Bytes,
  newest: ListedSnapshot.nullable(),
  lastBackup: Run.nullable(),
  activeRun: Run.nullable(),
  /** The last 30 days, oldest first. */
  days: z.array(DayOutcome),
});
export type PlanSummary = z.infer<typeof PlanSummary>;

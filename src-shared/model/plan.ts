import { z } from 'zod';
import { checkNamePattern, DEFAULT_NAME_PATTERN } from '../rules/names/name-pattern.ts';
import { AttachedFiles } from './attached-file.ts';
import { PlanKey } from './database-encryption.ts';
import { SnapshotEncryption } from './encryption.ts';
import { HistoryReach } from './history/history-reach.ts';
import { HistorySettings, NO_HISTORY } from './history/history-settings.ts';
import { KEEP_ALL, Retention } from './retention.ts';
import { Run } from './run.ts';
import { Pause, Schedule, ScheduleStatus, TimeZone } from './schedule.ts';
import { SnapshotSummary } from './snapshot.ts';
import { SourceKind } from './source.ts';
import { SourceSize } from './storage.ts';
import { Tags } from './tags.ts';
import { BackupMethod, Bytes, Compression, FilePath, Instant, Name } from './values.ts';

export { KEEP_ALL, Retention };

/** A question in SQL whose one answer is compared with what is expected of it, for example `SELECT count(*) FROM accounts` `>=` `1`. */
export const SqlCheck = z.object({
  name: z.string().trim().min(1).max(80),
  sql: z.string().trim().min(1).max(4000),
  operator: z.enum(['=', '<>', '>', '>=', '<', '<=']),
  /** Compared as a number where both sides are numbers, and as text otherwise. */
  value: z.string().max(200),
});
export type SqlCheck = z.infer<typeof SqlCheck>;

/** The restore test of a plan: the stored copy is fetched as after a disaster and checked in full. */
export const RestoreTest = z.object({
  schedule: Schedule,
  /** The most days since the last restore test before the plan counts as unverified; `null`: no restore tests. */
  withinDays: z.number().int().min(1).max(3650).nullable(),
  checks: z.array(SqlCheck).max(50),
});
export type RestoreTest = z.infer<typeof RestoreTest>;

/** Where nothing else is said, a stored copy is restored once a week: the verification of a backup only reads the copy back. */
export const WEEKLY_RESTORE_TEST: RestoreTest = {
  schedule: { kind: 'interval', hours: 7 * 24 },
  withinDays: null,
  checks: [],
};

/** Asks a database for the version of its schema, for example `SELECT max(version) FROM schema_migrations`; `null`: its `user_version` stands for it. */
export const SchemaVersionQuery = z.strictObject({ sql: z.string().trim().min(1).max(4000) }).nullable();
export type SchemaVersionQuery = z.infer<typeof SchemaVersionQuery>;

/** Names of files beside a database that mark it as in use; they go with it when it is deleted. */
export const LockFiles = z
  .array(
    z
      .string()
      .trim()
      .min(1)
      .max(255)
      .refine((name) => !/[/\\\0]/.test(name) && name !== '.' && name !== '..', 'Must be a file name.'),
  )
  .max(20);
export type LockFiles = z.infer<typeof LockFiles>;

/** How its snapshots are named: see `rules/names/name-pattern.ts`. */
export const NamePattern = z
  .string()
  .trim()
  .superRefine((pattern, context) => {
    const problem = checkNamePattern(pattern);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  });

/** One of the destinations of a plan. */
export const PlanDestination = z.strictObject({
  destinationId: z.uuid(),
  /** Which snapshots are kept there; `null`: as the plan says. */
  retention: Retention.nullable().default(null),
});
export type PlanDestination = z.infer<typeof PlanDestination>;

/** A destination as it is chosen for a plan: one that is known, or a folder, which becomes one. */
export const PlanDestinationInput = z.union([
  PlanDestination,
  z.strictObject({ path: FilePath, retention: Retention.nullable().default(null) }),
]);
export type PlanDestinationInput = z.infer<typeof PlanDestinationInput>;

/** The most destinations of a plan. */
export const MAX_DESTINATIONS = 10;

/** Snapshots are stored where the first of them that is a folder and there says, and copied to all the others. */
const destinationsOf = <T extends z.ZodType>(one: T) => z.array(one).min(1).max(MAX_DESTINATIONS);

export const GroupName = Name;

/** What plans of one program have in common: they are shown, paused and backed up together. `null`: it stands alone. */
export const PlanGroup = z.nullable(GroupName);

/** The longest time limit of a run: 30 days. */
export const MAX_TIME_LIMIT_MINUTES = 43_200;

/** What a person decides about a plan and can change later. */
const DECISIONS = {
  namePattern: NamePattern,
  compression: Compression,
  schedule: Schedule,
  /** Of the schedule and of the days of the retention. */
  timeZone: TimeZone,
  retention: Retention,
  encryption: SnapshotEncryption,
  verifyAfterBackup: z.boolean(),
  restoreTest: RestoreTest,
  method: BackupMethod,
  schemaVersion: SchemaVersionQuery,
  lockFiles: LockFiles,
  attachedFiles: AttachedFiles,
  group: PlanGroup,
  tags: Tags,
  /** Whether changes are captured between full snapshots, how often, and which points in time are kept. */
  history: HistorySettings,
  /** Whether it is backed up at the same instant as the other plans of its group that say so. */
  sameInstant: z.boolean(),
  /** How long a run of the plan may take, in minutes, before it is stopped. `null`: the default limit. */
  timeLimitMinutes: z.number().int().min(1).max(MAX_TIME_LIMIT_MINUTES).nullable(),
};

/** What a person decides about a plan. */
export const PlanInput = z.object({
  name: Name,
  sourceKind: SourceKind.default('database'),
  sourcePath: FilePath,
  destinations: destinationsOf(PlanDestinationInput),
  ...DECISIONS,
  namePattern: NamePattern.default(DEFAULT_NAME_PATTERN),
  compression: Compression.default('gz'),
  schedule: Schedule.default({ kind: 'manual' }),
  timeZone: TimeZone.default(null),
  retention: Retention.default({ ...KEEP_ALL, keepLast: 30 }),
  encryption: SnapshotEncryption.default(null),
  verifyAfterBackup: z.boolean().default(true),
  restoreTest: RestoreTest.default(WEEKLY_RESTORE_TEST),
  method: BackupMethod.default('online'),
  schemaVersion: SchemaVersionQuery.default(null),
  lockFiles: LockFiles.default([]),
  attachedFiles: AttachedFiles.default([]),
  group: PlanGroup.default(null),
  tags: Tags.default([]),
  history: HistorySettings.default(NO_HISTORY),
  sameInstant: DECISIONS.sameInstant.default(false),
  timeLimitMinutes: DECISIONS.timeLimitMinutes.default(null),
});
export type PlanInput = z.infer<typeof PlanInput>;

/** What is to be changed of a plan; what is left out stays. */
export const PlanChange = z.object({ name: Name, ...DECISIONS }).partial();

/** A source, the destination of its snapshots, and the rules for both. */
export const Plan = z.object({
  name: Name,
  sourceKind: SourceKind,
  sourcePath: FilePath,
  destinations: destinationsOf(PlanDestination),
  ...DECISIONS,
  id: z.uuid(),
  paused: Pause.nullable(),
  /** Where the key of an encrypted database comes from; `null`: it is not encrypted. */
  key: PlanKey.nullable(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Plan = z.infer<typeof Plan>;

/** The states a plan can be in, the worst first: see `rules/state/health.ts`. `empty`: there is no snapshot yet. */
export const PlanState = z.enum([
  'failed',
  'overdue',
  'unavailable',
  'incomplete',
  'waiting',
  'unverified',
  'running',
  'empty',
  'paused',
  'ok-one-disk',
  'ok',
]);
export type PlanState = z.infer<typeof PlanState>;

/**
 * What the state of a plan is about, and so what may end it. `missing-copies`: snapshots that were stored at a destination
 * are no longer there; `clock`: a snapshot is dated in the future.
 */
export const StateCause = z.enum([
  'backup',
  'verification',
  'restore-test',
  'source',
  'destination',
  'copies',
  'missing-copies',
  'pruning',
  'clock',
]);
export type StateCause = z.infer<typeof StateCause>;

/** What became of a plan's backups on one day of the machine's time zone. */
export const DayOutcome = z.object({
  /** `YYYY-MM-DD` */
  day: z.string(),
  /** `missed`: a scheduled time came and no backup was made. */
  outcome: z.enum(['none', 'success', 'warning', 'failure', 'missed']),
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
  /** What the state is about; `null`: no trouble. */
  cause: StateCause.nullable(),
  /** When the source or destination that the state is about was last reached before it became unavailable; `null`: unknown, or it is available. */
  unavailableSince: Instant.nullable(),
  /** Why automatic pruning waits for a review, as a sentence; `null`: it does not. */
  pruningPaused: z.string().nullable(),
  /** Why the source could not be read when it was last checked, as a sentence; `null`: it could. */
  sourceProblem: z.string().nullable(),
  /** What is to be known beside the state, one sentence each, for example “Pruning paused: …”. */
  notes: z.array(z.string()),
  /** When its source and every destination had last been checked; `null`: one of them never was. */
  checkedAt: Instant.nullable(),
  /** The plan's destinations, in its order, with how they stand. */
  destinations: z.array(
    z.object({
      id: z.uuid(),
      name: z.string(),
      label: z.string(),
      kind: z.enum(['folder', 's3', 'sftp']),
      snapshotCount: z.number().int().nonnegative(),
      storedBytes: Bytes,
      waitingCopies: z.number().int().nonnegative(),
      /** Snapshots that should be there and are not. */
      missingCopies: z.number().int().nonnegative(),
      /** When it was last reached; `null`: never. */
      reachedAt: Instant.nullable(),
      /** Copies that were given up: nothing tries them again until a person acts. */
      failedCopies: z.number().int().nonnegative(),
      /** Why copies wait or fail, as a sentence; `null`: they do not. */
      problem: z.string().nullable(),
    }),
  ),
  /** All that is stored is on the disk of the source, as the last check found. */
  oneDisk: z.boolean(),
  snapshotCount: z.number().int().nonnegative(),
  storedBytes: Bytes,
  /** The size of the source in each of the last 26 weeks with a snapshot, oldest first. */
  sizes: z.array(SourceSize),
  newest: SnapshotSummary.nullable(),
  /** The last backup that has ended; of a plan that stores a history alone, the last capture. */
  lastBackup: Run.nullable(),
  /** When what is stored last was current: the newest snapshot, or in a history alone the newest point; `null`: never. */
  lastBackupAt: Instant.nullable(),
  /** How far the history reaches; `null`: the plan has none. */
  history: HistoryReach.nullable(),
  activeRun: Run.nullable(),
  schedule: ScheduleStatus,
  restoreTest: z.object({ schedule: ScheduleStatus, lastAt: Instant.nullable(), valid: z.boolean().nullable() }),
  /** The last 30 days, oldest first. */
  days: z.array(DayOutcome),
});
export type PlanSummary = z.infer<typeof PlanSummary>;

/** What a policy would keep of a year to come. */
export const Projection = z.object({
  /** The snapshots that would be there in a year, oldest first, by day. */
  kept: z.array(z.object({ at: Instant, reasons: z.array(z.string()) })),
  /** How many snapshots would have been made. */
  made: z.number().int().nonnegative(),
  bytes: Bytes,
});
export type Projection = z.infer<typeof Projection>;

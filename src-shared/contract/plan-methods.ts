import { z } from 'zod';
import { AttachedFiles } from '../model/attached-file.ts';
import { EncryptionSecretsInput, SnapshotEncryption } from '../model/encryption.ts';
import { OldSchedules } from '../model/old-schedule.ts';
import {
  GroupName,
  Plan,
  PlanGroup,
  PlanInput,
  PlanSummary,
  Projection,
  RestoreTest,
  Retention,
  SameInstant,
  TimeLimitMinutes,
} from '../model/plan.ts';
import { RestoreTestReceipt } from '../model/restore-test.ts';
import { Pause, Schedule, TimeZone } from '../model/schedule.ts';
import { AppliedTemplate, TemplateSummary } from '../model/template-use.ts';
import { Bytes, FilePath, Instant } from '../model/values.ts';
import { key, nothing, planId, started, templateTextInput } from './params.ts';

/** `source`: where the one thing it backs up is, if it is at none of its usual locations; `sources`: so of parts, by their ids. */
const templateLocations = {
  folder: FilePath.optional(),
  source: FilePath.optional(),
  sources: z.record(z.string().min(1).max(40), FilePath).optional(),
};

/** Plans and what they are made from: schedules, retention, restore tests, templates. */
export const planMethods = {
  'plans.list': { params: nothing, result: z.array(PlanSummary) },
  /** Checks every source and every destination now, and answers once that is done; it takes no longer than a time limit. */
  'plans.check': { params: nothing, result: nothing },
  'plans.get': { params: planId, result: PlanSummary },
  /** With a key, the database must open with it; it is kept. */
  'plans.create': {
    params: z.strictObject({ ...PlanInput.shape, key, encryptionSecrets: EncryptionSecretsInput.optional() }),
    result: Plan,
  },
  'plans.update': {
    params: z.strictObject({
      planId: z.uuid(),
      name: PlanInput.shape.name.optional(),
      compression: Plan.shape.compression.optional(),
      schedule: Schedule.optional(),
      timeZone: TimeZone.optional(),
      retention: Retention.optional(),
      /** Of `prune.preview` with this retention and `review`: a person has seen what the change removes. */
      pruneConfirmation: z.string().optional(),
      verifyAfterBackup: z.boolean().optional(),
      restoreTest: RestoreTest.optional(),
      /** Snapshots stay at a destination that is taken out; they are copied to one that is put in as its retention asks. */
      destinations: PlanInput.shape.destinations.optional(),
      /** The key the database has now; those it had before are kept for the snapshots made with them. */
      key,
      /** Of snapshots from now on; those there are stay as they are. */
      encryption: SnapshotEncryption.optional(),
      encryptionSecrets: EncryptionSecretsInput.optional(),
      method: Plan.shape.method.optional(),
      namePattern: Plan.shape.namePattern.optional(),
      schemaVersion: Plan.shape.schemaVersion.optional(),
      lockFiles: Plan.shape.lockFiles.optional(),
      /** Of snapshots from now on. */
      attachedFiles: AttachedFiles.optional(),
      group: PlanGroup.optional(),
      /** Taken back by leaving the group. */
      sameInstant: SameInstant.optional(),
      timeLimitMinutes: TimeLimitMinutes.optional(),
    }),
    result: Plan,
  },
  /** Forgets the plan; its snapshots stay where they are, in the catalog too. */
  'plans.remove': { params: planId, result: z.object({ snapshotsLeft: z.number().int() }) },

  /** A schedule as a sentence, and its next scheduled times. */
  'schedules.preview': {
    params: z.strictObject({ schedule: Schedule, timeZone: TimeZone.optional() }),
    result: z.object({ words: z.string(), next: z.array(Instant) }),
  },
  /** Pauses a plan, or everything, until an instant or, with `null`, until somebody resumes it. */
  'schedules.pause': {
    params: z.strictObject({
      planId: z.uuid().optional(),
      /** All plans of a group, instead of one. */
      group: GroupName.optional(),
      until: Instant.nullable(),
    }),
    result: nothing,
  },
  'schedules.resume': {
    params: z.strictObject({ planId: z.uuid().optional(), group: GroupName.optional() }),
    result: nothing,
  },
  /** Reads the times, folders and retention out of a crontab, systemd units, a script or settings. Secrets in it are not kept. */
  'schedules.readOld': {
    params: z.strictObject({ text: templateTextInput, path: z.string().max(4096).optional() }),
    result: OldSchedules,
  },
  /** The pause of everything. */
  'schedules.status': { params: nothing, result: z.object({ paused: Pause.nullable() }) },

  /** What a policy would keep of a year of scheduled times to come, and of what is there, and the space it is likely to take. */
  'retention.project': {
    params: z.strictObject({
      planId: z.uuid().optional(),
      schedule: Schedule,
      timeZone: TimeZone.optional(),
      retention: Retention,
      /** The size of one snapshot where none is there to judge by. */
      snapshotBytes: Bytes.optional(),
    }),
    result: Projection,
  },

  /** Fetches and checks the newest snapshot of a plan as after a disaster. */
  'restoreTests.start': { params: planId, result: started },
  /** The last restore tests of a plan, newest first. */
  'restoreTests.list': { params: planId, result: z.array(RestoreTestReceipt) },

  /** The templates that come with Snapkeep, then those that were saved. */
  'templates.list': { params: nothing, result: z.array(TemplateSummary) },
  /**
   * What a template would do here: its locations on this machine, and what plans it would make. Nothing is made.
   * `folder` is the folder of the program, where the template asks for one.
   */
  'templates.apply': {
    params: z.union([
      z.strictObject({ templateId: z.string().min(1).max(40), ...templateLocations }),
      z.strictObject({ text: templateTextInput, ...templateLocations }),
    ]),
    result: AppliedTemplate,
  },
  /** Checks a template in JSON, and keeps it; a fault in it is told with its line and field. */
  'templates.save': {
    params: z.strictObject({ text: templateTextInput, replace: z.boolean().default(false) }),
    result: TemplateSummary,
  },
  /** Forgets a template that was saved; those that come with Snapkeep stay. */
  'templates.remove': { params: z.strictObject({ templateId: z.string().min(1).max(40) }), result: nothing },
  /** A template as a text to be shared or changed. */
  'templates.export': {
    params: z.strictObject({ templateId: z.string().min(1).max(40) }),
    result: z.object({ fileName: z.string(), text: z.string() }),
  },
} as const;

import { z } from 'zod';
import { AttachedFiles } from '../model/attached-file.ts';
import { EncryptionSecretsInput, SnapshotEncryption } from '../model/encryption.ts';
import { GroupName, Plan, PlanChange, PlanInput, PlanSummary, Projection, Retention } from '../model/plan.ts';
import { RestoreTestReceipt } from '../model/restore/restore-test.ts';
import { Run } from '../model/run.ts';
import { Pause, Schedule, TimeZone } from '../model/schedule.ts';
import { PlanStorage } from '../model/storage.ts';
import { OldSchedules } from '../model/third-party/old-schedule.ts';
import { AppliedTemplate, TemplateSummary } from '../model/third-party/template-use.ts';
import { Bytes, FilePath, Instant } from '../model/values.ts';
import { key, nothing, planId, started, templateTextInput } from './params.ts';

/** `source`: the path of a template with one part; `sources`: paths of parts, by their ids. */
const templateLocations = {
  folder: FilePath.optional(),
  source: FilePath.optional(),
  sources: z.record(z.string().min(1).max(40), FilePath).optional(),
};

/** Plans and what they are made from: schedules, retention, restore tests, templates. */
export const planMethods = {
  /** Lists plans with their states, by name. `planIds`: only these; those that do not exist are left out. */
  'plans.list': {
    params: z.strictObject({ planIds: z.array(z.uuid()).max(1000).optional() }),
    result: z.array(PlanSummary),
  },
  /** Checks every source and destination now and answers when all checks have ended or timed out. */
  'plans.check': { params: nothing, result: nothing },
  /** Returns a plan with its state. */
  'plans.get': { params: planId, result: PlanSummary },
  /** Returns how much is stored of a plan, over time. */
  'plans.storage': { params: planId, result: PlanStorage },
  /** Adds a plan. A given key must open the database; it is stored with the secrets. */
  'plans.create': {
    params: z.strictObject({ ...PlanInput.shape, key, encryptionSecrets: EncryptionSecretsInput.optional() }),
    result: Plan,
  },
  /** Changes the given settings of a plan. */
  'plans.update': {
    params: z.strictObject({
      planId: z.uuid(),
      ...PlanChange.shape,
      /** `updatedAt` of the plan as it was read; `CONFLICT` when it has been changed since. Without it, the last change wins. */
      unchangedSince: Instant.optional(),
      /** The path to which the database has moved; `sources.compare` says whether it looks like the same one. */
      sourcePath: FilePath.optional(),
      /** The confirmation of `prune.preview` with this retention and `review`, after a person has seen what the change removes. */
      pruneConfirmation: z.string().optional(),
      /** Snapshots stay at a removed destination; they are copied to an added one as its retention asks. */
      destinations: PlanInput.shape.destinations.optional(),
      /** The current key of the database. Earlier keys are kept for the snapshots made with them. */
      key,
      /** Applies to new snapshots. */
      encryption: SnapshotEncryption.optional(),
      encryptionSecrets: EncryptionSecretsInput.optional(),
      /** Applies to new snapshots. */
      attachedFiles: AttachedFiles.optional(),
      /** Turned off when the plan leaves its group. */
      sameInstant: PlanChange.shape.sameInstant,
    }),
    result: Plan,
  },
  /** Deletes a plan. Its snapshots stay at their destinations and in the catalog. */
  'plans.remove': { params: planId, result: z.object({ snapshotsLeft: z.number().int() }) },
  /** Brings a deleted plan back, with the snapshots it had, while the service that deleted it runs. */
  'plans.putBack': { params: planId, result: Plan },

  /** Returns a schedule as a sentence and its next scheduled times. */
  'schedules.preview': {
    params: z.strictObject({ schedule: Schedule, timeZone: TimeZone.optional() }),
    result: z.object({ words: z.string(), next: z.array(Instant) }),
  },
  /** Pauses a plan, a group or all schedules, until an instant or, with `null`, until they are resumed. */
  'schedules.pause': {
    params: z.strictObject({
      planId: z.uuid().optional(),
      /** All plans of a group. */
      group: GroupName.optional(),
      until: Instant.nullable(),
    }),
    result: nothing,
  },
  /** Resumes a plan, a group or all schedules. */
  'schedules.resume': {
    params: z.strictObject({ planId: z.uuid().optional(), group: GroupName.optional() }),
    result: nothing,
  },
  /** Reads times, folders and retention from a crontab, systemd units, a script or settings. Secrets in the text are not kept. */
  'schedules.readOld': {
    params: z.strictObject({ text: templateTextInput, path: z.string().max(4096).optional() }),
    result: OldSchedules,
  },
  /** Runs what is due now, waits for the runs and what they set off, and returns those that have ended. */
  'schedules.runDue': { params: nothing, result: z.object({ runs: z.array(Run) }) },
  /** Returns the pause of all schedules. */
  'schedules.status': { params: nothing, result: z.object({ paused: Pause.nullable() }) },

  /** Returns what a retention would keep of the existing snapshots and of a year to come, and the space this would take. */
  'retention.project': {
    params: z.strictObject({
      planId: z.uuid().optional(),
      schedule: Schedule,
      timeZone: TimeZone.optional(),
      retention: Retention,
      /** The size of one snapshot, where no snapshot exists to estimate by. */
      snapshotBytes: Bytes.optional(),
    }),
    result: Projection,
  },

  /** Starts a restore test: fetches the newest snapshot of a plan as after a disaster and checks it. */
  'restoreTests.start': { params: planId, result: started },
  /** Lists the restore tests of a plan, the newest first. */
  'restoreTests.list': { params: planId, result: z.array(RestoreTestReceipt) },

  /** Lists the built-in templates, then the saved ones. */
  'templates.list': { params: nothing, result: z.array(TemplateSummary) },
  /**
   * Returns what a template would do on this machine: its paths and the plans it would make. Nothing is created.
   * `folder`: the folder of the program, where the template asks for one.
   */
  'templates.apply': {
    params: z.union([
      z.strictObject({ templateId: z.string().min(1).max(40), ...templateLocations }),
      z.strictObject({ text: templateTextInput, ...templateLocations }),
    ]),
    result: AppliedTemplate,
  },
  /** Checks a template in JSON and saves it. An error names the line and the field. */
  'templates.save': {
    params: z.strictObject({ text: templateTextInput, replace: z.boolean().default(false) }),
    result: TemplateSummary,
  },
  /** Deletes a saved template. Built-in templates cannot be deleted. */
  'templates.remove': { params: z.strictObject({ templateId: z.string().min(1).max(40) }), result: nothing },
  /** Returns a template as JSON text. */
  'templates.export': {
    params: z.strictObject({ templateId: z.string().min(1).max(40) }),
    result: z.object({ fileName: z.string(), text: z.string() }),
  },
} as const;

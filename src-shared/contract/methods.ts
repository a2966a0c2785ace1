import { z } from 'zod';
import { AlertChannel } from '../model/alert.ts';
import { CompanionName, Companions } from '../model/companion.ts';
import {
  DestinationName,
  DestinationSecretsInput,
  DestinationSettings,
  DestinationSummary,
  HostKey,
  SelfTestReport,
} from '../model/destination.ts';
import { DrillReceipt } from '../model/drill.ts';
import { KeyInput } from '../model/encryption.ts';
import { ForeignDescription, ForeignListing, ForeignPath } from '../model/foreign.ts';
import { OldSchedules } from '../model/old-schedule.ts';
import { Drill, GroupName, Plan, PlanGroup, PlanInput, PlanSummary, Projection, Retention } from '../model/plan.ts';
import { RecoveryKit, RecoveryKitState } from '../model/recovery-kit.ts';
import { ResetPreview, ResetTarget } from '../model/reset.ts';
import { FileIdentity, RestoreSource } from '../model/restore.ts';
import { LogEntry, PruneOutcome, Run } from '../model/run.ts';
import { Pause, Schedule, TimeZone } from '../model/schedule.ts';
import { SealSecretsInput, SnapshotSeal } from '../model/seal.ts';
import { SecretName, SecretState, Settings } from '../model/settings.ts';
import { ListedSnapshot, Snapshot } from '../model/snapshot.ts';
import { SourceDescription } from '../model/source.ts';
import { AppliedTemplate, TemplateSummary } from '../model/template-use.ts';
import { Bytes, FilePath, Instant } from '../model/values.ts';
import { Verification } from '../model/verification.ts';

const nothing = z.strictObject({});
const planId = z.strictObject({ planId: z.uuid() });
const snapshotId = z.strictObject({ snapshotId: z.uuid() });
const started = z.object({ run: Run });
const key = KeyInput.optional();
const chosen = z.object({ path: FilePath.nullable() });
/** A template or a schedule that somebody wrote is not longer, in characters. */
const templateTextInput = z.string().min(1).max(200_000);
/** `source`: where the one thing it backs up is, if it is at none of its usual places; `sources`: so of parts, by their ids. */
const templatePlaces = {
  folder: FilePath.optional(),
  source: FilePath.optional(),
  sources: z.record(z.string().min(1).max(40), FilePath).optional(),
};
const foreignPlace = z.union([z.strictObject({ destinationId: z.uuid() }), z.strictObject({ path: FilePath })]);
const foreignOrder = {
  files: z.array(ForeignPath).min(1).max(20_000).optional(),
  planId: z.uuid().optional(),
  /** What the plan will be called that they are for; without it, what their names say. */
  newPlanName: z.string().trim().min(1).max(80).optional(),
  underRetention: z.boolean().default(false),
  key,
};

/** What the host can do that a browser alone cannot. */
export const Capabilities = z.object({
  /** Native pickers: `dialogs.*` work. Without them the window has a picker of its own on `files.list`. */
  nativeDialogs: z.boolean(),
  /** `files.reveal` works. */
  revealFiles: z.boolean(),
  /** A dropped file's path is known; otherwise its bytes are uploaded. */
  droppedPaths: z.boolean(),
  /** The system's notifications can be shown. */
  notifications: z.boolean(),
  /** There is a tray to stay in, and Snapkeep can be started at login. */
  tray: z.boolean(),
});
export type Capabilities = z.infer<typeof Capabilities>;

/** Those of a host without a desktop. */
export const NO_CAPABILITIES: Capabilities = {
  nativeDialogs: false,
  revealFiles: false,
  droppedPaths: false,
  notifications: false,
  tray: false,
};

export const AppInfo = z.object({
  version: z.string(),
  host: z.enum(['desktop', 'server', 'cli']),
  platform: z.string(),
  dataFolder: FilePath,
  safetyFolder: FilePath,
  versions: z.object({ sqlite: z.string(), node: z.string() }),
  capabilities: Capabilities,
});
export type AppInfo = z.infer<typeof AppInfo>;

export const FolderEntry = z.object({
  name: z.string(),
  path: FilePath,
  kind: z.enum(['folder', 'file']),
  sizeBytes: Bytes,
  modifiedAt: Instant,
});
export type FolderEntry = z.infer<typeof FolderEntry>;

export const FolderListing = z.object({
  path: FilePath,
  /** `null` at the top. */
  parent: FilePath.nullable(),
  home: FilePath,
  entries: z.array(FolderEntry),
});
export type FolderListing = z.infer<typeof FolderListing>;

/** What a prune or a deletion would do, and the value that confirms just that. */
export const PrunePreview = z.object({ ...PruneOutcome.shape, confirmation: z.string() });
export type PrunePreview = z.infer<typeof PrunePreview>;

/**
 * Every method: `noun.verb`, what it takes and what it answers. Both are checked at run time by the dispatcher; the
 * TypeScript types are inferred from here and written nowhere else.
 */
export const methods = {
  'app.info': { params: nothing, result: AppInfo },
  'settings.get': { params: nothing, result: Settings },
  'settings.update': { params: z.strictObject(Settings.partial().shape), result: Settings },

  'plans.list': { params: nothing, result: z.array(PlanSummary) },
  'plans.get': { params: planId, result: PlanSummary },
  /** With a key, the database must open with it; it is kept. */
  'plans.create': {
    params: z.strictObject({ ...PlanInput.shape, key, sealSecrets: SealSecretsInput.optional() }),
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
      verifyAfterBackup: z.boolean().optional(),
      drill: Drill.optional(),
      /** Snapshots stay at a destination that is taken out; they are copied to one that is put in as its retention asks. */
      destinations: PlanInput.shape.destinations.optional(),
      /** The key the database has now; those it had before are kept for the snapshots made with them. */
      key,
      /** Of snapshots from now on; those there are stay as they are. */
      seal: SnapshotSeal.optional(),
      sealSecrets: SealSecretsInput.optional(),
      method: Plan.shape.method.optional(),
      namePattern: Plan.shape.namePattern.optional(),
      schemaVersion: Plan.shape.schemaVersion.optional(),
      lockFiles: Plan.shape.lockFiles.optional(),
      /** Of snapshots from now on. */
      companions: Companions.optional(),
      group: PlanGroup.optional(),
    }),
    result: Plan,
  },
  /** Forgets the plan; its snapshots stay where they are, in the catalog too. */
  'plans.remove': { params: planId, result: z.object({ snapshotsLeft: z.number().int() }) },

  'destinations.list': { params: nothing, result: z.array(DestinationSummary) },
  /**
   * Adds a destination, or changes the one of `destinationId`, after a self-test. One that does not pass is saved only
   * with `saveAnyway`; `destination` is then `null` otherwise, and nothing has changed.
   */
  'destinations.save': {
    params: z.strictObject({
      destinationId: z.uuid().optional(),
      name: DestinationName,
      settings: DestinationSettings,
      secrets: DestinationSecretsInput.optional(),
      saveAnyway: z.boolean().optional(),
    }),
    result: z.object({ destination: DestinationSummary.nullable(), report: SelfTestReport }),
  },
  /** Writes, lists, reads back and deletes a small file; the report is kept. */
  'destinations.test': { params: z.strictObject({ destinationId: z.uuid() }), result: SelfTestReport },
  /** Forgets a destination and its secrets; its files stay. Refused while a plan stores to it. */
  'destinations.remove': {
    params: z.strictObject({ destinationId: z.uuid() }),
    result: z.object({ snapshotsLeft: z.number().int() }),
  },
  /** The key an SSH host shows now, for a person to compare and pin. */
  'destinations.hostKey': {
    params: z.strictObject({ host: z.string().trim().min(1).max(255), port: z.number().int().min(1).max(65_535) }),
    result: z.object({ hostKey: HostKey }),
  },
  /** Tries now what waits to be copied to a destination; `run` is `null` when nothing does. */
  'destinations.catchUp': {
    params: z.strictObject({ destinationId: z.uuid() }),
    result: z.object({ run: Run.nullable() }),
  },
  /** Reads the manifests at a destination, or in a folder, which becomes one, and enters what is there. */
  'destinations.adopt': {
    params: z.union([z.strictObject({ destinationId: z.uuid() }), z.strictObject({ path: FilePath })]),
    result: started,
  },

  /** What is stored where and how to open it by hand: no secret is in it. */
  'recoveryKit.make': { params: nothing, result: RecoveryKit },
  /** Whether the kit that was last saved still says what is true. */
  'recoveryKit.status': { params: nothing, result: RecoveryKitState },
  /** Writes the printable page and the text into a folder, never over a file, and remembers that it was saved. */
  'recoveryKit.save': {
    params: z.strictObject({ folder: FilePath }),
    result: z.object({ paths: z.array(FilePath) }),
  },
  /** A person has printed or downloaded it. */
  'recoveryKit.markSaved': { params: z.strictObject({ digest: z.string() }), result: RecoveryKitState },

  /** The templates that come with Snapkeep, then those that were saved. */
  'templates.list': { params: nothing, result: z.array(TemplateSummary) },
  /**
   * What a template would do here: its places on this machine, and what plans it would make. Nothing is made.
   * `folder` is the folder of the program, where the template asks for one.
   */
  'templates.apply': {
    params: z.union([
      z.strictObject({ templateId: z.string().min(1).max(40), ...templatePlaces }),
      z.strictObject({ text: templateTextInput, ...templatePlaces }),
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

  /** A schedule as a sentence, and its next slots. */
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

  /** What a policy would keep of a year of slots to come, and of what is there, and the space it is likely to take. */
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
  'drills.start': { params: planId, result: started },
  /** The last drills of a plan, newest first. */
  'drills.list': { params: planId, result: z.array(DrillReceipt) },

  'secrets.list': {
    params: nothing,
    result: z.object({ protects: z.boolean(), words: z.string(), secrets: z.array(SecretState) }),
  },
  /** Keeps a secret, or forgets it with `null`. */
  'secrets.set': {
    params: z.strictObject({ name: SecretName, value: z.string().min(1).max(2000).nullable() }),
    result: SecretState,
  },

  /** Sends a test over one channel and says what became of it. */
  'alerts.test': { params: z.strictObject({ channel: AlertChannel }), result: nothing },

  /** With a key, an encrypted database must open with it; without one, it is described as locked where no known one does. */
  'sources.describe': { params: z.strictObject({ path: FilePath, key }), result: SourceDescription },

  /** `to` is for a backup without a plan. `name` is the file's name; without one the plan's name and the time are used. */
  'backups.start': {
    params: z.union([
      /** `verify` and `method` are for this once; without them the plan decides. */
      z.strictObject({
        planId: z.uuid(),
        name: z.string().max(255).optional(),
        verify: z.boolean().optional(),
        method: Plan.shape.method.optional(),
      }),
      z.strictObject({
        source: FilePath,
        to: FilePath,
        name: z.string().max(255).optional(),
        compression: Plan.shape.compression.optional(),
        method: Plan.shape.method.optional(),
        verify: z.boolean().optional(),
        key,
      }),
    ]),
    result: started,
  },
  /** Backs up all plans of a group, in the order of their names; one that cannot be started says why. */
  'backups.startGroup': {
    params: z.strictObject({ group: GroupName }),
    result: z.object({
      runs: z.array(Run),
      failed: z.array(z.object({ planId: z.uuid(), planName: z.string(), message: z.string() })),
    }),
  },

  'snapshots.list': { params: z.strictObject({ planId: z.uuid().optional() }), result: z.array(ListedSnapshot) },
  'snapshots.get': {
    params: snapshotId,
    result: z.object({ snapshot: Snapshot, verifications: z.array(Verification) }),
  },
  'snapshots.pin': { params: z.strictObject({ snapshotId: z.uuid(), pinned: z.boolean() }), result: Snapshot },
  'snapshots.previewDelete': { params: snapshotId, result: PrunePreview },
  'snapshots.delete': { params: z.strictObject({ snapshotId: z.uuid(), confirmation: z.string() }), result: started },

  /** Here and below, `key` is for files made with a key that is not known here. It is kept once it has opened one. */
  'verifications.start': {
    params: z.union([
      z.strictObject({ snapshotId: z.uuid(), destinationId: z.uuid().optional(), key }),
      z.strictObject({ path: FilePath, key }),
    ]),
    result: started,
  },

  /**
   * `expects`: the version of the schema that the program expects, which a snapshot must not be newer than.
   * `files`: the companions of a snapshot, or one of them, or a path in it, back to where they were or to `to`.
   */
  'restores.check': {
    params: z.union([
      z.strictObject({
        what: z.literal('database').optional(),
        source: RestoreSource,
        targetPath: FilePath,
        key,
        expects: z.string().trim().min(1).max(200).optional(),
      }),
      z.strictObject({
        what: z.literal('files'),
        snapshotId: z.uuid(),
        destinationId: z.uuid().optional(),
        companion: CompanionName.optional(),
        path: z.string().max(4096).optional(),
        to: FilePath.optional(),
      }),
    ]),
    result: started,
  },
  /**
   * Starts what the run `checkRunId` found out about; refused as stale when the target is no longer what was looked at,
   * and as too new when the snapshot is newer than the database or the program, unless `force` is given.
   */
  'restores.start': {
    params: z.strictObject({ checkRunId: z.uuid(), confirmation: z.string(), force: z.boolean().optional() }),
    result: started,
  },
  /** Throws away what a check staged. Harmless when there is nothing any more. */
  'restores.discard': { params: z.strictObject({ checkRunId: z.uuid() }), result: nothing },
  /** Puts back what the restore replaced. Without an id: the newest restore that can be undone. */
  'restores.undo': { params: z.strictObject({ runId: z.uuid().optional() }), result: started },

  /** What a reset would remove: a database with its log, its journal and its lock files, and nothing else. */
  'resets.preview': { params: z.strictObject({ target: ResetTarget, key }), result: ResetPreview },
  /** Removes just that; undone as a restore is. `evenIfOpen`: also while another program has the database open. */
  'resets.start': {
    params: z.strictObject({
      target: ResetTarget,
      key,
      confirmation: z.string(),
      evenIfOpen: z.boolean().optional(),
    }),
    result: started,
  },

  'prune.preview': {
    params: z.strictObject({ planId: z.uuid(), retention: Retention.optional() }),
    result: PrunePreview,
  },
  'prune.start': {
    params: z.strictObject({ planId: z.uuid(), retention: Retention.optional(), confirmation: z.string() }),
    result: started,
  },

  /** Newest first; `before` is the `queuedAt` of the last one of the page before. */
  'runs.list': {
    params: z.strictObject({
      planId: z.uuid().optional(),
      before: Instant.optional(),
      limit: z.number().int().min(1).max(500).optional(),
    }),
    result: z.array(Run),
  },
  'runs.get': { params: z.strictObject({ runId: z.uuid() }), result: z.object({ run: Run, log: z.array(LogEntry) }) },
  'runs.cancel': { params: z.strictObject({ runId: z.uuid() }), result: Run },

  'files.identify': { params: z.strictObject({ path: FilePath }), result: FileIdentity },
  /** What is in a folder, folders first; without a path the home folder. For hosts without native pickers. */
  'files.list': { params: z.strictObject({ path: FilePath.optional() }), result: FolderListing },
  'files.reveal': { params: z.strictObject({ path: FilePath }), result: nothing },

  /** What other programs have left at a destination or in a folder: names, kinds, dates, and what is wrong. */
  'foreign.list': { params: foreignPlace, result: ForeignListing },
  /** Reads one of these files in full; with a key, an encrypted one must open with it. */
  'foreign.describe': {
    params: z.union([
      z.strictObject({ destinationId: z.uuid(), file: ForeignPath, key }),
      z.strictObject({ path: FilePath, file: ForeignPath, key }),
    ]),
    result: ForeignDescription,
  },
  /**
   * Enters such files as snapshots, with manifests that are kept in the catalog alone: the files stay as they are.
   * Without `files`, all that can be. They are pinned, unless `underRetention` hands them to the retention of the plan.
   */
  'foreign.adopt': {
    params: z.union([
      z.strictObject({ destinationId: z.uuid(), ...foreignOrder }),
      z.strictObject({ path: FilePath, ...foreignOrder }),
    ]),
    result: started,
  },

  'dialogs.pickDatabase': { params: nothing, result: chosen },
  'dialogs.pickBackup': { params: nothing, result: chosen },
  'dialogs.pickFolder': { params: nothing, result: chosen },
  'dialogs.pickTarget': { params: z.strictObject({ suggestion: FilePath.optional() }), result: chosen },
} as const;

export type MethodName = keyof typeof methods;
/** What a caller passes. */
export type Params<M extends MethodName> = z.input<(typeof methods)[M]['params']>;
/** What a handler gets: defaults filled in. */
export type ParsedParams<M extends MethodName> = z.output<(typeof methods)[M]['params']>;
export type Result<M extends MethodName> = z.output<(typeof methods)[M]['result']>;

/** Whether a text names a method. */
export function isMethodName(text: string): text is MethodName {
  return Object.hasOwn(methods, text);
}

import { z } from 'zod';
import { AttachedFileName } from '../model/attached-file.ts';
import { Txid } from '../model/history/point.ts';
import { Replica } from '../model/history/replica.ts';
import { Plan, Retention } from '../model/plan.ts';
import { PrunePreview } from '../model/prune.ts';
import { DatabaseDeletionPreview, DatabaseDeletionTarget } from '../model/restore/database-deletion.ts';
import { EntryName, RestoreSource, UndoPreview } from '../model/restore/restore.ts';
import { LogEntry, Run } from '../model/run.ts';
import { ListedSnapshot, Snapshot } from '../model/snapshot.ts';
import { FilePath, Instant } from '../model/values.ts';
import { Verification } from '../model/verification.ts';
import { key, nothing, pageSize, snapshotId, started } from './params.ts';

const deletion = { unpin: z.boolean().optional(), permanently: z.boolean().optional() };
const prune = {
  planId: z.uuid(),
  retention: Retention.optional(),
  review: z.boolean().optional(),
  permanently: z.boolean().optional(),
};
const exported = () => ({
  method: Plan.shape.method.optional(),
  compression: Plan.shape.compression.optional(),
  /** As one LTX file, which Litestream and its tools read. */
  ltx: z.boolean().default(false),
});
/** What its snapshot is said to be started by. */
const trigger = z.enum(['manual', 'command']).optional();

/** What becomes of snapshots: taken, listed, verified, restored, removed; and the runs that do it. */
export const snapshotMethods = {
  /** Starts a backup of a plan, or of a database into a folder. `name`: the file's name; without it, the name pattern is used. */
  'backups.start': {
    params: z.union([
      /** `verify` and `method` apply to this backup; without them, the plan decides. */
      z.strictObject({
        planId: z.uuid(),
        name: z.string().max(255).optional(),
        verify: z.boolean().optional(),
        method: Plan.shape.method.optional(),
        trigger,
      }),
      z.strictObject({
        source: FilePath,
        to: FilePath,
        name: z.string().max(255).optional(),
        compression: Plan.shape.compression.optional(),
        method: Plan.shape.method.optional(),
        verify: z.boolean().optional(),
        trigger,
        key,
      }),
    ]),
    /** `together`: the runs of plans that are backed up at the same instant. */
    result: z.object({ ...started.shape, together: z.array(Run) }),
  },
  /** Starts a backup of each of several plans. Plans that cannot be started are listed in `failed`. */
  'backups.startAll': {
    params: z.strictObject({ planIds: z.array(z.uuid()).min(1).max(1000) }),
    result: z.object({
      runs: z.array(Run),
      failed: z.array(z.object({ planId: z.uuid(), planName: z.string(), message: z.string() })),
    }),
  },

  /**
   * Lists snapshots, the newest first. `planIds`: those of any of these plans. `destinationId`: those stored there. `match`: those with this id, this start of an
   * id, or this file name. `takenFrom`, `takenBy`: those taken at this instant or later, or earlier.
   * `before`: the id of the last snapshot of the previous page.
   */
  'snapshots.list': {
    params: z.strictObject({
      planId: z.uuid().optional(),
      planIds: z.array(z.uuid()).max(1000).optional(),
      destinationId: z.uuid().optional(),
      match: z.string().max(4096).optional(),
      takenFrom: Instant.optional(),
      takenBy: Instant.optional(),
      before: z.uuid().optional(),
      limit: pageSize,
    }),
    result: z.array(ListedSnapshot),
  },
  /** Returns a snapshot with its verifications. */
  'snapshots.get': {
    params: snapshotId,
    result: z.object({ snapshot: Snapshot, verifications: z.array(Verification) }),
  },
  /** Pins or unpins a snapshot. Retention never removes a pinned one. */
  'snapshots.pin': { params: z.strictObject({ snapshotId: z.uuid(), pinned: z.boolean() }), result: Snapshot },
  /**
   * Returns what deleting a snapshot would remove, with its confirmation. `unpin`: also if it is pinned. Copies in folders
   * go into the trash there, unless `permanently`.
   */
  'snapshots.previewDelete': {
    params: z.strictObject({ snapshotId: z.uuid(), ...deletion }),
    result: PrunePreview,
  },
  /** Starts the deletion of a snapshot at all its destinations. */
  'snapshots.delete': {
    params: z.strictObject({ snapshotId: z.uuid(), ...deletion, confirmation: z.string() }),
    result: started,
  },

  /** Starts a verification of a snapshot, a point in time or a file. `key`: for files made with an unknown key; it is stored once it has opened one. */
  'verifications.start': {
    params: z.union([
      z.strictObject({ snapshotId: z.uuid(), destinationId: z.uuid().optional(), key }),
      z.strictObject({ path: FilePath, entry: EntryName.optional(), key }),
      z.strictObject({ planId: z.uuid(), txid: Txid, key }),
      z.strictObject({ replica: Replica, txid: Txid, key }),
    ]),
    result: started,
  },

  /**
   * Starts the check of a restore: verifies the snapshot and compares it with the target. `expects`: the version of the
   * schema that the program expects; a newer snapshot is refused. `what: 'files'`: the attached files of a snapshot, one
   * of them, or files and folders in it, to their original paths; one alone may go to `to`.
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
        attachedFile: AttachedFileName.optional(),
        /** Files and folders in the attached file, parts joined by `/`; without them, all of it. */
        paths: z.array(z.string().min(1).max(4096)).min(1).max(100).optional(),
        to: FilePath.optional(),
      }),
    ]),
    result: started,
  },
  /**
   * Starts the restore that the run `checkRunId` has checked. Refused when the target has changed since, and, without
   * `force`, when the snapshot is newer than the database or the program, or needs repair. `files`: the check of files that
   * are restored together with the database, in one run with one Undo: all or nothing.
   */
  'restores.start': {
    params: z.strictObject({
      checkRunId: z.uuid(),
      confirmation: z.string(),
      force: z.boolean().optional(),
      files: z.strictObject({ checkRunId: z.uuid(), confirmation: z.string() }).optional(),
    }),
    result: started,
  },
  /** Discards the temporary files of a check. */
  'restores.discard': { params: z.strictObject({ checkRunId: z.uuid() }), result: nothing },
  /** Returns what the undo of a run would replace. `CONFLICT` when it has been undone already. */
  'restores.previewUndo': { params: z.strictObject({ runId: z.uuid() }), result: UndoPreview },
  /** Puts back what a restore replaced; without an id, the last restore. `CONFLICT` when it has been undone already. */
  'restores.undo': { params: z.strictObject({ runId: z.uuid().optional() }), result: started },

  /** Returns what deleting a database would remove: the database with its log, journal and lock files, and nothing else. */
  'databaseDeletions.preview': {
    params: z.strictObject({ target: DatabaseDeletionTarget, key }),
    result: DatabaseDeletionPreview,
  },
  /** Starts the deletion of a database; `restores.undo` reverts it. `evenIfOpen`: also while another program has the database open. */
  'databaseDeletions.start': {
    params: z.strictObject({
      target: DatabaseDeletionTarget,
      key,
      confirmation: z.string(),
      evenIfOpen: z.boolean().optional(),
    }),
    result: started,
  },

  /**
   * Returns what a prune would keep and remove. `retention`: instead of the plan's; destinations with their own keep it.
   * While pruning is paused, older snapshots are kept; with `review` they are not, and starting with this confirmation
   * resumes pruning. Copies in folders go into the trash there, unless `permanently`.
   */
  'prune.preview': {
    params: z.strictObject(prune),
    result: PrunePreview,
  },
  /** Starts the prune that the preview has shown. */
  'prune.start': {
    params: z.strictObject({ ...prune, confirmation: z.string() }),
    result: started,
  },

  /** Lists runs, the newest first. `before`: the id of the last run of the previous page. */
  'runs.list': {
    params: z.strictObject({ planId: z.uuid().optional(), before: z.uuid().optional(), limit: pageSize }),
    result: z.array(Run),
  },
  /** Returns a run with its log. */
  'runs.get': { params: z.strictObject({ runId: z.uuid() }), result: z.object({ run: Run, log: z.array(LogEntry) }) },
  /** Cancels a run. */
  'runs.cancel': { params: z.strictObject({ runId: z.uuid() }), result: Run },
  /** Waits until a run has ended, and returns it. */
  'runs.ended': { params: z.strictObject({ runId: z.uuid() }), result: Run },
  /** Waits until what ended runs have set off has ended: copies to other destinations, and pruning. */
  'runs.settled': { params: z.strictObject({ runIds: z.array(z.uuid()).max(1000) }), result: nothing },

  /**
   * Starts a run that writes a snapshot into a stream. The stream is a second connection to the service's socket, opened
   * right after.
   */
  'exports.start': {
    params: z.union([
      z.strictObject({ planId: z.uuid(), ...exported() }),
      z.strictObject({ source: FilePath, key, ...exported() }),
    ]),
    result: started,
  },
} as const;

import { z } from 'zod';
import { AttachedFileName } from '../model/attached-file.ts';
import { DatabaseDeletionPreview, DatabaseDeletionTarget } from '../model/database-deletion.ts';
import { Plan, Retention } from '../model/plan.ts';
import { PrunePreview } from '../model/prune.ts';
import { EntryName, RestoreSource } from '../model/restore.ts';
import { LogEntry, Run } from '../model/run.ts';
import { ListedSnapshot, Snapshot } from '../model/snapshot.ts';
import { FilePath, Instant } from '../model/values.ts';
import { Verification } from '../model/verification.ts';
import { key, nothing, snapshotId, started } from './params.ts';

/** What becomes of snapshots: taken, listed, verified, restored, removed; and the runs that do it. */
export const snapshotMethods = {
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
    /** `together`: the runs of the plans that are backed up at the same instant. */
    result: started.extend({ together: z.array(Run) }),
  },
  /** Backs up several plans, each once; one that cannot be started says why, and the others go on. */
  'backups.startAll': {
    params: z.strictObject({ planIds: z.array(z.uuid()).min(1).max(1000) }),
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
  /** `unpin`: it is deleted even if it is pinned. */
  'snapshots.previewDelete': {
    params: z.strictObject({ snapshotId: z.uuid(), unpin: z.boolean().optional() }),
    result: PrunePreview,
  },
  'snapshots.delete': {
    params: z.strictObject({ snapshotId: z.uuid(), unpin: z.boolean().optional(), confirmation: z.string() }),
    result: started,
  },

  /** Here and below, `key` is for files made with a key that is not known here. It is kept once it has opened one. */
  'verifications.start': {
    params: z.union([
      z.strictObject({ snapshotId: z.uuid(), destinationId: z.uuid().optional(), key }),
      z.strictObject({ path: FilePath, entry: EntryName.optional(), key }),
    ]),
    result: started,
  },

  /**
   * `expects`: the version of the schema that the program expects, which a snapshot must not be newer than.
   * `files`: the attached files of a snapshot, or one of them, or a path in it, back to where they were or to `to`.
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
        path: z.string().max(4096).optional(),
        to: FilePath.optional(),
      }),
    ]),
    result: started,
  },
  /**
   * `files`: a check of files that are restored together with the database, in one run and with one Undo: all or nothing.
   * Starts what the run `checkRunId` found out about; refused as stale when the target is no longer what was looked at,
   * and as too new when the snapshot is newer than the database or the program, unless `force` is given;
   * so is one that needs repair.
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
  /** Throws away what a check staged. Harmless when there is nothing any more. */
  'restores.discard': { params: z.strictObject({ checkRunId: z.uuid() }), result: nothing },
  /** Puts back what the restore replaced. Without an id: the last one, and `CONFLICT` when that has been undone. */
  'restores.undo': { params: z.strictObject({ runId: z.uuid().optional() }), result: started },

  /** What the deletion of a database would remove: a database with its log, its journal and its lock files, and nothing else. */
  'databaseDeletions.preview': {
    params: z.strictObject({ target: DatabaseDeletionTarget, key }),
    result: DatabaseDeletionPreview,
  },
  /** Removes just that; undone as a restore is. `evenIfOpen`: also while another program has the database open. */
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
   * `retention`: in place of the plan's own; destinations with one of their own keep it. While pruning is paused, what
   * the brakes hold is among what is kept. `review`: it is not, and the start with this preview's confirmation releases
   * the brakes.
   */
  'prune.preview': {
    params: z.strictObject({ planId: z.uuid(), retention: Retention.optional(), review: z.boolean().optional() }),
    result: PrunePreview,
  },
  'prune.start': {
    params: z.strictObject({
      planId: z.uuid(),
      retention: Retention.optional(),
      review: z.boolean().optional(),
      confirmation: z.string(),
    }),
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
} as const;

import { z } from 'zod';
import { ErrorBody } from '../contract/errors.ts';
import { FindReport, FoundCounts } from './found-database.ts';
import { Txid } from './history/point.ts';
import { PruneOutcome } from './prune.ts';
import { RestoreCheck } from './restore/restore.ts';
import { FilesCheck, RestoredFiles } from './restore/restore-files.ts';
import { RestoreTestReceipt } from './restore/restore-test.ts';
import { BackupImport } from './third-party/import.ts';
import { Bytes, FilePath, Instant, Sha256 } from './values.ts';
import { Verification } from './verification.ts';

/**
 * What a run does. `export` writes a snapshot into a pipe. `restore-check` stages and verifies what a restore would put
 * back and compares it with the current content; `undo` is a restore of the safety snapshot; `databaseDeletion` removes
 * a database;
 * `capture` stores what has changed since the newest point in time;
 * `copy` brings snapshots to a destination that lacks them; `scan` reads manifests, `import` lists what other programs
 * have made; `putBack` brings a deleted snapshot back from the trash; `cleanup` removes what a crash left behind; `find` searches this machine for databases;
 * `browse` unpacks a database so that it can be read; `findRows` searches the snapshots of a plan for rows;
 * `compare` unpacks two databases and compares them. `put-back-check` tries on a copy what `putBackRows` does: rows of a
 * snapshot are put back into a live database.
 */
export const RunKind = z.enum([
  'backup',
  'capture',
  'export',
  'copy',
  'restoreTest',
  'verify',
  'restore-check',
  'restore',
  'undo',
  'databaseDeletion',
  'prune',
  'pruneHistory',
  'delete',
  'putBack',
  'scan',
  'cleanup',
  'import',
  'find',
  'findRows',
  'browse',
  'compare',
  'put-back-check',
  'putBackRows',
]);
export type RunKind = z.infer<typeof RunKind>;

/** The steps a person sees. Not every run has each. */
export const RunPhase = z.enum([
  'waiting',
  'copying',
  'reading',
  'compressing',
  'storing',
  'uploading',
  'fetching',
  'verifying',
  'staging',
  'checking',
  'comparing',
  'safety-snapshot',
  'replacing',
  'confirming',
  'removing',
  'scanning',
  'finding',
  'searching',
  'importing',
  'done',
]);
export type RunPhase = z.infer<typeof RunPhase>;

export const RunState = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted']);
export type RunState = z.infer<typeof RunState>;

/** How far the current phase is. `total` is `null` where it cannot be known. */
export const RunProgress = z.object({
  phase: RunPhase,
  done: Bytes,
  total: Bytes.nullable(),
  /** Bytes per second over the last seconds of this phase; `null` until there is something to measure. */
  rate: z.number().nonnegative().nullable(),
});
export type RunProgress = z.infer<typeof RunProgress>;

/** Whom a file belongs to, and what it may be used for. */
export const FileRights = z.object({ uid: z.number().int(), gid: z.number().int(), mode: z.number().int() });
export type FileRights = z.infer<typeof FileRights>;

/** What a finished restore, undo or deletion of a database did, or rows that were put back. */
export const RestoreOutcome = z.object({
  targetPath: FilePath,
  method: z.enum(['into-live', 'replace-file', 'create', 'remove', 'rows']),
  rows: z.number().int().nonnegative(),
  tables: z.number().int().nonnegative(),
  /** What Undo puts back; `null` where nothing was replaced. */
  safetySnapshotId: z.uuid().nullable(),
  /** Set once the restore has been undone. */
  undoneBy: z.uuid().nullable(),
  note: z.string().nullable(),
  /** What the files of the database were right after, so that later writes are noticed; `null`: unknown. */
  stateAfter: z.string().nullable().default(null),
  /** What was restored together with the database. */
  files: z.array(RestoredFiles).default([]),
});
export type RestoreOutcome = z.infer<typeof RestoreOutcome>;

export const ScanOutcome = z.object({
  /** What was scanned: the label of a destination. */
  folder: z.string(),
  destinationId: z.uuid(),
  found: z.number().int().nonnegative(),
  added: z.number().int().nonnegative(),
  missing: z.number().int().nonnegative(),
  /** Files that were passed over, each with the reason. */
  problems: z.array(z.object({ name: z.string(), message: z.string() })),
});
export type ScanOutcome = z.infer<typeof ScanOutcome>;

/** What a run brought, by its kind. */
export const RunResult = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('backup'),
    snapshotId: z.uuid(),
    sizeBytes: Bytes,
    /** What the snapshot lacks of its attached files, as sentences; `null`: it is complete. */
    incomplete: z.string().nullable(),
    verification: Verification.nullable(),
  }),
  /** `txid`: of the new point in time; `null`: nothing had changed. `waiting`: destinations that lack some of it. */
  z.object({
    kind: z.literal('capture'),
    txid: Txid.nullable(),
    changedPages: z.int().nonnegative(),
    bytes: Bytes,
    waiting: z.int().nonnegative(),
  }),
  z.object({ kind: z.literal('export'), bytes: Bytes, sha256: Sha256 }),
  z.object({
    kind: z.literal('copy'),
    destinationId: z.uuid(),
    copied: z.number().int().nonnegative(),
    bytes: Bytes,
    /** Snapshots that are still to be copied there. */
    left: z.number().int().nonnegative(),
  }),
  z.object({ kind: z.literal('restoreTest'), ...RestoreTestReceipt.shape }),
  z.object({ kind: z.literal('verify'), verification: Verification }),
  z.object({ kind: z.literal('restore-check'), check: RestoreCheck }),
  z.object({ kind: z.literal('restore'), ...RestoreOutcome.shape }),
  z.object({ kind: z.literal('files-check'), check: FilesCheck }),
  z.object({
    kind: z.literal('files-restore'),
    files: z.array(RestoredFiles),
    /** Set once it has been undone. */
    undoneBy: z.uuid().nullable(),
  }),
  z.object({ kind: z.literal('undo'), ...RestoreOutcome.shape }),
  z.object({
    kind: z.literal('databaseDeletion'),
    ...RestoreOutcome.shape,
    removed: z.array(FilePath),
    /** Of the file that was removed, for the one that Undo makes; `null`: there was none. */
    rights: FileRights.nullable(),
  }),
  z.object({ kind: z.literal('prune'), ...PruneOutcome.shape }),
  /** `points`: those that are no longer kept. `files`: those that were removed. */
  z.object({
    kind: z.literal('pruneHistory'),
    points: z.int().nonnegative(),
    files: z.int().nonnegative(),
    bytesFreed: Bytes,
  }),
  z.object({ kind: z.literal('delete'), ...PruneOutcome.shape }),
  /** `copies`: how many of them were put back. */
  z.object({ kind: z.literal('putBack'), snapshotId: z.uuid(), copies: z.number().int().positive() }),
  z.object({ kind: z.literal('scan'), ...ScanOutcome.shape }),
  z.object({ kind: z.literal('import'), ...BackupImport.shape }),
  z.object({ kind: z.literal('find'), report: FindReport, counts: FoundCounts }),
  /** The rows themselves are in no run: they may be of an encrypted database. */
  z.object({
    kind: z.literal('findRows'),
    rows: z.number().int().nonnegative(),
    more: z.boolean(),
    searched: z.number().int().nonnegative(),
    failed: z.number().int().nonnegative(),
  }),
  /** `viewId` is `null` where attached files were fetched. */
  z.object({ kind: z.literal('browse'), viewId: z.uuid().nullable(), bytes: Bytes }),
  /** `differing`: how many tables differ. */
  z.object({ kind: z.literal('compare'), viewId: z.uuid(), differing: z.number().int().nonnegative() }),
  /** What it found is in no run, as for `findRows`. */
  z.object({ kind: z.literal('put-back-check'), changes: z.number().int().nonnegative() }),
  z.object({ kind: z.literal('putBackRows'), ...RestoreOutcome.shape }),
]);
export type RunResult = z.infer<typeof RunResult>;

/** The runs that replace or remove a database or rows of it. */
export const REPLACING_KINDS = ['restore', 'undo', 'databaseDeletion', 'putBackRows'] as const satisfies RunKind[];
export type ReplacingKind = (typeof REPLACING_KINDS)[number];
export const isReplacing = (kind: string): boolean => (REPLACING_KINDS as readonly string[]).includes(kind);

/** Whether a run has replaced or removed a database or rows of it, which can be undone where something was there. */
export function replacesDatabase(result: RunResult | null): result is Extract<RunResult, { kind: ReplacingKind }> {
  return result !== null && isReplacing(result.kind);
}

/** The files that a run has replaced, or was about to replace. */
export function replacedFiles(result: RunResult | null): RestoredFiles[] {
  return result?.kind === 'files-restore' || replacesDatabase(result) ? result.files : [];
}

/** Whether a run replaced something that Undo puts back, also when it has been undone. */
export function canBePutBack(result: RunResult | null): boolean {
  if (result?.kind !== 'files-restore' && !replacesDatabase(result)) return false;
  const database = replacesDatabase(result) && result.safetySnapshotId !== null;
  return database || result.files.some(({ undoable }) => undoable);
}

/** One piece of work from the moment it is asked for until it ended; it outlives the request that started it. */
export const Run = z.object({
  id: z.uuid(),
  kind: RunKind,
  state: RunState,
  planId: z.uuid().nullable(),
  planName: z.string().nullable(),
  snapshotId: z.uuid().nullable(),
  /** What the run is about in words: a file name or a folder. */
  subject: z.string(),
  progress: RunProgress,
  /** Why a queued run waits, in words. */
  waitingFor: z.string().nullable(),
  cancelRequested: z.boolean(),
  queuedAt: Instant,
  startedAt: Instant.nullable(),
  finishedAt: Instant.nullable(),
  /** The destination a copy, a scan or a look goes to; `null`: none, or several. */
  destinationId: z.uuid().nullable().default(null),
  error: ErrorBody.nullable(),
  result: RunResult.nullable(),
  /** The scheduled time of a schedule that it serves, and how many are folded into it; `null`: a person asked for it. */
  scheduledTime: z.object({ at: Instant, scheduledTimes: z.number().int().positive() }).nullable(),
});
export type Run = z.infer<typeof Run>;

/** Whether a run is a backup of its plan; a capture is where the plan stores a history alone, whose schedule it serves. */
export const isBackup = ({ kind, scheduledTime }: Pick<Run, 'kind' | 'scheduledTime'>): boolean =>
  kind === 'backup' || (kind === 'capture' && scheduledTime !== null);

/** One line of a run's log. */
export const LogEntry = z.object({ at: Instant, level: z.enum(['info', 'warning', 'error']), message: z.string() });
export type LogEntry = z.infer<typeof LogEntry>;

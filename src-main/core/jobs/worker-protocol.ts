import type { ErrorBody } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { ResetPreview } from '../../../src-shared/model/reset.ts';
import type { RestoredFiles } from '../../../src-shared/model/restore-files.ts';
import type { LogEntry, RunPhase } from '../../../src-shared/model/run.ts';
import type { SourceDescription } from '../../../src-shared/model/source.ts';
import type { Verification } from '../../../src-shared/model/verification.ts';
import type { Conveyed, ConveyRequest } from '../engine/companions/convey-companion.ts';
import type { FilesRequest, PreparedFiles } from '../engine/companions/restore-companions.ts';
import type { DatabaseKey } from '../engine/database-key.ts';
import type { DescribeRequest } from '../engine/describe-source.ts';
import type { DrillFindings, DrillRequest } from '../engine/drill.ts';
import type { Examination } from '../engine/examine-file.ts';
import type { ExportRequest } from '../engine/export.ts';
import type { AppliedRestore } from '../engine/replace-database.ts';
import type { AppliedReset, ResetCheckRequest, ResetRequest } from '../engine/reset.ts';
import type { RestoreRequest } from '../engine/restore.ts';
import type { PreparedRestore, RestoreCheckRequest } from '../engine/restore-check.ts';
import type { SealSecret } from '../engine/seal.ts';
import type { SnapshotRequest } from '../engine/snapshot.ts';
import type { UndoRequest } from '../engine/undo.ts';
import type { StoredFile } from '../engine/verify.ts';

/** Each piece of heavy work: what a worker is given and what it answers. */
export interface WorkerTasks {
  describe: { request: DescribeRequest; result: SourceDescription };
  snapshot: { request: SnapshotRequest; result: Manifest };
  export: { request: ExportRequest; result: { bytes: number; sha256: string } };
  verify: { request: StoredFile & { mayStaySealed: boolean }; result: Verification };
  drill: { request: DrillRequest; result: DrillFindings };
  'restore-check': { request: RestoreCheckRequest; result: PreparedRestore };
  restore: { request: RestoreRequest; result: AppliedRestore };
  examine: { request: { path: string }; result: Examination };
  undo: { request: UndoRequest; result: AppliedRestore };
  'reset-check': { request: ResetCheckRequest; result: ResetPreview };
  reset: { request: ResetRequest; result: AppliedReset };
  'convey-companion': { request: ConveyRequest; result: Conveyed };
  'files-check': { request: FilesRequest; result: PreparedFiles };
  'restore-files': { request: Omit<PreparedFiles, 'targets'> & { runId: string }; result: RestoredFiles[] };
  'undo-files': { request: { files: RestoredFiles[]; runId: string }; result: RestoredFiles[] };
}

export type WorkerTaskName = keyof WorkerTasks;

/** What a worker starts with. */
export interface WorkerStart<T extends WorkerTaskName = WorkerTaskName> {
  task: T;
  request: WorkerTasks[T]['request'];
  stagingFolder: string;
  /** The keys and the secrets of seals to try; they are in no request, so that requests may be kept and told. */
  keys: readonly DatabaseKey[];
  sealSecrets: readonly SealSecret[];
  /** One shared integer: not 0 once the work is to stop. It is read in the middle of work that lets no message through. */
  cancelFlag: SharedArrayBuffer;
}

/** What a worker says. */
export type WorkerMessage =
  | { type: 'progress'; phase: RunPhase; done: number; total: number | null }
  | { type: 'watch'; phase: RunPhase; path: string; total: number }
  | { type: 'log'; level: LogEntry['level']; message: string }
  /** Which secret has opened a seal; itself it is not sent back. */
  | { type: 'unsealed'; fingerprint: string }
  /** What Undo would put back; `null`: nothing was replaced after all. */
  | { type: 'safety'; manifest: Manifest | null }
  | { type: 'finished'; result: unknown }
  | { type: 'failed'; error: ErrorBody };

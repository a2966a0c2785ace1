import { z } from 'zod';
import { ErrorBody } from '../../../src-shared/contract/errors.ts';
import { Manifest } from '../../../src-shared/model/manifest.ts';
import type { DatabaseDeletionPreview } from '../../../src-shared/model/restore/database-deletion.ts';
import { RestoredFiles } from '../../../src-shared/model/restore/restore-files.ts';
import { LogEntry, RunPhase } from '../../../src-shared/model/run.ts';
import type { SourceDescription } from '../../../src-shared/model/source.ts';
import type { Verification } from '../../../src-shared/model/verification.ts';
import type { SnapshotRequest } from '../backup/take-snapshot.ts';
import type { ExportRequest } from '../backup/write-export.ts';
import type { Replicated, ReplicateRequest } from '../copies/replicate-attached-file.ts';
import type {
  AppliedDatabaseDeletion,
  DatabaseDeletionCheckRequest,
  DatabaseDeletionRequest,
} from '../delete-database/delete-database.ts';
import type { StoredIdentity } from '../engine/identify/identify-stored.ts';
import type { EncryptionSecret } from '../engine/packing/encryption.ts';
import type { CopiedImage, TogetherRequest } from '../engine/sqlite/copy-together.ts';
import type { DatabaseKey } from '../engine/sqlite/database-key.ts';
import type { DescribeRequest } from '../engine/sqlite/describe-source.ts';
import type { Examination } from '../import/examine-file.ts';
import type { BackupJudgement, PackedSample } from '../import/judge-backup.ts';
import type { PreparedRestore, RestoreCheckRequest } from '../restore/prepare-restore.ts';
import type { FilesRequest, PreparedFiles } from '../restore/restore-attached-files.ts';
import type { AppliedParts, RestorePartsRequest, UndoPartsRequest } from '../restore/restore-parts.ts';
import type { RestoreTestFindings, RestoreTestRequest } from '../verify/test-restore.ts';
import type { StoredFile } from '../verify/verify-file.ts';

/** Each piece of heavy work: what a worker is given and what it answers. */
export interface WorkerTasks {
  identify: { request: { path: string }; result: StoredIdentity };
  /** Samples in base64; the judgements in their order. */
  judge: { request: PackedSample[]; result: BackupJudgement[] };
  describe: { request: DescribeRequest; result: SourceDescription };
  /** Here and below, `clockAheadMs`: by how much the core's clock is ahead of the system's. */
  snapshot: { request: SnapshotRequest & { clockAheadMs: number }; result: Manifest };
  'copy-together': { request: TogetherRequest & { clockAheadMs: number }; result: CopiedImage[] };
  export: { request: ExportRequest; result: { bytes: number; sha256: string } };
  verify: { request: StoredFile & { mayStayEncrypted: boolean }; result: Verification };
  restoreTest: { request: RestoreTestRequest; result: RestoreTestFindings };
  'restore-check': { request: RestoreCheckRequest; result: PreparedRestore };
  restore: { request: RestorePartsRequest; result: AppliedParts };
  examine: { request: { path: string }; result: Examination };
  undo: { request: UndoPartsRequest; result: AppliedParts };
  'database-deletion-check': { request: DatabaseDeletionCheckRequest; result: DatabaseDeletionPreview };
  databaseDeletion: { request: DatabaseDeletionRequest; result: AppliedDatabaseDeletion };
  'replicate-attached-file': { request: ReplicateRequest; result: Replicated };
  'files-check': { request: FilesRequest; result: PreparedFiles };
}

export type WorkerTaskName = keyof WorkerTasks;

/** What a worker process is told: its task, once it has said that it is ready, and that it is to stop. */
export type WorkerOrder =
  | {
      type: 'start';
      task: WorkerTaskName;
      request: WorkerTasks[WorkerTaskName]['request'];
      /** Shared by this process while it works: see `worker-lock.ts`. */
      lockFile: string;
      stagingFolder: string;
      /** The keys and the secrets of encryptions to try; they are in no request, so that requests may be kept and told. */
      keys: readonly DatabaseKey[];
      encryptionSecrets: readonly EncryptionSecret[];
    }
  | { type: 'cancel' }
  /** The core has taken note of what Undo would put back. */
  | { type: 'kept-taken' };

/** What a worker process says. It opens files that others made, so nothing it says is taken unread. */
export const WorkerMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('progress'), phase: RunPhase, done: z.number(), total: z.number().nullable() }),
  /** A file is about to grow in one call that lets no progress through. */
  z.object({ type: z.literal('watch'), phase: RunPhase, path: z.string(), total: z.number() }),
  z.object({ type: z.literal('log'), level: LogEntry.shape.level, message: z.string() }),
  /** Which secret has opened an encryption; itself it is not sent back. */
  z.object({ type: z.literal('decrypted'), fingerprint: z.string() }),
  /** What Undo would put back; `null`: nothing was replaced after all. */
  z.object({
    type: z.literal('kept'),
    kept: z.object({ safety: Manifest.nullable(), files: z.array(RestoredFiles) }).nullable(),
  }),
  z.object({ type: z.literal('finished'), result: z.unknown() }),
  z.object({ type: z.literal('failed'), error: ErrorBody }),
]);
export type WorkerMessage = z.infer<typeof WorkerMessage>;

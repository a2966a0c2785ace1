import type { DatabaseDeletionPreview } from '../../src-shared/model/restore/database-deletion.ts';
import type { SourceDescription } from '../../src-shared/model/source.ts';
import type { Verification } from '../../src-shared/model/verification.ts';
import type { BackupRequest } from './backup/take-and-verify.ts';
import type { ExportRequest } from './backup/write-export.ts';
import type { StoredFilesAnswer, StoredFilesRequest } from './browse/browse-files.ts';
import type { OpenCopyRequest, UnpackedCopy } from './browse/open-copy.ts';
import type { SaveImageRequest } from './browse/save-image.ts';
import type { CatalogCopyRequest } from './catalog/copy-catalog-file.ts';
import type { Replicated, ReplicateRequest } from './copies/replicate-attached-file.ts';
import type {
  AppliedDatabaseDeletion,
  DatabaseDeletionCheckRequest,
  DatabaseDeletionRequest,
} from './delete-database/delete-database.ts';
import type { CapturedHistory, CaptureHistoryRequest } from './engine/history/capture-history.ts';
import type { MergeHistoryRequest } from './engine/history/merge-history.ts';
import type { RebuiltImage } from './engine/history/rebuild-image.ts';
import type { RebuildPointRequest } from './engine/history/rebuild-point.ts';
import type { StoredLtx } from './engine/history/write-stored.ts';
import type { StoredIdentity } from './engine/identify/identify-stored.ts';
import type { CopiedImage, TogetherRequest } from './engine/sqlite/copy-together.ts';
import type { DescribeRequest } from './engine/sqlite/describe-source.ts';
import type { FindRequest, FindResult } from './find-databases/find-databases.ts';
import type { ImageFindings, ImageSearch } from './find-rows/search-image.ts';
import type { Examination } from './import/examine-file.ts';
import type { BackupJudgement, PackedSample } from './import/judge-backup.ts';
import type { CheckedPutBack, PutBackRequest } from './put-back/check-put-back.ts';
import type { AppliedPutBack, ConfirmedPutBack } from './put-back/put-back-rows.ts';
import type { PreparedRestore, RestoreCheckRequest } from './restore/check/check-restore.ts';
import type { Resolved, ResolveRequest } from './restore/interrupted/resolve-replacement.ts';
import type { FilesRequest, PreparedFiles } from './restore/replace/restore-attached-files.ts';
import type { AppliedParts, RestorePartsRequest, UndoPartsRequest } from './restore/restore-parts.ts';
import type { RestoreTestFindings, RestoreTestRequest } from './verify/perform-restore-test.ts';
import type { StoredFile } from './verify/verify-file.ts';

/** Each piece of heavy work: what a worker is given and what it answers. */
export interface WorkerTasks {
  identify: { request: { path: string }; result: StoredIdentity };
  /** Samples in base64; the judgements in their order. */
  judge: { request: PackedSample[]; result: BackupJudgement[] };
  describe: { request: DescribeRequest; result: SourceDescription };
  'try-keys': { request: { path: string }; result: null };
  /** Here and below, `clockAheadMs`: by how much the core's clock is ahead of the system's. */
  backup: { request: BackupRequest & { clockAheadMs: number }; result: Verification | null };
  'copy-together': { request: TogetherRequest & { clockAheadMs: number }; result: CopiedImage[] };
  'copy-catalog': { request: CatalogCopyRequest; result: null };
  'capture-history': { request: CaptureHistoryRequest & { clockAheadMs: number }; result: CapturedHistory };
  'merge-history': { request: MergeHistoryRequest; result: StoredLtx | null };
  'rebuild-point': { request: RebuildPointRequest; result: RebuiltImage };
  export: { request: ExportRequest; result: { bytes: number; sha256: string } };
  verify: { request: StoredFile & { mayStayEncrypted: boolean }; result: Verification };
  restoreTest: { request: RestoreTestRequest; result: RestoreTestFindings };
  'restore-check': { request: RestoreCheckRequest; result: PreparedRestore };
  restore: { request: RestorePartsRequest; result: AppliedParts };
  examine: { request: { path: string }; result: Examination };
  undo: { request: UndoPartsRequest; result: AppliedParts };
  'resolve-replacement': { request: ResolveRequest; result: Resolved };
  'database-deletion-check': { request: DatabaseDeletionCheckRequest; result: DatabaseDeletionPreview };
  databaseDeletion: { request: DatabaseDeletionRequest; result: AppliedDatabaseDeletion };
  'replicate-attached-file': { request: ReplicateRequest; result: Replicated };
  find: { request: FindRequest; result: FindResult };
  'browse-files': { request: StoredFilesRequest; result: StoredFilesAnswer };
  'find-rows': { request: ImageSearch; result: ImageFindings };
  'open-copy': { request: OpenCopyRequest; result: UnpackedCopy };
  'save-image': { request: SaveImageRequest; result: StoredLtx };
  'put-back-check': { request: PutBackRequest; result: CheckedPutBack };
  putBackRows: { request: ConfirmedPutBack; result: AppliedPutBack };
  'files-check': { request: FilesRequest; result: PreparedFiles };
}

export type WorkerTaskName = keyof WorkerTasks;

import { basename } from 'node:path';
import { type AttachedFile, PROBLEMS_KEPT, type StoredAttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { Compression } from '../../../src-shared/model/values.ts';
import { addedBytes } from '../engine/attached-files/added-bytes.ts';
import { copyImageFile } from '../engine/attached-files/image/image-file.ts';
import { indexHash, latestNameOf, removeAttachedFiles } from '../engine/attached-files/stored-files.ts';
import { explainError } from '../engine/engine-errors.ts';
import type { Encryptor } from '../engine/packing/encryption.ts';
import type { TaskContext } from '../engine/task-context.ts';
import { storeAttachedFile } from './store-attached-file.ts';

/** What is stored beside a snapshot, and how. */
export interface AttachedFilesRequest {
  runId: string;
  /** The folder of the snapshot. */
  folder: string;
  planName: string;
  /** Of the snapshot's id, as `idLetters` makes them. */
  letters: string;
  attachedFiles: readonly AttachedFile[];
  compression: Compression;
  encryptor: Encryptor | null;
  /** Why folders are to be stored as archives, whatever the folder can do; `null`: they need not be. */
  asArchive: string | null;
}

/**
 * Stores the attached files of a snapshot beside it, one after the other. One that cannot be stored is answered as such, so
 * that the database's own snapshot stays.
 * @param takenAt the instant of the database's content, which is in all names
 * @throws SnapkeepError `CANCELLED`; nothing is left then
 */
export async function storeAttachedFiles(
  request: AttachedFilesRequest,
  takenAt: Date,
  context: TaskContext,
): Promise<StoredAttachedFile[]> {
  const stored: StoredAttachedFile[] = [];
  try {
    for (const attachedFile of request.attachedFiles)
      stored.push(await storeOrSay(request, attachedFile, takenAt, context));
    return stored;
  } catch (error) {
    await removeAttachedFiles(request.folder, request.planName, stored, request.runId);
    throw error;
  }
}

async function storeOrSay(
  request: AttachedFilesRequest,
  attachedFile: AttachedFile,
  takenAt: Date,
  context: TaskContext,
): Promise<StoredAttachedFile> {
  const { name, kind, path, exclude } = attachedFile;
  // A card that holds zeros would be stored as large as it is.
  const compression = kind === 'image' && request.compression === 'none' ? 'zst' : request.compression;
  const about = { name, kind, path, exclude, compression };
  const at: TaskContext = { ...context, now: () => takenAt };
  context.log('info', `Storing ${name}: ${path}.`);
  try {
    return { ...about, ...(await (kind === 'image' ? storeAsImage : storeFiles)(request, about, at)) };
  } catch (error) {
    const { code, message } = explainError(error, path);
    if (code === 'CANCELLED') throw error;
    context.log('error', `${name} could not be stored. ${message}`);
    return {
      ...about,
      way: kind === 'image' ? 'image' : 'archive',
      why: 'It could not be stored.',
      ...{ files: 0, bytes: 0, diskBytes: 0, whole: false, problems: [{ path: '', reason: message }] },
      ...{ storedName: null, digest: null, indexSha256: null },
    };
  }
}

type About = Pick<StoredAttachedFile, 'name' | 'kind' | 'path' | 'exclude' | 'compression'>;
type Findings = Omit<StoredAttachedFile, keyof About>;

async function storeFiles(request: AttachedFilesRequest, about: About, context: TaskContext): Promise<Findings> {
  const { encryptor, folder, planName, letters, runId } = request;
  const stored = await storeAttachedFile(
    {
      runId,
      sourcePath: about.path,
      destination: folder,
      name: planName,
      ending: `.${about.name}`,
      letters,
      exclude: about.exclude,
      latestName: latestNameOf(planName, about.name),
      compression: about.compression,
      encryptor,
      asArchive: encryptor === null ? request.asArchive : 'encrypted snapshots cannot share files',
    },
    context,
  );
  const { files, bytes, whole, problems } = stored.facts;
  const facts = { files, bytes, whole, problems: problems.slice(0, PROBLEMS_KEPT), way: stored.way, why: stored.why };
  if (stored.way === 'archive') {
    const { digest, path } = stored;
    return { ...facts, storedName: basename(path), digest, indexSha256: null, diskBytes: digest.stored.bytes };
  }
  const { path, name: storedName } = stored;
  return {
    ...facts,
    ...{
      storedName,
      digest: null,
      indexSha256: await indexHash(path),
      diskBytes: await addedBytes(path, () => context.throwIfCancelled()),
    },
  };
}

async function storeAsImage(request: AttachedFilesRequest, about: About, context: TaskContext): Promise<Findings> {
  const { folder: destination, planName: name, letters, runId, encryptor } = request;
  const { compression, path: sourcePath } = about;
  const naming = { name, ending: `.${about.name}`, letters };
  const stored = await copyImageFile({ runId, sourcePath, destination, ...naming, compression, encryptor }, context);
  return {
    way: 'image',
    why: stored.mounted
      ? 'Each snapshot is a full image; the device was mounted while it was read.'
      : 'Each snapshot is a full image.',
    ...{ files: 1, bytes: stored.digest.image.bytes, diskBytes: stored.digest.stored.bytes, whole: true, problems: [] },
    ...{ storedName: stored.name, digest: stored.digest, indexSha256: null },
  };
}

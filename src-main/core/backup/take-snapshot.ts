import { open, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { AttachedFile, StoredAttachedFile } from '../../../src-shared/model/attached-file.ts';
import { MANIFEST_FORMAT, type Manifest, type SnapshotTrigger } from '../../../src-shared/model/manifest.ts';
import { idLetters } from '../../../src-shared/rules/names/name-pattern.ts';
import { tablesInWords } from '../../../src-shared/words/table-rows.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { removeAttachedFiles } from '../engine/attached-files/stored-files.ts';
import { explainWrite, requireRoom } from '../engine/files/disk-full.ts';
import { partialPath, requireWritableFolder, writeFully } from '../engine/files/durable-files.ts';
import { EarlySync } from '../engine/files/early-sync.ts';
import { rightsOfFile } from '../engine/files/file-rights.ts';
import { contentList } from '../engine/identify/content-list.ts';
import { leastPacked, type StoredDigest, storePieces } from '../engine/packing/compress.ts';
import { type Encryptor, encryptorOf } from '../engine/packing/encryption.ts';
import { databaseEncryptionOf } from '../engine/sqlite/database-key.ts';
import { sqliteVersion } from '../engine/sqlite/open-database.ts';
import type { TaskContext } from '../engine/task-context.ts';
import { fullOwnName, type Naming, nameOf, publish, requireFreeName } from './publish-snapshot.ts';
import { type ContentRequest, type Packing, readContent, type SnapshotContent } from './snapshot-content.ts';
import { storeAttachedFiles } from './store-attached-files.ts';

/** What a snapshot is taken of and where it goes. */
export interface SnapshotRequest extends ContentRequest, Naming {
  /** The snapshot's id: random, and made before its name, which has letters of it. */
  snapshotId: string;
  /** What that folder is. */
  storesIn: 'destination' | 'outbox' | 'safety';
  /** The snapshots that were taken at the same instant. */
  takenWith: Manifest['takenWith'];
  /** What is stored beside it. */
  attachedFiles: AttachedFile[];
  /** Why folders are to be stored as archives whatever the folder can do; `null`: they need not be. */
  asArchive: string | null;
  trigger: SnapshotTrigger;
  snapkeepVersion: string;
  /** Of the service that takes it. */
  serviceId: string;
}

/** Files alone: all there is to know before they are stored. */
type FilesContent = Pick<SnapshotContent, 'takenAt'>;

/** Writes what is to be stored. */
type Store = (write: (piece: Uint8Array) => void) => Promise<StoredDigest>;

/** What is done with a snapshot once it is stored. `checked`: see {@link SnapshotContent}. */
export type AfterStoring<T> = (manifest: Manifest, checked: SnapshotContent['checked']) => Promise<T>;

/**
 * Takes a consistent snapshot of a database while other programs write to it, or of files alone, and stores it with its
 * manifest. In the end either both files exist and are synced, or neither exists.
 * @param then what it was made of is held until this has ended
 * @returns what `then` returns
 * @throws SnapkeepError
 */
export async function takeSnapshot<T>(
  request: SnapshotRequest,
  context: TaskContext,
  then: AfterStoring<T>,
): Promise<T> {
  const startedAt = context.now();
  if (request.ownName !== null) fullOwnName(request.ownName, request);
  const encryptor = encryptorOf(request.encryption, context.encryptionSecrets);
  if (request.sourceKind === 'files') return then(await takeFiles(request, encryptor, startedAt, context), null);
  await requireWritableFolder(request.folder);
  await using content = await readContent(request, encryptor !== null, context, askForRoom(request, context));
  const how = { compression: request.compression, encryptor };
  const manifest = await storeSnapshot(request, how, content, startedAt, context);
  // Once an image is checked nothing reads it any more, and removing a large one takes a while. What fails is tried again.
  const removed = content.checked?.then(() => content[Symbol.asyncDispose]()).catch(() => undefined);
  const result = await then(manifest, content.checked);
  await removed;
  return result;
}

/** There is nothing to be read before it is stored; what attached files need, they see to themselves. */
async function takeFiles(
  request: SnapshotRequest,
  encryptor: Encryptor | null,
  startedAt: Date,
  context: TaskContext,
): Promise<Manifest> {
  await requireWritableFolder(request.folder);
  const how: Packing = { compression: 'none', encryptor };
  return storeSnapshot(request, how, { takenAt: context.now() }, startedAt, context);
}

/**
 * Asks for what is needed for certain: the staged image, and beside it the least that it can be packed to. The write
 * itself tells when that was too little.
 */
const askForRoom =
  ({ storesIn, folder, compression }: SnapshotRequest, { stagingFolder }: TaskContext) =>
  (imageBytes: number): Promise<void> =>
    requireRoom(
      { use: 'staging', folder: stagingFolder, bytes: imageBytes },
      { use: storesIn, folder, bytes: leastPacked(imageBytes, compression) },
    );

/** Stores what was read with its manifest. In the end either both files exist and are synced, or neither exists. */
export async function storeSnapshot(
  request: SnapshotRequest,
  how: Packing,
  content: SnapshotContent | FilesContent,
  startedAt: Date,
  context: TaskContext,
): Promise<Manifest> {
  const letters = idLetters(request.snapshotId);
  let finished = request.folder;
  let partial: string | undefined;
  let attachedFiles: StoredAttachedFile[] = [];
  try {
    if (request.ownName !== null) await requireFreeName(request, request.ownName);
    finished = join(request.folder, nameOf(request, content.takenAt, letters, 1));
    partial = partialPath(finished, request.runId);
    const database = 'store' in content ? content : null;
    const image = database && (await writeStored((write) => database.store(how, write), partial));
    const beside = { ...request, planName: request.plan.name, letters, encryptor: how.encryptor };
    const described = database && (await database.described());
    if (described !== null) context.log('info', `Read ${tablesInWords(described.facts.tables)}.`);
    attachedFiles = await storeAttachedFiles(beside, content.takenAt, context);
    // The list says what was stored, so it comes after it.
    const digest = image ?? (await writeStored(listOf(request, content, attachedFiles, how), partial));
    const unnamed: Omit<Manifest, 'name'> = {
      format: MANIFEST_FORMAT,
      id: request.snapshotId,
      service: { id: request.serviceId, runId: request.runId },
      plan: request.plan,
      source: { path: request.sourcePath, name: basename(request.sourcePath), mode: await modeOf(request) },
      trigger: request.trigger,
      takenWith: request.takenWith,
      method: database?.method ?? 'files',
      startedAt: startedAt.toISOString(),
      createdAt: content.takenAt.toISOString(),
      compression: how.compression,
      ...digest,
      databaseEncryption: databaseEncryptionOf(database?.unlocking ?? null),
      encryption: request.encryption,
      database: described?.facts ?? null,
      schemaVersion: described?.schemaVersion ?? null,
      attachedFiles,
      versions: { sqlite: sqliteVersion(), snapkeep: request.snapkeepVersion },
    };
    context.throwIfCancelled();
    context.progress('storing', digest.stored.bytes, digest.stored.bytes);
    const manifest = await publish(request, content.takenAt, unnamed, partial);
    finished = join(request.folder, manifest.name);
    context.log('info', `Stored ${finished} (${bytesInWords(digest.stored.bytes)}, SHA-256 ${digest.stored.sha256}).`);
    return manifest;
  } catch (error) {
    await removeAttachedFiles(request.folder, request.plan.name, attachedFiles, request.runId);
    throw explainWrite(error, request.storesIn, request.folder, finished);
  } finally {
    if (partial !== undefined) await rm(partial, { force: true });
  }
}

/** The permission bits of the database's file; `null`: there is none, or it has gone meanwhile. */
async function modeOf({ sourceKind, sourcePath }: SnapshotRequest): Promise<number | null> {
  const rights = sourceKind === 'files' ? null : await rightsOfFile(sourcePath);
  return rights === null ? null : rights.mode & 0o777;
}

/**
 * What stores the list of contents.
 * @throws SnapkeepError `NOT_FOUND` when there is nothing to list, for a snapshot of nothing would only push out good ones
 */
function listOf(
  { plan }: SnapshotRequest,
  { takenAt }: FilesContent,
  attachedFiles: readonly StoredAttachedFile[],
  how: Packing,
): Store {
  if (attachedFiles.every(({ storedName }) => storedName === null)) {
    const why = attachedFiles.map(({ name, problems }) => `${name}: ${problems[0]?.reason ?? ''}`).join(' ');
    throw new SnapkeepError('NOT_FOUND', `None of the files of ${plan.name} could be stored. ${why}`, {
      hint: 'Fix the failed files, and back up again.',
    });
  }
  return (write) => storePieces([contentList({ planName: plan.name, takenAt, attachedFiles })], how, write, () => {});
}

async function writeStored(store: Store, partial: string): Promise<StoredDigest> {
  await using handle = await open(partial, 'wx', 0o600);
  const disk = new EarlySync(handle);
  const digest = await store((piece) => {
    writeFully(handle, piece);
    disk.wrote(piece.length);
  });
  await disk.end();
  return digest;
}

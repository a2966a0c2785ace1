import { createHash, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../../src-shared/model/manifest.ts';
import { DEFAULT_NAME_PATTERN } from '../../../../src-shared/rules/names/name-pattern.ts';
import { planNameFromPath } from '../../../../src-shared/rules/names/naming.ts';
import { contentOfImage, describedAlready, imageRequest } from '../../backup/snapshot-content.ts';
import { type SnapshotRequest, storeSnapshot } from '../../backup/take-snapshot.ts';
import { explainError } from '../../engine/engine-errors.ts';
import { explainWrite, requireRoom } from '../../engine/files/disk-full.ts';
import { copySynced, exists, sidecarPaths, writeSynced } from '../../engine/files/durable-files.ts';
import { copySource, type Image, type OpenSource, openSource } from '../../engine/sqlite/copy-image.ts';
import { UNKNOWN_FACTS } from '../../engine/sqlite/describe-database.ts';
import { setWal } from '../../engine/sqlite/open-database.ts';
import type { TaskContext } from '../../engine/task-context.ts';
import { type Described, describeImage } from '../../verify/check-image.ts';

/** What is kept before a restore replaces it. */
export interface SafetyRequest {
  runId: string;
  targetPath: string;
  safetyFolder: string;
  planId: string | null;
  snapkeepVersion: string;
  serviceId: string;
}

/** Looks at an image of what is kept before it is packed. */
export type OnImage = (path: string) => void;

/** A database whose lock is held, so that its file can be copied as it is. */
export interface Held {
  journalMode: string;
  copyTo(path: string, onProgress: (bytes: number) => void): void;
}

/** Keeps the content of a database page by page through SQLite, while other programs go on with it. */
export async function keepPages(
  request: SafetyRequest,
  context: TaskContext,
  onImage: OnImage = () => {},
): Promise<Manifest> {
  const image = await copyKept(request.targetPath, context);
  onImage(image.path);
  return storeImageOf(request, image, context);
}

/**
 * Keeps the content of a database that is open to be read, and stays open: closing its descriptors would free the locks of
 * any other connection to it.
 */
export async function keepOpened(request: SafetyRequest, source: OpenSource, context: TaskContext): Promise<Manifest> {
  const image = await copyOpened(source, context);
  // Others may write while it is packed.
  if (source.database.inTransaction) source.database.exec('COMMIT');
  return storeImageOf(request, image, context);
}

async function copyKept(path: string, context: TaskContext): Promise<Image> {
  using source = await openSource(path, context);
  return await copyOpened(source, context);
}

function copyOpened(source: OpenSource, context: TaskContext): Promise<Image> {
  context.progress('safety-snapshot', 0, null);
  return copySource(source, stagedPath(context), keeping(context), {
    askForRoom: (bytes) => requireRoom({ use: 'staging', folder: context.stagingFolder, bytes }),
  });
}

/** Keeps the file of a database whose lock is held, byte for byte but for the journal mode it had before. */
export async function keepHeld(
  request: SafetyRequest,
  held: Held,
  unlocking: Image['unlocking'],
  context: TaskContext,
  onImage: OnImage = () => {},
): Promise<Manifest> {
  context.progress('safety-snapshot', 0, null);
  const path = stagedPath(context);
  try {
    held.copyTo(path, (bytes) => {
      context.throwIfCancelled();
      context.progress('safety-snapshot', bytes, null);
    });
    onImage(path);
    if (held.journalMode === 'wal') setWal(path, unlocking);
  } catch (error) {
    await rm(path, { force: true });
    throw explainWrite(error, 'staging', context.stagingFolder);
  }
  const image: Image = { path, takenAt: context.now(), journalMode: held.journalMode, method: 'file-copy', unlocking };
  return storeImageOf(request, image, context);
}

/** Keeps the files of what SQLite cannot read byte for byte, with its log and its journal. */
export async function keepFiles(request: SafetyRequest, context: TaskContext): Promise<Manifest> {
  context.progress('safety-snapshot', 0, null);
  try {
    const path = await mainFile(request.targetPath, context);
    const image: Image = {
      ...{ path, takenAt: context.now(), journalMode: 'unknown', method: 'file-copy', unlocking: null },
    };
    const content = contentOfImage(image, describedAlready(UNREADABLE), keeping(context));
    const how = { compression: 'none', encryptor: null } as const;
    const snapshot = { ...snapshotRequest(request), compression: how.compression };
    const manifest = await storeSnapshot(snapshot, how, content, image.takenAt, keeping(context));
    const from = sidecarPaths(request.targetPath);
    const to = sidecarPaths(join(request.safetyFolder, manifest.name));
    if (await exists(from.wal)) await copySynced(from.wal, to.wal);
    if (await exists(from.journal)) await copySynced(from.journal, to.journal);
    return manifest;
  } catch (error) {
    throw explainWrite(error, 'safety', request.safetyFolder);
  }
}

const stagedPath = (context: TaskContext): string => join(context.stagingFolder, `kept-${randomUUID()}.db`);

/** What is staged and packed is one phase to people. */
const keeping = (context: TaskContext): TaskContext => ({
  ...context,
  progress: (_phase, done, total) => context.progress('safety-snapshot', done, total),
});

async function storeImageOf(request: SafetyRequest, image: Image, context: TaskContext): Promise<Manifest> {
  const snapshot = snapshotRequest(request);
  const known = describedAlready(describeKept(image, snapshot, context));
  await using content = contentOfImage(image, known, keeping(context));
  const how = { compression: snapshot.compression, encryptor: null };
  return await storeSnapshot(snapshot, how, content, image.takenAt, keeping(context));
}

/** What cannot be described is kept anyway. */
function describeKept(image: Image, request: SnapshotRequest, context: TaskContext): Described {
  try {
    return describeImage(imageRequest(image, request), context);
  } catch (error) {
    if (error instanceof SnapkeepError && error.code === 'CANCELLED') throw error;
    context.log('warning', `${explainError(error, request.sourcePath).message} Its pages are saved unchanged.`);
    return { ...UNREADABLE, facts: { ...UNREADABLE.facts, journalMode: image.journalMode } };
  }
}

const UNREADABLE: Described = {
  facts: {
    ...UNKNOWN_FACTS,
    schemaHash: createHash('sha256').digest('hex'),
  },
  schemaVersion: null,
};

function snapshotRequest(request: SafetyRequest): SnapshotRequest {
  return {
    runId: request.runId,
    snapshotId: randomUUID(),
    sourceKind: 'database',
    sourcePath: request.targetPath,
    copied: null,
    check: false,
    takenWith: [],
    folder: request.safetyFolder,
    storesIn: 'safety',
    plan: { id: request.planId, name: `${planNameFromPath(request.targetPath)} before restore`, settings: null },
    ownName: null,
    compression: 'zst',
    // It stays on this machine, beside the database, which is not encrypted either.
    encryption: null,
    namePattern: DEFAULT_NAME_PATTERN,
    timeZone: null,
    takenNames: [],
    distinctName: false,
    method: 'online',
    schemaVersion: null,
    attachedFiles: [],
    asArchive: null,
    trigger: 'before-restore',
    snapkeepVersion: request.snapkeepVersion,
    serviceId: request.serviceId,
  };
}

/** The database's own file; where only its log is left, an empty one stands for it. */
async function mainFile(targetPath: string, context: TaskContext): Promise<string> {
  if (await exists(targetPath)) return targetPath;
  const empty = join(context.stagingFolder, 'absent.db');
  await writeSynced(empty, '');
  return empty;
}

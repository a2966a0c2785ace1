import { randomUUID } from 'node:crypto';
import { open, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { MANIFEST_FORMAT, type Manifest, type SnapshotTrigger } from '../../../src-shared/model/manifest.ts';
import type { SnapshotSeal } from '../../../src-shared/model/seal.ts';
import type { Compression } from '../../../src-shared/model/values.ts';
import { ownSnapshotName, snapshotName } from '../../../src-shared/rules/naming.ts';
import { bytesInWords, countInWords } from '../../../src-shared/rules/wording.ts';
import { type StoredDigest, storeImage } from './compress.ts';
import { copyImage, type Image } from './copy-image.ts';
import { encryptionOf } from './database-key.ts';
import { type DatabaseFacts, describeDatabase, totalRows } from './describe-database.ts';
import { exists, partialPath, publishFile, requireWritableFolder } from './durable-files.ts';
import { errorCode, explainError } from './engine-errors.ts';
import { manifestPath, writeManifest } from './manifest-files.ts';
import { openDatabase, sqliteVersion } from './open-database.ts';
import { type Sealing, sealingOf } from './seal.ts';
import type { TaskContext } from './task-context.ts';

/** What a snapshot is taken of and where it goes. */
export interface SnapshotRequest {
  runId: string;
  sourcePath: string;
  /** The folder it is stored in. */
  folder: string;
  plan: { id: string | null; name: string };
  /** A file name of the user's own; without one the plan's name and the time are used. */
  ownName: string | null;
  compression: Compression;
  seal: SnapshotSeal;
  trigger: SnapshotTrigger;
  snapkeepVersion: string;
}

/**
 * Takes a consistent snapshot of a database while other programs write to it, stores it with its manifest, and
 * answers the manifest. Either both files are there and synced in the end, or neither is.
 * @throws SnapkeepError
 */
export async function takeSnapshot(request: SnapshotRequest, context: TaskContext): Promise<Manifest> {
  const startedAt = context.now();
  if (request.ownName !== null) ownSnapshotName(request.ownName, request.compression, request.seal !== null);
  const sealing = sealingOf(request.seal, context.sealSecrets);
  await checkRoom(request, context);
  const image = await copyImage(request.sourcePath, join(context.stagingFolder, 'image.db'), context);
  try {
    context.progress('reading', 0, null);
    const facts = readFacts(image, request.sourcePath, context);
    context.log(
      'info',
      `Read ${countInWords(facts.tables.length, 'table')} with ${countInWords(totalRows(facts.tables), 'row')}.`,
    );
    return await storeSnapshot({ ...request, sealing }, image, facts, startedAt, context);
  } finally {
    await rm(image.path, { force: true });
  }
}

async function checkRoom(request: SnapshotRequest, context: TaskContext): Promise<void> {
  let bytes: number;
  try {
    bytes = (await stat(request.sourcePath)).size;
  } catch (error) {
    throw explainError(error, request.sourcePath);
  }
  try {
    // Half of the image is about what compression leaves; the write itself tells when that was too little.
    await requireWritableFolder(request.folder, request.compression === 'none' ? bytes : bytes / 4);
    await requireWritableFolder(context.stagingFolder, bytes);
  } catch (error) {
    throw explainError(error, request.folder);
  }
}

function readFacts({ path, unlocking }: Image, sourcePath: string, context: TaskContext): DatabaseFacts {
  try {
    const image = openDatabase(path, { readonly: true, unlocking });
    try {
      return describeDatabase(image, () => context.throwIfCancelled());
    } finally {
      image.close();
    }
  } catch (error) {
    throw explainError(error, sourcePath);
  }
}

async function storeSnapshot(
  request: SnapshotRequest & { sealing: Sealing | null },
  image: Image,
  facts: DatabaseFacts,
  startedAt: Date,
  context: TaskContext,
): Promise<Manifest> {
  let finished = request.folder;
  let partial: string | undefined;
  try {
    finished = join(request.folder, await freeName(request, image.takenAt));
    partial = partialPath(finished, request.runId);
    const digest = await writeStored(image.path, partial, request, context);
    const unnamed: Omit<Manifest, 'name'> = {
      format: request.seal !== null ? MANIFEST_FORMAT : image.unlocking === null ? 1 : 2,
      id: randomUUID(),
      plan: request.plan,
      source: { path: request.sourcePath, name: basename(request.sourcePath) },
      trigger: request.trigger,
      method: image.unlocking === null ? 'online-backup' : 'vacuum-into',
      startedAt: startedAt.toISOString(),
      createdAt: image.takenAt.toISOString(),
      compression: request.compression,
      ...digest,
      encryption: encryptionOf(image.unlocking),
      seal: request.seal,
      database: { ...facts, journalMode: image.journalMode },
      versions: { sqlite: sqliteVersion(), snapkeep: request.snapkeepVersion },
    };
    context.throwIfCancelled();
    context.progress('storing', digest.stored.bytes, digest.stored.bytes);
    const manifest = await publishUnderFreeName(request, image, unnamed, partial);
    finished = join(request.folder, manifest.name);
    context.log('info', `Stored ${finished} (${bytesInWords(digest.stored.bytes)}, SHA-256 ${digest.stored.sha256}).`);
    return manifest;
  } catch (error) {
    throw explainError(error, finished);
  } finally {
    if (partial !== undefined) await rm(partial, { force: true });
  }
}

/** Names are chosen again where another run took the one that was free when this one began. */
async function publishUnderFreeName(
  request: SnapshotRequest,
  image: Image,
  unnamed: Omit<Manifest, 'name'>,
  partial: string,
): Promise<Manifest> {
  for (;;) {
    const manifest: Manifest = { ...unnamed, name: await freeName(request, image.takenAt) };
    try {
      await publishSnapshot(partial, join(request.folder, manifest.name), manifest, request.runId);
      return manifest;
    } catch (error) {
      if (request.ownName !== null || errorCode(error) !== 'EEXIST') throw error;
    }
  }
}

async function writeStored(
  imagePath: string,
  partial: string,
  how: { compression: Compression; sealing: Sealing | null },
  context: TaskContext,
): Promise<StoredDigest> {
  const total = (await stat(imagePath)).size;
  const handle = await open(partial, 'wx', 0o600);
  try {
    return await storeImage(imagePath, handle, how, (bytes) => {
      context.throwIfCancelled();
      context.progress('compressing', bytes, total);
    });
  } finally {
    await handle.close();
  }
}

/**
 * Gives a stored file and its manifest their names. The manifest comes first: a snapshot that can be seen is always
 * described. Neither name is ever taken from another file.
 */
export async function publishSnapshot(
  partial: string,
  finished: string,
  manifest: Manifest,
  runId: string,
): Promise<void> {
  const described = manifestPath(finished);
  await writeManifest(described, manifest, runId);
  try {
    await publishFile(partial, finished);
  } catch (error) {
    await rm(described, { force: true });
    throw error;
  }
}

/** @throws SnapkeepError `CONFLICT` when a name of the user's own is taken */
async function freeName(request: SnapshotRequest, at: Date): Promise<string> {
  const taken = async (name: string): Promise<boolean> =>
    (await exists(join(request.folder, name))) || (await exists(manifestPath(join(request.folder, name))));
  if (request.ownName !== null) {
    const name = ownSnapshotName(request.ownName, request.compression, request.seal !== null);
    if (await taken(name)) {
      throw new SnapkeepError('CONFLICT', `${join(request.folder, name)} is already there.`, {
        hint: 'Nothing was overwritten. Choose another name.',
      });
    }
    return name;
  }
  for (let attempt = 1; ; attempt++) {
    const name = snapshotName(request.plan.name, at, request.compression, attempt, request.seal !== null);
    if (!(await taken(name))) return name;
  }
}

import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SnapkeepError } from '../../../../../src-shared/contract/errors.ts';
import type { Compression } from '../../../../../src-shared/model/values.ts';
import { bytesInWords } from '../../../../../src-shared/words/wording.ts';
import { answerOn, explainedAs } from '../../engine-errors.ts';
import { explainWrite, requireRoom } from '../../files/disk-full.ts';
import { publishFile, publishUnique, readPieces, writeFully, writerOf } from '../../files/durable-files.ts';
import { takeOverRights } from '../../files/file-rights.ts';
import { removedAtEnd } from '../../files/remove-tree.ts';
import { leastPacked, PIECE_BYTES, type StoredDigest, storeImage } from '../../packing/compress.ts';
import type { Encryptor } from '../../packing/encryption.ts';
import type { TaskContext } from '../../task-context.ts';
import type { AttachedRequest } from '../attached-file-request.ts';
import { endedName, partialName, stemOf } from '../folder/folder-snapshots.ts';
import { type NoteExchange, openTarget, stagedPathFor, swapIn, type UndoRecord } from '../folder/folder-swap.ts';
import { unpackKnown } from '../unpack-known.ts';
import { type ImageStat, openDevice, requireUnmounted, statImage } from './block-device.ts';

/** A block device or an image file that is stored front to back. */
export interface ImageRequest extends AttachedRequest {
  compression: Compression;
  /** What it is encrypted with; `null`: it is not. */
  encryptor: Encryptor | null;
}

export interface StoredDeviceImage {
  name: string;
  path: string;
  source: ImageStat;
  digest: StoredDigest;
  /** The device was mounted while it was read: its file system may be as after a power failure. */
  mounted: boolean;
}

const EXTENSIONS: Record<Compression, string> = { gz: '.img.gz', zst: '.img.zst', none: '.img' };

/**
 * Stores a block device, or an image file, front to back: packed, hashed on both sides, synced, and only then under its
 * name.
 * @throws SnapkeepError `BUSY` when an image file changes while it is read, `PERMISSION`, `NO_SPACE`, `CANCELLED`
 */
export async function copyImageFile(request: ImageRequest, context: TaskContext): Promise<StoredDeviceImage> {
  const { sourcePath, destination, compression } = request;
  const source = await statImage(sourcePath);
  await requireRoom({ use: 'destination', folder: destination, bytes: leastPacked(source.bytes, compression) });
  const mounted = source.kind === 'device' && (await isMounted(sourcePath));
  if (mounted)
    context.log('warning', `${sourcePath} is mounted: its image is like that of a disk after a power failure.`);
  const takenAt = context.now();
  const partial = join(destination, partialName(stemOf(request), request.runId));
  await using _partial = removedAtEnd(partial);
  try {
    const before = await stat(sourcePath, { bigint: true });
    await using handle = await open(partial, 'wx', 0o600);
    const digest = await storeImage(sourcePath, request, writerOf(handle), (bytes) => {
      context.throwIfCancelled();
      if (bytes > source.bytes) throw changedMeanwhile(sourcePath);
      context.progress('copying', bytes, source.bytes);
    });
    await handle.sync();
    await handle.close();
    const after = await stat(sourcePath, { bigint: true });
    const changed = source.kind === 'file' && (before.mtimeNs !== after.mtimeNs || before.ino !== after.ino);
    if (changed || digest.image.bytes !== source.bytes) throw changedMeanwhile(sourcePath);
    const name = await publish(request, partial, takenAt);
    context.log('info', `Stored ${name} (${bytesInWords(digest.stored.bytes)}, SHA-256 ${digest.stored.sha256}).`);
    return { name, path: join(destination, name), source, digest, mounted };
  } catch (error) {
    throw explainWrite(error, 'destination', destination, sourcePath);
  }
}

async function publish(
  { destination, compression, encryptor, ...naming }: ImageRequest,
  partial: string,
  at: Date,
): Promise<string> {
  return publishUnique(
    (attempt) => `${endedName(naming, at, attempt)}${EXTENSIONS[compression]}${encryptor === null ? '' : '.age'}`,
    (free) => publishFile(partial, join(destination, free)),
  );
}

async function isMounted(path: string): Promise<boolean> {
  try {
    await requireUnmounted(path);
    return false;
  } catch (error) {
    if (error instanceof SnapkeepError && error.code === 'BUSY') return true;
    throw error;
  }
}

function changedMeanwhile(path: string): SnapkeepError {
  return new SnapkeepError('BUSY', `${path} was written to while its image was taken.`, {
    hint: 'Nothing was stored. Stop the programs that write to it, and try again.',
  });
}

export interface ImageRestoreRequest {
  runId: string;
  storedPath: string;
  compression: Compression;
  /** What was written down when it was stored. */
  digest: StoredDigest;
  /** A device of at least that size, or a file, which is exchanged. */
  targetPath: string;
}

/**
 * Writes an image back. Into a file it is staged beside it, checked, and exchanged in one step. A device is written in
 * place once the stored image is known to be good, and is then read back.
 * @returns what Undo needs; `null` for a device: what it held is gone
 * @throws SnapkeepError `CORRUPT` when the stored image is not what was stored, or the device does not keep what is
 * written; `BUSY` for a device in use, `NO_SPACE` for one that is too small, `CANCELLED`
 */
export async function restoreImageFile(
  request: ImageRestoreRequest,
  context: TaskContext,
  note: NoteExchange,
): Promise<UndoRecord | null> {
  const kind = await imageTargetKind(request.targetPath);
  const restored: Promise<UndoRecord | null> =
    kind === 'device' ? restoreToDevice(request, context) : restoreToFile(request, context, note);
  return restored.catch(explainedAs(request.targetPath));
}

/** Whether an image would be written to a device, or to a file, which need not be there yet. */
export async function imageTargetKind(path: string): Promise<ImageStat['kind']> {
  return (await statImage(path).catch(answerOn(['NOT_FOUND'], { kind: 'file' } as const, path))).kind;
}

async function restoreToFile(
  request: ImageRestoreRequest,
  context: TaskContext,
  note: NoteExchange,
): Promise<UndoRecord> {
  await using opened = await openTarget(request.targetPath, '');
  const target = opened.path;
  await requireRoom({ use: 'target', folder: dirname(target), bytes: request.digest.image.bytes });
  const staged = stagedPathFor(target, request.runId);
  await using _staged = removedAtEnd(staged);
  {
    await using handle = await open(staged, 'wx+', 0o600);
    await unpackTo(request, (piece) => writeFully(handle, piece), 'staging', context);
    await takeOverRights(target, staged, context);
    await handle.sync();
  }
  await requireContent(staged, request.digest.image, context);
  context.throwIfCancelled();
  return await swapIn(staged, target, request.runId, note);
}

async function restoreToDevice(request: ImageRestoreRequest, context: TaskContext): Promise<null> {
  const { digest, targetPath } = request;
  const { bytes } = await statImage(targetPath);
  if (bytes < digest.image.bytes) {
    throw new SnapkeepError(
      'NO_SPACE',
      `${targetPath} has ${bytesInWords(bytes)}; the image needs ${bytesInWords(digest.image.bytes)}.`,
      { hint: 'Nothing was written. Choose a larger device.' },
    );
  }
  // A device has no undo, so the image is read once to its end before the first byte is written.
  await requireUnmounted(targetPath);
  await unpackTo(request, () => {}, 'checking', context);
  const handle = await openDevice(targetPath);
  try {
    await unpackTo(request, (piece) => writeFully(handle, piece), 'replacing', context);
    await handle.sync();
  } finally {
    // The last one to close a device makes the kernel forget what it had read ahead: what is read next is the disk's.
    await handle.close();
  }
  await requireContent(targetPath, digest.image, context);
  return null;
}

async function unpackTo(
  { storedPath, compression, digest }: Pick<ImageRestoreRequest, 'storedPath' | 'compression' | 'digest'>,
  write: (piece: Buffer) => void,
  phase: 'staging' | 'checking' | 'replacing',
  context: TaskContext,
): Promise<void> {
  const found = await unpackKnown(storedPath, compression, write, context, (bytes) => {
    context.progress(phase, bytes, digest.stored.bytes);
  });
  if (found.image.sha256 === digest.image.sha256 && found.stored.sha256 === digest.stored.sha256) return;
  throw new SnapkeepError('CORRUPT', `${storedPath} has changed since it was stored.`, {
    hint: 'Use another snapshot.',
  });
}

/** Reads back what was written; of a device, as many bytes as the image has. */
async function requireContent(path: string, image: StoredDigest['image'], context: TaskContext): Promise<void> {
  await using handle = await open(path, 'r');
  const hash = createHash('sha256');
  let read = 0;
  for (const piece of readPieces(handle, PIECE_BYTES)) {
    context.throwIfCancelled();
    const wanted = piece.subarray(0, image.bytes - read);
    hash.update(wanted);
    read += wanted.length;
    context.progress('confirming', read, image.bytes);
    if (read === image.bytes) break;
  }
  if (hash.digest('hex') === image.sha256) return;

  throw new SnapkeepError('CORRUPT', `${path} does not contain the data that was just written.`, {
    hint: 'The disk is probably failing. Use another one.',
  });
}

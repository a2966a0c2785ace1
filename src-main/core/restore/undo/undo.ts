import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../../src-shared/model/manifest.ts';
import type { FileRights } from '../../../../src-shared/model/run.ts';
import { explainError } from '../../engine/engine-errors.ts';
import { contentOf } from '../../engine/identify/identify-file.ts';
import { unpackFile } from '../../engine/packing/decompress.ts';
import type { TaskContext } from '../../engine/task-context.ts';
import { inspectTarget } from '../check/inspect-target.ts';
import type { NoteDatabase } from '../replace/keeper.ts';
import {
  type AppliedRestore,
  type NewContent,
  type ReplaceRequest,
  replaceDatabase,
} from '../replace/replace-database.ts';

/** A restore to be undone. */
export interface UndoRequest extends ReplaceRequest {
  /** The safety snapshot of the restore, and its manifest as the catalog has it. */
  safetyPath: string;
  safety: Manifest;
  /** Of the file that a deletion removed; `null`: it was no deletion. */
  rights: FileRights | null;
}

/**
 * Puts the safety snapshot of a restore back, whatever it holds: the catalog's hashes alone decide whether it is what
 * was there. The current content is kept first, so that an undo can be undone as well.
 * @throws SnapkeepError `CORRUPT` when it is not; otherwise as {@link replaceDatabase}
 */
export async function undoRestore(
  request: UndoRequest,
  context: TaskContext,
  note: NoteDatabase,
): Promise<AppliedRestore> {
  const content = await unpackSafety(request, context);
  const target = await inspectTarget(request.targetPath, context);
  return replaceDatabase(request, target, content, note, context);
}

async function unpackSafety({ safety, safetyPath, rights }: UndoRequest, context: TaskContext): Promise<NewContent> {
  const imagePath = join(context.stagingFolder, 'put-back.db');
  context.progress('verifying', 0, safety.stored.bytes);
  const { image, stored } = await unpack(safety, safetyPath, imagePath, context);
  if (stored.sha256 !== safety.stored.sha256 || image.sha256 !== safety.image.sha256) throw changed(safetyPath);
  const { tables = [], pageSize = 0 } = safety.database ?? {};
  // What cannot be described has no tables in its manifest; of plain pages the header tells how they are put back.
  const pages = safety.method === 'file-copy' ? pageSize : (await pageSizeOf(imagePath)) || pageSize;
  return {
    imagePath,
    imageBytes: image.bytes,
    pageSize: pages,
    pageCount: pages === 0 ? 0 : image.bytes / pages,
    encrypted: safety.databaseEncryption !== null,
    checkedAs: null,
    reviewed: false,
    tables: pageSize === 0 ? null : tables,
    sidecarsOf: safety.method === 'file-copy' ? safetyPath : null,
    rights: rights && { ...rights, attributesOf: safetyPath },
    mode: null,
  };
}

async function unpack(safety: Manifest, safetyPath: string, imagePath: string, context: TaskContext) {
  const content = safety.compression === 'none' ? 'unknown' : safety.compression === 'gz' ? 'gzip' : 'zstd';
  try {
    return await unpackFile(safetyPath, content, imagePath, (bytes) => {
      context.throwIfCancelled();
      context.progress('verifying', bytes, safety.stored.bytes);
    });
  } catch (error) {
    const explained = explainError(error, safetyPath);
    throw explained.code === 'CORRUPT' ? changed(safetyPath) : explained;
  }
}

function changed(safetyPath: string): SnapkeepError {
  return new SnapkeepError('CORRUPT', `${safetyPath} has changed since it was saved.`, {
    hint: 'Nothing was changed. Restore from another snapshot.',
  });
}

/** 0 for what does not begin as a plain database. */
async function pageSizeOf(path: string): Promise<number> {
  await using file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(100), 0, 100, 0);
  if (bytesRead < 100 || contentOf(buffer) !== 'sqlite') return 0;
  const size = buffer.readUInt16BE(16);
  return size === 1 ? 65_536 : size;
}

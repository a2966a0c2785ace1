import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Compression } from '../../../src-shared/model/values.ts';
import {
  type ArchivedFolder,
  archiveExtension,
  archiveFolder,
} from '../engine/attached-files/archive/archive-folder.ts';
import type { AttachedFileRequest } from '../engine/attached-files/attached-file-request.ts';
import { type CopiedFolder, copyFolder } from '../engine/attached-files/folder/copy-folder.ts';
import { endedName, partialName, stemOf } from '../engine/attached-files/folder/folder-snapshots.ts';
import { whyNoLinks } from '../engine/attached-files/folder/link-ability.ts';
import { type SystemCalls, systemCalls } from '../engine/attached-files/system-calls.ts';
import { explainWrite } from '../engine/files/disk-full.ts';
import { publishFile, publishUnique, requireWritableFolder, writeFully } from '../engine/files/durable-files.ts';
import type { Encryptor } from '../engine/packing/encryption.ts';
import type { TaskContext } from '../engine/task-context.ts';

/** How an archive is packed, and encrypted. */
interface HowStored {
  compression: Compression;
  encryptor: Encryptor | null;
  /** Why it is to be an archive whatever the folder can do, as the end of a sentence; `null`: it need not be. */
  asArchive: string | null;
}

/** How an attached file was stored. */
export type StoredAttachedFile =
  | ({ way: 'linked-folder'; why: string } & CopiedFolder)
  | ({ way: 'archive'; why: string; path: string } & ArchivedFolder);

/**
 * Stores a folder or a file in a folder of this machine: as a dated folder with hard links where those can be had, as
 * one archive elsewhere. `why` says in words which way was taken.
 * @throws SnapkeepError as {@link copyFolder}
 */
export async function storeAttachedFile(
  request: AttachedFileRequest & HowStored,
  context: TaskContext,
  calls: SystemCalls = systemCalls(),
): Promise<StoredAttachedFile> {
  await requireWritableFolder(request.destination);
  const without = request.asArchive ?? (await whyNoLinks(request.destination, stemOf(request), request.runId, calls));
  if (without === null) {
    const why = 'Unchanged files are hard links to the previous snapshot.';
    return { way: 'linked-folder', why, ...(await copyFolder(request, context, calls)) };
  }
  const why = `Each snapshot is a full archive, because ${without}.`;
  context.log('info', why);
  return { way: 'archive', why, ...(await storeArchive(request, context)) };
}

/** Writes the archive aside, syncs it and gives it its name, which is never taken from another. */
async function storeArchive(
  request: AttachedFileRequest & HowStored,
  context: TaskContext,
): Promise<ArchivedFolder & { path: string }> {
  const { destination, compression, runId } = request;
  const partial = join(destination, partialName(stemOf(request), runId));
  try {
    await using handle = await open(partial, 'wx', 0o600);
    const archived = await archiveFolder(request, (piece) => writeFully(handle, piece), context);
    await handle.sync();
    await handle.close();
    const extension = archiveExtension(compression, request.encryptor !== null);
    const at = new Date(archived.facts.createdAt);
    const name = await publishUnique(
      (attempt) => `${endedName(request, at, attempt)}${extension}`,
      (free) => publishFile(partial, join(destination, free)),
    );
    return { ...archived, path: join(destination, name) };
  } catch (error) {
    throw explainWrite(error, 'destination', destination);
  } finally {
    await rm(partial, { force: true });
  }
}

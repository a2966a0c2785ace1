import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { StoredAttachedFile } from '../../../src-shared/model/attached-file.ts';
import { addedBytes } from '../engine/attached-files/added-bytes.ts';
import { archiveExtension, archiveFolder } from '../engine/attached-files/archive/archive-folder.ts';
import { copyFolder } from '../engine/attached-files/folder/copy-folder.ts';
import { readFacts } from '../engine/attached-files/folder/folder-index.ts';
import { stemOf } from '../engine/attached-files/folder/folder-snapshots.ts';
import { whyNoLinks } from '../engine/attached-files/folder/link-ability.ts';
import { verifyFolder } from '../engine/attached-files/folder/verify-folder.ts';
import { indexHash, latestNameOf } from '../engine/attached-files/stored-files.ts';
import { explainError, explainedAs, ofSource } from '../engine/engine-errors.ts';
import { explainWrite } from '../engine/files/disk-full.ts';
import { writeFully } from '../engine/files/durable-files.ts';
import type { TaskContext } from '../engine/task-context.ts';

/** A stored folder that is to be brought to another destination. */
export interface ReplicateRequest {
  runId: string;
  planName: string;
  /** Of the snapshot's id, as `idLetters` makes them. */
  letters: string;
  attachedFile: StoredAttachedFile & { storedName: string };
  /** Where it lies. */
  storedPath: string;
  /** The folder it goes to; `null`: a destination that keeps files alone. */
  folder: string | null;
}

/** How it is described there. */
export interface Replicated {
  attachedFile: StoredAttachedFile & { storedName: string };
  /** An archive that is still to be stored there; `null`: it is stored. */
  archivePath: string | null;
}

/**
 * Brings a stored folder to another folder, as hard links to existing files where possible, or makes an archive
 * of it, always the same one, in the staging folder. It is read and compared with its index first, so that no damage is handed on.
 * @throws SnapkeepError of the source, or `NO_SPACE` … of the folder it goes to; `CANCELLED`
 */
export async function replicateAttachedFile(request: ReplicateRequest, context: TaskContext): Promise<Replicated> {
  const { attachedFile, storedPath, folder, planName, letters, runId } = request;
  const facts = await readWhole(attachedFile.storedName, storedPath, context);
  const at: TaskContext = { ...context, now: () => new Date(facts.createdAt) };
  const naming = { name: planName, ending: `.${attachedFile.name}`, letters };
  const shared = { runId, sourcePath: storedPath, ...naming, exclude: [], as: facts };
  const without =
    folder === null ? 'the destination stores single files only' : await whyNoLinks(folder, stemOf(naming), runId);
  if (folder === null || without !== null) {
    const why = `Each snapshot is a full archive, because ${without ?? ''}.`;
    const storedName = `${basename(storedPath)}${archiveExtension(attachedFile.compression, false)}`;
    const archivePath = join(context.stagingFolder, storedName);
    await using handle = await open(archivePath, 'w', 0o600);
    try {
      const { digest } = await archiveFolder(
        { ...shared, destination: context.stagingFolder, compression: attachedFile.compression, encryptor: null },
        (piece) => writeFully(handle, piece),
        at,
        at.now(),
      );
      const described = { way: 'archive' as const, why, storedName, digest, indexSha256: null };
      return { attachedFile: { ...attachedFile, ...described, diskBytes: digest.stored.bytes }, archivePath };
    } catch (error) {
      throw explainWrite(error, 'staging', context.stagingFolder, storedPath);
    }
  }
  const known = join(folder, attachedFile.storedName);
  // A run that was interrupted may have brought it already.
  const there = (await factsOf(known))?.id === facts.id;
  const latestName = latestNameOf(planName, attachedFile.name);
  const path = there ? known : (await copyFolder({ ...shared, destination: folder, latestName }, at)).path;
  const described = { storedName: basename(path), indexSha256: await indexHash(path) };
  return {
    attachedFile: {
      ...attachedFile,
      ...described,
      diskBytes: await addedBytes(path, () => context.throwIfCancelled()),
    },
    archivePath: null,
  };
}

async function factsOf(path: string) {
  return readFacts(path).catch(explainedAs(path));
}

/** Reads a stored folder to its end, and compares it with its index. @throws SnapkeepError of the source */
async function readWhole(name: string, storedPath: string, context: TaskContext) {
  try {
    const { facts, damage } = await verifyFolder(storedPath, context);
    const [first] = damage;
    if (first !== undefined) throw notAsStored(name, `${first.path} ${first.reason}`);
    return facts;
  } catch (error) {
    const explained = explainError(error, storedPath);
    throw explained.code === 'CANCELLED' ? explained : ofSource(explained);
  }
}

function notAsStored(name: string, what: string): SnapkeepError {
  return new SnapkeepError('CORRUPT', `${name} has changed since it was stored and was not copied: ${what}.`, {
    hint: 'Verify the snapshot, and back up again.',
  });
}

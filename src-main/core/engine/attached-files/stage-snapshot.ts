import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { nameInWords } from '../../../../src-shared/rules/names/byte-names.ts';
import { explainedAs } from '../engine-errors.ts';
import type { TaskContext } from '../task-context.ts';
import { type ArchivedEntry, damagedArchive, type EntryHead, readTar, withHash } from './archive/tar-format.ts';
import { type Entry, type FileEntry, isInPart, restoredEntry } from './folder/folder-entry.ts';
import { type FolderIndex, INDEX_NAME, parseIndex, readIndex } from './folder/folder-index.ts';
import { inParallel } from './in-parallel.ts';
import { SourceTrouble } from './read-source-file.ts';
import { systemCalls } from './system-calls.ts';
import { TreeWriter } from './tree-writer.ts';
import { unpackKnown } from './unpack-known.ts';

export interface StoredArchive {
  kind: 'archive';
  /** A file of this machine. */
  path: string;
  /**
   * The SHA-256 that was written down when it was stored. Only an archive that has it may hold links that lead out of
   * its folder; `null`: nobody vouches for it.
   */
  sha256: string | null;
}

/** A stored snapshot of a folder. */
export type StoredFolder = { kind: 'folder'; path: string } | StoredArchive;

/**
 * Verifies an archive: reads it to its end and compares every file with its SHA-256. Answers what it holds.
 * @throws SnapkeepError `NOT_FOUND`; `CORRUPT` when anything is not as it was stored; `TOO_NEW`, `CANCELLED`
 */
export async function verifyArchive(stored: StoredArchive, context: TaskContext): Promise<FolderIndex> {
  return readArchive(stored, context, 'verifying', async ({ entry, content }) => {
    const hash = createHash('sha256');
    for await (const piece of content) hash.update(piece);
    return entry.type === 'file' ? hash.digest('hex') : null;
  });
}

/**
 * Writes a part of a snapshot to a path where nothing is, synced, with every file checked against its SHA-256.
 * @param part a file or folder of the snapshot; empty for all of it
 * @throws SnapkeepError `NOT_FOUND` when the snapshot has no such part, `CORRUPT` when a file is not what was stored, or
 * the archive names paths that lead out of it
 */
export async function stagePart(
  stored: StoredFolder,
  part: string,
  stagedPath: string,
  context: TaskContext,
): Promise<FolderIndex> {
  const writer = new TreeWriter(stagedPath, systemCalls(), () => context.throwIfCancelled());
  const staging = new Staging(writer, part);
  const index =
    stored.kind === 'folder'
      ? await stageFolder(stored.path, part, staging, context)
      : await readArchive(stored, context, 'staging', (archived) => staging.addArchived(archived));
  const entries = [...index.entries.values()].filter(({ path }) => isInPart(path, part));
  requirePart(entries, part);
  await writer.finish(
    entries.map((entry) => ({ ...entry, path: staging.pathInPart(entry.path) })),
    'as-described',
  );
  return index;
}

async function stageFolder(path: string, part: string, staging: Staging, context: TaskContext): Promise<FolderIndex> {
  const index = await readIndex(path);
  const entries = [...index.entries.values()].filter((entry) => isInPart(entry.path, part));
  requirePart(entries, part);
  const total = entries.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.size : 0), 0);
  let done = 0;
  for (const entry of entries) if (entry.type === 'folder') await staging.addFolder(entry.path);
  await inParallel(entries, async (entry) => {
    context.throwIfCancelled();
    if (entry.type === 'link') await staging.addLink(entry);
    if (entry.type !== 'file') return;
    await staging.copyFile(join(path, entry.path), entry, (bytes) => {
      done += bytes;
      context.progress('staging', Math.min(done, total), total);
    });
  });
  return index;
}

/** Writes entries of a snapshot into a tree whose root is the part. */
class Staging {
  readonly #writer: TreeWriter;
  readonly #part: string;

  constructor(writer: TreeWriter, part: string) {
    this.#writer = writer;
    this.#part = part;
  }

  pathInPart(path: string): string {
    return this.#part === '' ? path : path.slice(this.#part.length + 1);
  }

  async addFolder(path: string): Promise<void> {
    await this.#writer.folder(this.pathInPart(path));
  }

  async addLink(entry: Extract<EntryHead, { type: 'link' }>): Promise<void> {
    await this.#writer.link({ ...entry, path: this.pathInPart(entry.path) });
  }

  async copyFile(from: string, entry: FileEntry, onBytes: (bytes: number) => void): Promise<void> {
    try {
      const { sha256 } = await this.#writer.copy(from, this.pathInPart(entry.path), onBytes, restoredEntry(entry));
      if (sha256 !== entry.sha256) throw notWhatWasStored(entry.path);
    } catch (error) {
      if (error instanceof SourceTrouble) throw notWhatWasStored(entry.path, error);
      throw error;
    }
  }

  /** @returns the SHA-256 of a file that is in the part, for it to be checked against the index; `null` otherwise */
  async addArchived({ entry, content }: ArchivedEntry): Promise<string | null> {
    if (!isInPart(entry.path, this.#part)) {
      for await (const _piece of content);
      return null;
    }
    if (entry.type === 'folder') await this.addFolder(entry.path);
    else if (entry.type === 'link') await this.addLink(entry);
    else return (await this.#writer.file(this.pathInPart(entry.path), content, restoredEntry(entry))).sha256;
    return null;
  }
}

/** Reads an archive to its end, refuses what leads out of it, and compares what it holds with its index. */
async function readArchive(
  stored: StoredArchive,
  context: TaskContext,
  phase: 'staging' | 'verifying',
  take: (archived: ArchivedEntry) => Promise<string | null>,
): Promise<FolderIndex> {
  const found = new Map<string, { entry: EntryHead; sha256: string | null }>();
  let index: FolderIndex | undefined;
  let sha256 = '';
  const total = (await requireStored(stored.path)).size;
  await readTar(
    async (write) => {
      const digest = await unpackKnown(stored.path, null, write, context, (bytes) =>
        context.progress(phase, bytes, total),
      );
      sha256 = digest.stored.sha256;
    },
    async (archived) => {
      const { entry, content } = archived;
      if (entry.path === INDEX_NAME) {
        const pieces: Buffer[] = [];
        for await (const piece of content) pieces.push(piece);
        index = await parseIndex([Buffer.concat(pieces).toString('utf8')], INDEX_NAME);
        return;
      }
      requireFolderAbove(entry, found);
      if (stored.sha256 === null) requireInside(entry);
      found.set(entry.path, { entry, sha256: await take(archived) });
    },
  );
  if (stored.sha256 !== null && sha256 !== stored.sha256) throw damagedArchive();
  if (index === undefined) throw damagedArchive();
  requireAsIndexed(index, found);
  return index;
}

async function requireStored(path: string): Promise<{ size: number }> {
  return stat(path).catch(explainedAs(path));
}

/** Nothing comes twice, and nothing is written through a link: what is above an entry is a folder of the archive. */
function requireFolderAbove(entry: EntryHead, found: ReadonlyMap<string, { entry: EntryHead }>): void {
  const above = entry.path.includes('/') ? posix.dirname(entry.path) : '';
  const fits = entry.path === '' ? found.size === 0 : found.get(above)?.entry.type === 'folder';
  if (!fits || found.has(entry.path)) throw leadsOut(entry.path);
}

function requireInside(entry: EntryHead): void {
  if (entry.type !== 'link') return;
  const leads = posix.normalize(posix.join(posix.dirname(entry.path), entry.target));
  if (posix.isAbsolute(entry.target) || leads === '..' || leads.startsWith('../')) throw leadsOut(entry.path);
}

function leadsOut(path: string): SnapkeepError {
  return new SnapkeepError('CORRUPT', `The archive would write ${JSON.stringify(path)} outside of its folder.`, {
    hint: 'Nothing was restored. Do not trust this file; use another snapshot.',
  });
}

function requireAsIndexed(
  { entries }: FolderIndex,
  found: ReadonlyMap<string, { entry: EntryHead; sha256: string | null }>,
): void {
  if (entries.size !== found.size) throw damagedArchive();
  for (const [path, { entry, sha256 }] of found) {
    const expected = entries.get(path);
    if (expected === undefined || !isSameHead(withHash(entry, ''), expected)) throw damagedArchive();
    if (sha256 !== null && expected.type === 'file' && sha256 !== expected.sha256) throw notWhatWasStored(path);
  }
}

function isSameHead(one: Entry, other: Entry): boolean {
  if (one.type === 'file' && other.type === 'file') return one.size === other.size && one.mode === other.mode;
  if (one.type === 'link' && other.type === 'link') return one.target === other.target;
  return one.type === other.type;
}

function requirePart(entries: readonly Entry[], part: string): void {
  if (entries.length > 0) return;
  throw new SnapkeepError('NOT_FOUND', `The snapshot contains nothing named ${JSON.stringify(part)}.`, {
    hint: 'Choose a file or folder that it contains.',
  });
}

function notWhatWasStored(path: string, cause?: unknown): SnapkeepError {
  return new SnapkeepError('CORRUPT', `${nameInWords(path)} has changed since this snapshot was stored.`, {
    hint: 'Nothing was restored. Use another snapshot, or restore other parts of this one.',
    cause,
  });
}

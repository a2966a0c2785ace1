import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { BrowsedFile } from '../../../../src-shared/model/rows/browse.ts';
import { explainError } from '../engine-errors.ts';
import type { TaskContext } from '../task-context.ts';
import { damagedArchive, type EntryHead, readTar } from './archive/tar-format.ts';
import { type Entry, isInPart } from './folder/folder-entry.ts';
import { INDEX_NAME, parseIndex, readIndex } from './folder/folder-index.ts';
import type { StoredFolder } from './stage-snapshot.ts';
import { unpackKnown } from './unpack-known.ts';

/**
 * Returns everything that a stored folder or archive says it contains, by path. An archive must be the one of the
 * manifest: whoever looks into it begins here.
 */
async function entriesOf(stored: StoredFolder, context: TaskContext): Promise<Map<string, Entry>> {
  if (stored.kind === 'folder') return (await readIndex(stored.path)).entries;
  let text: string | undefined;
  const { sha256 } = await readArchived(stored.path, context, async ({ path }, content) => {
    const pieces: Buffer[] = [];
    for await (const piece of content) if (path === INDEX_NAME) pieces.push(piece);
    if (path === INDEX_NAME) text = Buffer.concat(pieces).toString('utf8');
  });
  if (text === undefined || (stored.sha256 !== null && sha256 !== stored.sha256)) throw damagedArchive();
  return (await parseIndex([text], INDEX_NAME)).entries;
}

/** Reads an archive to its end. @returns the SHA-256 of what is stored */
async function readArchived(
  archive: string,
  context: TaskContext,
  take: (entry: EntryHead, content: AsyncIterable<Buffer>) => Promise<void>,
): Promise<{ sha256: string }> {
  let sha256 = '';
  await readTar(
    async (write) => {
      ({ sha256 } = (await unpackKnown(archive, null, write, context, () => {})).stored);
    },
    ({ entry, content }) => take(entry, content),
  );
  return { sha256 };
}

/**
 * Lists what is directly in a folder of a stored attached file, folders first, each with the size of what is in it.
 * @param folder empty: the attached file itself
 * @throws SnapkeepError `NOT_FOUND` for what is no folder in it, `CORRUPT`, `BAD_KEY`
 */
export async function listStored(stored: StoredFolder, folder: string, context: TaskContext): Promise<BrowsedFile[]> {
  const entries = await entriesOf(stored, context);
  if (entries.get(folder)?.type !== 'folder' && folder !== '') throw notThere(folder);
  const listed = new Map<string, BrowsedFile>();
  for (const entry of entries.values()) {
    if (entry.path === '' || entry.path === folder || !isInPart(entry.path, folder)) continue;
    const below = folder === '' ? entry.path : entry.path.slice(folder.length + 1);
    const [name = ''] = below.split('/', 1);
    const isChild = below === name;
    const known = listed.get(name) ?? {
      name,
      kind: isChild ? entry.type : 'folder',
      bytes: 0,
      files: 0,
      modifiedAt: isChild ? new Date(Number(BigInt(entry.mtime) / 1_000_000n)).toISOString() : null,
      target: isChild && entry.type === 'link' ? entry.target : null,
    };
    if (entry.type === 'file') {
      known.bytes += entry.size;
      known.files += 1;
    }
    listed.set(name, known);
  }
  return [...listed.values()].sort(
    (one, other) => Number(one.kind !== 'folder') - Number(other.kind !== 'folder') || (one.name < other.name ? -1 : 1),
  );
}

/** Ends the reading of an archive once the part was read. */
class Read extends Error {}

/**
 * Reads a part of a file in a stored attached file.
 * @throws SnapkeepError `NOT_FOUND` for what is no file in it
 */
export async function readStoredPart(
  stored: StoredFolder,
  path: string,
  { offset, length }: { offset: number; length: number },
  context: TaskContext,
): Promise<{ bytes: number; part: Buffer }> {
  const pieces: Buffer[] = [];
  if (stored.kind === 'folder') {
    const entry = (await readIndex(stored.path)).entries.get(path);
    if (entry?.type !== 'file') throw notThere(path);
    try {
      const content = createReadStream(join(stored.path, path), { start: offset, end: offset + length - 1 });
      for await (const piece of content) pieces.push(piece as Buffer);
    } catch (error) {
      throw explainError(error, path);
    }
    return { bytes: entry.size, part: Buffer.concat(pieces) };
  }
  let bytes: number | undefined;
  try {
    await readArchived(stored.path, context, async (entry, content) => {
      let at = 0;
      for await (const piece of content) {
        if (entry.path === path)
          pieces.push(piece.subarray(Math.max(0, offset - at), Math.max(0, offset + length - at)));
        at += piece.length;
        // What follows belongs to other questions.
        if (entry.path === path && at >= offset + length) break;
      }
      if (entry.path !== path || entry.type !== 'file') return;
      bytes = entry.size;
      throw new Read();
    });
  } catch (error) {
    if (bytes === undefined) throw error;
  }
  if (bytes === undefined) throw notThere(path);
  return { bytes, part: Buffer.concat(pieces) };
}

function notThere(path: string): SnapkeepError {
  return new SnapkeepError('NOT_FOUND', `The snapshot contains nothing named ${JSON.stringify(path)} of this kind.`, {
    hint: 'Choose a file or folder that it contains.',
  });
}

import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { StoredAttachedFile } from '../../../../src-shared/model/attached-file.ts';
import type { Manifest } from '../../../../src-shared/model/manifest.ts';
import type { FileExchange } from '../../../../src-shared/model/restore/replacement.ts';
import type { FilesTarget, RestoredFiles } from '../../../../src-shared/model/restore/restore-files.ts';
import { filesNotes } from '../../engine/attached-files/files-notes.ts';
import { type Entry, isInPart } from '../../engine/attached-files/folder/folder-entry.ts';
import { readIndex } from '../../engine/attached-files/folder/folder-index.ts';
import {
  findTarget,
  type NoteExchange,
  putBackFolder,
  type UndoRecord,
} from '../../engine/attached-files/folder/folder-swap.ts';
import { comparePart, restoreFolder } from '../../engine/attached-files/folder/restore-folder.ts';
import { imageTargetKind, restoreImageFile } from '../../engine/attached-files/image/image-file.ts';
import { type StoredFolder, verifyArchive } from '../../engine/attached-files/stage-snapshot.ts';
import { indexHash } from '../../engine/attached-files/stored-files.ts';
import { confirmationOf } from '../../engine/confirmation.ts';
import { errorCode, explainError } from '../../engine/engine-errors.ts';
import { exchangeNotes } from '../../engine/files/file-rights.ts';
import { readManifest } from '../../engine/files/manifest-files.ts';
import { requireExchangeable } from '../../engine/files/mount-point.ts';
import type { TaskContext } from '../../engine/task-context.ts';

/** Which attached files of a snapshot are to be put back, and where. */
export interface FilesRequest {
  /** The snapshot's file; its attached files lie beside it. */
  snapshotPath: string;
  /** The manifest in the catalog, for a snapshot that it knows: it is believed before the one beside the file. */
  expected?: Manifest | undefined;
  /** One of them; `null`: all that were stored. */
  attachedFile: string | null;
  /** Files and folders in it, each with its parts joined by `/`; none: all of it. */
  parts: readonly string[];
  /** The folder that stands for the attached file's own, or the file or device for an image; `null`: where it came from. */
  to: string | null;
  /** Where each attached file came from, by its name: of a snapshot that was recovered, where its source is now. */
  paths: Record<string, string>;
}

/** What a check of files found out. */
export interface PreparedFiles {
  request: FilesRequest;
  targets: FilesTarget[];
  confirmation: string;
}

/** One attached file, what of it goes where. */
interface Item {
  stored: StoredAttachedFile & { storedName: string };
  path: string;
  part: string;
  /** What stands for the folder of the snapshot; of an image its own place. */
  folder: string;
  targetPath: string;
}

/**
 * Reads what would be restored and compares it with the current files. Changes nothing.
 * @throws SnapkeepError `NOT_FOUND` for what the snapshot does not hold, `CORRUPT` when it is damaged, `CANCELLED`
 */
export async function checkFiles(request: FilesRequest, context: TaskContext): Promise<PreparedFiles> {
  const items = await itemsOf(request);
  const targets: FilesTarget[] = [];
  const read = onceFor((item) => entriesOf(item, context));
  for (const item of items) targets.push(await inspectItem(item, read, context));
  return { request, targets, confirmation: await filesConfirmation(items) };
}

/** Files that a person has confirmed. */
export type FilesToRestore = Omit<PreparedFiles, 'targets'>;

/** Takes note of all exchanges of files so far, right before the last of them begins. */
export type NoteFiles = (files: FileExchange[]) => Promise<void>;

/**
 * Puts back what was checked. Each attached file comes into its place in one step; when a later one fails, whoever has
 * taken note of those before it takes them back.
 * @throws SnapkeepError `CONFLICT` when the current files have changed since the check; nothing has changed then
 */
export async function restoreFiles(
  { request, confirmation }: FilesToRestore,
  runId: string,
  context: TaskContext,
  note: NoteFiles,
): Promise<RestoredFiles[]> {
  const items = await itemsOf(request);
  if ((await filesConfirmation(items)) !== confirmation) {
    throw new SnapkeepError('CONFLICT', 'The files have changed since the review.', {
      hint: 'Nothing was changed. Review the restore again.',
    });
  }
  return each(items, note, (item, noteOne) => putInPlace(item, runId, context, noteOne));
}

/**
 * Puts back what a restore of files replaced, and answers what undoes that. What fails is left to be taken back as in
 * {@link restoreFiles}.
 * @throws SnapkeepError `NOT_FOUND` when what was kept is gone
 */
export function undoFiles(files: readonly RestoredFiles[], runId: string, note: NoteFiles): Promise<RestoredFiles[]> {
  return each(files, note, async (file, noteOne) => ({
    ...file,
    ...(await putBackFolder(file, runId, (planned) => noteOne({ ...file, ...planned }))),
  }));
}

/** Exchanges one after the other; each is noted with those before it. */
async function each<T>(
  items: readonly T[],
  note: NoteFiles,
  exchange: (item: T, note: (planned: FileExchange) => Promise<void>) => Promise<RestoredFiles>,
): Promise<RestoredFiles[]> {
  const noted: FileExchange[] = [];
  const done: RestoredFiles[] = [];
  for (const item of items) {
    const noteOne = (planned: FileExchange): Promise<void> => {
      noted.push(planned);
      return note([...noted]);
    };
    done.push(await exchange(item, noteOne));
  }
  return done;
}

async function itemsOf({ snapshotPath, expected, attachedFile, parts, to, paths }: FilesRequest): Promise<Item[]> {
  const manifest = expected ?? (await readManifest(snapshotPath));
  const chosen = (manifest?.attachedFiles ?? []).filter(({ name }) => attachedFile === null || name === attachedFile);
  const there = chosen.flatMap((stored) =>
    stored.storedName === null ? [] : [{ ...stored, storedName: stored.storedName }],
  );
  if (there.length === 0) {
    throw new SnapkeepError('NOT_FOUND', `This snapshot contains no ${attachedFile ?? 'attached files'}.`, {
      hint: 'Choose another snapshot, or restore the database alone.',
    });
  }
  if (there.length > 1 && (parts.length > 0 || to !== null)) {
    throw new SnapkeepError('INVALID_PARAMS', 'A path or another location applies to one attached file only.', {
      hint: `Choose one of ${there.map(({ name }) => name).join(', ')}.`,
    });
  }
  if (parts.length > 1 && to !== null) {
    throw new SnapkeepError('INVALID_PARAMS', 'Several files and folders go back to where they came from.', {
      hint: 'Restore them there, or one of them to another location.',
    });
  }
  const beside = dirname(snapshotPath);
  return there.flatMap((stored) => {
    const original = paths[stored.name] ?? stored.path;
    return stored.kind === 'folder' && parts.length > 0
      ? outermost(parts).map((part) => itemOf(beside, stored, original, part, to))
      : [itemOf(beside, stored, original, '', to)];
  });
}

/** What lies in another one comes with it. */
const outermost = (parts: readonly string[]): string[] =>
  [...new Set(parts)].filter((part) => !parts.some((other) => other !== part && isInPart(part, other)));

/** Reads each attached file once, however many of its files and folders are asked for. */
function onceFor<T>(read: (item: Item) => Promise<T>): (item: Item) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (item) => {
    const reading = known.get(item.path) ?? read(item);
    known.set(item.path, reading);
    return reading;
  };
}

function itemOf(
  beside: string,
  stored: StoredAttachedFile & { storedName: string },
  original: string,
  wanted: string,
  to: string | null,
): Item {
  const path = join(beside, stored.storedName);
  if (stored.kind === 'image') {
    const targetPath = to ?? original;
    return { stored, path, part: '', folder: targetPath, targetPath };
  }
  // A single file is a folder with this one file in it.
  const name = stored.path.split(/[/\\]/).at(-1) ?? '';
  const part = stored.kind === 'file' ? name : wanted;
  const folder = to ?? (stored.kind === 'file' ? dirname(original) : original);
  return { stored, path, part, folder, targetPath: part === '' ? folder : join(folder, part) };
}

function storedFolderOf({ stored, path }: Item): StoredFolder {
  if (stored.way === 'linked-folder') return { kind: 'folder', path };
  return { kind: 'archive', path, sha256: stored.digest?.stored.sha256 ?? null };
}

async function inspectItem(
  item: Item,
  read: (item: Item) => Promise<Map<string, Entry>>,
  context: TaskContext,
): Promise<FilesTarget> {
  const { stored, part, targetPath } = item;
  const about = { attachedFile: stored.name, part, targetPath };
  if (stored.kind === 'image') return { ...about, files: 1, bytes: stored.bytes, ...(await inspectImage(targetPath)) };
  const there = await findTarget(item.folder, part);
  await requireExchangeable(there);
  const entries = [...(await read(item)).values()].filter(({ path }) => isInPart(path, part));
  if (entries.length === 0) {
    throw new SnapkeepError('NOT_FOUND', `${stored.name} contains nothing named ${JSON.stringify(part)}.`, {
      hint: 'Choose a file or folder that it contains.',
    });
  }
  const sizes = entries.flatMap((entry) => (entry.type === 'file' ? [entry.size] : []));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  context.progress('comparing', 0, null);
  const comparison = await comparePart(targetPath, part, new Map(entries.map((entry) => [entry.path, entry])), context);
  const notes = await filesNotes(there, entries, context);
  return { ...about, files: sizes.length, bytes, comparison, undoable: true, notes };
}

async function inspectImage(path: string): Promise<Pick<FilesTarget, 'comparison' | 'undoable' | 'notes'>> {
  const undoable = (await imageTargetKind(path)) === 'file';
  if (undoable) await requireExchangeable(await findTarget(path, ''));
  return { comparison: null, undoable, notes: undoable ? await exchangeNotes(path, null) : [] };
}

/** What a snapshot of a folder holds. An archive is verified by it; the files of a folder are when they are put back. */
async function entriesOf(item: Item, context: TaskContext): Promise<Map<string, Entry>> {
  const stored = storedFolderOf(item);
  if (stored.kind === 'archive') return (await verifyArchive(stored, context)).entries;
  if ((await indexHash(item.path)) !== item.stored.indexSha256) {
    throw new SnapkeepError('CORRUPT', `The index of ${item.path} is not the one that was stored.`, {
      hint: 'Nothing was changed. Use another snapshot.',
    });
  }
  return (await readIndex(item.path)).entries;
}

async function putInPlace(
  item: Item,
  runId: string,
  context: TaskContext,
  note: (planned: FileExchange) => Promise<void>,
): Promise<RestoredFiles> {
  const { stored, part, folder, targetPath, path } = item;
  const about = { attachedFile: stored.name, part };
  const noteExchange: NoteExchange = (planned) => note({ ...about, ...planned, undoable: true, changed: 0 });
  let undoRecord: UndoRecord | null;
  let changed = 1;
  if (stored.kind === 'image') {
    const { compression, digest } = stored;
    if (digest === null)
      throw new SnapkeepError('CORRUPT', `${path} is not described as an image.`, { hint: 'Use another snapshot.' });
    const request = { runId, storedPath: path, compression, digest, targetPath };
    undoRecord = await restoreImageFile(request, context, noteExchange);
  } else {
    const request = { runId, stored: storedFolderOf(item), part, targetFolder: folder };
    const done = await restoreFolder(request, context, noteExchange);
    undoRecord = done.undoRecord;
    changed = done.comparison.onlyHere + done.comparison.onlyThere + done.comparison.different;
  }
  return {
    ...about,
    targetPath: undoRecord?.targetPath ?? targetPath,
    keptPath: undoRecord?.keptPath ?? null,
    undoable: undoRecord !== null,
    changed,
  };
}

/** Another snapshot, another target, or another file under its name gives another value. */
async function filesConfirmation(items: readonly Item[]): Promise<string> {
  const parts: unknown[] = [];
  for (const { stored, part, targetPath } of items)
    parts.push([stored.storedName, stored.digest, stored.indexSha256, part, targetPath, await identityOf(targetPath)]);
  return confirmationOf(...parts);
}

async function identityOf(path: string): Promise<string> {
  try {
    const { dev, ino, birthtimeNs } = await lstat(path, { bigint: true });
    return `${dev}:${ino}:${birthtimeNs}`;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'nothing';
    throw explainError(error, path);
  }
}

import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { Space } from '../../../../src-shared/model/storage.ts';
import { isPortableName } from '../../../../src-shared/rules/names/naming.ts';
import { PARTIAL_SUFFIX } from '../../engine/files/durable-files.ts';

/** Something whole that a destination keeps. */
export interface StoredObject {
  readonly name: string;
  readonly bytes: number;
  /** As {@link PutOptions.modifiedAt} said; lists of a bucket have the time of the upload instead. */
  readonly modifiedAt: Date;
}

/** What is stored: its size and a way to read it from its beginning, as often as an upload has to start over. */
export interface UploadSource {
  readonly bytes: number;
  open(): Readable;
}

/** A part of an object. */
export interface ByteRange {
  /** The first byte, counted from 0. */
  readonly start: number;
  readonly bytes: number;
}

/** How a transfer is watched and stopped. */
export interface TransferOptions {
  readonly signal?: AbortSignal;
  /** The run that stores it: incomplete uploads carry the start of its id in their names. */
  readonly runId?: string;
  /** Called with the number of bytes transferred so far. */
  readonly onProgress?: (bytes: number) => void;
}

/** How something is stored. */
export interface PutOptions extends TransferOptions {
  /**
   * The instant of what is stored: kept as the modification time, on SFTP in whole seconds; in a bucket as
   * `litestream-timestamp`, as Litestream reads it. Otherwise it is the time of the upload.
   */
  readonly modifiedAt?: Date;
}

/** How something takes the place of what is stored. */
export interface ReplaceOptions extends PutOptions {
  /** Only while this is what is stored; `null`: only while nothing is. Otherwise, whatever is stored. */
  readonly ifSame?: Buffer | null;
}

/** An unfinished upload, which does not have its name yet. */
export interface UnfinishedUpload {
  /** The name it is to get, with the folder it is in. */
  readonly name: string;
  /** The start of the id of the run that makes it, eight digits; `null` where no name can tell. */
  readonly tag: string | null;
}

/** One whose name tells the run. */
export interface TaggedUpload extends UnfinishedUpload {
  readonly tag: string;
}

/** Some of the objects of a destination, in the order of their names. */
export interface ListPage {
  readonly objects: readonly StoredObject[];
  /** Asks for the next page; `null`: this is the last one. */
  readonly next: string | null;
}

/**
 * A store that keeps files under names, also in folders below: their path has `/` between the names. Whatever it lists is
 * whole: an upload gets its name only when it is complete. No link is followed to or within a folder below. Every method
 * fails with a SnapkeepError: `UNAVAILABLE` when it does not answer, `BAD_KEY` for wrong credentials, `PERMISSION`,
 * `NOT_FOUND` for the bucket, folder or object, `NO_SPACE`, `CONFLICT`, `CANCELLED`.
 */
export interface Destination extends AsyncDisposable {
  /** How sentences name it. */
  readonly label: string;
  /** Whether its bucket or folder exists, in which everything else happens. */
  exists(): Promise<boolean>;
  /**
   * Creates its bucket or folder; one that exists stays as it is. The folder around it must exist: a mount that is missing
   * must not be made up for by folders.
   */
  create(): Promise<void>;
  /**
   * Stores something under a name that is free. Folders below are made when they are missing, and stay. What is
   * interrupted leaves nothing that can be seen; it starts over when it is put again. Only for a destination whose marker
   * has been read: a mount point without its disk would get the folders.
   * @throws SnapkeepError `CONFLICT` when the name is taken; what `isOfSource` knows when the source cannot be read or is
   * not as long as it said
   */
  put(name: string, source: UploadSource, options?: PutOptions): Promise<StoredObject>;
  /**
   * Stores something under a name that may be taken: readers find the old content or the new one, whole. Otherwise as
   * {@link put}. With `ifSame`, a bucket that knows conditions decides by itself; elsewhere the content is compared right
   * before it is replaced, which two writers at the same moment can both pass. An SFTP server that cannot rename onto a
   * file has none for a moment.
   * @throws SnapkeepError `CONFLICT` when the content is neither as `ifSame` says nor what is to be stored
   */
  replace(name: string, source: UploadSource, options?: ReplaceOptions): Promise<StoredObject>;
  /**
   * Reads an object, or a part of it. The stream fails when it ends early.
   * @throws SnapkeepError `NOT_FOUND`; `INVALID_PARAMS` for a range that is not within the object
   */
  get(name: string, range?: ByteRange, options?: TransferOptions): Promise<Readable>;
  /**
   * @param after `next` of the page before; @param limit the most objects on a page, 1 to 1000
   * @param folder one below, by its path; names are those in it. A missing one is `NOT_FOUND`, or empty
   */
  list(after?: string | null, limit?: number, folder?: string): Promise<ListPage>;
  /** The names of the folders in it, or in one below, in order. Links are none, so there are no circles. */
  folders(folder?: string): Promise<string[]>;
  /** `undefined`: there is no such object. */
  stat(name: string): Promise<StoredObject | undefined>;
  /** Removes an object, if it exists. */
  delete(name: string): Promise<void>;
  /** Removes a folder below if nothing is in it. A bucket has none: they are parts of names. */
  removeFolder(folder: string): Promise<void>;
  /** What is free there, and how much there is in all; `null`: it does not tell. */
  space(): Promise<Space | null>;
  /** Warnings about it, one sentence each. */
  warnings(): Promise<string[]>;
  /**
   * Removes what interrupted uploads have left. Runs under the lock of those who upload there.
   * @param isOwn whether an upload is the caller's, and over; no upload that is in progress may be said to be
   * @param folder one below, without those in it; it may be missing
   * @returns how many were removed
   */
  sweep(isOwn: (upload: UnfinishedUpload) => boolean, folder?: string): Promise<number>;
  /** Closes connections. */
  close(): Promise<void>;
}

/** The file that marks a destination; hidden, so that no list has it. */
export const MARKER_NAME = '.snapkeep-destination.json';

/** The most objects on a page. */
export const PAGE_LIMIT = 1000;

/**
 * Checks the path of something that is to be stored.
 * @throws SnapkeepError `INVALID_PARAMS` as {@link requirePath}; in a folder, also for names that Windows refuses
 */
export function requireNewPath(path: string): void {
  requirePath(path);
  const names = path.split('/');
  if (names.length === 1 || names.every(isPortableName)) return;
  throw new SnapkeepError(
    'INVALID_PARAMS',
    `Not every system can have a file with this path: ${JSON.stringify(path)}.`,
    {
      hint: 'Use names without < > : " | ? *, that no device of Windows has, and that do not end with a dot or a space.',
    },
  );
}

/** @throws SnapkeepError `INVALID_PARAMS` for a path that is not made of such names, or leads out of the destination */
export function requirePath(path: string): void {
  if (path === MARKER_NAME || (path.length <= 1024 && path.split('/').every(isName))) return;
  throw new SnapkeepError('INVALID_PARAMS', `Invalid file path: ${JSON.stringify(path)}.`, {
    hint: 'Use names that do not begin with a dot, separated by one slash.',
  });
}

/** @throws SnapkeepError `INVALID_PARAMS` for what is neither empty, which is the destination itself, nor a path */
export function requireFolderPath(path: string): void {
  if (path !== '') requirePath(path);
}

/** Whether a name can be that of a stored file. */
export function isName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  const refused = /^\.|[/\\\u0000-\u001f]/;
  return name.length > 0 && name.length <= 255 && !refused.test(name) && !name.endsWith(PARTIAL_SUFFIX);
}

/** The name of an incomplete upload: it carries the run's id. Without a run, it is one that no other upload has. */
export function partialName(name: string, runId: string = randomBytes(4).toString('hex')): string {
  return `${name}.${runId.slice(0, 8)}${PARTIAL_SUFFIX}`;
}

/** What the name of an incomplete upload says; `undefined` for all other names. */
export function uploadIn(name: string): TaggedUpload | undefined {
  const [, own, tag] = /^(.+)\.([0-9a-f]{8})\.partial$/.exec(name) ?? [];
  return own === undefined || tag === undefined ? undefined : { name: own, tag };
}

/** Cuts a page out of names that are all known. The token of the next page is the last name of this one. */
export function pageOf<T extends { readonly name: string }>(
  all: readonly T[],
  after: string | null,
  limit: number,
): { objects: T[]; next: string | null } {
  const rest = all
    .filter(({ name }) => after === null || name > after)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const objects = rest.slice(0, limit);
  return { objects, next: rest.length > objects.length ? (objects.at(-1)?.name ?? null) : null };
}

/** The error for a name that is taken. */
export function taken(name: string, label: string, cause?: unknown): SnapkeepError {
  return new SnapkeepError('CONFLICT', `${name} already exists in ${label}.`, {
    hint: 'Nothing was overwritten. Choose another name.',
    cause,
  });
}

/** The error for an object that somebody else has changed. */
export function changed(name: string, label: string): SnapkeepError {
  return new SnapkeepError('CONFLICT', `${name} in ${label} was changed by another program.`, {
    hint: 'Nothing was replaced. Read it again.',
  });
}

/** The error for what is in the way of a folder. */
export function notAFolder(path: string, label: string): SnapkeepError {
  return new SnapkeepError('UNSUPPORTED', `${path} in ${label} is a link or a file, not a folder.`, {
    hint: 'Links are not followed. Put the folder itself there.',
  });
}

/** The folders that a path leads through, from the outermost. */
export function foldersOf(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, at) => names.slice(0, at + 1).join('/'));
}

/** The path of something in a folder; `''` is the destination itself. */
export const within = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/** The error for an object that does not exist. */
export function absent(name: string, label: string, cause?: unknown): SnapkeepError {
  return new SnapkeepError('NOT_FOUND', `${name} not found in ${label}.`, {
    hint: 'Rescan the destination; it may have been removed.',
    cause,
  });
}

/** @throws SnapkeepError `INVALID_PARAMS` */
export function requireRange(range: ByteRange, object: StoredObject): void {
  const { start, bytes } = range;
  if (Number.isInteger(start) && Number.isInteger(bytes) && start >= 0 && bytes >= 0 && start + bytes <= object.bytes) {
    return;
  }
  throw new SnapkeepError(
    'INVALID_PARAMS',
    `${object.name} has ${object.bytes} bytes, not ${bytes} bytes from byte ${start} on.`,
    { hint: 'Request a range within the file.' },
  );
}

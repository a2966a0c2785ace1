import type { Extract, Header, Pack } from 'tar-stream';
import { z } from 'zod';
import { SnapkeepError } from '../../../../../src-shared/contract/errors.ts';
import { errorCode } from '../../engine-errors.ts';
import { bytesOf } from '../../files/byte-names.ts';
import {
  decimalSeconds,
  type Entry,
  type FileEntry,
  type FolderEntry,
  type LinkEntry,
} from '../folder/folder-entry.ts';
import { requireSafePath } from '../folder/folder-index.ts';
import { paxHeader } from './pax-header.ts';

/** The records of the pax format that matter, for what the old header has no room for. */
const Pax = z.object({ mtime: z.string(), uid: z.string(), gid: z.string(), comment: z.string() }).partial();

/** In the comment of an entry: what tar-stream cannot read, names that are not UTF-8. Others read their bytes. */
const ByteNames = z.object({ snapkeep: z.literal('byte-names'), name: z.string(), linkname: z.string() });

/** More than eight octal digits hold. */
const LARGEST_ID = 0o7777777;

/** Everything of an entry but its content. */
export type EntryHead = FolderEntry | LinkEntry | Omit<FileEntry, 'sha256'>;

/** The header of an entry as tar-stream takes it, with the records of the pax format. */
type PaxedHeader = Omit<Partial<Header>, 'pax'> & { name: string; pax?: Record<string, string> };

function headerOf(prefix: string, entry: EntryHead): PaxedHeader {
  const { path, mtime, uid, gid } = entry;
  const pax: Record<string, string> = { mtime: decimalSeconds(mtime) };
  if (uid > LARGEST_ID) pax.uid = String(uid);
  if (gid > LARGEST_ID) pax.gid = String(gid);
  return {
    name: path === '' ? `${prefix}/` : `${prefix}/${path}${entry.type === 'folder' ? '/' : ''}`,
    type: entry.type === 'folder' ? 'directory' : entry.type === 'link' ? 'symlink' : 'file',
    // With the bits of the type, for tar-stream takes no rights at all for none given.
    mode: entry.type === 'link' ? 0o120777 : entry.mode | (entry.type === 'folder' ? 0o040000 : 0o100000),
    uid: Math.min(uid, LARGEST_ID),
    gid: Math.min(gid, LARGEST_ID),
    size: entry.type === 'file' ? entry.size : 0,
    ...(entry.type === 'link' ? { linkname: entry.target } : {}),
    mtime: new Date(Math.max(0, Number(BigInt(mtime) / 1_000_000n))),
    pax,
  };
}

/** Where a name is not UTF-8, an extended header of our own says it, and one that only stands for it follows. */
function withByteNames(header: PaxedHeader): { before?: Buffer; header: PaxedHeader } {
  const { name, linkname, pax, ...rest } = header;
  if (name.isWellFormed() && (linkname ?? '').isWellFormed()) return { header };
  const comment: z.infer<typeof ByteNames> = { snapkeep: 'byte-names', name, linkname: linkname ?? '' };
  return {
    before: paxHeader({
      path: bytesOf(name),
      ...(linkname == null ? {} : { linkpath: bytesOf(linkname) }),
      ...pax,
      comment: JSON.stringify(comment),
    }),
    header: { ...rest, name: 'name', ...(linkname == null ? {} : { linkname: 'name' }) },
  };
}

/** Writes the entries of an archive one after the other; all names begin with one folder's. */
export class TarWriter {
  readonly #pack: Pack;
  readonly #prefix: string;

  constructor(archive: Pack, prefix: string) {
    this.#pack = archive;
    this.#prefix = prefix;
  }

  /** @param content as many bytes as the entry's size; nothing for folders and links */
  async add(entry: EntryHead, content: AsyncIterable<Buffer> | Buffer = Buffer.alloc(0)): Promise<void> {
    const { before, header } = withByteNames(headerOf(this.#prefix, entry));
    if (before !== undefined) this.#pack.push(before);
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error | null): void => (error ? reject(error) : resolve());
      if (entry.type !== 'file') this.#pack.entry(header, done);
      else if (Buffer.isBuffer(content)) this.#pack.entry(header, content, done);
      else writeAll(this.#pack.entry(header, done), content).catch(reject);
    });
  }
}

/**
 * The bytes of an archive, as they come.
 * @param write adds the entries; what it throws is thrown here
 */
export async function* tarBytes(prefix: string, write: (archive: TarWriter) => Promise<void>): AsyncGenerator<Buffer> {
  const { pack } = await import('tar-stream');
  const archive = pack();
  const failure: { error?: unknown } = {};
  const writing = write(new TarWriter(archive, prefix)).then(
    () => archive.finalize(),
    (error: unknown) => {
      failure.error = error;
      archive.destroy(error instanceof Error ? error : new Error(String(error)));
    },
  );
  try {
    for await (const piece of archive) yield requireBuffer(piece);
  } catch (error) {
    throw failure.error ?? error;
  } finally {
    archive.destroy(new Error('The archive is no longer written.'));
    await writing;
  }
  if ('error' in failure) throw failure.error;
}

/** Cuts bytes into pieces of one size; the last one may be shorter. */
export async function* inPieces(bytes: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  let piece = Buffer.allocUnsafeSlow(size);
  let filled = 0;
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; ) {
      const taken = chunk.copy(piece, filled, at);
      at += taken;
      filled += taken;
      if (filled < size) continue;
      yield piece;
      piece = Buffer.allocUnsafeSlow(size);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

type TarStream = Extract | ReturnType<Pack['entry']>;

/** Waits until the stream can take more; fails when it has been closed instead. */
function writeTo(stream: TarStream, piece: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    if (stream.destroyed) reject(new Error('The archive is closed.'));
    else if (stream.write(piece)) resolve();
    else {
      const drained = (): void => {
        stream.off('close', closed);
        resolve();
      };
      const closed = (): void => {
        stream.off('drain', drained);
        reject(new Error('The archive is closed.'));
      };
      stream.once('drain', drained);
      stream.once('close', closed);
    }
  });
}

async function writeAll(stream: TarStream, content: AsyncIterable<Buffer>): Promise<void> {
  try {
    for await (const piece of content) await writeTo(stream, piece);
    stream.end(null);
  } catch (error) {
    stream.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

async function* buffersOf(source: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  for await (const piece of source) yield requireBuffer(piece);
}

function requireBuffer(piece: unknown): Buffer {
  if (Buffer.isBuffer(piece)) return piece;
  throw new Error('An archive holds bytes alone.');
}

/** One thing in an archive: its path without the folder that all of them begin with. */
export interface ArchivedEntry {
  entry: EntryHead;
  content: AsyncIterable<Buffer>;
}

/**
 * Reads an archive from its bytes, in the order in which things are in it.
 * @param take has to read the content of each file to its end
 * @throws SnapkeepError `CORRUPT` for a path that leads out of the archive's folder, and for what is neither file, nor
 * folder, nor symbolic link
 */
export async function readTar(
  feed: (write: (piece: Buffer) => Promise<void>) => Promise<void>,
  take: (archived: ArchivedEntry) => Promise<void>,
): Promise<void> {
  const { extract } = await import('tar-stream');
  const archive = extract();
  // Snapkeep writes no records for all entries; tar-stream would copy those, however many, for each entry.
  Object.defineProperty(archive, '_paxGlobal', { get: () => null, set: () => {} });
  const feeding = feed((piece) => writeTo(archive, piece)).then(
    () => {
      archive.end(null);
      return undefined;
    },
    (error: unknown) => {
      archive.destroy(error instanceof Error ? error : new Error(String(error)));
      return { error };
    },
  );
  let reading: { error: unknown } | undefined;
  try {
    for await (const source of archive) {
      const entry = entryOf(source.header);
      if (entry.type !== 'file') for await (const _piece of source);
      await take({ entry, content: buffersOf(source) });
    }
  } catch (error) {
    reading = { error };
    archive.destroy(new Error('The archive is no longer read.'));
  }
  const fed = await feeding;
  const failure = reading ?? fed;
  if (failure === undefined) return;
  // What the file system says is passed on; the rest is the library's, about bytes that make no archive.
  const { error } = failure;
  throw /^E[A-Z]+$/.test(errorCode(error) ?? '') ? error : damagedArchive(error);
}

function entryOf(header: Header): EntryHead {
  const { type } = header;
  const pax = Pax.safeParse(header.pax ?? {}).data ?? {};
  if (type !== 'file' && type !== 'directory' && type !== 'symlink') {
    throw new SnapkeepError('CORRUPT', `The archive contains ${JSON.stringify(header.name)} as a ${type}.`, {
      hint: 'Do not trust this file; use another snapshot. Snapkeep stores only files, folders and symbolic links.',
    });
  }
  const { name, linkname } = namesOf(header, pax.comment);
  if (name.startsWith('/')) requireSafePath({ path: name }, 'The archive');
  const full = requireSafePath({ path: name.replace(/^\.\//, '').replace(/\/$/, '') }, 'The archive').path;
  const shared = {
    path: full.split('/').slice(1).join('/'),
    mtime: pax.mtime === undefined ? String(BigInt(header.mtime.getTime()) * 1_000_000n) : fromDecimal(pax.mtime),
    uid: Number(pax.uid ?? header.uid),
    gid: Number(pax.gid ?? header.gid),
  };
  if (type === 'symlink') return { type: 'link', ...shared, target: linkname };
  const mode = header.mode & 0o7777;
  if (type === 'directory') return { type: 'folder', ...shared, mode };
  return { type: 'file', ...shared, mode, size: header.size };
}

function namesOf({ name, linkname }: Header, comment: string | undefined): { name: string; linkname: string } {
  const names = { name, linkname: linkname ?? '' };
  if (comment === undefined) return names;
  try {
    return ByteNames.parse(JSON.parse(comment));
  } catch {
    // A comment of another program says nothing of names.
    return names;
  }
}

function fromDecimal(seconds: string): string {
  const [whole = '0', fraction = ''] = seconds.split('.');
  const digits = BigInt(`${whole.replace('-', '')}${fraction.slice(0, 9).padEnd(9, '0')}`);
  return String(whole.startsWith('-') ? -digits : digits);
}

export function damagedArchive(cause?: unknown): SnapkeepError {
  if (cause instanceof SnapkeepError) return cause;
  return new SnapkeepError('CORRUPT', 'The archive is damaged or truncated.', { hint: 'Use another snapshot.', cause });
}

/** The entry with its hash, once its content is known. */
export function withHash(entry: EntryHead, sha256: string): Entry {
  return entry.type === 'file' ? { ...entry, sha256 } : entry;
}

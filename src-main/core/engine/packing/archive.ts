import { crc32 } from 'node:zlib';
import type { Extract, Header } from 'tar-stream';
import type { Entry } from 'yauzl';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { errorCode } from '../engine-errors.ts';
import { damagedData, PieceReader } from './piece-reader.ts';

/** A file in an archive. Its name is shown and compared, and never used as a path. */
export interface ArchivedFile {
  name: string;
  sizeBytes: number;
  /** `null`: it is encrypted, or packed in a way that is not read. */
  pieces: PieceReader | null;
}

/** Told each file of an archive in turn. */
export type TakeFile = (file: ArchivedFile) => Promise<void>;

/** The oldest tar has no mark in its headers. Its types do not know this option of tar-stream. */
const EVERY_VERSION: object = { allowUnknownFormat: true };

/** More files no archive of databases has; the directory of a larger one is not worth the time. */
const MOST_FILES = 100_000;

/**
 * Reads the files of a tar archive as they come; folders, links and devices are passed over.
 * @throws SnapkeepError `CORRUPT` when it is damaged or truncated, `UNSUPPORTED` for too many files; what `take` throws
 */
export async function readTarFiles(archive: AsyncIterable<Buffer>, take: TakeFile): Promise<void> {
  const { extract } = await import('tar-stream');
  const extraction = extract(EVERY_VERSION);
  // Records for all entries are not needed; tar-stream would copy those, however many, for each entry.
  Object.defineProperty(extraction, '_paxGlobal', { get: () => null, set: () => {} });
  const feeding = feed(archive, extraction);
  let count = 0;
  let failure: unknown;
  try {
    for await (const source of extraction) {
      requireFew(++count);
      const pieces = new PieceReader(buffersOf(source));
      if (isFile(source.header)) await take({ name: source.header.name, sizeBytes: source.header.size ?? 0, pieces });
      for await (const _rest of pieces.rest());
    }
  } catch (error) {
    failure = error;
  }
  extraction.destroy(new Error('The archive is no longer read.'));
  const fed = await feeding;
  const error = fed ?? failure;
  if (error !== undefined) throw isOwn(error) ? error : damagedData(error, 'archived');
}

const isFile = ({ type }: Header): boolean => type === 'file' || type === 'contiguous-file';
const isOwn = (error: unknown): boolean =>
  error instanceof SnapkeepError || /^(?:E[A-Z]+$|SQLITE_|Z_|ZSTD_)/.test(errorCode(error) ?? '');

/** Hands the bytes of an archive to the one who reads it, and answers what went wrong with them, if anything. */
async function feed(archive: AsyncIterable<Buffer>, extraction: Extract): Promise<unknown> {
  const closed = new Promise<void>((resolve) => extraction.once('close', resolve));
  try {
    for await (const piece of archive) {
      if (extraction.destroyed) return undefined;
      const drained = new Promise<void>((resolve) => extraction.once('drain', resolve));
      if (!extraction.write(piece)) await Promise.race([drained, closed]);
    }
    extraction.end(null);
    return undefined;
  } catch (error) {
    extraction.destroy(error instanceof Error ? error : new Error(String(error)));
    return error;
  }
}

async function* buffersOf(source: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  for await (const piece of source) if (Buffer.isBuffer(piece)) yield piece;
}

function requireFew(count: number): void {
  if (count <= MOST_FILES) return;
  throw new SnapkeepError('UNSUPPORTED', `The archive contains more than ${MOST_FILES} files.`, {
    hint: 'Unpack it, then choose the database in it.',
  });
}

/**
 * Reads the files of a ZIP archive, by the directory at its end.
 * @throws SnapkeepError `CORRUPT` when it is damaged or truncated, `UNSUPPORTED` for too many files; what `take` throws
 */
export async function readZipFiles(path: string, take: TakeFile): Promise<void> {
  const { getFileNameLowLevel, openPromise } = await import('yauzl');
  let count = 0;
  try {
    const zip = await openPromise(path, { autoClose: false, decodeStrings: false, lazyEntries: true });
    try {
      for await (const entry of zip.eachEntry()) {
        requireFew(++count);
        const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
        if (name.endsWith('/')) continue;
        const readable = !entry.isEncrypted() && entry.canDecodeFileData();
        const stream = readable ? await zip.openReadStreamPromise(entry) : null;
        try {
          const pieces = stream === null ? null : new PieceReader(withSum(stream as AsyncIterable<Buffer>, entry));
          await take({ name, sizeBytes: entry.uncompressedSize, pieces });
        } finally {
          stream?.destroy();
        }
      }
    } finally {
      zip.close();
    }
  } catch (error) {
    throw isOwn(error) ? error : damagedData(error, 'archived');
  }
}

/** The library compares no sums. */
async function* withSum(pieces: AsyncIterable<Buffer>, entry: Entry): AsyncGenerator<Buffer> {
  let sum = 0;
  for await (const piece of pieces) {
    sum = crc32(piece, sum);
    yield piece;
  }
  if (sum !== entry.crc32) throw damagedData();
}

import { open } from 'node:fs/promises';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { ImageFormat } from '../../../src-shared/model/rows/browse.ts';
import { explainWrite } from '../engine/files/disk-full.ts';
import { readPieces } from '../engine/files/durable-files.ts';
import { encodeImage } from '../engine/history/encode-image.ts';
import { countedWriter } from '../engine/history/write-stored.ts';
import { pageSizeOfDatabase } from '../engine/identify/database-header.ts';
import type { TaskContext } from '../engine/task-context.ts';

/** An open copy that is written to a file of a person's choice. */
export interface SaveImageRequest {
  image: string;
  /** Nothing may be there. It is synced. */
  path: string;
  format: ImageFormat;
  /** In milliseconds since 1970. */
  takenAt: number;
}

const PIECE_BYTES = 1_048_576;
const START_BYTES = 112;

/**
 * Writes a whole database as it is, or as one LTX file. One that is encrypted stays so.
 * @throws SnapkeepError `UNSUPPORTED` for an LTX file of one that is encrypted, `NO_SPACE`, `CANCELLED`
 */
export async function saveImage({ image, path, format, takenAt }: SaveImageRequest, context: TaskContext) {
  try {
    await using source = await open(image);
    await using file = await open(path, 'wx', 0o600);
    const { size } = await source.stat();
    const { write, written } = countedWriter(file);
    if (format === 'ltx') {
      const { buffer: start } = await source.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
      await encodeImage({ image, pageSize: requirePageSize(start), takenAt }, write, context);
    } else {
      let done = 0;
      for (const piece of readPieces(source, PIECE_BYTES)) {
        context.throwIfCancelled();
        write(piece);
        done += piece.length;
        context.progress('storing', done, size);
      }
    }
    await file.sync();
    return written();
  } catch (error) {
    throw explainWrite(error, 'target', path);
  }
}

function requirePageSize(start: Buffer): number {
  const pageSize = pageSizeOfDatabase(start);
  if (pageSize !== null) return pageSize;
  throw new SnapkeepError('UNSUPPORTED', 'An encrypted or empty database is not exported as an LTX file.', {
    hint: 'Export it as .db, which stays encrypted.',
  });
}

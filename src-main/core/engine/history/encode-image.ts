import { type FileHandle, open } from 'node:fs/promises';
import { readPieces } from '../files/durable-files.ts';
import { encodeLtx, type WriteBytes } from '../ltx/encode-ltx.ts';
import { type LtxPage, lockPageOf } from '../ltx/ltx-format.ts';
import type { TaskContext } from '../task-context.ts';
import { shapeOf } from './capture-image.ts';
import type { PageShape } from './page-hashes.ts';

/** A copy of a database that is written as one LTX file. */
export interface EncodedImage {
  image: string;
  /** Bytes of a page. */
  pageSize: number;
  /** In milliseconds since 1970. */
  takenAt: number;
}

/** Pages are read in steps of about this many bytes. */
const STEP_BYTES = 1_048_576;

/**
 * Writes all pages of an image as one LTX file: a base of one transaction, which every tool of the format reads alone.
 * @throws SnapkeepError `UNSUPPORTED` where the image has no pages, `CORRUPT` where it ends within one, `CANCELLED`
 */
export async function encodeImage({ image, pageSize, takenAt }: EncodedImage, write: WriteBytes, context: TaskContext) {
  const shape = await shapeOf({ image, pageSize });
  await using file = await open(image);
  const header = { ...shape, minTxid: 1n, maxTxid: 1n, timestamp: takenAt, nodeId: 0n };
  await encodeLtx(header, pagesOf(file, shape, context), write);
}

/** Gives out every page but the one of SQLite's locks. */
function* pagesOf(file: FileHandle, { pageSize, commit }: PageShape, context: TaskContext): Generator<LtxPage> {
  const lockPage = lockPageOf(pageSize);
  let number = 0;
  for (const piece of readPieces(file, Math.max(pageSize, STEP_BYTES))) {
    context.throwIfCancelled();
    for (let at = 0; at < piece.length; at += pageSize) {
      number += 1;
      if (number !== lockPage) yield { number, data: piece.subarray(at, at + pageSize) };
    }
    context.progress('storing', number * pageSize, commit * pageSize);
  }
}

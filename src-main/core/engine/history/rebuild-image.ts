import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { explainWrite } from '../files/disk-full.ts';
import { writeFully } from '../files/durable-files.ts';
import { damagedLtx, isBase, type LtxPage, type LtxSource, lockPageOf } from '../ltx/ltx-format.ts';
import { newestPages, openChain } from '../ltx/merge-ltx.ts';
import type { LtxContents } from '../ltx/read-ltx.ts';
import type { TaskContext } from '../task-context.ts';
import { type PageShape, RootHash } from './page-hashes.ts';

/** How an image is made anew. */
export interface Rebuild {
  /** A base and the files that follow it, oldest first. */
  files: readonly LtxSource[];
  /** Where the image goes; nothing may be there. It is not synced. */
  target: string;
  /** Of the image that was captured; `null`: not known. */
  rootHash: string | null;
}

/** An image that was made anew. */
export interface RebuiltImage extends PageShape {
  rootHash: string;
}

/** Pages are written in pieces of about this many bytes. */
const PIECE_BYTES = 1_048_576;

/**
 * Makes the image of a database anew from its history. Each file is read once, all at the same time, and the image is
 * written front to back: no more than some pages are held in memory.
 * @throws SnapkeepError `CORRUPT` where a file is damaged, missing in between or lacks a page, or where the image is not
 * the one that was captured; `NO_SPACE`, `CANCELLED`, and what opening a file fails with
 */
export async function rebuildImage({ files, target, rootHash }: Rebuild, context: TaskContext): Promise<RebuiltImage> {
  await using chain = await openChain(files);
  const [base] = chain.contents;
  if (base === undefined || !isBase(base.header))
    throw damagedLtx(base?.name ?? 'The history', 'it has some pages only, and nothing before it has the others');
  const shape = { pageSize: chain.last.pageSize, commit: chain.last.commit };
  const file = await open(target, 'wx', 0o600);
  try {
    const found = await writePages(file, chain.contents, shape, context);
    if (rootHash !== null && found !== rootHash) throw notAsCaptured();
    return { ...shape, rootHash: found };
  } catch (error) {
    await rm(target, { force: true });
    throw explainWrite(error, 'staging', dirname(target), 'the history');
  } finally {
    await file.close();
  }
}

const notAsCaptured = (): SnapkeepError =>
  new SnapkeepError('CORRUPT', 'The database that the history makes is not the one that was captured.', {
    hint: 'Use another point in time, or another copy of the history.',
  });

/** Writes every page front to back. @returns the root hash */
async function writePages(
  file: FileHandle,
  contents: readonly LtxContents[],
  shape: PageShape,
  context: TaskContext,
): Promise<string> {
  const { pageSize, commit } = shape;
  const root = new RootHash(pageSize);
  const piece = Buffer.allocUnsafeSlow(Math.max(pageSize, PIECE_BYTES));
  let filled = 0;
  let written = 0;
  for await (const page of everyPage(newestPages(contents), shape, contents.at(-1)?.name ?? '')) {
    root.next(page);
    piece.set(page, filled);
    filled += pageSize;
    if (filled < piece.length) continue;
    context.throwIfCancelled();
    writeFully(file, piece);
    written += filled;
    filled = 0;
    context.progress('staging', written, commit * pageSize);
  }
  writeFully(file, piece.subarray(0, filled));
  context.progress('staging', written + filled, commit * pageSize);
  return root.digest();
}

/** Gives out every page in order, with nothing where SQLite's locks lie. @throws SnapkeepError `CORRUPT` where one is missing */
async function* everyPage(
  pages: AsyncIterable<LtxPage>,
  { pageSize, commit }: PageShape,
  name: string,
): AsyncGenerator<Uint8Array> {
  const lockPage = lockPageOf(pageSize);
  const empty = new Uint8Array(pageSize);
  let expected = 1;
  for await (const { number, data } of pages) {
    if (expected === lockPage) {
      yield empty;
      expected++;
    }
    if (number !== expected) break;
    yield data;
    expected++;
  }
  if (expected === lockPage && expected === commit) {
    yield empty;
    expected++;
  }
  if (expected <= commit) throw damagedLtx(name, `page ${expected} of the database is in no file`);
}

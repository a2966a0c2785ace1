import { closeSync, openSync, readSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { explainWrite } from '../files/disk-full.ts';
import { encodeLtx } from '../ltx/encode-ltx.ts';
import { type LtxHeader, type LtxPage, lockPageOf } from '../ltx/ltx-format.ts';
import type { Encryptor } from '../packing/encryption.ts';
import type { TaskContext } from '../task-context.ts';
import { HASH_BYTES, PageHashes, PageHashWriter, type PageShape, RootHash } from './page-hashes.ts';
import { writeStored } from './write-stored.ts';

/** What is to be captured. */
export interface CaptureRequest {
  /** A consistent copy of the database, with its pages as they are stored. */
  image: string;
  /** Bytes of a page. */
  pageSize: number;
  historyId: string;
  /** The newest capture of the history; `null`: there is none. */
  previous: { txid: number; rootHash: string } | null;
  /** Where the hashes of its pages are kept; those of this one go beside it, see `keepPageHashes`. */
  hashes: string;
  /** The LTX file that is written and synced; nothing may be there. */
  out: string;
  /** What it is encrypted with; `null`: it is not. */
  encryptor: Encryptor | null;
  /** In milliseconds since 1970. */
  takenAt: number;
}

/** Why a capture has every page. */
export type BaseReason = 'first' | 'no-hashes' | 'page-size' | 'most-pages';

/** What a capture has found, and written. */
export type Capture = PageShape & {
  /** SHA-256 over the hashes of all pages in order. */
  rootHash: string;
} & (
    | { changed: false }
    | {
        changed: true;
        txid: number;
        /** Why the file is a base; `null`: it has the changed pages only. */
        base: BaseReason | null;
        /** Pages in the file. */
        pages: number;
        /** Pages that differ from the previous capture; of a base without one, all. */
        changedPages: number;
        /** Of the file, as it is stored. */
        bytes: number;
        sha256: string;
      }
  );

/** A capture of this part of all pages is made a base: it is hardly larger. */
const MOST = 0.9;
/** Of fewer pages, no capture is large. */
const MANY = 64;
/** Pages are read in steps of about this many bytes. */
const STEP_BYTES = 1_048_576;

/**
 * Writes the pages of an image that differ from the previous capture as an LTX file: with them page 1, and every page
 * above the old end. All pages are written where there is nothing to compare with, or where most have changed. Where
 * none has changed, no file is left.
 * @throws SnapkeepError `UNSUPPORTED` where the image has no pages, `CORRUPT` where it ends within one, `CANCELLED`
 */
export async function captureImage(request: CaptureRequest, context: TaskContext): Promise<Capture> {
  const { image, previous, historyId, hashes, out } = request;
  const shape = await shapeOf(request);
  using old = previous && PageHashes.open(hashes, { historyId, ...previous });
  let base = whyBase(request, old, shape);
  try {
    let made = await write(request, shape, base === null ? old : null, context);
    if (base === null && shape.commit >= MANY && made.written.changedPages > MOST * shape.commit) {
      base = 'most-pages';
      const { changedPages } = made.written;
      await rm(out);
      made = await write(request, shape, null, context);
      made.written.changedPages = changedPages;
    }
    const { rootHash, written } = made;
    if (base === null && written.changedPages === 0 && old?.commit === shape.commit) {
      await Promise.all([rm(out), made.discard()]);
      return { changed: false, ...shape, rootHash };
    }
    return { changed: true, ...shape, rootHash, txid: txidOf(request), base, ...written };
  } catch (error) {
    await rm(out, { force: true });
    throw explainWrite(error, 'staging', dirname(out), image);
  }
}

const txidOf = ({ previous }: CaptureRequest): number => (previous?.txid ?? 0) + 1;

/** Returns how many pages an image has. @throws SnapkeepError `UNSUPPORTED` for none, `CORRUPT` where it ends within one */
export async function shapeOf({ image, pageSize }: Pick<CaptureRequest, 'image' | 'pageSize'>): Promise<PageShape> {
  const { size } = await stat(image);
  if (size === 0)
    throw new SnapkeepError('UNSUPPORTED', `${image} has no pages that can be captured.`, {
      hint: 'Create a table in it, or store full snapshots of it.',
    });
  if (size % pageSize !== 0)
    throw new SnapkeepError('CORRUPT', `${image} ends within a page.`, { hint: 'Back up again.' });
  return { pageSize, commit: size / pageSize };
}

function whyBase({ previous }: CaptureRequest, old: PageHashes | null, { pageSize }: PageShape): BaseReason | null {
  if (previous === null) return 'first';
  if (old === null) return 'no-hashes';
  return old.pageSize === pageSize ? null : 'page-size';
}

interface Made {
  rootHash: string;
  written: { pages: number; changedPages: number; bytes: number; sha256: string };
  /** Removes the hashes. */
  discard(): Promise<void>;
}

/** Writes the file and the hashes. @param old what pages are compared with; `null`: all are written */
async function write(
  request: CaptureRequest,
  shape: PageShape,
  old: PageHashes | null,
  context: TaskContext,
): Promise<Made> {
  const { historyId, hashes, out, encryptor, takenAt } = request;
  const txid = txidOf(request);
  await using newHashes = await PageHashWriter.create(hashes);
  const header: LtxHeader = {
    ...shape,
    minTxid: old === null ? 1n : BigInt(txid),
    maxTxid: BigInt(txid),
    timestamp: takenAt,
    nodeId: 0n,
  };
  const scan = new Scan(request.image, shape, old, newHashes, context);
  const { encoded, stored } = await writeStored(
    { path: out, encryptor },
    (write) => encodeLtx(header, scan.pages(), write),
    () => takenAt,
  );
  const rootHash = scan.finish();
  await newHashes.finish({ historyId, txid, rootHash }, shape);
  return {
    rootHash,
    written: { pages: encoded.pages, changedPages: scan.changedPages, ...stored },
    discard: () => newHashes.discard(),
  };
}

/** Reads an image once, hashes each page, and gives out those that a capture has to hold. */
class Scan {
  readonly #image: string;
  readonly #shape: PageShape;
  readonly #old: PageHashes | null;
  readonly #hashes: PageHashWriter;
  readonly #context: TaskContext;
  readonly #root: RootHash;
  /** How many pages above the old end were given out. */
  #added = 0;
  changedPages = 0;

  constructor(image: string, shape: PageShape, old: PageHashes | null, hashes: PageHashWriter, context: TaskContext) {
    this.#image = image;
    this.#shape = shape;
    this.#old = old;
    this.#hashes = hashes;
    this.#context = context;
    this.#root = new RootHash(shape.pageSize);
  }

  async *pages(): AsyncGenerator<LtxPage> {
    const { pageSize, commit } = this.#shape;
    const step = Math.max(1, STEP_BYTES / pageSize);
    const buffer = Buffer.allocUnsafeSlow(step * pageSize);
    const file = openSync(this.#image, 'r');
    try {
      for (let first = 1; first <= commit; first += step) {
        this.#context.throwIfCancelled();
        const count = Math.min(step, commit - first + 1);
        readPages(file, buffer.subarray(0, count * pageSize), (first - 1) * pageSize);
        yield* this.#changed(buffer, first, count);
        this.#context.progress('reading', (first + count - 1) * pageSize, commit * pageSize);
        await nextTurn();
      }
    } finally {
      closeSync(file);
    }
  }

  *#changed(buffer: Buffer, first: number, count: number): Generator<LtxPage> {
    const { pageSize } = this.#shape;
    const before = this.#old?.read(first, count) ?? Buffer.alloc(0);
    const now = Buffer.allocUnsafe(count * HASH_BYTES);
    const lockPage = lockPageOf(pageSize);
    for (let at = 0; at < count; at++) {
      const number = first + at;
      const data = buffer.subarray(at * pageSize, (at + 1) * pageSize);
      const [from, to] = [at * HASH_BYTES, (at + 1) * HASH_BYTES];
      now.set(this.#root.next(data), from);
      if (number === lockPage) continue;
      const differs = before.length < to || before.compare(now, from, to, from, to) !== 0;
      if (differs) this.changedPages++;
      if (number > (this.#old?.commit ?? 0)) this.#added++;
      if (differs || number === 1) yield { number, data };
    }
    this.#hashes.write(now);
  }

  /** Returns the root hash. @throws Error when a page was left out that a capture has to hold */
  finish(): string {
    const { pageSize, commit } = this.#shape;
    const before = this.#old?.commit ?? 0;
    const lockPage = lockPageOf(pageSize);
    const added = Math.max(0, commit - before) - (before < lockPage && lockPage <= commit ? 1 : 0);
    if (this.#added !== added) throw new Error(`A capture would have ${this.#added} of ${added} new pages.`);
    return this.#root.digest();
  }
}

function readPages(file: number, into: Buffer, position: number): void {
  for (let done = 0; done < into.length; ) {
    const read = readSync(file, into, done, into.length - done, position + done);
    if (read === 0) throw new Error('The image became shorter while it was captured.');
    done += read;
  }
}

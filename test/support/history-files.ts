import { createHash, randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Capture, captureImage } from '../../src-main/core/engine/history/capture-image.ts';
import { keepPageHashes } from '../../src-main/core/engine/history/page-hashes.ts';
import { type RebuiltImage, rebuildImage } from '../../src-main/core/engine/history/rebuild-image.ts';
import { readStored } from '../../src-main/core/engine/history/rebuild-point.ts';
import type { LtxSource } from '../../src-main/core/engine/ltx/ltx-format.ts';
import { mergeLtx } from '../../src-main/core/engine/ltx/merge-ltx.ts';
import { copyImage } from '../../src-main/core/engine/sqlite/copy-image.ts';
import type { TaskContext } from '../../src-main/core/engine/task-context.ts';
import { quietContext } from './quiet-context.ts';

/** An LTX file, and the transactions that it holds. */
export interface HistoryFile {
  min: number;
  max: number;
  path: string;
}

/** A point in time: its capture, and the hash of the image that was captured. */
export interface TestPoint {
  txid: number;
  rootHash: string;
  sha256: string;
}

const hex = (txid: number): string => txid.toString(16).padStart(16, '0');

/** Returns the SHA-256 of a file, also of one that is larger than memory should be. */
export function sha256Of(path: string): string {
  const sha256 = createHash('sha256');
  const piece = Buffer.alloc(4_194_304);
  const file = openSync(path, 'r');
  for (let read = -1; read !== 0; ) {
    read = readSync(file, piece, 0, piece.length, null);
    sha256.update(piece.subarray(0, read));
  }
  closeSync(file);
  return sha256.digest('hex');
}

/** A history in a folder, laid out as Litestream reads it. */
export class HistoryFiles {
  readonly id = randomUUID();
  readonly folder: string;
  readonly hashes: string;
  files: HistoryFile[] = [];
  points: TestPoint[] = [];
  readonly #source: string;
  readonly #context: TaskContext;
  #takenAt = 1_795_000_000_000;

  constructor(folder: string, source: string, more: Partial<TaskContext> = {}) {
    this.#context = quietContext(folder, more);
    this.folder = join(folder, 'test.history');
    this.hashes = join(folder, 'page-hashes');
    this.#source = source;
    for (const level of [0, 1, 9]) mkdirSync(join(this.folder, 'ltx', String(level)), { recursive: true });
  }

  /** Captures the database as it is now. */
  async capture(): Promise<Capture> {
    const image = join(this.folder, 'image.db');
    const out = join(this.folder, 'capture.partial');
    const { pageSize } = await copyImage(this.#source, image, this.#context);
    const previous = this.points.at(-1) ?? null;
    this.#takenAt += 60_000;
    const request = { image, pageSize, historyId: this.id, previous, hashes: this.hashes, out, encryptor: null };
    const captured = await captureImage({ ...request, takenAt: this.#takenAt }, this.#context);
    if (captured.changed) {
      const { txid, rootHash, base } = captured;
      this.#publish(out, base === null ? txid : 1, txid, base === null ? 0 : 9);
      await keepPageHashes(this.hashes);
      this.points.push({ txid, rootHash, sha256: sha256Of(image) });
    }
    rmSync(image);
    return captured;
  }

  /** Merges the files that lead from one point to another one, and the points between are no longer kept. @returns whether there were some */
  async merge(from: number, to: number): Promise<boolean> {
    const chain = this.chainTo(to, from);
    const [first, last] = [chain[0], chain.at(-1)];
    if (first === undefined || last === undefined || chain.length < 2) return false;
    const pieces: Uint8Array[] = [];
    await mergeLtx(chain.map(this.#sourceOf), (bytes) => void pieces.push(bytes));
    const out = join(this.folder, 'merge.partial');
    writeFileSync(out, Buffer.concat(pieces));
    this.#publish(out, first.min, last.max, first.min === 1 ? 9 : 1);
    this.points = this.points.filter(({ txid }) => txid <= Math.max(from, first.min - 1) || txid >= to);
    return true;
  }

  /** Removes every file without which each point can be made. */
  dropUnused(): void {
    for (const file of [...this.files]) {
      const all = this.files;
      this.files = all.filter((other) => other !== file);
      if (this.points.every(({ txid }) => this.chainTo(txid).length > 0)) rmSync(file.path);
      else this.files = all;
    }
  }

  /**
   * Returns the fewest files that lead to a point: from a base, or from another point.
   * @returns none where something is missing
   */
  chainTo(txid: number, from = 0): HistoryFile[] {
    const bases = this.files.filter(({ min, max }) => min === 1 && max <= txid);
    const chain = from === 0 ? bases.sort((a, b) => a.max - b.max).slice(-1) : [];
    for (let at = chain[0]?.max ?? from; at < txid; ) {
      const next = this.files
        .filter(({ min, max }) => min > (from === 0 ? 1 : from) && min <= at + 1 && max > at && max <= txid)
        .sort((a, b) => a.max - b.max)
        .at(-1);
      if (next === undefined || (from === 0 && chain.length === 0)) return [];
      chain.push(next);
      at = next.max;
    }
    return chain;
  }

  /** Makes the image of a point anew. */
  async rebuild(
    { txid, rootHash }: Pick<TestPoint, 'txid'> & { rootHash: string | null },
    target: string,
  ): Promise<RebuiltImage> {
    rmSync(target, { force: true });
    return rebuildImage({ files: this.chainTo(txid).map(this.#sourceOf), target, rootHash }, this.#context);
  }

  readonly #sourceOf = ({ path }: HistoryFile): LtxSource => ({ name: path, pieces: readStored(path, this.#context) });

  #publish(from: string, min: number, max: number, level: number): void {
    const path = join(this.folder, 'ltx', String(level), `${hex(min)}-${hex(max)}.ltx`);
    renameSync(from, path);
    this.files = [...this.files.filter((file) => file.path !== path), { min, max, path }];
    if (statSync(path).size === 0) throw new Error(`${path} is empty.`);
  }
}

import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { chmod, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Unlocking } from '../engine/sqlite/database-key.ts';
import type { Clock } from '../ports.ts';

/** How long a copy that nobody uses is kept, in milliseconds. */
const KEPT_MS = 10 * 60_000;

/** An image that was unpacked to be read. */
export interface OpenCopy {
  readonly path: string;
  readonly bytes: number;
  readonly takenAt: string | null;
  readonly rows: Array<[string, number]> | null;
  /** What opens it; `null`: it is not encrypted. Never to be told. */
  readonly unlocking: Unlocking | null;
}

interface Kept {
  copy: OpenCopy;
  users: number;
  /** When it was last used, as a number that grows. */
  lastUsed: number;
  forget: (() => void) | null;
}

/**
 * The unpacked images that are read, by their content, so that one is unpacked once. Those that nobody uses are kept a
 * while, within a quarter of the disk's free space, and all are removed when the service starts and ends.
 */
export class OpenCopies {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();
  #uses = 0;

  /** @param folder it and all that is in it belong to this service */
  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Returns a copy for one more user; `undefined`: it is not here. Whoever uses it calls {@link release} later. */
  use(id: string): OpenCopy | undefined {
    const kept = this.#kept.get(id);
    if (kept === undefined) return undefined;
    kept.forget?.();
    kept.forget = null;
    kept.users += 1;
    this.#uses += 1;
    kept.lastUsed = this.#uses;
    return kept.copy;
  }

  /**
   * Takes an image over from a staging folder, and returns it for its first user.
   * @param id stands for its content
   */
  async add(id: string, imagePath: string, about: Omit<OpenCopy, 'path'>): Promise<OpenCopy> {
    await this.#makeRoom(about.bytes);
    const path = join(this.#folder, `${randomUUID()}.db`);
    await chmod(imagePath, 0o600);
    await rename(imagePath, path);
    // A search and a view may have unpacked the same one.
    const here = this.use(id);
    if (here !== undefined) {
      await rm(path, { force: true });
      return here;
    }
    const copy = { ...about, path };
    this.#kept.set(id, { copy, users: 0, lastUsed: 0, forget: null });
    this.use(id);
    return copy;
  }

  /** Says that one user needs a copy no more. */
  release(id: string): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    kept.users -= 1;
    if (kept.users > 0) return;
    kept.forget = this.#clock.wake(KEPT_MS, () => void this.#remove(id));
  }

  /** Removes all. Nobody may read any more. */
  async close(): Promise<void> {
    for (const { forget } of this.#kept.values()) forget?.();
    this.#kept.clear();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Removes copies that nobody uses, the longest unused first, until all and a new one are within the limit. */
  async #makeRoom(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.#folder);
    const kept = (): number => [...this.#kept.values()].reduce((sum, { copy }) => sum + copy.bytes, 0);
    const limit = (bavail * bsize + kept()) / 4;
    const unused = [...this.#kept].filter(([, { users }]) => users === 0);
    for (const [id] of unused.sort(([, one], [, other]) => one.lastUsed - other.lastUsed)) {
      if (kept() + bytes <= limit) return;
      await this.#remove(id);
    }
  }

  async #remove(id: string): Promise<void> {
    const kept = this.#kept.get(id);
    if (kept === undefined || kept.users > 0) return;
    kept.forget?.();
    this.#kept.delete(id);
    await rm(kept.copy.path, { force: true });
  }
}

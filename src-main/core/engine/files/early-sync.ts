import type { FileHandle } from 'node:fs/promises';

/** Bytes written between two syncs; none is started while the one before is running. */
const BEGIN_AFTER = 16 * 1024 * 1024;

/**
 * Has the disk write a large file while it is being made. Otherwise all of it is written by the sync at its end, while
 * which no core has anything to do.
 */
export class EarlySync {
  readonly #file: FileHandle;
  #waiting = 0;
  #syncing: Promise<void> | null = null;
  #failure: { error: unknown } | null = null;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Notes that so many bytes more have been written. */
  wrote(bytes: number): void {
    this.#waiting += bytes;
    if (this.#waiting < BEGIN_AFTER || this.#syncing !== null || this.#failure !== null) return;
    this.#waiting = 0;
    this.#syncing = this.#sync();
  }

  async #sync(): Promise<void> {
    try {
      await this.#file.datasync();
    } catch (error) {
      // The system tells it once: the sync at the end would succeed, and nobody would know of what is lost.
      this.#failure = { error };
    } finally {
      this.#syncing = null;
    }
  }

  /** Waits for what has begun. @throws what a sync has failed with */
  async settle(): Promise<void> {
    await this.#syncing;
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** Waits until all of the file is on the disk. @throws what any sync of it has failed with */
  async end(): Promise<void> {
    await this.settle();
    await this.#file.sync();
  }
}

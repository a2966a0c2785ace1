import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import { besideSuffix } from '../../src-shared/rules/names/beside.ts';
import { explainError } from '../core/engine/engine-errors.ts';
import type { Clock, Log } from '../core/ports.ts';

/** How long uploads stay once nobody looks at them, in milliseconds. */
const GRACE_MS = 60_000;

/** What uploads are kept for, and by what time. */
export interface UploadsOptions {
  dataFolder: string;
  clock: Clock;
  log: Log;
  /** Whether a run that waits or goes on reads this path. */
  isInUse(path: string): boolean;
}

/**
 * The files that browsers have sent, for a browser knows no path of what is dropped on it. Each is among the files in
 * the making until its window discards it, until no window has been open for a minute, or until the next start; one
 * that a run reads goes after it.
 */
export class Uploads {
  readonly #options: UploadsOptions;
  readonly #kept = new Set<string>();
  readonly #unwanted = new Set<string>();
  #windows = 0;
  /** Since when no window is open and none has sent anything, in milliseconds since 1970. */
  #alone: number;
  #forgetTimer: (() => void) | null = null;
  #closed = false;

  constructor(options: UploadsOptions) {
    this.#options = options;
    this.#alone = Number(options.clock.now());
  }

  /**
   * Takes a file into a separate folder.
   * @param name the file's name as the browser gave it; only its last part is used
   * @param beside the upload that it belongs to, as its log does; it is stored beside it
   * @returns where the file is
   * @throws SnapkeepError `INVALID_PARAMS` for what belongs to no upload; `NO_SPACE`, and whatever else keeps it from
   * being written
   */
  async take(name: string, body: Readable, beside?: string): Promise<string> {
    if (beside !== undefined) return this.#takeBeside(name, body, beside);
    const made = join(this.#options.dataFolder, 'staging', 'uploads', randomUUID());
    await mkdir(made, { recursive: true, mode: 0o700 });
    // Runs lock paths without links.
    const folder = await realpath(made);
    const path = join(folder, safeName(name));
    try {
      await pipeline(body, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw explainError(error, name);
    }
    this.#kept.add(path);
    this.#alone = Number(this.#options.clock.now());
    this.#wakeLater();
    return path;
  }

  /** It goes with the file it belongs to. */
  async #takeBeside(name: string, body: Readable, beside: string): Promise<string> {
    const suffix = besideSuffix(name);
    if (suffix === null || !this.#kept.has(beside)) {
      throw new SnapkeepError('INVALID_PARAMS', `${safeName(name)} belongs to no uploaded file.`, {
        hint: 'Upload the file that it belongs to first.',
      });
    }
    const path = beside + suffix;
    try {
      await pipeline(body, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    } catch (error) {
      await rm(path, { force: true });
      throw explainError(error, name);
    }
    return path;
  }

  /** Removes an upload; one that a run reads once that has ended. What is no upload is left alone. */
  async discard(path: string): Promise<void> {
    if (!this.#kept.has(path)) return;
    this.#unwanted.add(path);
    await this.#removeUnwanted();
  }

  /** @returns to be called when the window has gone */
  windowOpened(): () => void {
    this.#windows += 1;
    return () => {
      this.#windows -= 1;
      this.#alone = Number(this.#options.clock.now());
      this.#wakeLater();
    };
  }

  close(): void {
    this.#closed = true;
    this.#forgetTimer?.();
  }

  async #removeUnwanted(): Promise<void> {
    for (const path of this.#unwanted) {
      if (this.#options.isInUse(path)) continue;
      this.#unwanted.delete(path);
      this.#kept.delete(path);
      try {
        await rm(dirname(path), { recursive: true, force: true });
      } catch (error) {
        this.#options.log.warn('An upload could not be removed. The next start removes it.', { path, error });
      }
    }
    this.#wakeLater();
  }

  /** Does not search while there is nothing that could expire. */
  #wakeLater(): void {
    const mayGo = this.#unwanted.size > 0 || (this.#windows === 0 && this.#kept.size > 0);
    if (!mayGo || this.#closed || this.#forgetTimer !== null) return;
    this.#forgetTimer = this.#options.clock.wake(GRACE_MS, () => {
      this.#forgetTimer = null;
      const now = Number(this.#options.clock.now());
      // After a clock that was set back, the time begins anew.
      this.#alone = Math.min(this.#alone, now);
      const isAlone = this.#windows === 0 && now - this.#alone >= GRACE_MS;
      if (isAlone) for (const path of this.#kept) this.#unwanted.add(path);
      void this.#removeUnwanted();
    });
  }
}

/** The last part of a name, without what a file system may not like; never empty, never `.` or `..`. */
export function safeName(name: string): string {
  const last = basename(name.replaceAll('\\', '/'))
    .replace(/[^\p{L}\p{M}\p{N} ._()-]/gu, '_')
    .slice(-120)
    .replace(/^\.+/, '');
  return last.trim() === '' ? 'file' : last;
}

import { type Dir, type Dirent, opendirSync } from 'node:fs';
import { sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { FindReport } from '../../../src-shared/model/found-database.ts';
import { isSkippedFolder } from '../../../src-shared/rules/find/skipped-folders.ts';
import type { UnreadMount } from '../../platform/mounts.ts';
import { onDisk, textOf } from '../engine/files/byte-names.ts';
import type { TaskContext } from '../engine/task-context.ts';
import { noteUnreadable } from './found-files.ts';

/** How far a search goes. */
export interface FindLimits {
  /** How deep below a folder that is searched. */
  depth: number;
  files: number;
  milliseconds: number;
}

export const USUAL_LIMITS: FindLimits = { depth: 24, files: 5_000_000, milliseconds: 5 * 60_000 };

/** What a walk may not read. */
export interface Unread {
  mounts: ReadonlyMap<string, UnreadMount>;
  /** Canonical paths. */
  folders: ReadonlySet<string>;
}

/** So many names are read at once: a folder may have any number of them. */
const NAMES_AT_ONCE = 512;
/** After so long the order to stop is listened to, in milliseconds. */
const SLICE_MS = 20;

/**
 * Walks through folders, file by file. Links are not followed, so that nothing leads in a circle; other mounts are
 * entered unless they are shares. Blocks the thread for {@link SLICE_MS} at a time: for workers.
 */
export class FolderWalk {
  readonly #report: FindReport;
  readonly #unread: Unread;
  readonly #limits: FindLimits;
  readonly #context: TaskContext;
  readonly #look: (path: string) => void;
  readonly #isFull: () => boolean;
  readonly #begun = performance.now();
  readonly #walked = new Set<string>();
  #sliceBegan = performance.now();

  /** @param isFull whether nothing more can be taken */
  constructor(
    { report, unread, limits }: { report: FindReport; unread: Unread; limits: FindLimits },
    context: TaskContext,
    look: (path: string) => void,
    isFull: () => boolean,
  ) {
    this.#report = report;
    this.#unread = unread;
    this.#limits = limits;
    this.#context = context;
    this.#look = look;
    this.#isFull = isFull;
  }

  /**
   * Walks through a folder, unless that was done before. Its own name is no reason to skip it.
   * @throws SnapkeepError `CANCELLED`
   */
  async walk(root: string): Promise<void> {
    if (this.#walked.has(root)) return;
    this.#walked.add(root);
    const open = [{ path: root, depth: 0 }];
    for (let folder = open.pop(); folder !== undefined && !this.#isOver(); folder = open.pop()) {
      const { path, depth } = folder;
      for (const below of await this.#foldersIn(path)) {
        if (depth < this.#limits.depth) open.push({ path: below, depth: depth + 1 });
        else this.#reached('depth');
      }
    }
  }

  /** Looks at the files in a folder. @returns the folders in it that are to be walked through */
  async #foldersIn(path: string): Promise<string[]> {
    const folders: string[] = [];
    let folder: Dir | undefined;
    try {
      folder = openFolder(path);
      this.#report.foldersRead += 1;
      const start = path.endsWith(sep) ? path : path + sep;
      for (let entry = folder.readSync(); entry !== null && !this.#isOver(); entry = folder.readSync()) {
        const below = start + nameOf(entry);
        if (entry.isDirectory()) {
          if (this.#enters(below)) folders.push(below);
        } else if (entry.isFile()) this.#look(below);
        else this.#report.skipped[entry.isSymbolicLink() ? 'links' : 'special'] += 1;
        await this.#breathe();
      }
    } catch (error) {
      noteUnreadable(this.#report, error);
    } finally {
      folder?.closeSync();
    }
    return folders;
  }

  #enters(path: string): boolean {
    const { skipped } = this.#report;
    const mount = this.#unread.mounts.get(path);
    if (mount !== undefined) skipped[mount === 'network' ? 'networkMounts' : 'virtualMounts'] += 1;
    else if (this.#unread.folders.has(path) || isSkippedFolder(path)) skipped.byRule += 1;
    else return !this.#walked.has(path);
    return false;
  }

  #isOver(): boolean {
    if (this.#report.filesRead >= this.#limits.files) this.#reached('files');
    else if (this.#isFull()) this.#reached('databases');
    else if (performance.now() - this.#begun >= this.#limits.milliseconds) this.#reached('time');
    else return false;
    return true;
  }

  #reached(limit: FindReport['limits'][number]): void {
    if (!this.#report.limits.includes(limit)) this.#report.limits.push(limit);
  }

  /** Says how far the search is, and hears the order to stop. */
  async #breathe(): Promise<void> {
    if (performance.now() - this.#sliceBegan < SLICE_MS) return;
    this.#context.progress('finding', this.#report.filesRead, null);
    await setImmediate();
    this.#context.throwIfCancelled();
    this.#sliceBegan = performance.now();
  }
}

/** Names come as bytes: not every one is UTF-8. The types of Node know only names as text. */
function openFolder(path: string): Dir {
  const options = { encoding: 'buffer' as BufferEncoding, bufferSize: NAMES_AT_ONCE };
  return opendirSync(onDisk(path) as string, options);
}

function nameOf(entry: Dirent): string {
  const name: unknown = entry.name;
  return Buffer.isBuffer(name) ? textOf(name) : String(name);
}

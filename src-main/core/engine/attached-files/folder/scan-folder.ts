import { type BigIntStats, lstatSync } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import ignore from 'ignore';
import { SnapkeepError } from '../../../../../src-shared/contract/errors.ts';
import { errorCode, explainError, explainedAs } from '../../engine-errors.ts';
import { onDisk, textOf } from '../../files/byte-names.ts';
import { inParallel } from '../in-parallel.ts';
import { Pace } from '../pace.ts';
import { byPath, type LeftOut } from './folder-entry.ts';
import { INDEX_NAME } from './folder-index.ts';

/** Something in a folder, as the file system says; `target` is where a symbolic link leads. */
export interface Scanned {
  type: 'file' | 'folder' | 'link';
  path: string;
  stats: BigIntStats;
  target: string;
}

/** Something that could not be read. */
export interface Trouble extends LeftOut {
  /** Another scan may find it, or find that it no longer exists. */
  passing: boolean;
}

export interface Scan {
  /** Folders before what is in them; the folder itself, with the empty path, is the first. */
  entries: Scanned[];
  skipped: LeftOut[];
  problems: Trouble[];
}

export interface ScanOptions {
  /** Patterns in the manner of `.gitignore`, relative to the folder. */
  exclude: readonly string[];
  /** Only this one file of the folder. */
  only?: string;
  /** It is to be stored: an index that lies in it is passed over and said. */
  isSource?: boolean;
  /** Canonical paths that are passed over, with all that is in them. */
  excludedPaths?: readonly string[];
  /** This thread has others to serve: no call of the file system may block it. */
  mustNotBlock?: boolean;
  throwIfCancelled(): void;
}

/**
 * Lists a folder with everything in it; symbolic links are listed and never followed.
 * @param root a canonical path
 * @throws SnapkeepError when the folder itself cannot be read, `CANCELLED`
 */
export async function scanFolder(root: string, options: ScanOptions): Promise<Scan> {
  const scanner = new FolderScanner(root, options);
  await scanner.run();
  scanner.scan.entries.sort(byPath);
  scanner.scan.skipped.sort(byPath);
  return scanner.scan;
}

class FolderScanner {
  readonly scan: Scan = { entries: [], skipped: [], problems: [] };
  readonly #root: string;
  readonly #options: ScanOptions;
  readonly #isExcluded: (path: string) => boolean;
  readonly #pace: Pace;
  #folders: string[] = [''];

  constructor(root: string, options: ScanOptions) {
    this.#root = root;
    this.#options = options;
    this.#isExcluded = exclusion(options.exclude);
    this.#pace = new Pace(options.mustNotBlock);
  }

  async run(): Promise<void> {
    const root = await this.#entryAt('').catch(explainedAs(this.#root));
    if (root.type !== 'folder')
      throw new SnapkeepError('INVALID_PARAMS', `${this.#root} is not a folder.`, { hint: 'Choose a folder.' });
    this.scan.entries.push({ ...root, type: 'folder', target: '' });
    while (this.#folders.length > 0) {
      const level = this.#folders;
      this.#folders = [];
      await inParallel(level, (folder) => this.#list(folder));
    }
  }

  async #list(folder: string): Promise<void> {
    const { only } = this.#options;
    let names: string[];
    try {
      // As bytes: Node would show two names that are not UTF-8 as the same one, or as that of another file.
      names =
        only === undefined
          ? (await readdir(onDisk(join(this.#root, folder)), { encoding: 'buffer' })).map(textOf)
          : [only];
    } catch (error) {
      if (folder === '') throw explainError(error, this.#root);
      this.scan.problems.push(troubleOf(folder, error));
      return;
    }
    const inFolder = folder === '' ? '' : `${folder}/`;
    await inParallel(names, (name) => this.#take(`${inFolder}${name}`));
  }

  async #take(path: string): Promise<void> {
    this.#options.throwIfCancelled();
    if (path === INDEX_NAME) {
      if (this.#options.isSource) this.scan.skipped.push({ path, reason: 'is the index of another snapshot' });
      return;
    }
    if (this.#options.excludedPaths?.includes(join(this.#root, path))) {
      this.scan.skipped.push({ path, reason: 'is the folder of the snapshots' });
      return;
    }
    try {
      const entry = await this.#entryAt(path);
      if (this.#isExcluded(entry.type === 'folder' ? `${path}/` : path)) return;
      if (entry.type === 'other') this.scan.skipped.push({ path, reason: `is ${kindOf(entry.stats)}` });
      else this.scan.entries.push({ ...entry, type: entry.type });
      if (entry.type === 'folder') this.#folders.push(path);
    } catch (error) {
      if (!this.#isExcluded(path)) this.scan.problems.push(troubleOf(path, error));
    }
  }

  async #entryAt(path: string): Promise<FoundEntry> {
    const full = onDisk(join(this.#root, path));
    const stats = await this.#pace.run(
      () => lstatSync(full, { bigint: true }),
      () => lstat(full, { bigint: true }),
    );
    if (stats.isFile()) return { type: 'file', path, stats, target: '' };
    if (stats.isDirectory()) return { type: 'folder', path, stats, target: '' };
    if (stats.isSymbolicLink())
      return { type: 'link', path, stats, target: textOf(await readlink(full, { encoding: 'buffer' })) };
    return { type: 'other', path, stats, target: '' };
  }
}

type FoundEntry = Omit<Scanned, 'type'> & { type: Scanned['type'] | 'other' };

function exclusion(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false;
  const rules = ignore({ ignorecase: false, allowRelativePaths: true }).add([...patterns]);
  return (path) => rules.ignores(path);
}

function kindOf(stats: BigIntStats): string {
  if (stats.isSocket()) return 'a socket';
  return stats.isFIFO() ? 'a pipe' : 'a device';
}

/** Why something of a source could not be stored, in words. */
export function troubleOf(path: string, error: unknown): Trouble {
  switch (errorCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { path, reason: 'was removed while it was read', passing: true };
    case 'EACCES':
    case 'EPERM':
      return { path, reason: 'could not be read: permission denied', passing: false };
    default:
      return { path, reason: `could not be read (${errorCode(error) ?? String(error)})`, passing: false };
  }
}

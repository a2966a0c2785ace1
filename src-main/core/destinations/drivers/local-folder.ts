import { createReadStream, type Dirent } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { FolderSettings } from '../../../../src-shared/model/destination.ts';
import type { Space } from '../../../../src-shared/model/storage.ts';
import { errorCode, explainError, explainedAs } from '../../engine/engine-errors.ts';
import { explainWrite, requireRoom } from '../../engine/files/disk-full.ts';
import { publishFile, replaceFile, requireWritableFolder, syncFolder } from '../../engine/files/durable-files.ts';
import { mountFacts, mountWarnings } from '../../engine/files/mount-facts.ts';
import { removedAtEnd, removeTree } from '../../engine/files/remove-tree.ts';
import { BaseDestination } from './base-destination.ts';
import {
  absent,
  foldersOf,
  isName,
  type ListPage,
  notAFolder,
  PAGE_LIMIT,
  type PutOptions,
  pageOf,
  partialName,
  requireFolderPath,
  requirePath,
  type StoredObject,
  type TaggedUpload,
  taken,
  type UploadSource,
  uploadIn,
  within,
} from './destination.ts';
import { Throttle } from './throttle.ts';

/**
 * A folder of a mounted disk or share. Only a person's word creates it: an unavailable disk must not look like an empty
 * one.
 */
export class LocalFolder extends BaseDestination<TaggedUpload> {
  readonly label: string;
  readonly #folder: string;
  /** The folders below whose names are durable. */
  readonly #synced = new Set<string>();

  constructor(settings: FolderSettings, throttle = new Throttle(settings.bytesPerSecond)) {
    super(throttle);
    this.#folder = settings.path;
    this.label = settings.path;
  }

  async exists(): Promise<boolean> {
    try {
      return (await stat(this.#folder)).isDirectory();
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false;
      throw explainError(error, this.#folder);
    }
  }

  async create(): Promise<void> {
    if (await this.exists()) return;
    const around = dirname(this.#folder);
    await mkdir(this.#folder, { mode: 0o700 }).catch(explainedAs(around));
    await syncFolder(around);
  }

  protected async requireRoom(bytes: number): Promise<void> {
    await requireRoom({ use: 'destination', folder: this.#folder, bytes });
  }

  protected async store(name: string, source: UploadSource, options: PutOptions): Promise<void> {
    await this.#writeAside(name, source, options, (partial, finished) => publishFile(partial, finished));
  }

  protected async overwrite(
    name: string,
    source: UploadSource,
    options: PutOptions,
    requireSame: () => Promise<void>,
  ): Promise<void> {
    await this.#writeAside(name, source, options, async (partial, finished) => {
      await requireSame();
      await replaceFile(partial, finished);
    });
  }

  /** @param publish gives the whole, synced file its name */
  async #writeAside(
    name: string,
    source: UploadSource,
    { signal, runId, onProgress, modifiedAt }: PutOptions,
    publish: (partial: string, finished: string) => Promise<void>,
  ): Promise<void> {
    for (const folder of foldersOf(name)) await this.#makeFolder(folder);
    const partial = join(this.#folder, partialName(name, runId));
    await using _partial = removedAtEnd(partial);
    {
      await using handle = await open(partial, 'wx', 0o600);
      let done = 0;
      for await (const piece of this.pieces(source, signal)) {
        await writeWhole(handle, piece);
        done += piece.length;
        onProgress?.(done);
      }
      if (modifiedAt !== undefined) await handle.utimes(modifiedAt, modifiedAt);
      await handle.sync();
    }
    await publish(partial, join(this.#folder, name));
  }

  async #makeFolder(folder: string): Promise<void> {
    const path = join(this.#folder, folder);
    try {
      await mkdir(path, { mode: 0o700 });
      this.#synced.delete(folder);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      if (!(await lstat(path)).isDirectory()) throw notAFolder(folder, this.label);
    }
    // One that exists may have been made right before a crash.
    if (this.#synced.has(folder)) return;
    await syncFolder(dirname(path));
    this.#synced.add(folder);
  }

  protected async read(name: string, start: number, bytes: number): Promise<Readable> {
    return createReadStream(join(this.#folder, name), { start, end: start + bytes - 1 });
  }

  protected explain(error: unknown, name: string): SnapkeepError {
    if (errorCode(error) === 'EEXIST') return taken(name, this.label, error);
    return explainWrite(error, 'destination', this.label, join(this.#folder, name));
  }

  async list(after: string | null = null, limit = PAGE_LIMIT, folder = ''): Promise<ListPage> {
    const found = (await this.#entries(folder)).filter((entry) => entry.isFile() && isName(entry.name));
    const page = pageOf(found, after, limit);
    const objects = await Promise.all(
      page.objects.map(async ({ name }) => {
        const object = await this.stat(within(folder, name));
        return object && { ...object, name };
      }),
    );
    return { objects: objects.filter((object) => object !== undefined), next: page.next };
  }

  async folders(folder = ''): Promise<string[]> {
    const found = (await this.#entries(folder)).filter((entry) => entry.isDirectory() && isName(entry.name));
    return found.map(({ name }) => name).sort();
  }

  async stat(name: string): Promise<StoredObject | undefined> {
    requirePath(name);
    const folders = foldersOf(name);
    await this.#requireFolders(folders);
    try {
      const path = join(this.#folder, name);
      const info = folders.length > 0 ? await lstat(path) : await stat(path);
      return info.isFile() ? { name, bytes: info.size, modifiedAt: info.mtime } : undefined;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw explainError(error, name);
      // An unavailable folder must not look like a missing file.
      await this.#names();
      return undefined;
    }
  }

  async delete(name: string): Promise<void> {
    requirePath(name);
    await requireWritableFolder(this.#folder);
    await this.#requireFolders(foldersOf(name));
    await rm(join(this.#folder, name), { force: true }).catch(explainedAs(name));
  }

  async removeFolder(folder: string): Promise<void> {
    requirePath(folder);
    await requireWritableFolder(this.#folder);
    await this.#requireFolders(foldersOf(folder));
    try {
      await rmdir(join(this.#folder, folder));
    } catch (error) {
      // Not empty, which systems say in two ways, or not there.
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errorCode(error) ?? '')) throw explainError(error, folder);
    }
  }

  async space(): Promise<Space | null> {
    try {
      const { blocks, bavail, bsize } = await statfs(this.#folder);
      return blocks > 0 ? { freeBytes: bavail * bsize, totalBytes: blocks * bsize } : null;
    } catch (error) {
      throw this.#away(error);
    }
  }

  async warnings(): Promise<string[]> {
    return mountWarnings(await mountFacts(this.#folder));
  }

  protected async uploads(folder: string): Promise<TaggedUpload[]> {
    return (await this.#entries(folder, [])).flatMap(({ name }) => uploadIn(within(folder, name)) ?? []);
  }

  protected async abandon({ name, tag }: TaggedUpload): Promise<boolean> {
    await this.#requireFolders(foldersOf(name));
    const path = join(this.#folder, partialName(name, tag));
    await removeTree(path).catch(explainedAs(path));
    return true;
  }

  async close(): Promise<void> {}

  /** Links are not followed: what they lead to may be another disk. A missing folder is for those who use it to notice. */
  async #requireFolders(folders: readonly string[]): Promise<void> {
    for (const folder of folders) {
      const info = await lstat(join(this.#folder, folder)).catch((error: unknown) => {
        if (errorCode(error) !== 'ENOENT') throw explainError(error, folder);
      });
      if (info?.isDirectory() === false) throw notAFolder(folder, this.label);
    }
  }

  /** @param missing what a missing folder below is taken for; otherwise it is an error */
  async #entries(folder: string, missing?: Dirent[]): Promise<Dirent[]> {
    requireFolderPath(folder);
    await this.#requireFolders(folder === '' ? [] : [...foldersOf(folder), folder]);
    try {
      return await readdir(join(this.#folder, folder), { withFileTypes: true });
    } catch (error) {
      if (folder === '' || errorCode(error) !== 'ENOENT') throw this.#away(error);
      // An unavailable folder must not look like a missing one below it.
      await this.#names();
      if (missing !== undefined) return missing;
      throw absent(folder, this.label, error);
    }
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.#folder);
    } catch (error) {
      throw this.#away(error);
    }
  }

  #away(cause: unknown): SnapkeepError {
    if (errorCode(cause) !== 'ENOENT') return explainError(cause, this.#folder);
    return new SnapkeepError('UNAVAILABLE', `Folder not found: ${this.#folder}.`, {
      hint: 'Connect its disk or share, or create the folder, and try again.',
      cause,
    });
  }
}

async function writeWhole(handle: FileHandle, data: Buffer): Promise<void> {
  for (let written = 0; written < data.length; ) {
    const { bytesWritten } = await handle.write(data, written, data.length - written);
    written += bytesWritten;
  }
}

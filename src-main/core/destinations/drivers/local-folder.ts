import { createReadStream, type Dirent } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { FolderSettings } from '../../../../src-shared/model/destination.ts';
import type { Space } from '../../../../src-shared/model/storage.ts';
import { errorCode, explainError, explainedAs } from '../../engine/engine-errors.ts';
import { explainWrite, requireRoom } from '../../engine/files/disk-full.ts';
import { publishFile, requireWritableFolder, syncFolder } from '../../engine/files/durable-files.ts';
import { mountFacts, mountWarnings } from '../../engine/files/mount-facts.ts';
import { removedAtEnd, removeTree } from '../../engine/files/remove-tree.ts';
import { BaseDestination } from './base-destination.ts';
import {
  absent,
  isName,
  type ListPage,
  PAGE_LIMIT,
  pageOf,
  partialName,
  requireFolderPath,
  requirePath,
  type StoredObject,
  type TaggedUpload,
  type TransferOptions,
  taken,
  type UploadSource,
  uploadIn,
} from './destination.ts';
import { Throttle } from './throttle.ts';

/**
 * A folder of a mounted disk or share. Only a person's word creates it: an unavailable disk must not look like an empty
 * one.
 */
export class LocalFolder extends BaseDestination<TaggedUpload> {
  readonly label: string;
  readonly #folder: string;

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

  protected async store(name: string, source: UploadSource, options: TransferOptions): Promise<void> {
    const { signal, runId, onProgress } = options;
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
      await handle.sync();
    }
    await publishFile(partial, join(this.#folder, name));
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
        const object = await this.stat(folder === '' ? name : `${folder}/${name}`);
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
    try {
      const info = await stat(join(this.#folder, name));
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
    await rm(join(this.#folder, name), { force: true }).catch(explainedAs(name));
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

  protected async uploads(): Promise<TaggedUpload[]> {
    return (await this.#names()).flatMap((name) => uploadIn(name) ?? []);
  }

  protected async abandon({ name, tag }: TaggedUpload): Promise<boolean> {
    const path = join(this.#folder, partialName(name, tag));
    await removeTree(path).catch(explainedAs(path));
    return true;
  }

  async close(): Promise<void> {}

  async #entries(folder: string): Promise<Dirent[]> {
    requireFolderPath(folder);
    try {
      return await readdir(join(this.#folder, folder), { withFileTypes: true });
    } catch (error) {
      if (folder === '' || errorCode(error) !== 'ENOENT') throw this.#away(error);
      // An unavailable folder must not look like a missing one below it.
      await this.#names();
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

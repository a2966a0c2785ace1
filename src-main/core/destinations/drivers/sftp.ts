import { posix } from 'node:path';
import { Readable } from 'node:stream';
import type { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { SftpSettings } from '../../../../src-shared/model/destination.ts';
import type { Space } from '../../../../src-shared/model/storage.ts';
import { noSpace } from '../../engine/engine-errors.ts';
import { type Pause, withRetries } from '../../process/retry.ts';
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
import type { RemoteFile, SftpChannel } from './sftp-channel.ts';
import { connectSftp, type SftpConnection, type SftpSecrets } from './sftp-connection.ts';
import { explainSftp, isBareFailure, isNoSuchFile } from './sftp-errors.ts';
import { Throttle } from './throttle.ts';

/** A folder on an SSH server. One connection is opened when it is first needed, and again after it was lost. */
export class SftpDestination extends BaseDestination<TaggedUpload> {
  readonly label: string;
  readonly #settings: SftpSettings;
  readonly #secrets: SftpSecrets;
  readonly #pause: Pause | undefined;
  #connecting: Promise<SftpConnection> | undefined;
  /** The folders below that were found to be no links. */
  readonly #folders = new Set<string>();

  /** @param pause how the time before another connection is passed; for tests */
  constructor(
    settings: SftpSettings,
    secrets: SftpSecrets,
    throttle = new Throttle(settings.bytesPerSecond),
    pause?: Pause,
  ) {
    super(throttle);
    this.#pause = pause;
    this.#settings = settings;
    this.#secrets = secrets;
    this.label = `${settings.path} on ${settings.host}`;
  }

  exists(): Promise<boolean> {
    return this.#ask(this.#settings.path, (channel) => folderExists(channel, this.#settings.path));
  }

  create(): Promise<void> {
    return this.#ask(this.#settings.path, (channel) => createFolder(channel, this.#settings.path));
  }

  protected async requireRoom(bytes: number): Promise<void> {
    const space = await this.space();
    if (space !== null && space.freeBytes < bytes) throw noSpace(`${bytes} more bytes in ${this.label}`);
  }

  protected async store(name: string, source: UploadSource, options: PutOptions): Promise<void> {
    let tries = 0;
    await this.#writeAside(name, source, options, async (channel, upload) => {
      tries += 1;
      // A connection that was lost over an upload may have left the whole under its name.
      if (tries > 1 && (await this.#statIn(channel, name)) !== undefined) throw taken(name, this.label);
      await this.#publish(channel, await upload(), name);
    });
  }

  protected async overwrite(
    name: string,
    source: UploadSource,
    options: PutOptions,
    requireSame: () => Promise<void>,
  ): Promise<void> {
    await this.#writeAside(name, source, options, async (channel, upload) => {
      const partial = await upload();
      await requireSame();
      await channel.replace(this.#path(partial), this.#path(name));
    });
  }

  /** @param publish uploads to a temporary name, which `upload` answers, and gives the file its name */
  async #writeAside(
    name: string,
    source: UploadSource,
    options: PutOptions,
    publish: (channel: SftpChannel, upload: () => Promise<string>) => Promise<void>,
  ): Promise<void> {
    const partial = partialName(name, options.runId);
    let tries = 0;
    try {
      await this.#connected(async (channel) => {
        tries += 1;
        if (tries > 1) await this.#unlink(channel, partial);
        await publish(channel, async () => {
          for (const folder of foldersOf(name)) await this.#makeFolder(channel, folder);
          await this.#upload(channel, partial, source, options);
          return partial;
        });
      }, options.signal);
    } catch (error) {
      this.#folders.clear();
      const isFull = isBareFailure(error) && (await this.#isFull());
      await this.#giveUp(partial);
      throw isFull ? noSpace(`${name} in ${this.label}`, error) : error;
    }
  }

  async #makeFolder(channel: SftpChannel, folder: string): Promise<void> {
    if (this.#folders.has(folder)) return;
    try {
      await channel.mkdir(this.#path(folder));
    } catch (error) {
      // One that exists is refused without a reason, by some servers with another one.
      await channel.lstat(this.#path(folder)).catch(() => {
        throw error;
      });
    }
    await this.#requireFolders(channel, [folder]);
  }

  /** Links are not followed. A missing folder is for those who use it to notice. */
  async #requireFolders(channel: SftpChannel, folders: readonly string[]): Promise<void> {
    for (const folder of folders.filter((path) => !this.#folders.has(path))) {
      try {
        if (!(await channel.lstat(this.#path(folder))).isFolder) throw notAFolder(folder, this.label);
      } catch (error) {
        if (!isNoSuchFile(error)) throw error;
        return;
      }
      this.#folders.add(folder);
    }
  }

  protected async read(name: string, start: number, bytes: number): Promise<Readable> {
    const channel = await this.#channel();
    return Readable.from(channel.readFrom(this.#path(name), start, bytes), { objectMode: false });
  }

  async list(after: string | null = null, limit = PAGE_LIMIT, folder = ''): Promise<ListPage> {
    const found = await this.#entries(folder);
    return pageOf(
      found
        .filter(({ name, isFile }) => isFile && !name.startsWith('.') && uploadIn(name) === undefined)
        .map(({ name, bytes, modifiedAt }) => ({ name, bytes, modifiedAt })),
      after,
      limit,
    );
  }

  async folders(folder = ''): Promise<string[]> {
    const found = (await this.#entries(folder)).filter(({ name, isFolder }) => isFolder && isName(name));
    return found.map(({ name }) => name).sort();
  }

  async stat(name: string): Promise<StoredObject | undefined> {
    requirePath(name);
    return this.#ask(name, (channel) => this.#statIn(channel, name));
  }

  async delete(name: string): Promise<void> {
    if ((await this.stat(name)) !== undefined) await this.#ask(name, (channel) => this.#unlink(channel, name));
  }

  async removeFolder(folder: string): Promise<void> {
    requirePath(folder);
    await this.#ask(folder, async (channel) => {
      await this.#requireFolders(channel, foldersOf(folder));
      this.#folders.delete(folder);
      try {
        await channel.rmdir(this.#path(folder));
      } catch (error) {
        // One that is not empty is refused without a reason.
        if (!isNoSuchFile(error) && !isBareFailure(error)) throw error;
      }
    });
  }

  space(): Promise<Space | null> {
    return this.#ask(this.#settings.path, (channel) => channel.space(this.#settings.path));
  }

  async warnings(): Promise<string[]> {
    return [];
  }

  protected async uploads(folder: string): Promise<TaggedUpload[]> {
    const found = await this.#entries(folder, []);
    return found.flatMap(({ name, isFile }) => (isFile ? (uploadIn(within(folder, name)) ?? []) : []));
  }

  protected abandon({ name, tag }: TaggedUpload): Promise<boolean> {
    return this.#ask(name, (channel) => this.#unlink(channel, partialName(name, tag)));
  }

  protected explain(error: unknown, what: string): SnapkeepError {
    return explainSftp(error, what, this.#settings.host);
  }

  async close(): Promise<void> {
    const connecting = this.#connecting;
    this.#connecting = undefined;
    if (connecting === undefined) return;
    const [settled] = await Promise.allSettled([connecting]);
    if (settled.status === 'fulfilled') await settled.value.close();
  }

  async #statIn(channel: SftpChannel, name: string): Promise<StoredObject | undefined> {
    const folders = foldersOf(name);
    await this.#requireFolders(channel, folders);
    try {
      const path = this.#path(name);
      const { isFile, bytes, modifiedAt } = await (folders.length > 0 ? channel.lstat(path) : channel.stat(path));
      return isFile ? { name, bytes, modifiedAt } : undefined;
    } catch (error) {
      if (!isNoSuchFile(error)) throw error;
      // A missing folder must not look like a missing file.
      await this.#requireFolder(channel);
      return undefined;
    }
  }

  async #upload(
    channel: SftpChannel,
    partial: string,
    source: UploadSource,
    { signal, onProgress, modifiedAt }: PutOptions,
  ): Promise<void> {
    const handle = await channel.create(this.#path(partial));
    try {
      await channel.writeAll(handle, this.pieces(source, signal), onProgress ?? (() => undefined));
      if (modifiedAt !== undefined) await channel.setModified(handle, modifiedAt);
      await channel.sync(handle);
    } finally {
      // A lost connection has closed the file itself, and its loss is reported already.
      if (!channel.isLost) await channel.close(handle);
    }
  }

  /** Renaming never replaces a file in version 3 of the protocol; the look before is for servers that do it anyway. */
  async #publish(channel: SftpChannel, partial: string, name: string): Promise<void> {
    if ((await this.#statIn(channel, name)) !== undefined) throw taken(name, this.label);
    try {
      await channel.rename(this.#path(partial), this.#path(name));
    } catch (error) {
      if (isBareFailure(error) && (await this.#statIn(channel, name)) !== undefined)
        throw taken(name, this.label, error);
      throw error;
    }
  }

  /** Removes what has failed. Where that fails too, the next sweep does: the first error is the one to be told. */
  async #giveUp(partial: string): Promise<void> {
    if (await this.#isLost()) return;
    const channel = await this.#channel();
    await Promise.allSettled([this.#unlink(channel, partial)]);
  }

  async #isFull(): Promise<boolean> {
    if (await this.#isLost()) return false;
    const space = await this.space();
    return space !== null && space.freeBytes < 1024 * 1024;
  }

  /** @returns whether it was there */
  async #unlink(channel: SftpChannel, name: string): Promise<boolean> {
    try {
      await channel.unlink(this.#path(name));
      return true;
    } catch (error) {
      if (isNoSuchFile(error)) return false;
      throw error;
    }
  }

  /** @param missing what a missing folder below is taken for; otherwise it is an error */
  #entries(folder: string, missing?: RemoteFile[]): Promise<RemoteFile[]> {
    requireFolderPath(folder);
    return this.#ask(this.#path(folder), async (channel) => {
      await this.#requireFolders(channel, folder === '' ? [] : [...foldersOf(folder), folder]);
      try {
        return await channel.list(this.#path(folder));
      } catch (error) {
        if (folder === '' || !isNoSuchFile(error)) throw error;
        await this.#requireFolder(channel);
        if (missing !== undefined) return missing;
        throw absent(folder, this.label, error);
      }
    });
  }

  async #requireFolder(channel: SftpChannel): Promise<void> {
    try {
      await channel.stat(this.#settings.path);
    } catch (error) {
      throw isNoSuchFile(error) ? this.explain(error, `The folder ${this.#settings.path}`) : error;
    }
  }

  async #ask<T>(what: string, work: (channel: SftpChannel) => Promise<T>): Promise<T> {
    try {
      return await this.#connected(work);
    } catch (error) {
      throw this.explain(error, what);
    }
  }

  /** Does work, and once more over a new connection when it lost the one it had. */
  #connected<T>(work: (channel: SftpChannel) => Promise<T>, signal?: AbortSignal): Promise<T> {
    let channel: SftpChannel | undefined;
    return withRetries(
      async () => {
        channel = undefined;
        channel = await this.#channel();
        return await work(channel);
      },
      { retries: 1, isWorthwhile: () => channel?.isLost === true, pause: this.#pause, signal },
    );
  }

  async #channel(): Promise<SftpChannel> {
    if (this.#connecting === undefined || (await this.#isLost())) {
      this.#connecting = connectSftp(this.#settings, this.#secrets);
    }
    return (await this.#connecting).channel;
  }

  async #isLost(): Promise<boolean> {
    if (this.#connecting === undefined) return true;
    const [settled] = await Promise.allSettled([this.#connecting]);
    return settled.status === 'rejected' || settled.value.channel.isLost;
  }

  #path(name: string): string {
    return posix.join(this.#settings.path, name);
  }
}

async function folderExists(channel: SftpChannel, path: string): Promise<boolean> {
  try {
    await channel.stat(path);
    return true;
  } catch (error) {
    if (isNoSuchFile(error)) return false;
    throw error;
  }
}

async function createFolder(channel: SftpChannel, path: string): Promise<void> {
  if (!(await folderExists(channel, path))) await channel.mkdir(path);
}

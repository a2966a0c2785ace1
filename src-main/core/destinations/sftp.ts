import { posix } from 'node:path';
import { Readable } from 'node:stream';
import type { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { SftpSettings } from '../../../src-shared/model/destination.ts';
import { noSpace } from '../engine/engine-errors.ts';
import { cancelledError } from '../engine/task-context.ts';
import {
  absent,
  type ByteRange,
  type Destination,
  isName,
  type ListPage,
  PAGE_LIMIT,
  pageOf,
  partialName,
  requireFolderPath,
  requireName,
  requirePath,
  requireRange,
  type StoredObject,
  type TransferOptions,
  taken,
  type UploadInTheMaking,
  type UploadSource,
  uploadIn,
} from './destination.ts';
import type { RemoteFile, SftpChannel } from './sftp-channel.ts';
import { connectSftp, type SftpConnection, type SftpSecrets } from './sftp-connection.ts';
import { explainSftp, isBareFailure, isNoSuchFile } from './sftp-errors.ts';
import { Throttle } from './throttle.ts';
import { checkedDownload, readSource } from './transfer.ts';

/** A folder on an SSH server. One connection is opened when it is first needed, and again after it was lost. */
export class SftpDestination implements Destination {
  readonly label: string;
  readonly #settings: SftpSettings;
  readonly #secrets: SftpSecrets;
  readonly #throttle: Throttle;
  #connecting: Promise<SftpConnection> | undefined;
  /** Uploads of its own that could not be removed because the connection was gone. */
  readonly #unfinished = new Set<string>();

  constructor(settings: SftpSettings, secrets: SftpSecrets, throttle = new Throttle(settings.bytesPerSecond)) {
    this.#settings = settings;
    this.#secrets = secrets;
    this.#throttle = throttle;
    this.label = `${settings.path} on ${settings.host}`;
  }

  async put(name: string, source: UploadSource, options: TransferOptions = {}): Promise<StoredObject> {
    const { signal, runId } = options;
    requireName(name);
    if ((await this.stat(name)) !== undefined) throw taken(name, this.label);
    const free = await this.freeBytes();
    if (free !== null && free < source.bytes) throw noSpace(`${source.bytes} more bytes in ${this.label}`);
    const partial = partialName(name, runId);
    this.#unfinished.add(partial);
    try {
      await this.#upload(partial, source, options);
      await this.#publish(partial, name);
      this.#unfinished.delete(partial);
    } catch (error) {
      await this.#giveUp(partial);
      if (signal?.aborted === true) throw cancelledError();
      throw isBareFailure(error) && (await this.#isFull())
        ? noSpace(`${name} in ${this.label}`, error)
        : this.#explain(error, name);
    }
    const stored = await this.stat(name);
    if (stored === undefined) throw absent(name, this.label);
    return stored;
  }

  async get(name: string, range?: ByteRange, options: TransferOptions = {}): Promise<Readable> {
    const object = await this.stat(name);
    if (object === undefined) throw absent(name, this.label);
    const { start, bytes } = range ?? { start: 0, bytes: object.bytes };
    requireRange({ start, bytes }, object);
    const channel = await this.#channel();
    const arriving = Readable.from(channel.readFrom(this.#path(name), start, bytes), { objectMode: false });
    return checkedDownload(arriving, bytes, this.#throttle, (error) => this.#explain(error, name), options);
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
    const channel = await this.#channel();
    try {
      const { isFile, bytes, modifiedAt } = await channel.stat(this.#path(name));
      return isFile ? { name, bytes, modifiedAt } : undefined;
    } catch (error) {
      if (!isNoSuchFile(error)) throw this.#explain(error, name);
      // A folder that is not there must not look like a file that is gone.
      await this.#requireFolder(channel);
      return undefined;
    }
  }

  async delete(name: string): Promise<void> {
    if ((await this.stat(name)) !== undefined) await this.#remove(name);
  }

  async freeBytes(): Promise<number | null> {
    const channel = await this.#channel();
    try {
      return await channel.freeBytes(this.#settings.path);
    } catch (error) {
      throw this.#explain(error, this.#settings.path);
    }
  }

  async warnings(): Promise<string[]> {
    return [];
  }

  async sweep(isOwn: (upload: UploadInTheMaking) => boolean): Promise<number> {
    let removed = 0;
    for (const { name, isFile } of await this.#entries('')) {
      const upload = isFile ? uploadIn(name) : undefined;
      if (upload === undefined || !(this.#unfinished.has(name) || isOwn(upload))) continue;
      await this.#remove(name);
      removed += 1;
    }
    this.#unfinished.clear();
    return removed;
  }

  async close(): Promise<void> {
    const connecting = this.#connecting;
    this.#connecting = undefined;
    if (connecting === undefined) return;
    const [settled] = await Promise.allSettled([connecting]);
    if (settled.status === 'fulfilled') await settled.value.close();
  }

  async #upload(partial: string, source: UploadSource, { signal, onProgress }: TransferOptions): Promise<void> {
    const channel = await this.#channel();
    const pieces = readSource(source, this.#throttle, signal);
    const handle = await channel.create(this.#path(partial));
    try {
      await channel.writeAll(handle, pieces, onProgress ?? (() => undefined));
      await channel.sync(handle);
    } finally {
      // A connection that is gone has closed the file itself, and its loss is told already.
      if (!channel.isLost) await channel.close(handle);
    }
  }

  /** Renaming never replaces a file in version 3 of the protocol; the look before is for servers that do it all the same. */
  async #publish(partial: string, name: string): Promise<void> {
    const channel = await this.#channel();
    if ((await this.stat(name)) !== undefined) throw taken(name, this.label);
    try {
      await channel.rename(this.#path(partial), this.#path(name));
    } catch (error) {
      if (isBareFailure(error) && (await this.stat(name)) !== undefined) throw taken(name, this.label, error);
      throw error;
    }
  }

  /** Removes what has failed; where the server is away, the next sweep does. */
  async #giveUp(partial: string): Promise<void> {
    if (await this.#isLost()) return;
    const channel = await this.#channel();
    try {
      await channel.unlink(this.#path(partial));
      this.#unfinished.delete(partial);
    } catch (error) {
      // The error that ended the upload is the one to be told. What was never made needs no sweep.
      if (isNoSuchFile(error)) this.#unfinished.delete(partial);
    }
  }

  async #isFull(): Promise<boolean> {
    if (await this.#isLost()) return false;
    const free = await this.freeBytes();
    return free !== null && free < 1024 * 1024;
  }

  async #remove(name: string): Promise<void> {
    try {
      await (await this.#channel()).unlink(this.#path(name));
    } catch (error) {
      if (!isNoSuchFile(error)) throw this.#explain(error, name);
    }
  }

  async #entries(folder: string): Promise<RemoteFile[]> {
    requireFolderPath(folder);
    const channel = await this.#channel();
    try {
      return await channel.list(this.#path(folder));
    } catch (error) {
      if (folder === '' || !isNoSuchFile(error)) throw this.#explain(error, this.#path(folder));
      await this.#requireFolder(channel);
      throw absent(folder, this.label, error);
    }
  }

  async #requireFolder(channel: SftpChannel): Promise<void> {
    try {
      await channel.stat(this.#settings.path);
    } catch (error) {
      throw this.#explain(error, `The folder ${this.#settings.path}`);
    }
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

  #explain(error: unknown, what: string): SnapkeepError {
    return explainSftp(error, what, this.#settings.host);
  }
}

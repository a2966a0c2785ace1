import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { Space } from '../../../../src-shared/model/storage.ts';
import { cancelledError } from '../../engine/task-context.ts';
import {
  absent,
  type ByteRange,
  changed,
  type Destination,
  type ListPage,
  type PutOptions,
  type ReplaceOptions,
  requireFolderPath,
  requireNewPath,
  requireRange,
  type StoredObject,
  type TransferOptions,
  taken,
  type UnfinishedUpload,
  type UploadSource,
} from './destination.ts';
import type { Throttle } from './throttle.ts';
import { checkedDownload, readSource } from './transfer.ts';

/** What every destination does alike. A driver adds how its transport stores, reads and lists. */
export abstract class BaseDestination<Upload extends UnfinishedUpload> implements Destination {
  abstract readonly label: string;
  readonly #throttle: Throttle;

  constructor(throttle: Throttle) {
    this.#throttle = throttle;
  }

  async put(name: string, source: UploadSource, options: PutOptions = {}): Promise<StoredObject> {
    requireNewPath(name);
    if ((await this.stat(name)) !== undefined) throw taken(name, this.label);
    return await this.#upload(name, source, options, () => this.store(name, source, options));
  }

  async replace(name: string, source: UploadSource, options: ReplaceOptions = {}): Promise<StoredObject> {
    requireNewPath(name);
    const { ifSame } = options;
    const requireSame = async (): Promise<void> => {
      if (ifSame !== undefined && !(await this.#isStored(name, ifSame))) throw changed(name, this.label);
    };
    try {
      return await this.#upload(name, source, options, () => this.overwrite(name, source, options, requireSame));
    } catch (error) {
      // It was replaced, and the answer to that was lost.
      const isConflict = ifSame !== undefined && error instanceof SnapkeepError && error.code === 'CONFLICT';
      const stored = isConflict ? await this.stat(name) : undefined;
      if (stored !== undefined && (await this.#isStored(name, await buffer(source.open())))) return stored;
      throw error;
    }
  }

  async #upload(
    name: string,
    source: UploadSource,
    options: PutOptions,
    work: () => Promise<void>,
  ): Promise<StoredObject> {
    await this.requireRoom(source.bytes);
    try {
      await work();
    } catch (error) {
      throw options.signal?.aborted === true ? cancelledError() : this.explain(error, name);
    }
    const stored = await this.stat(name);
    if (stored === undefined) throw absent(name, this.label);
    return stored;
  }

  /** @param content `null`: whether nothing is stored */
  async #isStored(name: string, content: Buffer | null): Promise<boolean> {
    const object = await this.stat(name);
    if (object === undefined || content === null) return object === undefined && content === null;
    return object.bytes === content.length && (await buffer(await this.get(name))).equals(content);
  }

  async get(name: string, range?: ByteRange, options: TransferOptions = {}): Promise<Readable> {
    const object = await this.stat(name);
    if (object === undefined) throw absent(name, this.label);
    const { start, bytes } = range ?? { start: 0, bytes: object.bytes };
    requireRange({ start, bytes }, object);
    try {
      // No transport can be asked for no bytes.
      const arriving = bytes === 0 ? Readable.from([]) : await this.read(name, start, bytes, options.signal);
      return checkedDownload(arriving, bytes, this.#throttle, (error) => this.explain(error, name), options);
    } catch (error) {
      throw options.signal?.aborted === true ? cancelledError() : this.explain(error, name);
    }
  }

  async sweep(isOwn: (upload: UnfinishedUpload) => boolean, folder = ''): Promise<number> {
    requireFolderPath(folder);
    let removed = 0;
    for (const upload of await this.uploads(folder)) if (isOwn(upload) && (await this.abandon(upload))) removed += 1;
    return removed;
  }

  abstract exists(): Promise<boolean>;
  abstract create(): Promise<void>;
  abstract list(after?: string | null, limit?: number, folder?: string): Promise<ListPage>;
  abstract folders(folder?: string): Promise<string[]>;
  abstract stat(name: string): Promise<StoredObject | undefined>;
  abstract delete(name: string): Promise<void>;
  abstract removeFolder(folder: string): Promise<void>;
  abstract space(): Promise<Space | null>;
  abstract warnings(): Promise<string[]>;
  abstract close(): Promise<void>;

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What an upload reads, piece by piece, at the pace of the throttle. */
  protected pieces(source: UploadSource, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
    return readSource(source, this.#throttle, signal);
  }

  /** @throws SnapkeepError when this number of bytes cannot be stored */
  protected abstract requireRoom(bytes: number): Promise<void>;

  /** Stores something under a name that was free. What fails leaves nothing that can be seen. */
  protected abstract store(name: string, source: UploadSource, options: PutOptions): Promise<void>;

  /**
   * Stores something under a name that may be taken. What fails leaves what was stored.
   * @param requireSame fails when what is stored is not what is to be replaced; asked as late as can be
   */
  protected abstract overwrite(
    name: string,
    source: UploadSource,
    options: ReplaceOptions,
    requireSame: () => Promise<void>,
  ): Promise<void>;

  /** Reads a part of an object; at least one byte. */
  protected abstract read(
    name: string,
    start: number,
    bytes: number,
    signal: AbortSignal | undefined,
  ): Promise<Readable>;

  /** The uploads into a folder that have not got their names yet, anybody's. A missing folder below has none. */
  protected abstract uploads(folder: string): Promise<Upload[]>;

  /** Removes an upload that is no longer in progress. @returns whether it was still there */
  protected abstract abandon(upload: Upload): Promise<boolean>;

  /** Turns what the transport threw into an error for people; one that already is passes unchanged. */
  protected abstract explain(error: unknown, name: string): SnapkeepError;
}

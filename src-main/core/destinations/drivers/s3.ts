import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  type S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { S3Settings } from '../../../../src-shared/model/destination.ts';
import { classifyFailure } from '../../../../src-shared/rules/failures.ts';
import type { Pause } from '../../process/retry.ts';
import { BaseDestination } from './base-destination.ts';
import {
  absent,
  isName,
  type ListPage,
  PAGE_LIMIT,
  type PutOptions,
  type ReplaceOptions,
  requireFolderPath,
  requirePath,
  type StoredObject,
  taken,
  type UploadSource,
  within,
} from './destination.ts';
import { pagesOf } from './list-all.ts';
import { bucketExists, createBucket } from './s3-bucket.ts';
import { type BucketNames, explainS3, isNameless, isNoSuchUpload, notS3 } from './s3-errors.ts';
import {
  type ClientRecipe,
  INSTANT_KEY,
  type MultipartUpload,
  makeClient,
  objectParams,
  type UploadCondition,
  uploadWhole,
} from './s3-upload.ts';
import { Throttle } from './throttle.ts';

/** The keys of an account. */
export interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What else the driver may be lent. */
export interface S3Options {
  readonly throttle?: Throttle;
  readonly now?: () => Date;
  /** How the time before a request is sent again is passed; for tests. */
  readonly pause?: Pause;
  /** How far the clock of requests is from that of this machine, in milliseconds; for tests. */
  readonly clockOffset?: number;
}

const nextOf = (page: ListObjectsV2CommandOutput): string | null =>
  page.IsTruncated === true ? (page.NextContinuationToken ?? null) : null;

/** Where a page of uploads begins. */
interface UploadMarkers {
  KeyMarker: string;
  UploadIdMarker?: string;
}

type Page = Pick<ListObjectsV2CommandOutput, 'IsTruncated' | '$metadata'>;
type ObjectHead = HeadObjectCommandOutput & { ContentLength: number; LastModified: Date };

/** Whether it is an object that was asked about: each has these, and a page that answers for anything has not. */
const isObject = (head: HeadObjectCommandOutput): head is ObjectHead =>
  head.ContentLength !== undefined && head.LastModified !== undefined && head.ETag !== undefined;

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

/** A bucket, or a part of one, of a server that speaks S3. */
export class S3Destination extends BaseDestination<MultipartUpload> {
  readonly label: string;
  readonly #settings: S3Settings;
  readonly #recipe: ClientRecipe;
  readonly #client: S3Client;
  readonly #names: BucketNames;
  readonly #now: () => Date;

  /** @param keys `undefined`: the SDK's usual chain of environment, profiles and roles */
  constructor(settings: S3Settings, keys: S3Keys | undefined, options: S3Options = {}) {
    super(options.throttle ?? new Throttle(settings.bytesPerSecond));
    const { bucket, prefix, endpoint, region } = settings;
    this.#settings = settings;
    this.#now = options.now ?? (() => new Date());
    this.label = `the bucket ${bucket}${prefix === '' ? '' : `/${prefix}`}`;
    const host = endpoint === null ? `Amazon S3 in ${region}` : new URL(endpoint).host;
    this.#names = { label: this.label, bucket, host };
    const config: S3ClientConfig = {
      region,
      ...(endpoint === null ? {} : { endpoint }),
      ...(keys === undefined ? {} : { credentials: { ...keys } }),
      ...(options.clockOffset === undefined ? {} : { systemClockOffset: options.clockOffset }),
      forcePathStyle: settings.pathStyle,
      // Many servers know none of the newer checksums.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      // What may be gone the next time is tried again by the one policy of the core.
      maxAttempts: 1,
      requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000 },
    };
    const mayPass = (error: unknown): boolean =>
      !isAbort(error) &&
      !isNameless(error) &&
      !isNoSuchUpload(error) &&
      classifyFailure(this.explain(error).code) === 'unavailable';
    this.#recipe = { config, mayPass, pause: options.pause };
    this.#client = makeClient(this.#recipe);
  }

  exists(): Promise<boolean> {
    return this.#send(() => bucketExists(this.#client, this.#settings.bucket));
  }

  create(): Promise<void> {
    return this.#send(() => createBucket(this.#client, this.#settings));
  }

  protected async requireRoom(): Promise<void> {}

  protected async store(name: string, source: UploadSource, options: PutOptions): Promise<void> {
    try {
      await this.#upload(name, source, options, { IfNoneMatch: '*' }, this.#settings.objectLock);
    } catch (error) {
      // It was finished, and the answer to that was lost.
      if (isNoSuchUpload(error) && (await this.stat(name)) !== undefined) throw taken(name, this.label, error);
      throw error;
    }
  }

  protected async overwrite(
    name: string,
    source: UploadSource,
    options: ReplaceOptions,
    requireSame: () => Promise<void>,
  ): Promise<void> {
    // The tag first: it must not be that of what comes after the content that is compared.
    const tag = (await this.#head(name))?.ETag;
    await requireSame();
    const condition = tag === undefined ? { IfNoneMatch: '*' } : { IfMatch: tag };
    // What is replaced time and again is not locked: each version would stay.
    await this.#upload(name, source, options, options.ifSame === undefined ? {} : condition, null);
  }

  async #upload(
    name: string,
    source: UploadSource,
    { signal, onProgress, modifiedAt }: PutOptions,
    condition: UploadCondition,
    objectLock: S3Settings['objectLock'],
  ): Promise<void> {
    const kept = { ...this.#settings, objectLock };
    const upload = {
      target: { ...this.#address(name), ...objectParams(kept, condition, this.#now(), modifiedAt) },
      bytes: source.bytes,
      pieces: () => this.pieces(source, signal),
      signal,
      onProgress: onProgress ?? (() => undefined),
    };
    await uploadWhole(this.#client, this.#recipe, upload, (uploadId) => this.#giveUp({ name, tag: null, uploadId }));
  }

  protected async read(name: string, start: number, bytes: number, signal: AbortSignal | undefined): Promise<Readable> {
    const { Body } = await this.#client.send(
      new GetObjectCommand({ ...this.#address(name), Range: `bytes=${start}-${start + bytes - 1}` }),
      signal === undefined ? {} : { abortSignal: signal },
    );
    if (!(Body instanceof Readable)) throw new TypeError('The SDK answered no stream.');
    return Body;
  }

  async list(after: string | null = null, limit = PAGE_LIMIT, folder = ''): Promise<ListPage> {
    const page = await this.#listPage(after, limit, folder);
    const objects = (page.Contents ?? []).flatMap(({ Key, Size, LastModified }) => {
      const name = Key?.slice(this.#folderKey(folder).length) ?? '';
      return name === '' ? [] : [{ name, bytes: Size ?? 0, modifiedAt: LastModified ?? new Date(0) }];
    });
    return { objects, next: nextOf(page) };
  }

  async folders(folder = ''): Promise<string[]> {
    const names = new Set<string>();
    const ask = async (after: string | null) => {
      const page = await this.#listPage(after, PAGE_LIMIT, folder);
      return { prefixes: page.CommonPrefixes ?? [], next: nextOf(page) };
    };
    for await (const { prefixes } of pagesOf(this.label, ask))
      for (const { Prefix = '' } of prefixes)
        names.add(Prefix.slice(this.#folderKey(folder).length).replace(/\/$/, ''));
    return [...names].filter(isName).sort();
  }

  async #listPage(after: string | null, limit: number, folder: string): Promise<ListObjectsV2CommandOutput> {
    requireFolderPath(folder);
    return this.#sendForPage(() =>
      this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#settings.bucket,
          Prefix: this.#folderKey(folder),
          // What lies deeper belongs to somebody else.
          Delimiter: '/',
          MaxKeys: limit,
          ...(after === null ? {} : { ContinuationToken: after }),
        }),
      ),
    );
  }

  async stat(name: string): Promise<StoredObject | undefined> {
    const head = await this.#head(name);
    if (head === undefined) return undefined;
    const given = new Date(head.Metadata?.[INSTANT_KEY] ?? Number.NaN);
    const modifiedAt = Number.isNaN(given.getTime()) ? head.LastModified : given;
    return { name, bytes: head.ContentLength, modifiedAt };
  }

  async delete(name: string): Promise<void> {
    const head = await this.#head(name);
    if (head === undefined) return;
    const until = head.ObjectLockRetainUntilDate;
    // A bucket with versions would only hide it, and go on to charge for it.
    if (head.ObjectLockLegalHoldStatus === 'ON' || (until !== undefined && until > this.#now())) {
      const words = until === undefined ? 'by a legal hold' : `until ${until.toISOString().slice(0, 10)}`;
      throw new SnapkeepError('PERMISSION', `${name} in ${this.label} is locked ${words}.`, {
        hint: 'It can be deleted when the lock ends.',
      });
    }
    // One by one: many servers want checksums for several at once that the SDK does not send.
    await this.#send(() => this.#client.send(new DeleteObjectCommand(this.#address(name))), name);
  }

  async removeFolder(folder: string): Promise<void> {
    requirePath(folder);
  }

  async space(): Promise<null> {
    return null;
  }

  async warnings(): Promise<string[]> {
    const { endpoint } = this.#settings;
    if (endpoint === null || endpoint.startsWith('https:')) return [];
    return [`Unencrypted connection to ${this.#names.host} (HTTP): others on the network can read the backups.`];
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  protected async uploads(folder: string): Promise<MultipartUpload[]> {
    const found: MultipartUpload[] = [];
    const Prefix = this.#folderKey(folder);
    const ask = (after: UploadMarkers | null) => this.#uploadsAfter(Prefix, after);
    for await (const { uploads } of pagesOf(this.label, ask))
      for (const { Key, UploadId } of uploads) {
        const name = Key?.slice(Prefix.length);
        if (name === undefined || UploadId === undefined || name.includes('/')) continue;
        found.push({ name: within(folder, name), tag: null, uploadId: UploadId });
      }
    return found;
  }

  async #uploadsAfter(Prefix: string, after: UploadMarkers | null) {
    const { bucket: Bucket } = this.#settings;
    const page = await this.#sendForPage(() =>
      this.#client.send(new ListMultipartUploadsCommand({ Bucket, Prefix, ...after })),
    );
    const { IsTruncated, NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page;
    const hasMore = IsTruncated === true && KeyMarker !== undefined;
    const next = hasMore ? { KeyMarker, ...(UploadIdMarker === undefined ? {} : { UploadIdMarker }) } : null;
    return { uploads: page.Uploads ?? [], next };
  }

  protected abandon({ name, uploadId: UploadId }: MultipartUpload): Promise<boolean> {
    return this.#send(async () => {
      try {
        await this.#client.send(new AbortMultipartUploadCommand({ ...this.#address(name), UploadId }));
        return true;
      } catch (error) {
        if (isNoSuchUpload(error)) return false;
        throw error;
      }
    });
  }

  /** Aborts what has failed. Where the server is unavailable, the next sweep does: the error of the upload is the one to be told. */
  async #giveUp(upload: MultipartUpload): Promise<void> {
    await Promise.allSettled([this.abandon(upload)]);
  }

  /** @returns `undefined`: there is no such object */
  async #head(name: string): Promise<ObjectHead | undefined> {
    requirePath(name);
    for (let attempt = 1; ; attempt++) {
      try {
        const head = await this.#client.send(new HeadObjectCommand(this.#address(name)));
        if (!isObject(head)) throw notS3(head.$metadata.httpStatusCode, this.#names);
        return head;
      } catch (error) {
        if (!(error instanceof S3ServiceException)) throw this.explain(error, name);
        // The answer to HEAD has no body that says why; that to a list has, and tells a bucket from an object.
        await this.list(null, 1);
        if (error.$metadata.httpStatusCode === 404) return undefined;
        // The SDK sets its clock by what the server answers; when that was all, asking again helps.
        if (attempt === 2) throw this.explain(error, name);
      }
    }
  }

  /** What the keys in a folder begin with. */
  #folderKey(folder: string): string {
    return this.#key(folder === '' ? '' : `${folder}/`);
  }

  #key(name: string): string {
    const { prefix } = this.#settings;
    return prefix === '' ? name : `${prefix}/${name}`;
  }

  #address(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.#settings.bucket, Key: this.#key(name) };
  }

  /** The same for a page of a list. The SDK reads any text that is well-formed as an empty one; a bucket says whether there are more. */
  async #sendForPage<T extends Page>(request: () => Promise<T>): Promise<T> {
    const page = await this.#send(request);
    if (page.IsTruncated === undefined) throw notS3(page.$metadata.httpStatusCode, this.#names);
    return page;
  }

  async #send<T>(request: () => Promise<T>, name?: string): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw this.explain(error, name);
    }
  }

  protected explain(error: unknown, name?: string): SnapkeepError {
    const explained = explainS3(error, this.#names);
    if (name === undefined || error instanceof SnapkeepError) return explained;
    if (explained.code === 'CONFLICT') return taken(name, this.label, error);
    return error instanceof S3ServiceException && error.name === 'NoSuchKey'
      ? absent(name, this.label, error)
      : explained;
  }
}

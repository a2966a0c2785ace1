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
  type PutObjectCommandInput,
  type S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { S3Settings } from '../../../src-shared/model/destination.ts';
import { cancelledError } from '../engine/task-context.ts';
import {
  absent,
  type ByteRange,
  type Destination,
  isName,
  type ListPage,
  PAGE_LIMIT,
  requireFolderPath,
  requireName,
  requirePath,
  requireRange,
  type StoredObject,
  type TransferOptions,
  taken,
  type UploadInTheMaking,
  type UploadSource,
} from './destination.ts';
import { type BucketNames, explainS3 } from './s3-errors.ts';
import { makeClient, type UnfinishedUpload, uploadStream } from './s3-upload.ts';
import { Throttle } from './throttle.ts';
import { checkedDownload, readSource } from './transfer.ts';

/** The keys of an account. */
export interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What else the driver may be lent. */
export interface S3Options {
  readonly throttle?: Throttle;
  readonly now?: () => Date;
  /** How far the clock of requests is from that of this machine, in milliseconds; for tests. */
  readonly clockOffset?: number;
}

const DAY_MS = 86_400_000;

const nextOf = (page: ListObjectsV2CommandOutput): string | null =>
  page.IsTruncated === true ? (page.NextContinuationToken ?? null) : null;

/** A bucket, or a part of one, of a server that speaks S3. */
export class S3Destination implements Destination {
  readonly label: string;
  readonly #settings: S3Settings;
  readonly #config: S3ClientConfig;
  readonly #client: S3Client;
  readonly #names: BucketNames;
  readonly #throttle: Throttle;
  readonly #now: () => Date;
  /** Uploads of its own that could not be aborted because the server was away. */
  readonly #unfinished = new Map<string, UnfinishedUpload>();

  /** @param keys `undefined`: the SDK's usual chain of environment, profiles and roles */
  constructor(settings: S3Settings, keys: S3Keys | undefined, options: S3Options = {}) {
    const { bucket, prefix, endpoint, region } = settings;
    this.#settings = settings;
    this.#throttle = options.throttle ?? new Throttle(settings.bytesPerSecond);
    this.#now = options.now ?? (() => new Date());
    this.label = `the bucket ${bucket}${prefix === '' ? '' : `/${prefix}`}`;
    const host = endpoint === null ? `Amazon S3 in ${region}` : new URL(endpoint).host;
    this.#names = { label: this.label, bucket, host };
    this.#config = {
      region,
      ...(endpoint === null ? {} : { endpoint }),
      ...(keys === undefined ? {} : { credentials: { ...keys } }),
      ...(options.clockOffset === undefined ? {} : { systemClockOffset: options.clockOffset }),
      forcePathStyle: settings.pathStyle,
      // Many servers know none of the newer checksums.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      maxAttempts: 4,
      requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000 },
    };
    this.#client = makeClient(this.#config);
  }

  async put(
    name: string,
    source: UploadSource,
    { signal, onProgress = () => undefined }: TransferOptions = {},
  ): Promise<StoredObject> {
    requireName(name);
    if ((await this.stat(name)) !== undefined) throw taken(name, this.label);
    const pieces = readSource(source, this.#throttle, signal);
    try {
      await uploadStream(
        this.#client,
        this.#config,
        this.#target(name),
        pieces,
        source.bytes,
        signal,
        onProgress,
        (upload) => this.#giveUp(upload),
      );
    } catch (error) {
      throw signal?.aborted === true ? cancelledError() : this.#explain(error, name);
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
    const explain = (error: unknown): SnapkeepError => this.#explain(error, name);
    // A range cannot say “none”.
    if (bytes === 0) return checkedDownload(Readable.from([]), 0, this.#throttle, explain, options);
    try {
      const { Body } = await this.#client.send(
        new GetObjectCommand({ ...this.#address(name), Range: `bytes=${start}-${start + bytes - 1}` }),
        options.signal === undefined ? {} : { abortSignal: options.signal },
      );
      if (!(Body instanceof Readable)) throw new TypeError('The SDK answered no stream.');
      return checkedDownload(Body, bytes, this.#throttle, explain, options);
    } catch (error) {
      throw options.signal?.aborted === true ? cancelledError() : explain(error);
    }
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
    let after: string | null = null;
    do {
      const page: ListObjectsV2CommandOutput = await this.#listPage(after, PAGE_LIMIT, folder);
      for (const { Prefix = '' } of page.CommonPrefixes ?? [])
        names.add(Prefix.slice(this.#folderKey(folder).length).replace(/\/$/, ''));
      after = nextOf(page);
    } while (after !== null);
    return [...names].filter(isName).sort();
  }

  async #listPage(after: string | null, limit: number, folder: string): Promise<ListObjectsV2CommandOutput> {
    requireFolderPath(folder);
    return this.#send(() =>
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
    return head && { name, bytes: head.ContentLength ?? 0, modifiedAt: head.LastModified ?? new Date(0) };
  }

  async delete(name: string): Promise<void> {
    const head = await this.#head(name);
    if (head === undefined) return;
    const until = head.ObjectLockRetainUntilDate;
    // A bucket with versions would only hide it, and go on to charge for it.
    if (head.ObjectLockLegalHoldStatus === 'ON' || (until !== undefined && until > this.#now())) {
      const words = until === undefined ? 'by a legal hold' : `until ${until.toISOString().slice(0, 10)}`;
      throw new SnapkeepError('PERMISSION', `${name} in ${this.label} is locked ${words}.`, {
        hint: 'It can be deleted when the lock has ended.',
      });
    }
    // One by one: many servers want checksums for several at once that the SDK does not send.
    await this.#send(() => this.#client.send(new DeleteObjectCommand(this.#address(name))), name);
  }

  async freeBytes(): Promise<number | null> {
    return null;
  }

  async warnings(): Promise<string[]> {
    const { endpoint } = this.#settings;
    if (endpoint === null || endpoint.startsWith('https:')) return [];
    return [`${this.#names.host} is spoken to without encryption: whoever sees the network sees the backups.`];
  }

  async sweep(isOwn: (upload: UploadInTheMaking) => boolean): Promise<number> {
    let removed = 0;
    for (const upload of [...this.#unfinished.values()]) if (await this.#abort(upload)) removed += 1;
    for (const upload of await this.#uploads()) {
      const name = upload.key.slice(this.#key('').length);
      if (isOwn({ name, tag: null }) && (await this.#abort(upload))) removed += 1;
    }
    return removed;
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  async #uploads(): Promise<UnfinishedUpload[]> {
    const found: UnfinishedUpload[] = [];
    let markers: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
    while (markers !== undefined) {
      const start: { KeyMarker?: string; UploadIdMarker?: string } = markers;
      const page = await this.#send(() =>
        this.#client.send(
          new ListMultipartUploadsCommand({ Bucket: this.#settings.bucket, Prefix: this.#key(''), ...start }),
        ),
      );
      for (const { Key, UploadId } of page.Uploads ?? []) {
        if (Key === undefined || UploadId === undefined || Key.slice(this.#key('').length).includes('/')) continue;
        found.push({ key: Key, uploadId: UploadId });
      }
      const { IsTruncated, NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page;
      if (IsTruncated !== true || KeyMarker === undefined) markers = undefined;
      else markers = { KeyMarker, ...(UploadIdMarker === undefined ? {} : { UploadIdMarker }) };
    }
    return found;
  }

  /** Aborts what has failed; where the server is away, the next sweep does. */
  async #giveUp(upload: UnfinishedUpload): Promise<void> {
    this.#unfinished.set(upload.uploadId, upload);
    try {
      await this.#abort(upload);
    } catch (error) {
      // The error that ended the upload is the one to be told; this one would hide it.
      if (!(error instanceof SnapkeepError)) throw error;
    }
  }

  /** @returns whether there was something to abort */
  async #abort({ key, uploadId }: UnfinishedUpload): Promise<boolean> {
    const removed = await this.#send(async () => {
      try {
        await this.#client.send(
          new AbortMultipartUploadCommand({ Bucket: this.#settings.bucket, Key: key, UploadId: uploadId }),
        );
        return true;
      } catch (error) {
        if (error instanceof S3ServiceException && error.name === 'NoSuchUpload') return false;
        throw error;
      }
    });
    this.#unfinished.delete(uploadId);
    return removed;
  }

  async #head(name: string): Promise<HeadObjectCommandOutput | undefined> {
    requirePath(name);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#client.send(new HeadObjectCommand(this.#address(name)));
      } catch (error) {
        if (!(error instanceof S3ServiceException)) throw this.#explain(error, name);
        // The answer to HEAD has no body that says why; that to a list has, and tells a bucket from an object.
        await this.list(null, 1);
        if (error.$metadata.httpStatusCode === 404) return undefined;
        // The SDK sets its clock by what the server answers; when that was all, asking again helps.
        if (attempt === 2) throw this.#explain(error, name);
      }
    }
  }

  /** Where an object goes, and how it is to be kept there. */
  #target(name: string): PutObjectCommandInput & { Key: string } {
    const { conditionalWrites, encryption, objectLock } = this.#settings;
    return {
      ...this.#address(name),
      ContentType: 'application/octet-stream',
      ...(conditionalWrites ? { IfNoneMatch: '*' } : {}),
      ...(encryption.kind === 's3' ? { ServerSideEncryption: 'AES256' } : {}),
      ...(encryption.kind === 'kms' ? { ServerSideEncryption: 'aws:kms' } : {}),
      ...(encryption.kind === 'kms' && encryption.keyId !== null ? { SSEKMSKeyId: encryption.keyId } : {}),
      ...(objectLock === null
        ? {}
        : {
            ObjectLockMode: objectLock.mode,
            ObjectLockRetainUntilDate: new Date(this.#now().getTime() + objectLock.days * DAY_MS),
            // A locked object is the one that servers take only with a checksum.
            ChecksumAlgorithm: 'CRC32',
          }),
    };
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

  async #send<T>(request: () => Promise<T>, name?: string): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw this.#explain(error, name);
    }
  }

  #explain(error: unknown, name?: string): SnapkeepError {
    const explained = explainS3(error, this.#names);
    if (name === undefined || error instanceof SnapkeepError) return explained;
    if (explained.code === 'CONFLICT') return taken(name, this.label, error);
    return error instanceof S3ServiceException && error.name === 'NoSuchKey'
      ? absent(name, this.label, error)
      : explained;
  }
}

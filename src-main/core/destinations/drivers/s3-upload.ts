import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  type CreateMultipartUploadCommandOutput,
  type MultipartUpload as ListedUpload,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { S3Settings } from '../../../../src-shared/model/destination.ts';
import { DAY_MS } from '../../../../src-shared/rules/durations.ts';
import { isOfSource } from '../../engine/engine-errors.ts';
import { type Pause, withRetries } from '../../process/retry.ts';
import type { UnfinishedUpload } from './destination.ts';

const MIB = 1024 * 1024;
/**
 * Up to this size a file is one PUT, which takes half the time of parts on a fast network (npm run bench). What breaks is
 * sent again from the start; a part of a larger file is sent again alone.
 */
export const ONE_PUT_BYTES = 64 * MIB;
/** A server takes at most 10,000 parts; a few are left over for what is not divided evenly. */
const MOST_PARTS = 9_900;
const PARTS_AT_ONCE = 3;
const RETRIES = 3;
/** The next part is read while others are under way. */
const READ_AHEAD_BYTES = 32 * MIB;

/** The metadata that says of which instant an object is; Litestream's. */
export const INSTANT_KEY = 'litestream-timestamp';

/** When an object may be stored under its name. */
export type UploadCondition = Pick<PutObjectCommandInput, 'IfMatch' | 'IfNoneMatch'>;

/**
 * How an object is to be kept.
 * @param condition for servers that know conditions
 * @param modifiedAt of which instant it is
 */
export function objectParams(
  { conditionalWrites, encryption, objectLock }: S3Settings,
  condition: UploadCondition,
  now: Date,
  modifiedAt: Date | undefined,
): Omit<PutObjectCommandInput, 'Bucket' | 'Key'> {
  return {
    ContentType: 'application/octet-stream',
    ...(conditionalWrites ? condition : {}),
    ...(modifiedAt === undefined ? {} : { Metadata: { [INSTANT_KEY]: modifiedAt.toISOString() } }),
    ...(encryption.kind === 's3' ? { ServerSideEncryption: 'AES256' } : {}),
    ...(encryption.kind === 'kms' ? { ServerSideEncryption: 'aws:kms' } : {}),
    ...(encryption.kind === 'kms' && encryption.keyId !== null ? { SSEKMSKeyId: encryption.keyId } : {}),
    ...(objectLock === null
      ? {}
      : {
          ObjectLockMode: objectLock.mode,
          ObjectLockRetainUntilDate: new Date(now.getTime() + objectLock.days * DAY_MS),
          // A locked object is the one that servers take only with a checksum.
          ChecksumAlgorithm: 'CRC32',
        }),
  };
}

/** The size of the parts of an upload in bytes: 16 MiB, and more where there would be too many. */
export function partBytes(total: number): number {
  return Math.max(16 * MIB, Math.ceil(total / MOST_PARTS / MIB) * MIB);
}

/** What clients of one destination are made of. */
export interface ClientRecipe {
  readonly config: S3ClientConfig;
  /** Whether what went wrong may be gone when the request is sent again. */
  readonly mayPass: (error: unknown) => boolean;
  readonly pause: Pause | undefined;
}

/**
 * Makes a client whose requests are sent again while the server is unavailable, each for itself; a stream can be sent
 * only once. The parts of an upload are signed without their content, as the SDK does with streams: hashing them once
 * more on both sides made uploads a third slower (npm run bench). What arrived is checked when it is read back.
 * @param signal ends the pauses
 */
export function makeClient({ config, mayPass, pause }: ClientRecipe, signal?: AbortSignal): S3Client {
  const client = new S3Client(config);
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if ('Body' in args.input && args.input.Body instanceof Readable) return next(args);
        const began = performance.now();
        let sent = 0;
        const send = () => {
          sent += 1;
          return next(args);
        };
        const answer = await withRetries(send, { retries: RETRIES, isWorthwhile: mayPass, pause, signal });
        if (commandName === 'CreateMultipartUploadCommand' && sent > 1) {
          const begun = answer.output as CreateMultipartUploadCommandOutput;
          // What may stay holds nothing; where it cannot be removed, the upload goes on.
          await Promise.allSettled([abortEarlierBegins(client, begun, performance.now() - began)]);
        }
        return answer;
      },
    { step: 'initialize', name: 'retries' },
  );
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName === 'UploadPartCommand' && hasHeaders(args.request))
          args.request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
        return next(args);
      },
    { step: 'build', name: 'unsignedParts' },
  );
  return client;
}

/**
 * Aborts what earlier tries to begin an upload have begun when only their answers were lost: nobody else knows of it, and
 * it would stay at the server. What others have begun under the same name is older.
 * @param begun the answer to the last try
 * @param elapsed since the first try, in milliseconds
 */
async function abortEarlierBegins(
  client: S3Client,
  { Bucket, Key, UploadId }: CreateMultipartUploadCommandOutput,
  elapsed: number,
): Promise<void> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key }));
  const instantOf = ({ Initiated }: ListedUpload): number => Initiated?.getTime() ?? Number.NaN;
  const own = Uploads.find((upload) => upload.UploadId === UploadId);
  if (own === undefined) return;
  // Servers tell instants in whole seconds; all of them are by the same clock.
  const until = instantOf(own);
  const since = until - elapsed - 1_000;
  const earlier = Uploads.filter((upload) => {
    const at = instantOf(upload);
    return upload.Key === Key && upload !== own && at >= since && at <= until;
  });
  for (const upload of earlier)
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: upload.UploadId }));
}

function hasHeaders(request: unknown): request is { headers: Record<string, string> } {
  return typeof request === 'object' && request !== null && 'headers' in request;
}

/** An upload in parts that the server may still hold. */
export interface MultipartUpload extends UnfinishedUpload {
  readonly uploadId: string;
}

/** What is uploaded, and what hears of its progress. */
export interface WholeUpload {
  readonly target: PutObjectCommandInput & { Key: string };
  readonly bytes: number;
  /** Reads the source from its start. */
  readonly pieces: () => AsyncIterable<Buffer>;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (bytes: number) => void;
}

/**
 * Uploads a source: in one request, or in parts if it is large. The object is there when the server has all of it, and
 * not before.
 * @param recipe of the client
 * @param onUnfinished told, when it fails, which upload in parts is to be aborted; nothing is under way by then
 */
export async function uploadWhole(
  client: S3Client,
  recipe: ClientRecipe,
  upload: WholeUpload,
  onUnfinished: (uploadId: string) => Promise<void>,
): Promise<void> {
  // Many servers take no checksum at the end of a stream, and nothing that is locked without one.
  const isOneRequest = upload.bytes <= ONE_PUT_BYTES && upload.target.ChecksumAlgorithm === undefined;
  return isOneRequest ? putWhole(client, recipe, upload) : uploadInParts(client, recipe, upload, onUnfinished);
}

/** Sends all of it in one request; where that breaks and may succeed later, from the start again. */
async function putWhole(client: S3Client, { mayPass, pause }: ClientRecipe, upload: WholeUpload): Promise<void> {
  const { signal, onProgress } = upload;
  let most = 0;
  const tell = (bytes: number): void => {
    if (bytes <= most) return;
    most = bytes;
    onProgress(bytes);
  };
  const isWorthwhile = (error: unknown): boolean =>
    !(error instanceof SnapkeepError && isOfSource(error)) && mayPass(error);
  await withRetries(() => putOnce(client, upload, tell), { retries: RETRIES, isWorthwhile, pause, signal });
}

async function putOnce(
  client: S3Client,
  { target, bytes, pieces, signal }: WholeUpload,
  tell: (bytes: number) => void,
): Promise<void> {
  const broken = new AbortController();
  const body = Readable.from(counted(pieces(), tell), { objectMode: false, highWaterMark: MIB });
  // The SDK does not notice when what it sends breaks off, and would wait for the server, which waits for the rest.
  body.on('error', (error) => broken.abort(error));
  const abortSignal = signal === undefined ? broken.signal : AbortSignal.any([signal, broken.signal]);
  try {
    await client.send(new PutObjectCommand({ ...target, Body: body, ContentLength: bytes }), { abortSignal });
  } catch (error) {
    throw broken.signal.aborted ? broken.signal.reason : error;
  } finally {
    body.destroy();
  }
}

/** Holds the last piece back until the source has ended as it should: with it the server has all, and the object is there. */
async function* counted(pieces: AsyncIterable<Buffer>, tell: (bytes: number) => void): AsyncGenerator<Buffer> {
  let done = 0;
  let held: Buffer | undefined;
  for await (const piece of pieces) {
    if (held !== undefined) {
      yield held;
      done += held.length;
      tell(done);
    }
    held = piece;
  }
  if (held === undefined) return;
  yield held;
  tell(done + held.length);
}

/** Uploads in parts, with a separate client: the SDK's uploader cannot stop what is under way. */
async function uploadInParts(
  client: S3Client,
  recipe: ClientRecipe,
  { target, bytes, pieces, signal, onProgress }: WholeUpload,
  onUnfinished: (uploadId: string) => Promise<void>,
): Promise<void> {
  const upload = new Upload({
    client: signal === undefined ? client : stoppableClient(client, recipe, signal),
    params: { ...target, Body: Readable.from(pieces(), { objectMode: false, highWaterMark: READ_AHEAD_BYTES }) },
    partSize: partBytes(bytes),
    queueSize: PARTS_AT_ONCE,
    // Its own way of aborting hides the error behind that of the abort when the server is away.
    leavePartsOnError: true,
  });
  upload.on('httpUploadProgress', ({ loaded }) => {
    if (loaded !== undefined) onProgress(loaded);
  });
  try {
    await upload.done();
  } catch (error) {
    if (upload.uploadId !== undefined) await onUnfinished(upload.uploadId);
    throw error;
  }
}

/**
 * The same client, whose transfers of bytes end when the signal says so. What begins an upload and what puts its parts
 * together is let finish: stopped halfway, nobody would know what there is to be aborted, or whether the object is there.
 */
function stoppableClient(client: S3Client, recipe: ClientRecipe, signal: AbortSignal): S3Client {
  const handler = client.config.requestHandler;
  const handle: typeof handler.handle = (request: { readonly method?: string }, options) => {
    return handler.handle(request, request.method === 'PUT' ? { ...options, abortSignal: signal } : options);
  };
  // The connections, and whatever else, stay those of the client it is made from.
  const requestHandler: typeof handler = Object.create(handler, { handle: { value: handle } });
  return makeClient({ ...recipe, config: { ...recipe.config, requestHandler } }, signal);
}

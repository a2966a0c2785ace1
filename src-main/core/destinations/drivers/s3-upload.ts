import { Readable } from 'node:stream';
import { type PutObjectCommandInput, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type Pause, withRetries } from '../../process/retry.ts';
import type { UploadInTheMaking } from './destination.ts';

const MIB = 1024 * 1024;
/** A server takes at most 10,000 parts; a few are left over for what is not divided evenly. */
const MOST_PARTS = 9_900;
const PARTS_AT_ONCE = 3;
const RETRIES = 3;
/** The next part is read while others are under way. */
const READ_AHEAD_BYTES = 32 * MIB;

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
 * Makes a client whose requests are sent again while the server is unavailable, each for itself. The parts of an upload are signed without their content, as the SDK does with streams: hashing them
 * once more on both sides made uploads a third slower (npm run bench). What arrived is checked when it is read back.
 * @param signal ends the pauses
 */
export function makeClient({ config, mayPass, pause }: ClientRecipe, signal?: AbortSignal): S3Client {
  const client = new S3Client(config);
  client.middlewareStack.add(
    (next) => (args) => withRetries(() => next(args), { retries: RETRIES, isWorthwhile: mayPass, pause, signal }),
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

function hasHeaders(request: unknown): request is { headers: Record<string, string> } {
  return typeof request === 'object' && request !== null && 'headers' in request;
}

/** An upload in parts that the server may still hold. */
export interface UnfinishedUpload extends UploadInTheMaking {
  readonly uploadId: string;
}

/**
 * Uploads a stream, in parts if it is large; the object is there when the server has put them together, and not before.
 * @param recipe of the client: one of its own is made, for the SDK's uploader cannot stop what is under way
 * @param onUnfinished told, when it fails, which upload is to be aborted; nothing is under way by then
 */
export async function uploadStream(
  client: S3Client,
  recipe: ClientRecipe,
  target: PutObjectCommandInput & { Key: string },
  pieces: AsyncIterable<Buffer>,
  bytes: number,
  signal: AbortSignal | undefined,
  onProgress: (bytes: number) => void,
  onUnfinished: (uploadId: string) => Promise<void>,
): Promise<void> {
  const upload = new Upload({
    client: signal === undefined ? client : stoppableClient(client, recipe, signal),
    params: { ...target, Body: Readable.from(pieces, { objectMode: false, highWaterMark: READ_AHEAD_BYTES }) },
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

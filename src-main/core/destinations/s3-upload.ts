import { Readable } from 'node:stream';
import { type PutObjectCommandInput, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

const MIB = 1024 * 1024;
/** A server takes at most 10,000 parts; a few are left over for what is not divided evenly. */
const MOST_PARTS = 9_900;
const PARTS_AT_ONCE = 3;

/** The size of the parts of an upload in bytes: 8 MiB, and more where there would be too many. */
export function partBytes(total: number): number {
  return Math.max(8 * MIB, Math.ceil(total / MOST_PARTS / MIB) * MIB);
}

/** An upload in parts that the server may still hold. */
export interface UnfinishedUpload {
  readonly key: string;
  readonly uploadId: string;
}

/**
 * Uploads a stream, in parts if it is large; the object is there when the server has put them together, and not before.
 * @param config of the client: one of its own is made, for the SDK's uploader cannot stop what is under way
 * @param onUnfinished told, when it fails, which upload is to be aborted; nothing is under way by then
 */
export async function uploadStream(
  client: S3Client,
  config: S3ClientConfig,
  target: PutObjectCommandInput & { Key: string },
  pieces: AsyncIterable<Buffer>,
  bytes: number,
  signal: AbortSignal | undefined,
  onProgress: (bytes: number) => void,
  onUnfinished: (upload: UnfinishedUpload) => Promise<void>,
): Promise<void> {
  const upload = new Upload({
    client: signal === undefined ? client : stoppableClient(client, config, signal),
    params: { ...target, Body: Readable.from(pieces, { objectMode: false }) },
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
    if (upload.uploadId !== undefined) await onUnfinished({ key: target.Key, uploadId: upload.uploadId });
    throw error;
  }
}

/**
 * The same client, whose transfers of bytes end when the signal says so. What begins an upload and what puts its parts
 * together is let finish: stopped halfway, nobody would know what there is to be aborted, or whether the object is there.
 */
function stoppableClient(client: S3Client, config: S3ClientConfig, signal: AbortSignal): S3Client {
  const handler = client.config.requestHandler;
  const handle: typeof handler.handle = (request: { readonly method?: string }, options) => {
    return handler.handle(request, request.method === 'PUT' ? { ...options, abortSignal: signal } : options);
  };
  // The connections, and whatever else, stay those of the client it is made from.
  const requestHandler: typeof handler = Object.create(handler, { handle: { value: handle } });
  return new S3Client({ ...config, requestHandler });
}

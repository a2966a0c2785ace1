import { addAbortSignal, Readable } from 'node:stream';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { explainError, ofSource } from '../../engine/engine-errors.ts';
import { cancelledError } from '../../engine/task-context.ts';
import type { TransferOptions, UploadSource } from './destination.ts';
import type { Throttle } from './throttle.ts';

const PIECE_BYTES = 1024 * 1024;

/**
 * What an upload reads: the source at the pace of the throttle, in pieces of at most a mebibyte.
 * @throws SnapkeepError `CANCELLED`; of the source, `INVALID_PARAMS` when there is more or less of it than it said
 */
export async function* readSource(
  source: UploadSource,
  throttle: Throttle,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const stopped = (): boolean => signal?.aborted === true;
  if (stopped()) throw cancelledError();
  const stream = source.open();
  if (signal !== undefined) addAbortSignal(signal, stream);
  let read = 0;
  try {
    for await (const chunk of stream) {
      const data: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
      read += data.length;
      if (read > source.bytes) throw otherLength(source);
      for (let start = 0; start < data.length; start += PIECE_BYTES) {
        const piece = data.subarray(start, start + PIECE_BYTES);
        await throttle.take(piece.length, signal);
        yield piece;
      }
    }
  } catch (error) {
    throw stopped() ? cancelledError() : ofSource(explainError(error, 'the source file'));
  } finally {
    stream.destroy();
  }
  if (read !== source.bytes) throw ofSource(otherLength(source));
}

function otherLength(source: UploadSource): SnapkeepError {
  return new SnapkeepError('INVALID_PARAMS', `The source file is no longer ${source.bytes} bytes long.`, {
    hint: 'Nothing was stored. Another program writes to the file. Try again when it has finished.',
  });
}

/**
 * What a download answers: the bytes that arrive at the pace of the throttle, as a stream that fails when it ends early.
 * @param explain turns what the transport throws into an error for people
 */
export function checkedDownload(
  arriving: Readable,
  bytes: number,
  throttle: Throttle,
  explain: (error: unknown) => SnapkeepError,
  { signal, onProgress }: TransferOptions = {},
): Readable {
  if (signal !== undefined) addAbortSignal(signal, arriving);
  // Its reader gets the error; it may fail before there is one, and an error that nobody listens to ends the process.
  arriving.on('error', () => undefined);
  async function* check(): AsyncGenerator<Buffer> {
    let done = 0;
    try {
      for await (const chunk of arriving) {
        const data: Buffer = chunk;
        await throttle.take(data.length, signal);
        done += data.length;
        onProgress?.(done);
        yield data;
      }
      if (done !== bytes) throw endedEarly(done, bytes);
    } catch (error) {
      throw signal?.aborted === true ? cancelledError() : explain(error);
    } finally {
      arriving.destroy();
    }
  }
  return Readable.from(check(), { objectMode: false });
}

function endedEarly(done: number, bytes: number): SnapkeepError {
  return new SnapkeepError('UNAVAILABLE', `The transfer ended after ${done} of ${bytes} bytes.`, {
    hint: 'Check the connection and try again.',
  });
}

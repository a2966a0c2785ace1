import { setTimeout } from 'node:timers/promises';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { cancelledError } from '../engine/task-context.ts';
import type { Destination, StoredObject, TransferOptions, UploadSource } from './destination.ts';

/** How often an upload is started over, and how the time between is passed. */
export interface Restarts {
  /** All in all, at least 1. */
  readonly attempts: number;
  /** Called before an attempt that is not the first, with the error that ended the one before. */
  readonly wait: (milliseconds: number, error: SnapkeepError, signal: AbortSignal | undefined) => Promise<void>;
}

const DEFAULT_RESTARTS: Restarts = {
  attempts: 4,
  wait: async (milliseconds, _error, signal) => {
    try {
      await setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      throw signal?.aborted === true ? cancelledError() : error;
    }
  },
};

/**
 * Stores something, and starts over after pauses of 2, 4, 8 … seconds while the destination does not answer. What the
 * attempts before have left there is removed.
 * @throws SnapkeepError the last attempt's
 */
export async function putWithRestarts(
  destination: Destination,
  name: string,
  source: UploadSource,
  options: TransferOptions = {},
  { attempts, wait }: Restarts = DEFAULT_RESTARTS,
): Promise<StoredObject> {
  const { signal } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      // Only what this destination itself knows to have left behind goes.
      if (attempt > 1) await destination.sweep(() => false);
      return await destination.put(name, source, options);
    } catch (error) {
      if (!(error instanceof SnapkeepError)) throw error;
      if (error.code === 'CONFLICT' && attempt > 1) return await ownUpload(destination, name, source, error, options);
      if (error.code !== 'UNAVAILABLE' || attempt >= attempts) throw error;
      await wait(2 ** attempt * 1000, error, signal);
    }
  }
}

/** An attempt may have succeeded though its answer was lost: then what is there is what was to be stored. */
async function ownUpload(
  destination: Destination,
  name: string,
  source: UploadSource,
  conflict: SnapkeepError,
  options: TransferOptions,
): Promise<StoredObject> {
  const stored = await destination.stat(name);
  if (stored === undefined || stored.bytes !== source.bytes) throw conflict;
  const wanted = source.open();
  try {
    const there = await destination.get(
      name,
      undefined,
      options.signal === undefined ? {} : { signal: options.signal },
    );
    let ahead: Buffer = Buffer.alloc(0);
    const chunks = wanted[Symbol.asyncIterator]();
    for await (const chunk of there) {
      let rest: Buffer = chunk;
      while (rest.length > 0) {
        if (ahead.length === 0) ahead = await nextChunk(chunks);
        const length = Math.min(rest.length, ahead.length);
        if (length === 0 || !rest.subarray(0, length).equals(ahead.subarray(0, length))) throw conflict;
        rest = rest.subarray(length);
        ahead = ahead.subarray(length);
      }
    }
    return stored;
  } finally {
    wanted.destroy();
  }
}

async function nextChunk(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  for (;;) {
    const { value, done } = await chunks.next();
    if (done === true) return Buffer.alloc(0);
    if (value.length > 0) return value;
  }
}

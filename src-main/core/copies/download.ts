import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Destination, StoredObject } from '../destinations/drivers/destination.ts';
import { explainWrite } from '../engine/files/disk-full.ts';
import { cancelledError } from '../engine/task-context.ts';
import type { RunHandle } from '../runs/run-work.ts';

/**
 * Fetches a file of a destination into the staging folder, and replaces what is at this path.
 * @throws SnapkeepError `CANCELLED`, `NO_SPACE`, and as the driver does
 */
export async function download(
  driver: Destination,
  { name, bytes }: Pick<StoredObject, 'name' | 'bytes'>,
  path: string,
  { signal, listener }: Pick<RunHandle, 'signal'> & Partial<Pick<RunHandle, 'listener'>>,
): Promise<void> {
  await rm(path, { force: true });
  const onProgress = (done: number): void => listener?.onProgress?.('fetching', done, bytes);
  onProgress(0);
  try {
    const arriving = await driver.get(name, undefined, { signal, onProgress });
    await pipeline(arriving, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal });
  } catch (error) {
    throw signal.aborted
      ? cancelledError()
      : explainWrite(error, 'staging', dirname(path), `${name} in ${driver.label}`);
  }
}

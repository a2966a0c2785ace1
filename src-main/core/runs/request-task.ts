import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CoreContext } from '../core-context.ts';
import type { EncryptionSecret } from '../engine/packing/encryption.ts';
import type { DatabaseKey } from '../engine/sqlite/database-key.ts';
import type { WorkerTaskName, WorkerTasks } from '../worker-tasks.ts';
import { afterLong, TimeLimitError } from './time-limit.ts';

/** How long a person waits for an answer about a file, in milliseconds. */
const REQUEST_LIMIT_MS = 60_000;

/** How a request is answered. */
interface Answering {
  /** What the task is about, as the subject of a sentence. */
  what: string;
  signal: AbortSignal;
  keys?: readonly DatabaseKey[];
  encryptionSecrets?: readonly EncryptionSecret[];
}

/**
 * Answers a request by a task in a worker process: for what a person waits for, in no queue and with no run to follow.
 * @throws SnapkeepError `TIMED_OUT` after a minute, and what the task throws
 */
export async function answerByTask<T extends WorkerTaskName>(
  core: CoreContext,
  task: T,
  request: WorkerTasks[T]['request'],
  { what, signal, keys = [], encryptionSecrets = [] }: Answering,
): Promise<WorkerTasks[T]['result']> {
  const stagingFolder = join(core.dataFolder.stagingFolder, `${task}-${randomUUID()}`);
  const limit = new AbortController();
  const forgetLimit = afterLong(core.clock, REQUEST_LIMIT_MS, () => limit.abort());
  await mkdir(stagingFolder, { recursive: true, mode: 0o700 });
  try {
    return await core.runInWorker(task, request, {
      stagingFolder,
      signal: AbortSignal.any([signal, limit.signal]),
      keys,
      encryptionSecrets,
    });
  } catch (error) {
    if (!limit.signal.aborted) throw error;
    throw new TimeLimitError(
      what,
      REQUEST_LIMIT_MS,
      'Check that its disk responds and that the file is the right one.',
    );
  } finally {
    forgetLimit();
    await rm(stagingFolder, { recursive: true, force: true });
  }
}

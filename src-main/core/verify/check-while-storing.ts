import { stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { fileState } from '../engine/files/file-state.ts';
import type { TaskContext } from '../engine/task-context.ts';
import { type ContentCheck, checkImageContent, type Described, type ImageRequest } from './check-image.ts';
import type { CheckerMessage } from './checker-protocol.ts';

/** A thread takes some tens of milliseconds to start, in which SQLite checks about this many bytes. */
const WORTH_A_THREAD = 8_000_000n;

/** The check of a copy that goes on while the copy is stored. */
export interface ImageCheck {
  described: Promise<Described>;
  checked: Promise<ContentCheck>;
  /** Tells by the file whether what was checked is what is stored. @throws SnapkeepError `CONFLICT` where another program has written to it */
  requireUnchanged(): Promise<void>;
  /** Has it end, and tells whether it has: a thread goes on until SQLite's statement is over. */
  stop(): boolean;
}

/**
 * Begins the check of a staged copy: a large one is checked by a thread, on another core than the one that packs it.
 * @throws SnapkeepError `CANCELLED`; what else fails, the promises tell
 */
export async function checkBeside(request: ImageRequest, context: TaskContext): Promise<ImageCheck> {
  const before = await fileState(request.path);
  const { size } = await stat(request.path, { bigint: true });
  const check = size < WORTH_A_THREAD ? checkHere(request, context) : checkInThread(request, context);
  const requireUnchanged = async (): Promise<void> => {
    if ((await fileState(request.path)) === before) return;
    throw new SnapkeepError(
      'CONFLICT',
      `Another program has changed the copy of ${request.sourcePath} in the staging folder.`,
      {
        hint: 'Exclude Snapkeep’s data folder from programs that change files, and back up again.',
      },
    );
  };
  const checked = check.checked.then(async (found) => {
    await requireUnchanged();
    return found;
  });
  checked.catch(() => undefined);
  return { ...check, checked, requireUnchanged };
}

/** The promises of a check, and how it is ended. */
type Checking = Pick<ImageCheck, 'described' | 'checked' | 'stop'>;

function checkHere(request: ImageRequest, context: TaskContext): Checking {
  const described = Promise.withResolvers<Described>();
  const checked = Promise.withResolvers<ContentCheck>();
  const check = promisesOf(described.promise, checked.promise, () => true);
  try {
    checked.resolve(checkImageContent(request, context, described.resolve));
  } catch (error) {
    described.reject(error);
    checked.reject(error);
  }
  return check;
}

function checkInThread(request: ImageRequest, context: TaskContext): Checking {
  const { stagingFolder } = context;
  const described = Promise.withResolvers<Described>();
  const checked = Promise.withResolvers<ContentCheck>();
  let ended = false;
  const fail = (error: unknown): void => {
    described.reject(error);
    checked.reject(error);
  };
  const thread = new Worker(context.checkerFile, { workerData: { request, stagingFolder } });
  thread.on('message', (message: CheckerMessage) => {
    if (message.type === 'log') context.log(message.level, message.message);
    else if (message.type === 'described') described.resolve(message.described);
    else {
      // It has closed the copy.
      ended = true;
      if (message.type === 'checked') checked.resolve(message.check);
      else fail(SnapkeepError.fromBody(message.error));
    }
  });
  thread.on('error', fail);
  thread.on('exit', (code) => {
    ended = true;
    fail(new Error(`The thread that checks the copy ended with code ${code}.`));
  });
  return promisesOf(described.promise, checked.promise, () => {
    // Its end is not waited for: SQLite lets nothing through before its statement is over.
    if (!ended) void thread.terminate();
    return ended;
  });
}

/** Nobody may be waiting yet, or ever, for what fails. */
function promisesOf(described: Promise<Described>, checked: Promise<ContentCheck>, stop: () => boolean): Checking {
  for (const each of [described, checked]) each.catch(() => undefined);
  return { described, checked, stop };
}

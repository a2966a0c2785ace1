import { parentPort, workerData } from 'node:worker_threads';
import { explainError } from '../core/engine/engine-errors.ts';
import { checkImageContent } from '../core/verify/check-image.ts';
import type { CheckerMessage, CheckerTask } from '../core/verify/checker-protocol.ts';

/** The thread that checks a copy while the worker process stores it. */
const { request, stagingFolder }: CheckerTask = workerData;
const tell = (message: CheckerMessage): void => parentPort?.postMessage(message);

try {
  const check = checkImageContent(
    request,
    {
      stagingFolder,
      // Whoever started it ends it with the process.
      throwIfCancelled: () => undefined,
      log: (level, message) => tell({ type: 'log', level, message }),
    },
    (described) => tell({ type: 'described', described }),
  );
  tell({ type: 'checked', check });
} catch (error) {
  tell({ type: 'failed', error: explainError(error, request.sourcePath).toBody() });
}

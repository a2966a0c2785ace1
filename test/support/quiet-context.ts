import { resolve } from 'node:path';
import type { TaskContext } from '../../src-main/core/engine/task-context.ts';

/** What the engine is told where nobody listens and nobody cancels. */
export function quietContext(stagingFolder: string, more: Partial<TaskContext> = {}): TaskContext {
  return {
    stagingFolder,
    keys: [],
    opened: [],
    encryptionSecrets: [],
    decrypted: () => {},
    throwIfCancelled: () => {},
    watchFile: () => {},
    progress: () => {},
    log: () => {},
    now: () => new Date(),
    checkerFile: resolve(import.meta.dirname, '../../src-main/worker/checker.ts'),
    ...more,
  };
}

import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { LogEntry, RunPhase } from '../../../src-shared/model/run.ts';
import type { EncryptionSecret } from './packing/encryption.ts';
import type { DatabaseKey, Unlocking } from './sqlite/database-key.ts';

/** What a piece of the engine's work gets, and how it reports while it runs. */
export interface TaskContext {
  /** This run's own folder for temporary files; removed when the run has ended. */
  readonly stagingFolder: string;
  /** The keys to try on what is encrypted, the likeliest first. Never to be told. */
  readonly keys: readonly DatabaseKey[];
  /** What has opened something in this task, added to by whoever opens, and tried first from then on. Never to be told. */
  readonly opened: Unlocking[];
  /** What to encrypt with, or to try on what is encrypted, the likeliest first. Never logged. */
  readonly encryptionSecrets: readonly EncryptionSecret[];
  /** Says which of them has opened an encryption. */
  decrypted(secret: EncryptionSecret): void;
  /** @throws SnapkeepError `CANCELLED` once the run is to stop. */
  throwIfCancelled(): void;
  /** Says how far a phase is, in bytes; `total` is `null` where it is not known. */
  progress(phase: RunPhase, done: number, total: number | null): void;
  /**
   * Announces that a file will grow to a number of bytes in one call that reports no progress; its size is watched
   * meanwhile.
   */
  watchFile(phase: RunPhase, path: string, total: number): void;
  log(level: LogEntry['level'], message: string): void;
  now(): Date;
  /** The program of the thread that checks an image. */
  readonly checkerFile: string;
}

/** How often a wait checks whether the run was cancelled, in milliseconds. */
const CHECK_EVERY_MS = 100;

/** Waits for work that is done elsewhere. @throws SnapkeepError `CANCELLED` as soon as the run is to stop; what the work fails with */
export async function orCancelled<T>(work: Promise<T>, context: Pick<TaskContext, 'throwIfCancelled'>): Promise<T> {
  const cancelled = Promise.withResolvers<never>();
  const timer = setInterval(() => {
    try {
      context.throwIfCancelled();
    } catch (error) {
      cancelled.reject(error);
    }
  }, CHECK_EVERY_MS);
  try {
    return await Promise.race([work, cancelled.promise]);
  } finally {
    clearInterval(timer);
  }
}

/** The error that ends a cancelled run. */
export function cancelledError(): SnapkeepError {
  return new SnapkeepError('CANCELLED', 'The run was cancelled.', {
    hint: 'Completed work is kept, incomplete work was removed. Start it again to continue.',
  });
}

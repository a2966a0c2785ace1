import { availableParallelism, constants, setPriority } from 'node:os';

/** A share that does not answer holds one thread for good, and with the usual four a few such shares would stop everything else. */
const THREADS_OF_SERVICE = '32';
/** Node's own number. */
const FEWEST = 4;

/** Gives this process more threads for files. To be called before any file is opened; a size that a person gave stays. */
export function widenThreadPool(): void {
  process.env.UV_THREADPOOL_SIZE ??= THREADS_OF_SERVICE;
}

/**
 * Takes back, in a worker process, what it has inherited: it packs on its threads, one on each core, and what they have used
 * stays with each of them. Threads have the priority of the one that starts them, so this comes before the first.
 * @param lowPriority whether other programs come first
 */
export function fitThreadPool(lowPriority: boolean): void {
  if (lowPriority) setPriority(constants.priority.PRIORITY_LOW);
  if (process.env.UV_THREADPOOL_SIZE === THREADS_OF_SERVICE)
    process.env.UV_THREADPOOL_SIZE = String(lowPriority ? 1 : Math.max(FEWEST, availableParallelism() + 2));
}

/**
 * Gives this process more threads for files. A share that does not answer holds one for good, and with the usual four a
 * few such shares would stop everything else. To be called before any file is opened; a size that a person gave stays.
 */
export function widenThreadPool(): void {
  process.env.UV_THREADPOOL_SIZE ??= '32';
}

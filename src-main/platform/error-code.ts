/**
 * What went wrong first. When the clean-up at the end of a block (`await using`) fails as well, the language wraps both
 * errors, but only the first one is the reason.
 */
export function firstError(error: unknown): unknown {
  return error instanceof Error && error.name === 'SuppressedError' && 'suppressed' in error
    ? firstError(error.suppressed)
    : error;
}

/** The code of an error of the system or of SQLite, for example `ENOENT`. */
export function errorCode(given: unknown): string | undefined {
  const error = firstError(given);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

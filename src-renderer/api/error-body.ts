import { type ErrorBody, SnapkeepError } from '../../src-shared/contract/errors.ts';

/** Returns any error in the form that is shown. */
export function errorBody(error: unknown): ErrorBody {
  if (error instanceof SnapkeepError) return error.toBody();
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'INTERNAL',
    message: `Unexpected error: ${message}`,
    hint: 'Try again. If the error persists, report it.',
    retryable: false,
  };
}

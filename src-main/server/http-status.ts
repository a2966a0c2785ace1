import type { ErrorCode } from '../../src-shared/contract/errors.ts';
import type { Answer } from '../../src-shared/contract/frames.ts';

const STATUS: Record<ErrorCode, number> = {
  INVALID_PARAMS: 400,
  BAD_KEY: 403,
  PERMISSION: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  TOO_NEW: 409,
  UNSUPPORTED: 422,
  CORRUPT: 422,
  LOCKED: 423,
  CANCELLED: 499,
  INTERNAL: 500,
  BUSY: 503,
  UNAVAILABLE: 503,
  TIMED_OUT: 504,
  NO_SPACE: 507,
};

/** The HTTP status that says the same as an answer. */
export function statusOf(answer: Answer): number {
  return answer.ok ? 200 : STATUS[answer.error.code];
}

import { z } from 'zod';
import { classifyFailure } from '../rules/failures.ts';

/** Every way a request or a run can fail. README's table says what to do about each. */
export const ErrorCode = z.enum([
  'INVALID_PARAMS',
  'NOT_FOUND',
  'CONFLICT',
  'BUSY',
  'LOCKED',
  'CANCELLED',
  'TIMED_OUT',
  'BAD_KEY',
  'CORRUPT',
  'NO_SPACE',
  'PERMISSION',
  'UNAVAILABLE',
  'UNSUPPORTED',
  'TOO_NEW',
  'INTERNAL',
]);
export type ErrorCode = z.infer<typeof ErrorCode>;

/** An error as it crosses a transport. */
export const ErrorBody = z.object({
  code: ErrorCode,
  /** What happened, one plain sentence. */
  message: z.string(),
  /** What to do next. */
  hint: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
  /** The same request may succeed later without being changed. */
  retryable: z.boolean(),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/** An error that a user may meet. */
export class SnapkeepError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    more: { hint?: string; details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.name = 'SnapkeepError';
    this.code = code;
    this.hint = more.hint;
    this.details = more.details;
  }

  /** The error in the form that crosses a transport. */
  toBody(): ErrorBody {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.details === undefined ? {} : { details: this.details }),
      retryable: classifyFailure(this.code) === 'unavailable',
    };
  }

  static fromBody(body: ErrorBody): SnapkeepError {
    return new SnapkeepError(body.code, body.message, {
      ...(body.hint === undefined ? {} : { hint: body.hint }),
      ...(body.details === undefined ? {} : { details: body.details }),
    });
  }
}

import { z } from 'zod';
import { classifyFailure } from '../rules/failures.ts';

/** What an error code means, and what to do about it: plain sentences for a table. */
interface ErrorMeaning {
  meaning: string;
  remedy: string;
}

/** Every way a request or a run can fail. The tables in the documents are written from this list. */
export const ERRORS = {
  INVALID_PARAMS: {
    meaning: 'A value is missing or invalid.',
    remedy: 'Correct the value that the message names.',
  },
  NOT_FOUND: {
    meaning: 'The file, plan, snapshot, destination or run does not exist.',
    remedy: 'Check the path, or list what exists: `snapkeep plan list`, `snapkeep list`.',
  },
  CONFLICT: {
    meaning: 'It would overwrite something, or something has changed since the preview.',
    remedy: 'Choose another name, or review the new preview.',
  },
  BUSY: {
    meaning: 'Another run or program is using it.',
    remedy: 'Wait, or close the program that the message names, and try again.',
  },
  LOCKED: {
    meaning: 'Another program holds a lock on the database.',
    remedy: 'Wait until it has finished writing, or close it, and try again.',
  },
  CANCELLED: {
    meaning: 'The run was cancelled.',
    remedy: 'Start it again when you are ready. Nothing is left half done.',
  },
  TIMED_OUT: {
    meaning: 'The run exceeded its time limit and was stopped.',
    remedy: 'Find out what keeps the database or the disk busy, or raise the time limit of the plan.',
  },
  BAD_KEY: {
    meaning: 'A database or snapshot is encrypted, and no known key opens it.',
    remedy: 'Enter the key or passphrase it has now, or had when the snapshot was taken.',
  },
  CORRUPT: {
    meaning: 'A database, snapshot or manifest is damaged.',
    remedy: 'Restore a verified snapshot, or another copy of the same snapshot.',
  },
  NO_SPACE: {
    meaning: 'The disk is full, or a quota is used up.',
    remedy: 'Free disk space, prune old snapshots, or choose another disk.',
  },
  PERMISSION: {
    meaning: 'The system or the server denied access.',
    remedy: 'Check the permissions of the file and its folder, or of the account.',
  },
  UNAVAILABLE: {
    meaning: 'A disk, share or server cannot be reached now.',
    remedy: 'Connect the disk or check the network. Scheduled runs and copies are retried.',
  },
  UNSUPPORTED: {
    meaning: 'The file is not a database or backup that Snapkeep can use, or does not support the operation.',
    remedy: 'Follow the hint, or choose another file.',
  },
  TOO_NEW: {
    meaning: 'A newer version of Snapkeep wrote it, or its schema is newer than that of the database or program.',
    remedy: 'Update Snapkeep or the program, or restore it anyway with `--force-newer`.',
  },
  INTERNAL: {
    meaning: 'Snapkeep failed unexpectedly.',
    remedy: 'Copy the details and report them.',
  },
} as const satisfies Readonly<Record<string, ErrorMeaning>>;

export type ErrorCode = keyof typeof ERRORS;
export const ErrorCode = z.enum(Object.keys(ERRORS) as ErrorCode[]);

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

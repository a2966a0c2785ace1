import type { ErrorCode } from '../contract/errors.ts';

/**
 * What an error says of what it happened to: `unavailable` ends without an action and is tried again; `bad` is wrong with
 * one item and says nothing of where it is stored; `failed` lasts until a person acts, for all items alike.
 */
export type Failure = 'unavailable' | 'failed' | 'bad';

const FAILURES: Readonly<Record<ErrorCode, Failure>> = {
  UNAVAILABLE: 'unavailable',
  NO_SPACE: 'unavailable',
  BUSY: 'unavailable',
  LOCKED: 'unavailable',
  CONFLICT: 'bad',
  CORRUPT: 'bad',
  TOO_NEW: 'bad',
  INVALID_PARAMS: 'failed',
  NOT_FOUND: 'failed',
  CANCELLED: 'failed',
  TIMED_OUT: 'failed',
  BAD_KEY: 'failed',
  PERMISSION: 'failed',
  UNSUPPORTED: 'failed',
  INTERNAL: 'failed',
};

/** The one classification of errors. */
export const classifyFailure = (code: ErrorCode): Failure => FAILURES[code];

import type { ErrorCode } from '../contract/errors.ts';

/**
 * What an error says of what it happened to: `unavailable` goes away by itself and is tried again; `bad` is wrong with
 * one item and says nothing of its place; `failed` lasts until somebody mends it, for all items alike.
 */
export type Failure = 'unavailable' | 'failed' | 'bad';

const UNAVAILABLE: ReadonlySet<ErrorCode> = new Set(['UNAVAILABLE', 'NO_SPACE', 'BUSY', 'LOCKED']);
const BAD: ReadonlySet<ErrorCode> = new Set(['CONFLICT', 'CORRUPT', 'TOO_NEW']);

/** The one classification of errors. */
export function classifyFailure(code: ErrorCode): Failure {
  if (UNAVAILABLE.has(code)) return 'unavailable';
  return BAD.has(code) ? 'bad' : 'failed';
}

import { createHash } from 'node:crypto';

/** Returns the value that confirms just what a preview shows: a hash, which changes with any of the parts. */
export function confirmationOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

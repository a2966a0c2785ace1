import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the part of the heap for new objects as small as it is now. It doubles with what a start allocates, up to 32 MB,
 * and a service that waits for its schedules never needs them again.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

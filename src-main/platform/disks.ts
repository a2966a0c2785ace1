import { realpath } from 'node:fs/promises';
import { deviceOf, disksOf as linux } from './disks.linux.ts';
import { ofPlatform } from './platform.ts';

/** Elsewhere, the number of the device tells. */
const disksOf = ofPlatform<(path: string) => Promise<readonly string[] | null>>({
  linux,
  macos: async () => null,
  windows: async () => null,
});

/**
 * Returns the disks that a path is on, or the server that it comes from, by names that last until the machine restarts.
 * One disk is named alike for every path on it, whichever partition or volume that is on.
 * @throws with the system's code when the path cannot be looked at
 */
export async function disksUnder(path: string): Promise<readonly string[]> {
  const disks = await disksOf(await realpath(path));
  return disks ?? [await deviceOf(path)];
}

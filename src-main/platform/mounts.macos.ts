import type { MountFacts } from './mounts.ts';

/** Other disks and shares are mounted in /Volumes. */
export async function mountOf(path: string): Promise<MountFacts> {
  const volume = /^\/Volumes\/[^/]+/.exec(path)?.[0] ?? null;
  return { kind: volume === null ? 'unknown' : 'removable', fileSystem: null, mountPoint: volume };
}

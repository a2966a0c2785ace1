import type { MountFacts } from './mounts.ts';

/** A path that begins with two backslashes names a share. */
export async function mountOf(path: string): Promise<MountFacts> {
  return { kind: path.startsWith('\\\\') ? 'network' : 'unknown', fileSystem: null, mountPoint: null };
}

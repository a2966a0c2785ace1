import { mountOf as linux, mountTable as tableOfLinux } from './mounts.linux.ts';
import { mountOf as macos } from './mounts.macos.ts';
import { mountOf as windows } from './mounts.windows.ts';
import { ofPlatform, PLATFORM } from './platform.ts';

/** What a folder is on. */
export interface MountFacts {
  readonly kind: 'disk' | 'network' | 'removable' | 'memory' | 'unknown';
  /** What the system calls it, for example `ext4`, `nfs4`, `cifs`; `null`: it does not tell. */
  readonly fileSystem: string | null;
  /** `null`: it does not tell. */
  readonly mountPoint: string | null;
}

/** What the system tells of the mount that a path is on. @param path canonical */
export const mountOf: (path: string) => Promise<MountFacts> = ofPlatform({ linux, macos, windows });

/** Reads the table of everything that is mounted; `null`: the system has none. */
export const mountTable: (() => Promise<string>) | null = { linux: tableOfLinux, macos: null, windows: null }[PLATFORM];

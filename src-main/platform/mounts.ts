import {
  mountOf as linux,
  storageMounts as storageOfLinux,
  mountTable as tableOfLinux,
  unreadMounts as unreadOfLinux,
} from './mounts.linux.ts';
import { mountOf as macos, storageMounts as storageOfMacos, unreadMounts as unreadOfMacos } from './mounts.macos.ts';
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

/** Why a search reads nothing of a mount: it is a share, or it holds no data of programs. */
export type UnreadMount = 'network' | 'virtual';

/** Returns the mount points that a search passes over, and why. */
export const unreadMounts: () => Promise<ReadonlyMap<string, UnreadMount>> = ofPlatform({
  linux: unreadOfLinux,
  macos: unreadOfMacos,
  windows: async () => new Map(),
});

/** A disk or share that is mounted beside the system’s own. */
export interface StorageMount {
  readonly point: string;
  readonly kind: 'disk' | 'network' | 'removable';
}

/** Returns the disks and shares on which files can be kept; none where the system lists none. */
export const storageMounts: () => Promise<readonly StorageMount[]> = ofPlatform({
  linux: storageOfLinux,
  macos: storageOfMacos,
  windows: async () => [],
});

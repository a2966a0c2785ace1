import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, explainError } from '../engine-errors.ts';

/** What a folder is on. */
export interface MountFacts {
  readonly kind: 'disk' | 'network' | 'removable' | 'memory' | 'unknown';
  /** What the system calls it, for example `ext4`, `nfs4`, `cifs`; `null`: it does not tell. */
  readonly fileSystem: string | null;
  /** `null`: it does not tell. */
  readonly mountPoint: string | null;
}

interface Mount {
  readonly point: string;
  readonly fileSystem: string;
  readonly source: string;
}

const NETWORK = /^(nfs\d?|cifs|smb\d?|smbfs|afs|ceph|glusterfs|9p|davfs2?|fuse\.(sshfs|rclone|s3fs|davfs|glusterfs))$/;
const MEMORY = /^(tmpfs|ramfs)$/;

/**
 * What is known of the mount that a folder is on.
 * @throws SnapkeepError when the folder is not there
 */
export async function mountFacts(folder: string): Promise<MountFacts> {
  let path: string;
  try {
    path = await realpath(folder);
  } catch (error) {
    throw explainError(error, folder);
  }
  if (process.platform === 'linux') {
    return factsFromTable(await readFile('/proc/self/mountinfo', 'utf8'), path, isRemovable);
  }
  const unknown: MountFacts = { kind: 'unknown', fileSystem: null, mountPoint: null };
  if (process.platform === 'win32') return path.startsWith('\\\\') ? { ...unknown, kind: 'network' } : unknown;
  const volume = /^\/Volumes\/[^/]+/.exec(path)?.[0];
  return volume === undefined ? unknown : { ...unknown, kind: 'removable', mountPoint: volume };
}

/**
 * Finds the mount of a path in what `/proc/self/mountinfo` says.
 * @param removable whether a device such as `/dev/sdb1` can be taken out
 */
export async function factsFromTable(
  table: string,
  path: string,
  removable: (device: string) => Promise<boolean>,
): Promise<MountFacts> {
  let found: Mount | undefined;
  for (const line of table.split('\n')) {
    const mount = parseLine(line);
    // Of several mounts at one place the last one is seen.
    if (mount && isWithin(path, mount.point) && mount.point.length >= (found?.point.length ?? 0)) found = mount;
  }
  if (found === undefined) return { kind: 'unknown', fileSystem: null, mountPoint: null };
  const { fileSystem, point: mountPoint } = found;
  const kind = NETWORK.test(fileSystem)
    ? 'network'
    : MEMORY.test(fileSystem)
      ? 'memory'
      : (await removable(found.source))
        ? 'removable'
        : 'disk';
  return { kind, fileSystem, mountPoint };
}

/** A line is `id parent major:minor root point options… - type source options`; blanks in paths are written `\040`. */
function parseLine(line: string): Mount | undefined {
  const [before, after] = line.split(' - ');
  const point = before?.split(' ')[4];
  const [fileSystem, source] = after?.split(' ') ?? [];
  if (point === undefined || fileSystem === undefined || source === undefined) return undefined;
  return { point: unescapeOctal(point), fileSystem, source: unescapeOctal(source) };
}

const unescapeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

const isWithin = (path: string, point: string): boolean =>
  point === '/' || path === point || path.startsWith(`${point}/`);

async function isRemovable(device: string): Promise<boolean> {
  const name = /^\/dev\/(\w+)$/.exec(device)?.[1];
  if (name === undefined) return false;
  // A partition has no such file of its own; its disk is one folder up.
  for (const file of ['removable', '../removable']) {
    try {
      return (await readFile(join(await realpath(`/sys/class/block/${name}`), file), 'utf8')).trim() === '1';
    } catch (error) {
      if (!['ENOENT', 'EACCES'].includes(errorCode(error) ?? '')) throw explainError(error, device);
    }
  }
  return false;
}

/** What a person should know of a folder on such a mount, one sentence each. */
export function mountWarnings({ kind, fileSystem, mountPoint }: MountFacts): string[] {
  const where = mountPoint ?? 'The folder';
  switch (kind) {
    case 'memory':
      return [`${where} is in memory (${fileSystem}): whatever is stored there is gone when the machine restarts.`];
    case 'network':
      return [
        `${where} is a network share${fileSystem === null ? '' : ` (${fileSystem})`}: when it is away, backups wait for it.`,
      ];
    case 'removable':
      return [`${where} can be taken out: when it is away, backups wait for it.`];
    case 'disk':
    case 'unknown':
      return [];
  }
}

/** What a person should know of a live database that is on such a mount, one sentence each. */
export function sourceWarnings({ kind, fileSystem, mountPoint }: MountFacts): string[] {
  const called = fileSystem === null ? '' : ` (${fileSystem})`;
  switch (kind) {
    case 'memory':
      return [
        `The database is in memory${called}: it is gone when the machine restarts, and only its snapshots are left.`,
      ];
    case 'network':
      return [
        `The database is on a network share${called}: SQLite’s locks cannot be relied on there, and two machines that write may damage it. Keep it on a disk of the machine that uses it.`,
      ];
    case 'removable':
      return [
        `The database is on a disk that can be taken out${mountPoint === null ? '' : ` (${mountPoint})`}: while it is away, no backup is made.`,
      ];
    case 'disk':
    case 'unknown':
      return [];
  }
}

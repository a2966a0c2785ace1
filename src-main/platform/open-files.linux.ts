import { readdirSync, readlinkSync, statSync } from 'node:fs';
import type { FileHolder } from '../../src-shared/model/values.ts';
import { isOwn, programName } from './file-holders.linux.ts';
import { identityOf } from './file-identity.ts';
import type { OpenFile } from './open-files.ts';

const NO_FILE = /^\/(dev|proc|sys|memfd:|SYSV)/;
const DELETED = ' (deleted)';

/** What `/proc` tells of the files that processes have open. A process in a container has them under other paths. */
export async function openFiles(isUnread: (path: string) => boolean): Promise<OpenFile[]> {
  const open: OpenFile[] = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || (await isOwn(pid))) continue;
    const files = filesOf(pid, isUnread);
    if (files.size === 0) continue;
    const holder: FileHolder = { pid, name: await programName(pid) };
    for (const [identity, path] of files) open.push({ path, identity, holder });
  }
  return open;
}

/** The regular files that a process has open: their paths by their identities. */
function filesOf(pid: number, isUnread: (path: string) => boolean): Map<string, string | null> {
  const files = new Map<string, string | null>();
  for (const descriptor of entriesOf(`/proc/${pid}/fd`)) {
    try {
      const link = `/proc/${pid}/fd/${descriptor}`;
      const path = readlinkSync(link);
      if (!path.startsWith('/') || NO_FILE.test(path) || isUnread(path)) continue;
      const info = statSync(link, { bigint: true });
      if (info.isFile()) files.set(identityOf(info), path.endsWith(DELETED) ? null : path);
    } catch {
      // Closed since, or of a process that has ended.
    }
  }
  return files;
}

/** Processes end while they are read, and those of other users cannot be read: neither is an error. */
function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

import { realpath } from 'node:fs/promises';
import { type MountFacts, mountOf } from '../../../platform/mounts.ts';
import { explainedAs } from '../engine-errors.ts';

/**
 * What is known of the mount that a folder is on.
 * @throws SnapkeepError when the folder cannot be found
 */
export async function mountFacts(folder: string): Promise<MountFacts> {
  return realpath(folder).then(mountOf).catch(explainedAs(folder));
}

/** What a person should know of a folder on such a mount, one sentence each. */
export function mountWarnings({ kind, fileSystem, mountPoint }: MountFacts): string[] {
  const where = mountPoint ?? 'The folder';
  switch (kind) {
    case 'memory':
      return [`${where} is in memory (${fileSystem}): files there are lost when the machine restarts.`];
    case 'network':
      return [
        `${where} is a network share${fileSystem === null ? '' : ` (${fileSystem})`}: when it is unavailable, backups wait for it.`,
      ];
    case 'removable':
      return [`${where} is on a removable disk: when it is unavailable, backups wait for it.`];
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
      return [`The database is in memory${called}: it is lost when the machine restarts; only its snapshots remain.`];
    case 'network':
      return [
        `The database is on a network share${called}: SQLite’s locks are not reliable there, and writes from two machines may damage it. Keep it on a disk of the machine that uses it.`,
      ];
    case 'removable':
      return [
        `The database is on a removable disk${mountPoint === null ? '' : ` (${mountPoint})`}: while it is unavailable, no backups are made.`,
      ];
    case 'disk':
    case 'unknown':
      return [];
  }
}

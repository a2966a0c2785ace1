import type { DestinationSettings } from '../model/destination.ts';
import { countInWords } from './wording.ts';

/** How sentences name a destination: the folder's path, `s3://bucket/prefix` or `sftp://user@host/path`. */
export function destinationLabel(settings: DestinationSettings): string {
  switch (settings.kind) {
    case 'folder':
      return settings.path;
    case 's3':
      return `s3://${settings.bucket}${settings.prefix === '' ? '' : `/${settings.prefix}`}`;
    case 'sftp': {
      const port = settings.port === 22 ? '' : `:${settings.port}`;
      return `sftp://${settings.user}@${settings.host}${port}/${settings.path.replace(/^\//, '')}`;
    }
  }
}

/** Whether two settings lead to the same files; login, limits and keys may differ. */
export function isSameLocation(one: DestinationSettings, other: DestinationSettings): boolean {
  return locationKey(one) === locationKey(other);
}

function locationKey(settings: DestinationSettings): string {
  return JSON.stringify([settings.kind === 's3' ? settings.endpoint : null, destinationLabel(settings)]);
}

/** A name for a destination from where it is: the last part of a folder's path, the bucket, or the host. */
export function destinationNameFrom(settings: DestinationSettings): string {
  if (settings.kind === 's3') return settings.bucket;
  if (settings.kind === 'sftp') return settings.host.slice(0, 70);
  const last = settings.path.split(/[/\\]/).findLast((part) => part !== '') ?? settings.path;
  return last.trim().slice(0, 70) || 'folder';
}

/** A name that is not taken: the wanted one, or the same with a number. */
export function freeName(wanted: string, isTaken: (name: string) => boolean): string {
  for (let attempt = 1; ; attempt++) {
    const name = attempt === 1 ? wanted : `${wanted} (${attempt})`;
    if (!isTaken(name)) return name;
  }
}

/** That snapshots wait for a destination, or cannot be copied there, and why. */
export function waitingInWords(count: number, name: string, why: string | null): string {
  const verb = count === 1 ? 'waits' : 'wait';
  return `${countInWords(count, 'snapshot')} ${verb} for ${name}${why === null ? '.' : `: ${why}`}`;
}

/** That snapshots should be at a destination and are not. */
export function missingInWords(count: number, name: string): string {
  return `${countInWords(count, 'snapshot')} ${count === 1 ? 'is' : 'are'} missing at ${name}.`;
}

/** That a verification found the copy of the newest snapshot at a destination to be bad, and what to do. */
export function invalidCopyInWords(name: string): string {
  return `The copy of the newest snapshot at ${name} is not valid. Check that destination, then back up again.`;
}

/** That snapshots could not be copied to a destination, and why. */
export function failedInWords(count: number, name: string, why: string | null): string {
  return `${countInWords(count, 'snapshot')} could not be copied to ${name}${why === null ? '.' : `: ${why}`}`;
}

/** What keeps copies from a destination; `null`: nothing does. */
export function copyProblemInWords(
  counts: { failed: number; failure: string | null; waiting: number; waitingFor: string | null },
  name: string,
): string | null {
  if (counts.failed > 0) return failedInWords(counts.failed, name, counts.failure);
  return counts.waiting > 0 && counts.waitingFor !== null
    ? waitingInWords(counts.waiting, name, counts.waitingFor)
    : null;
}

import { DAY_MS } from '../../../src-shared/rules/durations.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { StoredLtxFile } from './choose-files.ts';

/**
 * Whether a file of a bucket is locked: since it was uploaded, for the days of its destination. What is locked is not merged,
 * for its inputs could not go.
 * @param now in milliseconds since 1970
 */
export function isLocked(
  { settings }: Pick<StoredDestination, 'settings'>,
  { modifiedAt }: Pick<StoredLtxFile, 'modifiedAt'>,
  now: number,
): boolean {
  const days = settings.kind === 's3' ? (settings.objectLock?.days ?? 0) : 0;
  return modifiedAt.getTime() + days * DAY_MS > now && days > 0;
}

import type { SnapshotSummary } from '../catalog/snapshot-rows.ts';

/**
 * Whether a snapshot was made by a backup of this catalog and is stored. The others say nothing of how a plan does:
 * what is imported may carry any date, and a safety snapshot is not a backup.
 */
export function isMadeHere({
  origin,
  missing,
  trigger,
}: Pick<SnapshotSummary, 'origin' | 'missing' | 'trigger'>): boolean {
  return origin === 'own' && !missing && trigger !== 'before-restore';
}

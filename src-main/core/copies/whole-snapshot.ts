import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import type { CoreContext } from '../core-context.ts';

/** @throws SnapkeepError `NOT_FOUND` */
export function wholeSnapshot({ catalog }: Pick<CoreContext, 'catalog'>, snapshotId: string): Snapshot {
  const snapshot = catalog.snapshots.get(snapshotId);
  if (snapshot === undefined)
    throw new SnapkeepError('NOT_FOUND', 'Snapshot not found.', {
      hint: 'Refresh the list; it may have been pruned.',
    });
  return snapshot;
}

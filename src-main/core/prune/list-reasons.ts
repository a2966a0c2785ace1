import type { Retention } from '../../../src-shared/model/plan.ts';
import type { ListedSnapshot, SnapshotSummary } from '../../../src-shared/model/snapshot.ts';
import {
  decideRetention,
  type RetainedSnapshot,
  type RetentionCalendar,
} from '../../../src-shared/retention/retention.ts';

/** What the retention rules look at, wherever the snapshot is. */
export function toRetained(snapshot: SnapshotSummary): RetainedSnapshot {
  const { id, order, origin, createdAt, pinned, missing, trigger, verification } = snapshot;
  const { valid, level } = verification;
  const incomplete = snapshot.incomplete !== null;
  return { id, order, origin, createdAt, pinned, missing, trigger, valid, level, incomplete };
}

/** Adds to each snapshot of a plan the rules that keep it; expects and answers newest first. */
export function listWithReasons(
  snapshots: readonly SnapshotSummary[],
  retention: Retention,
  calendar: RetentionCalendar,
): ListedSnapshot[] {
  const decisions = new Map(
    decideRetention(snapshots.map(toRetained), retention, calendar).map((decision) => [decision.id, decision]),
  );
  return snapshots.map((snapshot) => {
    const decision = decisions.get(snapshot.id);
    return { ...snapshot, keptBy: decision?.keep ? decision.reasons : [] };
  });
}

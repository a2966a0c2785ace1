import type { SnapshotTrigger } from '../model/manifest.ts';
import type { Retention } from '../model/plan.ts';

/** What the rules look at in a snapshot. */
export interface RetainedSnapshot {
  id: string;
  createdAt: string;
  pinned: boolean;
  missing: boolean;
  trigger: SnapshotTrigger;
  /** `false`: its newest verification failed. `null`: never verified. */
  valid: boolean | null;
}

/** Whether a snapshot is kept, and each rule that says so; without a reason it is to be removed. */
export interface RetentionDecision {
  id: string;
  keep: boolean;
  /** `latest-1` … `latest-N`, `pinned`, `before-restore`, `newest-good`, `keep-all`; for one to be removed: `beyond-last-N`, `not-valid`. */
  reasons: string[];
}

/**
 * Decides for each snapshot of one plan whether it is kept, newest first, and says why.
 *
 * Only snapshots that are not known to be bad count towards `keepLast`, so that damaged ones never push out good ones.
 * Pinned snapshots and those taken before a restore are kept beside the count. The newest good snapshot is always kept.
 */
export function decideRetention(snapshots: readonly RetainedSnapshot[], retention: Retention): RetentionDecision[] {
  const newestFirst = [...snapshots].sort((a, b) => compareText(b.createdAt, a.createdAt) || compareText(b.id, a.id));
  const newestGood = findNewestGood(newestFirst);
  let counted = 0;
  return newestFirst.map((snapshot) => {
    const reasons: string[] = [];
    const countable = snapshot.valid !== false && !snapshot.missing && snapshot.trigger !== 'before-restore';
    if (countable) counted += 1;
    if (retention.keepLast === null) reasons.push('keep-all');
    else if (countable && counted <= retention.keepLast) reasons.push(`latest-${counted}`);
    if (snapshot.pinned) reasons.push('pinned');
    if (snapshot.trigger === 'before-restore') reasons.push('before-restore');
    if (reasons.length === 0 && snapshot.id === newestGood?.id) reasons.push('newest-good');
    if (reasons.length > 0) return { id: snapshot.id, keep: true, reasons };
    return {
      id: snapshot.id,
      keep: false,
      reasons: [snapshot.valid === false ? 'not-valid' : `beyond-last-${retention.keepLast}`],
    };
  });
}

/**
 * The snapshot that must never be removed: the newest one proven good, or, while none is proven, the newest that is
 * not known to be bad. Expects newest first.
 */
export function findNewestGood<S extends RetainedSnapshot>(newestFirst: readonly S[]): S | undefined {
  // What was kept before a restore is what somebody wanted to be rid of; it is kept for its own reason.
  const present = newestFirst.filter((snapshot) => !snapshot.missing && snapshot.trigger !== 'before-restore');
  return present.find((snapshot) => snapshot.valid === true) ?? present.find((snapshot) => snapshot.valid === null);
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

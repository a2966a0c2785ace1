import type { Alert } from '../model/alert.ts';
import type { PlanState } from '../model/plan.ts';

const DAY_MS = 86_400_000;
/** What people are told of. Waiting is not trouble: when it lasts, it becomes overdue. */
const TROUBLE: readonly PlanState[] = ['failed', 'overdue', 'incomplete', 'unverified'];

/** What was last told of a plan. */
export interface Told {
  state: PlanState;
  since: string;
  /** `null`: there was nothing to tell. */
  toldAt: string | null;
}

/**
 * Decides what people are told now: once when a plan gets into trouble or into another one, once a day while it lasts,
 * and once when it is over. A run that goes on changes nothing: it may fail again.
 * @param pruningPaused pruning waits for a review, which is trouble whatever the state
 */
export function decideAlert(
  before: Told | undefined,
  state: PlanState,
  now: Date,
  pruningPaused = false,
): { told: Told; kind: Alert['kind'] | null } {
  const at = now.toISOString();
  const trouble = TROUBLE.includes(state) || pruningPaused;
  const troubled = before !== undefined && before.toldAt !== null;
  const same = state === before?.state && trouble === troubled;
  if (before !== undefined && (same || state === 'running' || (state === 'waiting' && troubled))) {
    const toldAt = before.toldAt === null ? null : Date.parse(before.toldAt);
    const again = troubled && toldAt !== null && now.getTime() - toldAt >= DAY_MS;
    return again ? { told: { ...before, toldAt: at }, kind: 'reminder' } : { told: before, kind: null };
  }
  const told: Told = { state, since: at, toldAt: trouble ? at : null };
  return { told, kind: trouble ? 'trouble' : troubled ? 'mended' : null };
}

/** What to do about a plan's trouble, as a sentence. */
export function howToMend(state: PlanState): string {
  switch (state) {
    case 'failed':
      return 'Open the plan to see why, and back up again.';
    case 'overdue':
      return 'Check that its disk or share is there and that this machine was on, or back up now.';
    case 'incomplete':
      return 'Open the newest snapshot to see which files are missing, let Snapkeep read them, and back up again.';
    case 'unverified':
      return 'Verify the newest snapshot, or run a restore drill.';
    default:
      return '';
  }
}

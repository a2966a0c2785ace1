import type { Alert } from '../../model/alert.ts';
import type { PlanState } from '../../model/plan.ts';
import { DAY_MS } from '../durations.ts';

/** What is reported at once. */
const TROUBLE: readonly PlanState[] = ['failed', 'overdue', 'incomplete', 'unverified'];
/** What usually ends without an action: it is reported when it has lasted for a day. */
const TRANSIENT: readonly PlanState[] = ['unavailable', 'waiting'];

/** What was last told of a plan. */
export interface AlertRecord {
  state: PlanState;
  since: string;
  /** `null`: there was nothing to tell. */
  toldAt: string | null;
}

/**
 * Decides what is reported now: once when a plan gets into trouble or into another one, once a day while it lasts,
 * and once when it is over. A run that goes on changes nothing: it may fail again.
 * @param known what was told last; an instant in it after `now` was read from a clock that was wrong, and counts as now
 * @param pruningPaused pruning waits for a review, which is trouble whatever the state
 */
export function decideAlert(
  known: AlertRecord | undefined,
  state: PlanState,
  now: Date,
  pruningPaused = false,
): { told: AlertRecord; kind: Alert['kind'] | null } {
  const at = now.toISOString();
  const past = <T extends string | null>(instant: T): T | string =>
    instant !== null && Date.parse(instant) > now.getTime() ? at : instant;
  const before = known && { ...known, since: past(known.since), toldAt: past(known.toldAt) };
  const trouble = TROUBLE.includes(state) || pruningPaused;
  const reviewed = before?.toldAt != null && !TRANSIENT.includes(state) && !trouble && state !== 'running';
  if (before !== undefined && isSame(before, state) && !reviewed && !(trouble && before.toldAt === null)) {
    const since = Date.parse(before.toldAt ?? before.since);
    const lasts = before.toldAt !== null || (TRANSIENT.includes(before.state) && TRANSIENT.includes(state));
    if (!lasts || now.getTime() - since < DAY_MS) return { told: before, kind: null };
    return { told: { ...before, toldAt: at }, kind: before.toldAt === null ? 'trouble' : 'reminder' };
  }
  const told: AlertRecord = { state, since: at, toldAt: trouble ? at : null };
  return { told, kind: trouble ? 'trouble' : before != null && before.toldAt !== null ? 'mended' : null };
}

/** Whether a state is no news: what waits or cannot be reached after a failure has not mended it. */
function isSame(before: AlertRecord, state: PlanState): boolean {
  if (state === before.state || state === 'running') return true;
  return TRANSIENT.includes(state) && (TRANSIENT.includes(before.state) || TROUBLE.includes(before.state));
}

/** What to do about a plan's trouble, as a sentence. */
export function remediation(state: PlanState): string {
  switch (state) {
    case 'failed':
      return 'Open the plan to see why, and back up again.';
    case 'overdue':
      return 'Check that its disk or share is mounted and that this machine was on, or back up now.';
    case 'unavailable':
    case 'waiting':
      return 'Check that its disk or share is mounted and that its server can be reached.';
    case 'incomplete':
      return 'Open the plan to see what is missing, give Snapkeep access to it, and back up again.';
    case 'unverified':
      return 'Verify the newest snapshot, or run a restore test.';
    default:
      return '';
  }
}

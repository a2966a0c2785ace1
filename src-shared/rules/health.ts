import type { DayOutcome, PlanState } from '../model/plan.ts';
import type { Run } from '../model/run.ts';
import type { Proof } from '../model/snapshot.ts';

/** Where a plan stands and why. */
export interface Health {
  state: PlanState;
  reason: string;
}

/**
 * Says where a plan stands; the worst wins: failed, unproven, without a snapshot, running, fine.
 * @param lastBackup the newest backup run that has ended, whatever its end
 * @param newest the proof of the newest snapshot that is there, if there is one
 */
export function planHealth(
  lastBackup: Pick<Run, 'state' | 'error'> | null,
  newest: Proof | null,
  running: boolean,
): Health {
  if (lastBackup?.state === 'failed') {
    return { state: 'failed', reason: lastBackup.error?.message ?? 'The last backup failed.' };
  }
  if (lastBackup?.state === 'interrupted') return { state: 'failed', reason: 'The last backup was interrupted.' };
  if (newest?.valid === false)
    return { state: 'failed', reason: `The newest snapshot is not valid: ${newest.message}` };
  if (running) return { state: 'running', reason: 'A backup is being made.' };
  if (newest === null) return { state: 'empty', reason: 'There is no snapshot yet.' };
  if (newest.valid === null) return { state: 'unproven', reason: 'The newest snapshot has not been verified yet.' };
  return { state: 'fine', reason: 'The newest snapshot is proven.' };
}

const WORST_FIRST: readonly PlanState[] = ['failed', 'unproven', 'empty', 'running', 'fine'];

/** The worst of several states; `undefined` without any. */
export function worstState(states: readonly PlanState[]): PlanState | undefined {
  return WORST_FIRST.find((state) => states.includes(state));
}

/** What the strip of days needs to know of a backup. */
export type BackupOnDay = Pick<Run, 'state' | 'finishedAt'> & { valid: boolean | null };

/**
 * Sums up the backups of each of the last days, oldest first.
 * @param dayOf the calendar day (`YYYY-MM-DD`) of an instant, in the time zone people see
 * @param days the calendar days wanted, oldest first
 */
export function dayOutcomes(
  backups: readonly BackupOnDay[],
  days: readonly string[],
  dayOf: (instant: string) => string,
): DayOutcome[] {
  const byDay = new Map<string, BackupOnDay[]>();
  for (const backup of backups) {
    if (backup.finishedAt === null) continue;
    const day = dayOf(backup.finishedAt);
    byDay.set(day, [...(byDay.get(day) ?? []), backup]);
  }
  return days.map((day) => {
    const all = byDay.get(day) ?? [];
    const good = all.filter((backup) => backup.state === 'succeeded' && backup.valid !== false).length;
    const failures = all.filter(
      (backup) => backup.state === 'failed' || backup.state === 'interrupted' || backup.valid === false,
    ).length;
    const outcome = failures > 0 ? (good > 0 ? 'warning' : 'failure') : good > 0 ? 'success' : 'none';
    return { day, outcome, backups: good, failures };
  });
}

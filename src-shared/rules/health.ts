import { type DayOutcome, PlanState } from '../model/plan.ts';
import type { Run } from '../model/run.ts';
import type { Pause } from '../model/schedule.ts';
import type { Proof } from '../model/snapshot.ts';

/** Where a plan stands and why. */
export interface Health {
  state: PlanState;
  reason: string;
}

/** What is known of a plan. */
export interface PlanFacts {
  /** The newest backup that has ended, whatever its end. */
  lastBackup: Pick<Run, 'state' | 'error'> | null;
  /** The proof of the newest snapshot that is there. */
  newest: Proof | null;
  /** What the newest snapshot lacks of its attached files, as sentences; `null`: nothing. */
  incomplete: string | null;
  running: boolean;
  /** A backup should have been made by now. */
  overdue: boolean;
  /** What a due backup waits for, as a sentence. */
  waitingFor: string | null;
  /** The newest drill, where drills are asked for; `late`: it is older than the plan allows, or there is none. */
  drill: { valid: boolean | null; late: boolean; warning: string | null } | null;
  paused: Pause | null;
  /** Why automatic pruning waits for a review, as a sentence; it lasts until a person has looked. */
  pruningPaused: string | null;
  /** What keeps snapshots from being copied to their destinations, as sentences. `late`: it has lasted for a day. */
  copies: { failed: string | null; late: string | null; waiting: string | null };
}

/** Says where a plan stands; the worst state wins. */
export function planHealth(facts: PlanFacts): Health {
  return (
    failure(facts) ??
    lateness(facts) ??
    doubt(facts) ??
    rest(facts) ?? { state: 'ok', reason: 'The newest snapshot is verified.' }
  );
}

function failure({ lastBackup, newest, drill, copies }: PlanFacts): Health | undefined {
  if (lastBackup?.state === 'failed')
    return { state: 'failed', reason: lastBackup.error?.message ?? 'The last backup failed.' };
  if (lastBackup?.state === 'interrupted') return { state: 'failed', reason: 'The last backup was interrupted.' };
  if (newest?.valid === false)
    return { state: 'failed', reason: `The newest snapshot is not valid: ${newest.message}` };
  if (drill?.valid === false) return { state: 'failed', reason: 'The last restore test failed.' };
  if (copies.failed !== null) return { state: 'failed', reason: copies.failed };
  return undefined;
}

function lateness({ overdue, waitingFor, copies, incomplete }: PlanFacts): Health | undefined {
  const waiting = waitingFor === null ? '' : ` ${waitingFor}`;
  if (overdue) return { state: 'overdue', reason: `A backup should have been made by now.${waiting}` };
  if (copies.late !== null) return { state: 'overdue', reason: copies.late };
  if (incomplete !== null) return { state: 'incomplete', reason: `The newest snapshot is incomplete. ${incomplete}` };
  if (waitingFor !== null) return { state: 'waiting', reason: `A backup is due.${waiting}` };
  if (copies.waiting !== null) return { state: 'waiting', reason: copies.waiting };
  return undefined;
}

function doubt({ newest, drill, running }: PlanFacts): Health | undefined {
  // A backup that is being made is about to answer it.
  if (running) return undefined;
  if (newest === null) return undefined;
  if (newest.valid === null) {
    const looked = newest.at === null ? 'The newest snapshot has not been verified yet.' : newest.message;
    return { state: 'unverified', reason: looked };
  }
  if (drill?.warning) return { state: 'unverified', reason: drill.warning };
  if (drill?.late) return { state: 'unverified', reason: 'The last restore test is too long ago.' };
  return undefined;
}

function rest({ newest, running, paused, pruningPaused }: PlanFacts): Health | undefined {
  if (running) return { state: 'running', reason: 'A backup is being made.' };
  if (newest === null) return { state: 'empty', reason: 'There is no snapshot yet.' };
  if (paused === null) return pruningPaused ? { state: 'paused', reason: pruningPaused } : undefined;
  return { state: 'paused', reason: paused.until === null ? 'Paused until resumed.' : 'Paused for a while.' };
}

/** The worst of several states; `undefined` without any. */
export function worstState(states: readonly PlanState[]): PlanState | undefined {
  return PlanState.options.find((state) => states.includes(state));
}

/** What the strip of days needs to know of a backup. */
export type BackupOnDay = Pick<Run, 'state' | 'finishedAt'> & { valid: boolean | null; incomplete: boolean };

/**
 * Sums up the backups of each of the last days, oldest first.
 * @param dayOf the calendar day (`YYYY-MM-DD`) of an instant, in the time zone people see
 * @param days the calendar days wanted, oldest first
 * @param missed the days on which a backup was due
 */
export function dayOutcomes(
  backups: readonly BackupOnDay[],
  days: readonly string[],
  dayOf: (instant: string) => string,
  missed: ReadonlySet<string> = new Set(),
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
    const incomplete = all.some((backup) => backup.incomplete);
    const nothing = missed.has(day) ? 'missed' : 'none';
    const outcome =
      failures > 0 ? (good > 0 ? 'warning' : 'failure') : incomplete ? 'warning' : good > 0 ? 'success' : nothing;
    return { day, outcome, backups: good, failures };
  });
}

import { type DayOutcome, PlanState } from '../../model/plan.ts';
import type { Run } from '../../model/run.ts';
import type { Pause } from '../../model/schedule.ts';
import type { VerificationSummary } from '../../model/snapshot.ts';

/** Where a plan stands and why. */
export interface Health {
  state: PlanState;
  reason: string;
}

/** What keeps a source or a destination from being used; `unavailable`: it cannot be reached now, or was not for a day. */
export interface Trouble {
  kind: 'unavailable' | 'failed';
  reason: string;
}

/** What is known of a plan. */
export interface PlanFacts {
  /** The newest backup that has ended, whatever its end. */
  lastBackup: Pick<Run, 'state' | 'error'> | null;
  /** The verification of the newest stored snapshot. */
  newest: VerificationSummary | null;
  /** What the newest snapshot lacks of its attached files, as sentences; `null`: nothing. */
  incomplete: string | null;
  running: boolean;
  /** Why automatic pruning waits for a review, as a sentence; it lasts until a person has looked. */
  pruningPaused: string | null;
  /** The newest stored snapshot is older than the schedule allows, or there is none. */
  overdue: boolean;
  /** What a due backup waits for, as a sentence. */
  waitingFor: string | null;
  /** The last restore test, with what it found or why it could not be made; `late`: why the next one is, as a sentence. */
  restoreTest: { valid: boolean | null; failure: string | null; late: string | null; warning: string | null };
  paused: Pause | null;
  /** What keeps snapshots from being copied to their destinations, as sentences. `late`: it has lasted for a day. */
  copies: { failed: string | null; late: string | null; waiting: string | null };
  /** What the last check of the source and of each destination found; `null`: it can be used. */
  source: Trouble | null;
  destinations: ReadonlyArray<Trouble | null>;
  /** Snapshots that should be stored somewhere and are not, as a sentence. */
  missing: string | null;
  /** Snapshots whose date cannot be right, as a sentence. */
  misdated: string | null;
  /** All that is stored is on the disk that the source is on. */
  oneDisk: boolean;
}

/** Says where a plan stands; the worst state wins. */
export function planHealth(facts: PlanFacts): Health {
  return (
    failure(facts) ??
    lateness(facts) ??
    absence(facts) ??
    doubt(facts) ??
    rest(facts) ?? { state: 'ok', reason: 'The newest snapshot is verified, and every destination is available.' }
  );
}

function failure({
  lastBackup,
  newest,
  restoreTest,
  copies,
  source,
  destinations,
  missing,
}: PlanFacts): Health | undefined {
  if (lastBackup?.state === 'failed')
    return { state: 'failed', reason: lastBackup.error?.message ?? 'The last backup failed.' };
  if (lastBackup?.state === 'interrupted') return { state: 'failed', reason: 'The last backup was interrupted.' };
  if (newest?.valid === false)
    return { state: 'failed', reason: `The newest snapshot is not valid: ${newest.message}` };
  if (restoreTest.valid === false)
    return { state: 'failed', reason: `The last restore test failed. ${restoreTest.failure ?? ''}`.trim() };
  if (copies.failed !== null) return { state: 'failed', reason: copies.failed };
  if (newest === null && missing !== null) return { state: 'failed', reason: missing };
  const broken = [source, ...destinations].find((trouble) => trouble?.kind === 'failed');
  return broken == null ? undefined : { state: 'failed', reason: broken.reason };
}

function lateness({ newest, overdue, waitingFor, copies, incomplete }: PlanFacts): Health | undefined {
  const waiting = waitingFor === null ? '' : ` ${waitingFor}`;
  const why =
    newest === null ? 'A scheduled backup was missed.' : 'The newest snapshot is older than the schedule allows.';
  if (overdue) return { state: 'overdue', reason: `${why}${waiting}` };
  if (copies.late !== null) return { state: 'overdue', reason: copies.late };
  if (incomplete !== null) return { state: 'incomplete', reason: `The newest snapshot is incomplete. ${incomplete}` };
  if (waitingFor !== null) return { state: 'waiting', reason: `A backup is due.${waiting}` };
  if (copies.waiting !== null) return { state: 'waiting', reason: copies.waiting };
  return undefined;
}

/** Without its source or all of its destinations a plan cannot be backed up; copies to one of several will wait for it. */
function absence({ source, destinations }: PlanFacts): Health | undefined {
  if (source !== null) return { state: 'unavailable', reason: source.reason };
  const [first] = destinations.filter((trouble) => trouble !== null);
  if (first === undefined) return undefined;
  return { state: destinations.every(Boolean) ? 'unavailable' : 'waiting', reason: first.reason };
}

function doubt({ newest, restoreTest, running, missing, misdated }: PlanFacts): Health | undefined {
  if (missing !== null) return { state: 'incomplete', reason: missing };
  // A backup that is being made is about to answer the rest.
  if (running || newest === null) return undefined;
  if (newest.valid === null) {
    const looked = newest.at === null ? 'The newest snapshot has not been verified yet.' : newest.message;
    return { state: 'unverified', reason: looked };
  }
  if (restoreTest.warning !== null) return { state: 'unverified', reason: restoreTest.warning };
  if (restoreTest.late !== null) return { state: 'unverified', reason: restoreTest.late };
  if (misdated !== null) return { state: 'unverified', reason: misdated };
  return undefined;
}

function rest({ newest, running, paused, pruningPaused, oneDisk }: PlanFacts): Health | undefined {
  if (running) return { state: 'running', reason: 'A backup is running.' };
  if (newest === null) return { state: 'empty', reason: 'No snapshots yet.' };
  if (paused !== null)
    return { state: 'paused', reason: paused.until === null ? 'Paused until resumed.' : 'Paused temporarily.' };
  if (pruningPaused !== null) return { state: 'paused', reason: pruningPaused };
  if (!oneDisk) return undefined;
  return { state: 'ok-one-disk', reason: ONE_DISK };
}

/** What a person should do about snapshots that are on the disk of their source. */
const ONE_DISK =
  'All snapshots are on the same disk as the source: if it fails, both are lost. Add a destination on another disk or machine.';

/** The worst of several states; `undefined` without any. */
export function worstState(states: readonly PlanState[]): PlanState | undefined {
  return PlanState.options.find((state) => states.includes(state));
}

/** How many backups of a plan ended in one way on one day. */
export interface BackupsOnDay extends Pick<Run, 'state'> {
  /** `YYYY-MM-DD` */
  day: string;
  /** What their verification found; `null`: there was none. */
  valid: boolean | null;
  incomplete: boolean;
  count: number;
}

/**
 * Sums up the backups of each of the last days, oldest first.
 * @param days the calendar days wanted, oldest first
 * @param wasDue whether a backup was due on a day; asked only for days without one
 */
export function dayOutcomes(
  backups: readonly BackupsOnDay[],
  days: readonly string[],
  wasDue: (day: string) => boolean = () => false,
): DayOutcome[] {
  const byDay = Map.groupBy(backups, ({ day }) => day);
  const count = (some: readonly BackupsOnDay[]): number => some.reduce((sum, each) => sum + each.count, 0);
  return days.map((day) => {
    const all = byDay.get(day) ?? [];
    const good = count(all.filter((backup) => backup.state === 'succeeded' && backup.valid !== false));
    const failures = count(
      all.filter((backup) => backup.state === 'failed' || backup.state === 'interrupted' || backup.valid === false),
    );
    const isIncomplete = all.some(({ incomplete }) => incomplete);
    const outcomeOfOthers = (): DayOutcome['outcome'] => {
      if (isIncomplete) return 'warning';
      if (good > 0) return 'success';
      return wasDue(day) ? 'missed' : 'none';
    };
    const outcome = failures === 0 ? outcomeOfOthers() : good > 0 ? 'warning' : 'failure';
    return { day, outcome, backups: good, failures };
  });
}

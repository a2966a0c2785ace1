import { type DayOutcome, PlanState, type StateCause } from '../../model/plan.ts';
import type { Run } from '../../model/run.ts';
import type { Pause } from '../../model/schedule.ts';
import type { VerificationSummary } from '../../model/snapshot.ts';

/** Where a plan stands and why. */
export interface Health {
  state: PlanState;
  reason: string;
  /** What it is about, and so what may end it; `null`: no trouble. */
  cause: StateCause | null;
  /** Since when the source or destination that it is about is unavailable; `null`: unknown, or it is available. */
  unavailableSince: string | null;
}

/** What one rule says of a plan. */
type Finding = Omit<Health, 'unavailableSince'>;

/** What keeps a source or a destination from being used; `unavailable`: it cannot be reached now, or was not for a day. */
export interface Trouble {
  kind: 'unavailable' | 'failed';
  reason: string;
  /** Since when; `null`: unknown. */
  since: string | null;
  /** What may end it: another check, or for a copy that is not valid, another backup. */
  cause: StateCause;
}

/** What is known of a plan. */
export interface PlanFacts {
  /** The newest backup that has ended, whatever its end. */
  lastBackup: Pick<Run, 'state' | 'error'> | null;
  /** What the plan stores: full snapshots, or a history alone. */
  stores: 'snapshot' | 'point in time';
  /** The verification of the newest stored snapshot or point in time. */
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
  /** Why captures fail, are late, or are not stored everywhere, as sentences. */
  history: { failed: string | null; late: string | null; waiting: string | null };
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
  const found = failure(facts) ?? lateness(facts) ?? absence(facts) ?? doubt(facts) ?? rest(facts);
  return { ...found, unavailableSince: unavailableSince(found.cause, facts) };
}

function unavailableSince(cause: StateCause | null, { source, destinations }: PlanFacts): string | null {
  const concerned = cause === 'source' ? [source] : cause === 'destination' || cause === 'copies' ? destinations : [];
  return concerned.find((trouble) => trouble?.kind === 'unavailable')?.since ?? null;
}

function failure({
  stores,
  history,
  lastBackup,
  newest,
  restoreTest,
  copies,
  source,
  destinations,
  missing,
}: PlanFacts): Finding | undefined {
  const failed = (reason: string, cause: StateCause): Finding => ({ state: 'failed', reason, cause });
  if (lastBackup?.state === 'failed') return failed(lastBackup.error?.message ?? 'The last backup failed.', 'backup');
  if (lastBackup?.state === 'interrupted') return failed('The last backup was interrupted.', 'backup');
  if (newest?.valid === false) return failed(`The newest ${stores} is not valid: ${newest.message}`, 'backup');
  if (history.failed !== null) return failed(history.failed, 'backup');
  if (restoreTest.valid === false)
    return failed(`The last restore test failed. ${restoreTest.failure ?? ''}`.trim(), 'restore-test');
  if (copies.failed !== null) return failed(copies.failed, 'copies');
  if (newest === null && missing !== null) return failed(missing, 'missing-copies');
  const broken = [source, ...destinations].find((trouble) => trouble?.kind === 'failed');
  return broken == null ? undefined : failed(broken.reason, broken.cause);
}

function lateness({
  stores,
  history,
  newest,
  overdue,
  waitingFor,
  copies,
  incomplete,
}: PlanFacts): Finding | undefined {
  const waiting = waitingFor === null ? '' : ` ${waitingFor}`;
  const why =
    newest === null ? 'A scheduled backup was missed.' : `The newest ${stores} is older than the schedule allows.`;
  if (overdue) return { state: 'overdue', reason: `${why}${waiting}`, cause: 'backup' };
  if (history.late !== null) return { state: 'overdue', reason: history.late, cause: 'backup' };
  if (copies.late !== null) return { state: 'overdue', reason: copies.late, cause: 'copies' };
  if (incomplete !== null)
    return { state: 'incomplete', reason: `The newest snapshot is incomplete. ${incomplete}`, cause: 'backup' };
  if (waitingFor !== null) return { state: 'waiting', reason: `A backup is due.${waiting}`, cause: 'backup' };
  if (history.waiting !== null) return { state: 'waiting', reason: history.waiting, cause: 'copies' };
  if (copies.waiting !== null) return { state: 'waiting', reason: copies.waiting, cause: 'copies' };
  return undefined;
}

/** Without its source or all of its destinations a plan cannot be backed up; copies to one of several will wait for it. */
function absence({ source, destinations }: PlanFacts): Finding | undefined {
  if (source !== null) return { state: 'unavailable', reason: source.reason, cause: source.cause };
  const [first] = destinations.filter((trouble) => trouble !== null);
  if (first === undefined) return undefined;
  const state = destinations.every(Boolean) ? 'unavailable' : 'waiting';
  return { state, reason: first.reason, cause: first.cause };
}

function doubt({ stores, newest, restoreTest, running, missing, misdated }: PlanFacts): Finding | undefined {
  if (missing !== null) return { state: 'incomplete', reason: missing, cause: 'missing-copies' };
  // A backup that is being made is about to answer the rest.
  if (running || newest === null) return undefined;
  if (newest.valid === null) {
    const looked = newest.at === null ? `The newest ${stores} has not been verified yet.` : newest.message;
    return { state: 'unverified', reason: looked, cause: 'verification' };
  }
  if (restoreTest.warning !== null) return { state: 'unverified', reason: restoreTest.warning, cause: 'restore-test' };
  if (restoreTest.late !== null) return { state: 'unverified', reason: restoreTest.late, cause: 'restore-test' };
  if (misdated !== null) return { state: 'unverified', reason: misdated, cause: 'clock' };
  return undefined;
}

function rest({ stores, newest, running, paused, pruningPaused, oneDisk }: PlanFacts): Finding {
  // It waits for a person, also while backups go on or are paused.
  if (pruningPaused !== null && newest !== null) return { state: 'paused', reason: pruningPaused, cause: 'pruning' };
  if (running) return { state: 'running', reason: 'A backup is running.', cause: null };
  if (newest === null)
    return { state: 'empty', reason: `No ${stores === 'snapshot' ? 'snapshots' : 'points in time'} yet.`, cause: null };
  if (paused !== null) {
    const reason = paused.until === null ? 'Paused until resumed.' : 'Paused temporarily.';
    return { state: 'paused', reason, cause: null };
  }
  return oneDisk
    ? { state: 'ok-one-disk', reason: ONE_DISK, cause: null }
    : { state: 'ok', reason: `The newest ${stores} is verified, and every destination is available.`, cause: null };
}

/** What a person should do about snapshots that are on the disk of their source. */
const ONE_DISK =
  'All snapshots are on the same disk or server as the source: if it fails, both are lost. Add a destination on another disk or machine.';

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

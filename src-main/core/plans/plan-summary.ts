import { hasHistory, isHistoryOnly } from '../../../src-shared/model/history/history-settings.ts';
import type { Plan, PlanSummary } from '../../../src-shared/model/plan.ts';
import type { ScheduleStatus } from '../../../src-shared/model/schedule.ts';
import { DAY_MS } from '../../../src-shared/rules/durations.ts';
import { dayOutcomes, type PlanFacts, planHealth } from '../../../src-shared/rules/state/health.ts';
import { localDay } from '../../../src-shared/schedule/local-calendar.ts';
import { CLOCK_GRACE_MS } from '../../../src-shared/schedule/missed-times.ts';
import { overdueAt } from '../../../src-shared/schedule/overdue.ts';
import { copyProblemInWords, destinationLabel, waitingInWords } from '../../../src-shared/words/destination-words.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { pruningPaused } from '../prune/prune-brakes.ts';
import { NO_SNAPSHOT_YET } from '../schedule/readiness.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import { checkFacts, lastCheckOf, movedInWords } from './check-facts.ts';
import { currentAt, historyFacts, newestPointVerified, reachOf } from './history-facts.ts';
import { type PlanRecords, readRecords } from './plan-records.ts';

const DAYS = 30;
/** So long copies and restore tests may wait before the plan says so. */
const LATE_AFTER_MS = DAY_MS;

/**
 * Says where plans stand, in the order of their names, with as many statements for all plans as for one.
 * @param planIds without them, all plans
 */
export function summarizePlans(core: CoreContext, planIds?: readonly string[]): PlanSummary[] {
  const plans = core.catalog.plans.list(planIds);
  const now = core.clock.now();
  const noons = lastNoons(now);
  const records = readRecords(core.catalog, planIds, localDay(noons[0] ?? now), now.getTime());
  const surroundings = core.scheduler.surroundings();
  const heldBack = core.copier.heldBack();
  const active = core.runs.active();
  return plans.map((plan) => {
    const known = plan.destinations.flatMap(({ destinationId }) => records.destination(destinationId) ?? []);
    return new PlanSummarizer(core, plan, records.of(plan.id), known, heldBack).summarize({
      schedule: core.scheduler.status(plan, 'backup', surroundings),
      restoreTest: core.scheduler.status(plan, 'restoreTest', surroundings),
      activeRun: active.find(({ planId }) => planId === plan.id) ?? null,
      noons,
    });
  });
}

const NEVER = { start: Number.POSITIVE_INFINITY, end: Number.POSITIVE_INFINITY };

class PlanSummarizer {
  readonly #scheduler: Scheduler;
  readonly #plan: Plan;
  readonly #records: PlanRecords;
  readonly #known: readonly StoredDestination[];
  readonly #heldBack: string | null;
  /** In milliseconds since 1970. */
  readonly #now: number;

  /**
   * @param known the plan's destinations, in its order
   * @param heldBack why nothing is copied now
   */
  constructor(
    { scheduler, clock }: CoreContext,
    plan: Plan,
    records: PlanRecords,
    known: readonly StoredDestination[],
    heldBack: string | null,
  ) {
    this.#scheduler = scheduler;
    this.#plan = plan;
    this.#records = records;
    this.#known = known;
    this.#heldBack = heldBack;
    this.#now = clock.now().getTime();
  }

  summarize({
    schedule,
    restoreTest,
    activeRun,
    noons,
  }: {
    schedule: ScheduleStatus;
    restoreTest: ScheduleStatus;
    activeRun: PlanSummary['activeRun'];
    noons: readonly Date[];
  }): PlanSummary {
    const { newest, totals, sizes, lastRestoreTest, check, brakes } = this.#records;
    const lastBackup = this.#lastBackup();
    const isHistory = isHistoryOnly(this.#plan.history);
    const destinations = this.#known.map((destination) => this.#destination(destination));
    const stopped = pruningPaused(this.#plan, brakes);
    const health = planHealth({
      pruningPaused: stopped,
      lastBackup,
      stores: isHistory ? 'point in time' : 'snapshot',
      newest: isHistory ? newestPointVerified(this.#records.history) : (newest?.verification ?? null),
      incomplete: isHistory ? null : (newest?.incomplete ?? null),
      running: activeRun?.kind === 'backup',
      history: historyFacts(this.#plan, this.#records, {
        now: this.#now,
        isPaused: schedule.paused !== null,
        nameOf: (destinationId) => destinations.find(({ id }) => id === destinationId)?.name ?? 'A destination',
      }),
      overdue: this.#isOverdue(schedule),
      waitingFor: schedule.due?.waitingFor ?? null,
      restoreTest: this.#restoreTestFacts(restoreTest),
      paused: schedule.paused,
      copies: this.#copyFacts(destinations),
      ...checkFacts(this.#records, this.#plan, this.#known, destinations, this.#now),
    });
    return {
      plan: this.#plan,
      ...health,
      pruningPaused: stopped,
      sourceProblem: check?.problem?.message ?? null,
      notes: [...(stopped === null ? [] : [stopped]), ...movedInWords(check)],
      checkedAt: lastCheckOf(check, this.#known),
      destinations,
      oneDisk: check?.oneDisk ?? false,
      snapshotCount: totals.count,
      storedBytes: totals.bytes,
      sizes: [...sizes],
      newest,
      lastBackup,
      lastBackupAt: this.#lastBackupAt(),
      history: hasHistory(this.#plan.history) ? reachOf(this.#records.history, this.#now) : null,
      activeRun,
      schedule,
      restoreTest: {
        schedule: restoreTest,
        lastAt: lastRestoreTest?.at ?? null,
        valid: lastRestoreTest?.valid ?? null,
      },
      days: this.#lastDays(noons),
    };
  }

  #destination({ id, name, settings, reachedAt }: StoredDestination): PlanSummary['destinations'][number] {
    const count = this.#records.copiesAt(id);
    return {
      id,
      name,
      label: destinationLabel(settings),
      kind: settings.kind,
      snapshotCount: count?.stored ?? 0,
      storedBytes: count?.storedBytes ?? 0,
      waitingCopies: count?.waiting ?? 0,
      failedCopies: count?.failed ?? 0,
      missingCopies: count?.missing ?? 0,
      reachedAt,
      problem: count === undefined ? null : copyProblemInWords(count, name),
    };
  }

  #copyFacts(destinations: PlanSummary['destinations']): PlanFacts['copies'] {
    const facts: PlanFacts['copies'] = { failed: null, late: null, waiting: null };
    for (const { id, name, problem } of destinations) {
      const count = this.#records.copiesAt(id);
      if (count === undefined) continue;
      const { failed, waiting, waitingSince, waitingFor } = count;
      if (failed > 0) facts.failed ??= problem;
      if (waiting === 0 || waitingSince === null) continue;
      const since = Date.parse(waitingSince);
      const why = this.#heldBack ?? waitingFor;
      if (this.#heldBack === null && this.#now - since > LATE_AFTER_MS)
        facts.late ??= waitingInWords(waiting, name, waitingFor);
      else if (why !== null || this.#isLongerThanSchedule(since)) facts.waiting ??= waitingInWords(waiting, name, why);
    }
    return facts;
  }

  /** A copy that waits for nothing that is known is to be made before the next backup should be. */
  #isLongerThanSchedule(since: number): boolean {
    const { scheduledTimes } = this.#scheduler.scheduledTimesOf(this.#plan, 'backup');
    const at = overdueAt(this.#plan.schedule, scheduledTimes, since, since, since);
    return at !== null && at <= this.#now;
  }

  #lastBackup(): PlanSummary['lastBackup'] {
    return isHistoryOnly(this.#plan.history) ? this.#records.lastCapture : this.#records.lastBackup;
  }

  #lastBackupAt(): string | null {
    const { newest, history } = this.#records;
    if (!isHistoryOnly(this.#plan.history)) return newest?.createdAt ?? null;
    const at = history && currentAt(history);
    return at == null ? null : new Date(at).toISOString();
  }

  /** When the newest stored snapshot was made, in milliseconds since 1970: what has been deleted keeps no plan in time. */
  #lastSuccess(): number | null {
    const { newest, lastBackup } = this.#records;
    if (isHistoryOnly(this.#plan.history)) return pastInstant(this.#now, this.#lastBackupAt());
    const made = pastInstant(this.#now, newest?.createdAt);
    // Scheduled times go by the clock of its run, which a worker's clock may be a moment behind.
    const began = lastBackup?.snapshotId === newest?.id ? pastInstant(this.#now, lastBackup?.startedAt) : null;
    return made === null || began === null ? made : Math.max(made, began);
  }

  #isOverdue({ paused, due }: ScheduleStatus): boolean {
    // Who has paused it knows; the pause is shown with its end.
    if (paused !== null) return false;
    const { anchor, scheduledTimes } = this.#scheduler.scheduledTimesOf(this.#plan, 'backup');
    const dueSince = due === null ? null : Date.parse(due.scheduledTime);
    const at = overdueAt(this.#plan.schedule, scheduledTimes, anchor, this.#lastSuccess(), dueSince);
    return at !== null && at <= this.#now;
  }

  #restoreTestFacts(status: ScheduleStatus): PlanFacts['restoreTest'] {
    const { valid = null, failure = null, warning = null, at } = this.#records.lastRestoreTest ?? {};
    const { withinDays } = this.#plan.restoreTest;
    const last = pastInstant(this.#now, at) ?? pastInstant(this.#now, this.#plan.updatedAt) ?? Number.NEGATIVE_INFINITY;
    const isTooOld = withinDays !== null && this.#now - last > withinDays * DAY_MS;
    const late = isTooOld ? 'The last restore test is too old.' : this.#whyRestoreTestWaits(status, last);
    return { valid, failure, late, warning };
  }

  /** What a restore test has waited for that has been due for a day, as a sentence. @param last when there was one */
  #whyRestoreTestWaits({ due, paused }: ScheduleStatus, last: number): string | null {
    if (paused !== null || due === null || due.waitingFor === null || due.waitingFor === NO_SNAPSHOT_YET) return null;
    const { anchor, scheduledTimes } = this.#scheduler.scheduledTimesOf(this.#plan, 'restoreTest');
    const since = scheduledTimes.after(Math.max(anchor, last));
    const isLong = since !== null && this.#now - since > LATE_AFTER_MS;
    return isLong ? `A restore test is due. ${due.waitingFor}` : null;
  }

  #lastDays(noons: readonly Date[]): PlanSummary['days'] {
    const { anchor, scheduledTimes } = this.#scheduler.scheduledTimesOf(this.#plan, 'backup');
    const noonOf = new Map(noons.map((noon) => [localDay(noon), noon]));
    return dayOutcomes(this.#records.days, [...noonOf.keys()], (day) => {
      const noon = noonOf.get(day);
      const { start, end } = noon === undefined ? NEVER : hoursOf(noon);
      if (end > this.#now) return false;
      const scheduledTime = scheduledTimes.after(Math.max(start - 1, anchor));
      return scheduledTime !== null && scheduledTime < end;
    });
  }
}

/**
 * An instant in milliseconds since 1970; `null`: there is none, or it lies ahead. What is dated in the future was made
 * while the clock was wrong: how long ago that is, nobody knows.
 */
function pastInstant(now: number, instant: string | null | undefined): number | null {
  const at = instant == null ? null : Date.parse(instant);
  return at !== null && at - now <= CLOCK_GRACE_MS ? at : null;
}

/** The noons of the last days, oldest first: no clock changes at noon. */
function lastNoons(now: Date): Date[] {
  return Array.from(
    { length: DAYS },
    (_, index) => new Date(now.getFullYear(), now.getMonth(), now.getDate() - (DAYS - 1 - index), 12),
  );
}

/** When the day of a noon begins and ends, in milliseconds since 1970. */
function hoursOf(noon: Date): { start: number; end: number } {
  const [year, month, date] = [noon.getFullYear(), noon.getMonth(), noon.getDate()];
  return { start: new Date(year, month, date).getTime(), end: new Date(year, month, date + 1).getTime() };
}

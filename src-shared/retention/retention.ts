import type { SnapshotTrigger } from '../model/manifest.ts';
import type { Retention } from '../model/retention.ts';
import type { SnapshotOrigin } from '../model/snapshot.ts';
import type { VerificationLevel } from '../model/verification.ts';
import { DAY_MS } from '../rules/durations.ts';
import { type CalendarDate, localCalendar } from '../schedule/local-calendar.ts';
import { newestOfPeriods } from './newest-of-periods.ts';
import { countedInstants } from './trusted-instants.ts';

/** What the rules look at in a snapshot. */
export interface RetainedSnapshot {
  id: string;
  /** The order of making, which no clock can change: a higher number was made later. */
  order: number;
  origin: SnapshotOrigin;
  createdAt: string;
  pinned: boolean;
  missing: boolean;
  trigger: SnapshotTrigger;
  /** `false`: its newest verification failed. `null`: never verified. */
  valid: boolean | null;
  level: VerificationLevel;
  /** It lacks some of its attached files. */
  incomplete: boolean;
}

/** Whether a snapshot is kept, and each rule that says so; without a reason it is to be removed. */
export interface RetentionDecision {
  id: string;
  keep: boolean;
  /**
   * `latest-1` …, `within-30d`, `daily-1` …, `weekly-1` …, `monthly-1` …, `yearly-1` …, `minimum-1` …, `pinned`,
   * `imported`, `before-restore`, `newest`, `newest-good`, `newest-complete`, `newest-restored`, `keep-all`; for one to be removed:
   * `beyond-last-N` where that is the only rule, `no-rule`, `not-valid`.
   */
  reasons: string[];
}

/** What retention is decided by besides the policy. */
export interface RetentionCalendar {
  /** Whose days, weeks, months and years are meant; `null` is the machine's. */
  timeZone: string | null;
  /** In milliseconds since 1970: what is dated later has a wrong date. */
  now: number;
}

type Countable = RetainedSnapshot & { at: number; trusted: boolean; date?: CalendarDate };
type Rule = (newestFirst: readonly Countable[]) => Iterable<[snapshot: RetainedSnapshot, reason: string]>;

/**
 * Decides for each snapshot of one plan whether it is kept, newest first, and says why.
 *
 * Only the plan's own snapshots are decided; imported ones are kept. Newest is what was made last, whatever its
 * clock said; dates that cannot be right are replaced by {@link countedInstants}. Only snapshots that are stored and not
 * known to be damaged count, so that damaged ones never push out good ones. A day, a week, a month and a year are kept
 * by the newest snapshot in them; periods without a snapshot do not count. Days "within" are counted back from the
 * newest snapshot with a trusted date, not from now: a plan that is not backed up any more loses nothing. Pinned
 * snapshots, those kept before a restore, the newest one, the newest verified one, the newest verified one with all its
 * attached files and the newest one restored are always kept.
 */
export function decideRetention(
  snapshots: readonly RetainedSnapshot[],
  retention: Retention,
  { timeZone, now }: RetentionCalendar,
): RetentionDecision[] {
  const newestFirst = [...snapshots].sort((a, b) => b.order - a.order);
  const own = newestFirst.filter(({ origin }) => origin === 'own');
  const countable = withInstants(own, now).filter(counts);
  const reasons = new Map<string, string[]>(newestFirst.map(({ id }) => [id, []]));
  const apply = (rule: Rule): void => {
    for (const [snapshot, reason] of rule(countable)) reasons.get(snapshot.id)?.push(reason);
  };
  for (const rule of policyRules(retention, timeZone)) apply(rule);
  if (keepsAll(retention)) for (const list of reasons.values()) list.push('keep-all');
  for (const snapshot of newestFirst) {
    if (snapshot.pinned) reasons.get(snapshot.id)?.push('pinned');
    if (snapshot.origin === 'imported') reasons.get(snapshot.id)?.push('imported');
    if (snapshot.trigger === 'before-restore') reasons.get(snapshot.id)?.push('before-restore');
  }
  apply((all) => minimumRule(all, retention.minimum, reasons));
  const always = (snapshot: RetainedSnapshot | undefined, reason: string): void => {
    const list = snapshot && reasons.get(snapshot.id);
    if (list?.length === 0) list.push(reason);
  };
  always(findNewestGood(own), 'newest-good');
  always(own.find(isPresent), 'newest');
  always(
    own.find((snapshot) => isPresent(snapshot) && snapshot.valid === true && !snapshot.incomplete),
    'newest-complete',
  );
  always(
    countable.find((snapshot) => snapshot.level === 'restored' && snapshot.valid === true),
    'newest-restored',
  );
  const beyond = keepsAll({ ...retention, keepLast: null }) ? `beyond-last-${retention.keepLast}` : 'no-rule';
  return newestFirst.map((snapshot) => {
    const why = reasons.get(snapshot.id) ?? [];
    if (why.length > 0) return { id: snapshot.id, keep: true, reasons: why };
    return { id: snapshot.id, keep: false, reasons: [snapshot.valid === false ? 'not-valid' : beyond] };
  });
}

/** The snapshots with the instants that they are counted by. Expects and answers the newest first. */
function withInstants(newestFirst: readonly RetainedSnapshot[], now: number): Countable[] {
  const oldestFirst = newestFirst.toReversed();
  const instants = countedInstants(
    oldestFirst.map(({ createdAt }) => Date.parse(createdAt)),
    now,
  );
  return instants.map((instant, index) => ({ ...(oldestFirst[index] as RetainedSnapshot), ...instant })).reverse();
}

/** Whether a policy has no rule at all, and so removes nothing. */
export function keepsAll(retention: Retention): boolean {
  const { keepLast, keepDays, daily, weekly, monthly, yearly } = retention;
  return keepLast === null && keepDays === null && daily + weekly + monthly + yearly === 0;
}

/**
 * The snapshot that must never be removed: the newest verified one; while none is verified, the newest that is not known
 * to be damaged; while all are, the newest. Expects newest first.
 */
export function findNewestGood<S extends RetainedSnapshot>(newestFirst: readonly S[]): S | undefined {
  const present = newestFirst.filter(isPresent);
  return (
    present.find((snapshot) => snapshot.valid === true) ??
    present.find((snapshot) => snapshot.valid === null) ??
    present[0]
  );
}

/** A safety snapshot holds what a person wanted to replace; it is kept for its own reason. */
function isPresent({ missing, trigger }: RetainedSnapshot): boolean {
  return !missing && trigger !== 'before-restore';
}

function counts(snapshot: RetainedSnapshot): boolean {
  return snapshot.valid !== false && isPresent(snapshot);
}

function policyRules(retention: Retention, timeZone: string | null): Rule[] {
  const { keepLast, keepDays, daily, weekly, weekday, monthly, yearly } = retention;
  const calendar = localCalendar(timeZone);
  const dateOf = (snapshot: Countable): CalendarDate => {
    snapshot.date ??= calendar(snapshot.at);
    return snapshot.date;
  };
  return [
    (all) => latestRule(all, keepLast ?? 0),
    (all) => withinRule(all, keepDays ?? 0),
    (all) => periodRule(all, 'daily', daily, ({ day }) => day, dateOf),
    (all) =>
      periodRule(
        all,
        'weekly',
        weekly,
        (date) => (weekday === null || date.weekday === weekday ? date.week : null),
        dateOf,
      ),
    (all) => periodRule(all, 'monthly', monthly, ({ month }) => month, dateOf),
    (all) => periodRule(all, 'yearly', yearly, ({ year }) => year, dateOf),
  ];
}

function* latestRule(all: readonly Countable[], count: number): Generator<[RetainedSnapshot, string]> {
  for (const [index, snapshot] of all.slice(0, count).entries()) yield [snapshot, `latest-${index + 1}`];
}

function* withinRule(all: readonly Countable[], days: number): Generator<[RetainedSnapshot, string]> {
  const newest = all.find(({ trusted }) => trusted) ?? all[0];
  if (newest === undefined || days === 0) return;
  for (const snapshot of all) if (snapshot.at > newest.at - days * DAY_MS) yield [snapshot, `within-${days}d`];
}

/** A period is kept by what stands for it: see {@link newestOfPeriods}. */
function* periodRule(
  all: readonly Countable[],
  name: string,
  count: number,
  periodOf: (date: CalendarDate) => number | null,
  dateOf: (snapshot: Countable) => CalendarDate,
): Generator<[RetainedSnapshot, string]> {
  const newest = newestOfPeriods(all, count, (snapshot) => periodOf(dateOf(snapshot)));
  for (const [index, snapshot] of newest.entries()) yield [snapshot, `${name}-${index + 1}`];
}

/** Fills up with the newest that no rule keeps until there are as many as there must be. */
function* minimumRule(
  all: readonly Countable[],
  minimum: number,
  reasons: ReadonlyMap<string, string[]>,
): Generator<[RetainedSnapshot, string]> {
  let kept = all.filter(({ id }) => reasons.get(id)?.length !== 0).length;
  for (const snapshot of all) {
    if (kept >= minimum) return;
    if (reasons.get(snapshot.id)?.length !== 0) continue;
    kept += 1;
    yield [snapshot, `minimum-${kept}`];
  }
}

import type { SnapshotTrigger } from '../model/manifest.ts';
import type { Retention } from '../model/plan.ts';
import type { ProofLevel } from '../model/verification.ts';
import { type CalendarPlace, localCalendar } from './local-calendar.ts';

const DAY_MS = 86_400_000;

/** What the rules look at in a snapshot. */
export interface RetainedSnapshot {
  id: string;
  createdAt: string;
  pinned: boolean;
  missing: boolean;
  trigger: SnapshotTrigger;
  /** `false`: its newest verification failed. `null`: never verified. */
  valid: boolean | null;
  level: ProofLevel;
}

/** Whether a snapshot is kept, and each rule that says so; without a reason it is to be removed. */
export interface RetentionDecision {
  id: string;
  keep: boolean;
  /**
   * `latest-1` …, `within-30d`, `daily-1` …, `weekly-1` …, `monthly-1` …, `yearly-1` …, `minimum-1` …, `pinned`,
   * `before-restore`, `newest-good`, `newest-restored`, `keep-all`; for one to be removed: `beyond-last-N` where that is the only rule, `no-rule`, `not-valid`.
   */
  reasons: string[];
}

type Countable = RetainedSnapshot & { at: number; place?: CalendarPlace };
type Rule = (newestFirst: readonly Countable[]) => Iterable<[snapshot: RetainedSnapshot, reason: string]>;

/**
 * Decides for each snapshot of one plan whether it is kept, newest first, and says why.
 *
 * Only snapshots that are there and not known to be bad count, so that damaged ones never push out good ones. A day, a
 * week, a month and a year are kept by the newest snapshot in them; periods without a snapshot do not count. Days
 * "within" are counted back from the newest snapshot, not from now: what nobody adds to does not fade away. Pinned
 * snapshots, those kept before a restore, the newest good one and the newest one restored are always kept.
 * @param timeZone whose days, weeks, months and years are meant; `null` is the machine's
 */
export function decideRetention(
  snapshots: readonly RetainedSnapshot[],
  retention: Retention,
  timeZone: string | null,
): RetentionDecision[] {
  const newestFirst = [...snapshots].sort((a, b) => compareText(b.createdAt, a.createdAt) || compareText(b.id, a.id));
  const countable = newestFirst.filter(counts).map((snapshot) => ({ ...snapshot, at: Date.parse(snapshot.createdAt) }));
  const reasons = new Map<string, string[]>(newestFirst.map(({ id }) => [id, []]));
  const apply = (rule: Rule): void => {
    for (const [snapshot, reason] of rule(countable)) reasons.get(snapshot.id)?.push(reason);
  };
  for (const rule of policyRules(retention, timeZone)) apply(rule);
  if (keepsAll(retention)) for (const list of reasons.values()) list.push('keep-all');
  for (const snapshot of newestFirst) {
    if (snapshot.pinned) reasons.get(snapshot.id)?.push('pinned');
    if (snapshot.trigger === 'before-restore') reasons.get(snapshot.id)?.push('before-restore');
  }
  apply((all) => minimumRule(all, retention.minimum, reasons));
  const always = (snapshot: RetainedSnapshot | undefined, reason: string): void => {
    const list = snapshot && reasons.get(snapshot.id);
    if (list?.length === 0) list.push(reason);
  };
  always(findNewestGood(newestFirst), 'newest-good');
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

/** Whether a policy has no rule at all, and so removes nothing. */
export function keepsAll(retention: Retention): boolean {
  const { keepLast, keepDays, daily, weekly, monthly, yearly } = retention;
  return keepLast === null && keepDays === null && daily + weekly + monthly + yearly === 0;
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

function counts(snapshot: RetainedSnapshot): boolean {
  return snapshot.valid !== false && !snapshot.missing && snapshot.trigger !== 'before-restore';
}

function policyRules(retention: Retention, timeZone: string | null): Rule[] {
  const { keepLast, keepDays, daily, weekly, weekday, monthly, yearly } = retention;
  const calendar = localCalendar(timeZone);
  const placeOf = (snapshot: Countable): CalendarPlace => {
    snapshot.place ??= calendar(snapshot.at);
    return snapshot.place;
  };
  return [
    (all) => latestRule(all, keepLast ?? 0),
    (all) => withinRule(all, keepDays ?? 0),
    (all) => periodRule(all, 'daily', daily, ({ day }) => day, placeOf),
    (all) =>
      periodRule(
        all,
        'weekly',
        weekly,
        (place) => (weekday === null || place.weekday === weekday ? place.week : null),
        placeOf,
      ),
    (all) => periodRule(all, 'monthly', monthly, ({ month }) => month, placeOf),
    (all) => periodRule(all, 'yearly', yearly, ({ year }) => year, placeOf),
  ];
}

function* latestRule(all: readonly Countable[], count: number): Generator<[RetainedSnapshot, string]> {
  for (const [index, snapshot] of all.slice(0, count).entries()) yield [snapshot, `latest-${index + 1}`];
}

function* withinRule(all: readonly Countable[], days: number): Generator<[RetainedSnapshot, string]> {
  const newest = all[0];
  if (newest === undefined || days === 0) return;
  for (const snapshot of all) if (snapshot.at > newest.at - days * DAY_MS) yield [snapshot, `within-${days}d`];
}

function* periodRule(
  all: readonly Countable[],
  name: string,
  count: number,
  periodOf: (place: CalendarPlace) => number | null,
  placeOf: (snapshot: Countable) => CalendarPlace,
): Generator<[RetainedSnapshot, string]> {
  let found = 0;
  let last: number | null = null;
  for (const snapshot of all) {
    if (found === count) return;
    const period = periodOf(placeOf(snapshot));
    if (period === null || period === last) continue;
    last = period;
    found += 1;
    yield [snapshot, `${name}-${found}`];
  }
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

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

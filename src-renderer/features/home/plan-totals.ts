import type { PlanState, PlanSummary } from '../../../src-shared/model/plan.ts';
import { isPruningPaused, type Judged, worstOf } from '../../../src-shared/rules/state/attention.ts';
import { agoInWords, clockTime, dayInWords, shortMomentInWords } from '../../../src-shared/words/moments.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';

/** What Home says of all plans together. */
export interface PlanTotals {
  /** The plan that stands worst, which gives the sentence its colour. */
  worst: Judged;
  /** For example `59 of 60 plans OK`. */
  sentence: string;
  /** For example `last backup 2 min ago`, `next 14:00`. */
  details: string[];
}

type Counted = Judged & {
  newest: { createdAt: string } | null;
  schedule: Pick<PlanSummary['schedule'], 'nextTime' | 'paused'>;
};

/** Sums plans up in one sentence; it says that all are OK only when every plan is. */
export function planTotals(plans: readonly Counted[], now: number): PlanTotals {
  const count = (...states: PlanState[]): number => plans.filter(({ state }) => states.includes(state)).length;
  const ok = count('ok', 'ok-one-disk');
  const pruning = plans.filter(isPruningPaused).length;
  const all = countInWords(plans.length, 'plan');
  const last = plans.flatMap(({ newest }) => newest?.createdAt ?? []).sort();
  const next = plans.flatMap(({ schedule }) => (schedule.paused === null ? (schedule.nextTime ?? []) : [])).sort();
  const lastBackup = last.at(-1);
  return {
    worst: worstOf(plans)[0] ?? { state: 'empty', pruningPaused: null },
    sentence:
      ok < plans.length ? `${ok.toLocaleString('en-US')} of ${all} OK` : ok === 1 ? '1 plan OK' : `All ${all} OK`,
    details: [
      partInWords(count('running'), 'backing up'),
      partInWords(pruning, 'with pruning paused'),
      partInWords(count('paused') - pruning, 'paused'),
      partInWords(count('empty'), 'without a snapshot'),
      lastBackup === undefined ? '' : `last backup ${agoInWords(lastBackup, now)}`,
      next[0] === undefined ? '' : `next ${nextInWords(next[0], now)}`,
    ].filter((part) => part !== ''),
  };
}

const partInWords = (count: number, what: string): string =>
  count === 0 ? '' : `${count.toLocaleString('en-US')} ${what}`;

/** Today’s times need no day. */
const nextInWords = (instant: string, now: number): string =>
  dayInWords(instant, now) === 'Today' ? clockTime(instant).slice(0, 5) : shortMomentInWords(instant, now);

import type { Retention } from '../model/plan.ts';
import { keepsAll } from '../retention/retention.ts';
import { WEEKDAYS } from './weekdays.ts';
import { countInWords, listInWords } from './wording.ts';

/** Returns what a retention keeps as the rest of a sentence, for example `the last 7 snapshots, 4 weekly and 12 monthly`. */
export function keptInWords(retention: Retention): string {
  if (keepsAll(retention)) return 'all snapshots';
  const { keepLast, keepDays, daily, weekly, weekday, monthly, yearly } = retention;
  const rules = [
    keepLast === null ? '' : keepLast === 1 ? 'the last snapshot' : `the last ${countInWords(keepLast, 'snapshot')}`,
    keepDays === null ? '' : `all from the last ${countInWords(keepDays, 'day')}`,
    daily === 0 ? '' : `${daily} daily`,
    weekly === 0 ? '' : `${weekly} weekly${weekday === null ? '' : ` (${WEEKDAYS[weekday - 1]}s)`}`,
    monthly === 0 ? '' : `${monthly} monthly`,
    yearly === 0 ? '' : `${yearly} yearly`,
  ];
  return listInWords(rules.filter((rule) => rule !== ''));
}

/** Rules that are numbered from the newest snapshot they keep, for example `daily-3`. */
const NUMBERED: Readonly<Record<string, string>> = {
  latest: 'Latest',
  daily: 'Daily',
  weekly: 'Weekly',
  monthly: 'Monthly',
  yearly: 'Yearly',
  minimum: 'Minimum',
  'beyond-last': 'Older than the last',
};

const NAMED: Readonly<Record<string, string>> = {
  pinned: 'Pinned',
  imported: 'Imported',
  'before-restore': 'Safety snapshot',
  newest: 'Newest',
  'newest-good': 'Newest valid',
  'newest-complete': 'Newest complete',
  'newest-restored': 'Newest restored',
  'keep-all': 'Keep all',
  'no-rule': 'No rule',
  'not-valid': 'Not valid',
  missing: 'Missing',
  'pruning-paused': 'Pruning paused',
  'waiting-copy': 'Not copied yet',
};

/** Returns a rule that keeps or removes a snapshot as a label, for example `Daily 3` for `daily-3`. */
export function ruleInWords(rule: string): string {
  const [, name = '', number = ''] = /^(.*)-(\d+d?)$/.exec(rule) ?? [];
  if (name === 'within') return `Last ${number.replace('d', '')} days`;
  const numbered = NUMBERED[name];
  return numbered === undefined ? (NAMED[rule] ?? rule) : `${numbered} ${number}`;
}

import { expect, test } from 'vitest';
import { KEEP_ALL, type Retention } from '../../src-shared/model/retention.ts';
import { keptInWords, ruleInWords } from '../../src-shared/words/retention-words.ts';

test.each<[string, Partial<Retention>, string]>([
  ['no rule', {}, 'all snapshots'],
  ['one rule', { keepLast: 1 }, 'the last snapshot'],
  ['days', { keepDays: 14, weekly: 11, weekday: 7 }, 'all from the last 14 days and 11 weekly (Sundays)'],
  [
    'every kind',
    { keepLast: 7, daily: 30, weekly: 8, monthly: 12, yearly: 3 },
    'the last 7 snapshots, 30 daily, 8 weekly, 12 monthly and 3 yearly',
  ],
])('a retention with %s', (_name, rules, words) => {
  expect(keptInWords({ ...KEEP_ALL, ...rules })).toBe(words);
});

test.each([
  ['latest-1', 'Latest 1'],
  ['within-30d', 'Last 30 days'],
  ['weekly-12', 'Weekly 12'],
  ['beyond-last-3', 'Older than the last 3'],
  ['before-restore', 'Safety snapshot'],
  ['newest-good', 'Newest valid'],
  ['no-rule', 'No rule'],
  ['missing', 'Missing'],
  ['To be pruned', 'To be pruned'],
  ['pruning-paused', 'Pruning paused'],
  ['waiting-copy', 'Not copied yet'],
])('the rule %s is called %s', (rule, words) => {
  expect(ruleInWords(rule)).toBe(words);
});

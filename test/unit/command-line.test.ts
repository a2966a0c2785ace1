import { expect, test } from 'vitest';
import { retentionOf } from '../../src-main/cli/options/retention-options.ts';
import { parseSchedule } from '../../src-main/cli/options/schedule-option.ts';
import { KEEP_ALL } from '../../src-shared/model/plan.ts';

test.each([
  ['manual', { kind: 'manual' }],
  ['every 6h', { kind: 'interval', hours: 6 }],
  ['daily 02:00', { kind: 'daily', time: '02:00' }],
  ['weekly mon,sun 23:15', { kind: 'weekly', days: [1, 7], time: '23:15' }],
  ['monthly last 02:00', { kind: 'monthly', day: 'last', time: '02:00' }],
  ['monthly 15 02:00', { kind: 'monthly', day: 15, time: '02:00' }],
  ['on-change', { kind: 'on-change', quietMinutes: 5, atLatestMinutes: 60 }],
  ['*/5 * * * 1-5', { kind: 'cron', expression: '*/5 * * * 1-5' }],
])('%s is a schedule', (text, schedule) => {
  expect(parseSchedule(text)).toEqual(schedule);
});

test.each(['', 'daily', 'daily 25:00', 'every 6', 'weekly noday 02:00', 'monthly 31 02:00', 'now and then'])(
  '%j is none',
  (text) => {
    expect(() => parseSchedule(text)).toThrow(/Must be one of/);
  },
);

test('without a rule the plan decides', () => {
  expect(retentionOf({})).toBeUndefined();
  expect(retentionOf({ keepWeekly: 4, weekday: 7 })).toEqual({ ...KEEP_ALL, weekly: 4, weekday: 7 });
});

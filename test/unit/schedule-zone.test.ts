import { expect, test } from 'vitest';
import { scheduleInWords } from '../../src-main/core/schedule/schedule-words.ts';

const daily = { kind: 'daily', time: '02:00' } as const;

test.each([
  [null, 'UTC', 'Daily at 02:00 UTC'],
  [null, 'Etc/UTC', 'Daily at 02:00 UTC'],
  [null, 'Etc/Unknown', 'Daily at 02:00 UTC'],
  [null, 'GMT', 'Daily at 02:00 UTC'],
  [null, 'Europe/Berlin', 'Daily at 02:00'],
  ['UTC', 'Europe/Berlin', 'Daily at 02:00 UTC'],
  ['Europe/Berlin', 'UTC', 'Daily at 02:00'],
])('a plan in %s on a machine in %s: %s', (timeZone, ofMachine, words) => {
  expect(scheduleInWords(daily, timeZone, ofMachine)).toBe(words);
});

test('cron expressions name the zone too, and what has no time of day does not', () => {
  expect(scheduleInWords({ kind: 'cron', expression: '5 2 * * *' }, null, 'UTC')).toMatch(/ UTC$/);
  expect(scheduleInWords({ kind: 'interval', hours: 6 }, null, 'UTC')).toBe('Every 6 hours');
  expect(scheduleInWords({ kind: 'manual' }, null, 'UTC')).not.toContain('UTC');
});

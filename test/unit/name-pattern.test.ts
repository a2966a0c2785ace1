import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instantOfWallClock } from '../../src-shared/rules/local-calendar.ts';
import {
  checkNamePattern,
  DEFAULT_NAME_PATTERN,
  exampleOfPattern,
  nameFromPattern,
} from '../../src-shared/rules/name-pattern.ts';
import { snapshotName } from '../../src-shared/rules/naming.ts';

const at = new Date('2024-01-15T14:30:22.500Z');
const named = (pattern: string, timeZone: string | null = 'UTC', attempt = 1) =>
  nameFromPattern(pattern, { planName: 'Home Money', at, timeZone, ending: '.db.gz', attempt });

test.each([
  ['hone-{date}-{time}', 'UTC', 'hone-2024-01-15-143022.db.gz'],
  ['{plan}_{compact-date}', 'UTC', 'Home-Money_20240115.db.gz'],
  ['portunus-state-{utc}', 'Asia/Tokyo', 'portunus-state-2024-01-15T14-30-22Z.db.gz'],
  ['{local-date}_{local-time}', 'Asia/Tokyo', '2024-01-15_233022.db.gz'],
  ['p-{local-compact-date}', 'Pacific/Auckland', 'p-20240116.db.gz'],
])('%s in %s makes %s', (pattern, zone, name) => {
  expect(named(pattern, zone)).toBe(name);
});

test('the usual pattern makes the usual names', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 60 }),
      fc.date({ min: new Date('1970-01-02'), max: new Date('2100-01-01'), noInvalidDate: true }),
      fc.integer({ min: 1, max: 30 }),
      (planName, when, attempt) => {
        const parts = { planName, at: when, timeZone: null, ending: '.db.gz', attempt };
        expect(nameFromPattern(DEFAULT_NAME_PATTERN, parts)).toBe(snapshotName(planName, when, 'gz', attempt));
      },
    ),
  );
});

describe('patterns that cannot be meant', () => {
  test.each([
    '',
    'x',
    '{plan}',
    '{plan}-{time}',
    '{date}/{time}',
    '../{date}',
    '.{date}',
    '{date}:{time}',
    '{date} ',
    '{date}-{nonsense}',
    '{constructor}-{date}',
    '{date}{',
    `${'x'.repeat(200)}{date}`,
  ])('%j', (pattern) => {
    expect(checkNamePattern(pattern)).toEqual(expect.any(String));
    expect(() => named(pattern)).toThrow(expect.objectContaining({ code: 'INVALID_PARAMS' }));
  });
});

test('a clock tells its instant, and daylight saving has one answer each', () => {
  const wall = (text: string) => Date.parse(`${text}Z`);
  const instant = (text: string, zone: string) => new Date(instantOfWallClock(wall(text), zone)).toISOString();
  expect(instant('2024-07-01T12:00:00', 'Europe/Berlin')).toBe('2024-07-01T10:00:00.000Z');
  expect(instant('2024-03-31T02:30:00', 'Europe/Berlin')).toBe('2024-03-31T01:30:00.000Z');
  expect(instant('2024-10-27T02:30:00', 'Europe/Berlin')).toBe('2024-10-27T00:30:00.000Z');
  expect(instant('2024-04-07T01:45:00', 'Australia/Lord_Howe')).toBe('2024-04-06T14:45:00.000Z');
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4_000_000_000 }),
      fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
      (seconds, zone) => {
        const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
        const text = shown.format(seconds * 1000);
        const found = instantOfWallClock(wall(text.replace(' ', 'T')), zone);
        expect(shown.format(found)).toBe(text);
        expect(found).toBeLessThanOrEqual(seconds * 1000);
      },
    ),
  );
});

test.each([
  [DEFAULT_NAME_PATTERN, 'My-app-YYYY-MM-DD-HHMMSS'],
  ['config-{local-compact-date}_{local-time}', 'config-YYYYMMDD_HHMMSS'],
  ['{plan}-state-{utc}', 'My-app-state-YYYY-MM-DDTHH-MM-SSZ'],
])('what names by %s look like is told in letters', (pattern, example) => {
  expect(exampleOfPattern(pattern, 'My app')).toBe(example);
});

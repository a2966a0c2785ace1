import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkNamePattern,
  DEFAULT_NAME_PATTERN,
  exampleOfPattern,
  idLetters,
  NAME_ATTEMPTS,
  nameFromPattern,
  namesWithLetters,
} from '../../src-shared/rules/names/name-pattern.ts';
import { extensionFor, ownSnapshotName } from '../../src-shared/rules/names/naming.ts';
import { instantOfWallClock } from '../../src-shared/schedule/local-calendar.ts';

const at = new Date('2024-01-15T14:30:22.500Z');
const named = (pattern: string, timeZone: string | null = 'UTC', attempt = 1) =>
  nameFromPattern(pattern, {
    planName: 'Home Money',
    at,
    timeZone,
    ending: '.db.gz',
    letters: 'k3f9qa0123456789ab',
    attempt,
  });

test.each([
  ['hone-{date}-{time}', 'UTC', 'hone-2024-01-15-143022.db.gz'],
  ['{plan}_{compact-date}', 'UTC', 'Home-Money_20240115.db.gz'],
  ['portunus-state-{utc}', 'Asia/Tokyo', 'portunus-state-2024-01-15T14-30-22Z.db.gz'],
  ['{local-date}_{local-time}', 'Asia/Tokyo', '2024-01-15_233022.db.gz'],
  ['p-{local-compact-date}', 'Pacific/Auckland', 'p-20240116.db.gz'],
  ['{id}_{date}', 'UTC', 'k3f9qa_2024-01-15.db.gz'],
])('%s in %s makes %s', (pattern, zone, name) => {
  expect(named(pattern, zone)).toBe(name);
});

test('the usual names end in letters of the id', () => {
  expect(named(DEFAULT_NAME_PATTERN)).toBe('Home-Money-2024-01-15-143022-k3f9qa.db.gz');
});

test('a name that is taken gets more letters of the id, whatever the pattern', () => {
  expect([1, 2, 3].map((attempt) => named('{plan}-{date}', 'UTC', attempt))).toEqual([
    'Home-Money-2024-01-15.db.gz',
    'Home-Money-2024-01-15-k3f9qa.db.gz',
    'Home-Money-2024-01-15-k3f9qa012345.db.gz',
  ]);
  expect([2, 3].map((attempt) => named('{date}-{id}', 'UTC', attempt))).toEqual([
    '2024-01-15-k3f9qa-012345.db.gz',
    '2024-01-15-k3f9qa-0123456789ab.db.gz',
  ]);
});

test('where a name is taken, a copy has letters of the id before the ending, those that are not in it yet', () => {
  const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
  const letters = idLetters(id);
  const [six, more] = [letters.slice(0, 6), letters.slice(6)];
  expect(namesWithLetters('app-20240115.sql.gz.age', id)).toEqual([
    `app-20240115-${six}.sql.gz.age`,
    `app-20240115-${letters.slice(0, 12)}.sql.gz.age`,
  ]);
  expect(namesWithLetters(`app-${six}.files.json`, id)).toEqual([
    `app-${six}-${more.slice(0, 6)}.files.json`,
    `app-${six}-${more}.files.json`,
  ]);
});

const planNames = fc.oneof(fc.string({ maxLength: 80 }), fc.string({ unit: 'binary', maxLength: 80 }));
const compressions = fc.constantFrom('gz', 'zst', 'none');
const attempts = fc.integer({ min: 1, max: NAME_ATTEMPTS });

test('names never leave their folder, never hide, and fit every file system', () => {
  fc.assert(
    fc.property(planNames, compressions, fc.uuid(), attempts, (planName, stored, id, attempt) => {
      const ending = extensionFor(stored);
      const parts = { planName, at, timeZone: null, ending, letters: idLetters(id), attempt };
      const name = nameFromPattern(DEFAULT_NAME_PATTERN, parts);
      expect(name).not.toMatch(/[/\\\p{Cc}<>:"|?*\s]|\.\.|^\./u);
      expect(name.endsWith(ending)).toBe(true);
      expect(name.isWellFormed()).toBe(true);
      expect(Buffer.byteLength(`${name}.manifest.json.12345678.partial`)).toBeLessThan(255);
      expect(ownSnapshotName(name, ending)).toBe(name);
    }),
  );
});

test('two snapshots of one second have no name in common', () => {
  fc.assert(
    fc.property(fc.uuid({ version: 4 }), fc.uuid({ version: 4 }), (one, other) => {
      const letters = [idLetters(one), idLetters(other)];
      for (const each of letters) expect(each).toMatch(/^[0-9a-z]{18}$/);
      const [first = [], second = []] = letters.map((each) =>
        [1, 2, 3].map((attempt) =>
          nameFromPattern(DEFAULT_NAME_PATTERN, {
            planName: 'a',
            at,
            timeZone: null,
            ending: '',
            letters: each,
            attempt,
          }),
        ),
      );
      if (letters[0]?.slice(0, 6) !== letters[1]?.slice(0, 6))
        expect(first.filter((name) => second.includes(name))).toEqual([]);
    }),
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
  [DEFAULT_NAME_PATTERN, 'My-app-YYYY-MM-DD-HHMMSS-XXXXXX'],
  ['config-{local-compact-date}_{local-time}', 'config-YYYYMMDD_HHMMSS'],
  ['{plan}-state-{utc}', 'My-app-state-YYYY-MM-DDTHH-MM-SSZ'],
])('what names by %s look like is told in letters', (pattern, example) => {
  expect(exampleOfPattern(pattern, 'My app')).toBe(example);
});

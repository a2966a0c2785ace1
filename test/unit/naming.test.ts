import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  contentListExtension,
  extensionFor,
  fileStem,
  ownSnapshotName,
  planNameFromPath,
} from '../../src-shared/rules/names/naming.ts';

const planName = fc.oneof(fc.string({ maxLength: 80 }), fc.string({ unit: 'binary', maxLength: 80 }));
const compression = fc.constantFrom('gz', 'zst', 'none');
const bytes = (text: string): number => Buffer.byteLength(text);
const refused = expect.objectContaining({ code: 'INVALID_PARAMS', hint: expect.any(String) });

const errorOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

test('the start of a name keeps the letters of every script', () => {
  fc.assert(fc.property(planName, (plan) => fileStem(plan) !== ''));
  expect(fileStem('Läger / Прогноз 家計簿')).toBe('Läger-Прогноз-家計簿');
  expect(fileStem('../../etc/passwd')).toBe('etc-passwd');
  expect(fileStem('///')).toBe('database');
  expect(fileStem('𠀀'.repeat(80))).toBe('𠀀'.repeat(40));
});

describe('own names', () => {
  test.each([
    '../x',
    '..',
    '.',
    '',
    '   ',
    'a/b',
    'a\\b',
    '/etc/x',
    'C:\\x',
    '.hidden',
    'ends.',
    'quo"te',
    'a<b',
    'a>b',
    'a|b',
    'a?b',
    'a*b',
    'a:b',
    'tab\tx',
    'nul\u0000x',
    'del\u007f',
    'c1\u0085x',
    'con',
    'CON.db',
    'nul.txt',
    'com1',
    'Lpt9.db.gz',
    'x'.repeat(200),
    '会'.repeat(80),
    'lone\ud800',
  ])('%j is refused', (name) => {
    expect(errorOf(() => ownSnapshotName(name, extensionFor('gz')))).toEqual(refused);
  });

  test.each([
    ['before the upgrade', 'gz', 'before the upgrade.db.gz'],
    ['перед обновлением', 'zst', 'перед обновлением.db.zst'],
    ['数据 2026', 'none', '数据 2026.db'],
    ["it's v2.1 (final)", 'gz', "it's v2.1 (final).db.gz"],
    [' trimmed ', 'gz', 'trimmed.db.gz'],
    ['done.db.gz', 'gz', 'done.db.gz'],
    ['console', 'gz', 'console.db.gz'],
  ] as const)('%j as %s becomes %j', (name, stored, expected) => {
    expect(ownSnapshotName(name, extensionFor(stored))).toBe(expected);
  });

  test.each([
    ['x.db', 'gz'],
    ['x.db.gz', 'zst'],
    ['x.DB.ZST', 'none'],
    ['x.db.gz', 'none'],
  ] as const)('%j does not fit %s', (name, stored) => {
    expect(errorOf(() => ownSnapshotName(name, extensionFor(stored)))).toEqual(refused);
  });

  test('whatever is accepted is one name in one folder, and is accepted again as it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), compression, (given, stored) => {
        const name = errorOf(() => ownSnapshotName(given, extensionFor(stored)));
        if (typeof name !== 'string') return;
        expect(name).not.toMatch(/[/\\\p{Cc}"<>:|?*]|^\.|^\s|\s$/u);
        expect(bytes(name)).toBeLessThanOrEqual(200);
        expect(name.endsWith(extensionFor(stored)) || name.toLowerCase().endsWith(extensionFor(stored))).toBe(true);
        expect(ownSnapshotName(name, extensionFor(stored))).toBe(name);
      }),
      { numRuns: 500 },
    );
  });
});

test.each([
  ['/data/app.sqlite3', 'app'],
  ['C:\\data\\My App.db', 'My App'],
  ['/data/archive.tar', 'archive.tar'],
  ['/data/.db', 'database'],
  ['', 'database'],
])('a plan for %j is called %j', (path, name) => {
  expect(planNameFromPath(path)).toBe(name);
});

test('what is encrypted ends in .age after what is in it', () => {
  expect(extensionFor('zst', true)).toBe('.db.zst.age');
  for (const name of ['mine', 'mine.db.gz', 'mine.db.gz.age'])
    expect(ownSnapshotName(name, extensionFor('gz', true))).toBe('mine.db.gz.age');
  for (const [name, encrypted] of [
    ['mine.db.zst.age', true],
    ['mine.db', true],
    ['mine.db.gz.age', false],
  ] as const)
    expect(() => ownSnapshotName(name, extensionFor('gz', encrypted))).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMS' }),
    );
});

test('dumps end in .sql, and no name says the one and is the other', () => {
  expect(extensionFor('gz', false, true)).toBe('.sql.gz');
  expect(extensionFor('none', true, true)).toBe('.sql.age');
  expect(ownSnapshotName('mine', extensionFor('zst', false, true))).toBe('mine.sql.zst');
  expect(ownSnapshotName('mine.sql', extensionFor('none', true, true))).toBe('mine.sql.age');
  for (const [name, dump] of [
    ['mine.sql.gz', false],
    ['mine.db.gz', true],
    ['mine.sql', true],
  ] as const)
    expect(() => ownSnapshotName(name, extensionFor('gz', false, dump))).toThrow(
      expect.objectContaining({ code: 'INVALID_PARAMS' }),
    );
});

test('a list of contents is named as such, and a name that says something else is refused', () => {
  expect(ownSnapshotName('mine', contentListExtension(false))).toBe('mine.files.json');
  expect(ownSnapshotName('mine.files.json', contentListExtension(true))).toBe('mine.files.json.age');
  for (const [name, extension] of [
    ['mine.db.gz', contentListExtension(false)],
    ['mine.files.json.age', contentListExtension(false)],
    ['mine.files.json', extensionFor('gz')],
  ] as const)
    expect(() => ownSnapshotName(name, extension)).toThrow(expect.objectContaining({ code: 'INVALID_PARAMS' }));
});

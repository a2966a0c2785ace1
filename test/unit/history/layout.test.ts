import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  historyFolderName,
  isPointsName,
  layoutAt,
  levelFolder,
  levelOf,
  levelsFolder,
  ltxName,
  ltxPath,
  parseLtxName,
  pointsName,
} from '../../../src-main/core/history/layout.ts';
import { isPortableName } from '../../../src-shared/rules/names/naming.ts';

const ID = '0123abcd-0000-4000-8000-000000000000';
const anyFile = fc
  .record({
    level: fc.integer({ min: 0, max: 9 }),
    one: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    other: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    encrypted: fc.boolean(),
  })
  .map(({ one, other, ...file }) => ({ ...file, min: Math.min(one, other), max: Math.max(one, other) }));

test('files lie where Litestream looks for them', () => {
  const capture = { level: 0, min: 10, max: 10, encrypted: false };
  expect(ltxPath('path', 'app-0123abcd.history', capture)).toBe(
    'app-0123abcd.history/ltx/0/000000000000000a-000000000000000a.ltx',
  );
  expect(ltxPath('s3', 'app-0123abcd.history', { ...capture, level: 9, min: 1 })).toBe(
    'app-0123abcd.history/0009/0000000000000001-000000000000000a.ltx',
  );
  expect(ltxPath('s3', '', { ...capture, level: 1, min: 2, encrypted: true })).toBe(
    '0001/0000000000000002-000000000000000a.ltx.age',
  );
  expect([layoutAt('folder'), layoutAt('sftp'), layoutAt('s3')]).toEqual(['path', 'path', 's3']);
  expect([levelsFolder('path', ''), levelsFolder('s3', 'h')]).toEqual(['ltx', 'h']);
});

test('the path of a file says what it is, and names sort as they were made', () => {
  fc.assert(
    fc.property(anyFile, anyFile, fc.constantFrom('path' as const, 's3' as const), (file, other, layout) => {
      const [folder = '', name = ''] = ltxPath(layout, 'h.history', file).split('/').slice(-2);
      expect(parseLtxName(levelOf(layout, folder) ?? -1, name)).toEqual(file);
      expect(levelFolder(layout, 'h.history', file.level).endsWith(folder)).toBe(true);
      expect(levelOf(layout === 's3' ? 'path' : 's3', folder)).toBeNull();
      if (file.min < other.min) expect(ltxName(file) < ltxName(other)).toBe(true);
    }),
  );
});

test('names that are none are not taken for files', () => {
  for (const name of [
    '0000000000000001.ltx',
    '0000000000000002-0000000000000001.ltx',
    '0000000000000000-0000000000000001.ltx',
    '000000000000000A-000000000000000A.ltx',
    '0000000000000001-ffffffffffffffff.ltx',
    '0000000000000001-0000000000000001.ltx.tmp',
    '0000000000000001-0000000000000001.ltx.0123abcd.partial',
    'x0000000000000001-0000000000000001.ltx',
  ])
    expect(parseLtxName(0, name), name).toBeNull();
  for (const name of ['10', 'a', '', '00', '-1']) expect(levelOf('path', name), name).toBeNull();
  for (const name of ['9', '000a', '0010', '00009', 'ltx']) expect(levelOf('s3', name), name).toBeNull();
  expect(() => ltxName({ min: 2, max: 1, encrypted: false })).toThrow('2 to 1');
  expect(() => ltxPath('path', 'h', { level: 10, min: 1, max: 1, encrypted: false })).toThrow('level 10');
});

test('the folder of a history is legal everywhere and carries its id', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('con.app', 'NUL', 'a..', '…', '.x')),
      (plan) => {
        const name = historyFolderName(plan, ID);
        expect(isPortableName(name), name).toBe(true);
        expect(name.endsWith('-0123abcd.history')).toBe(true);
      },
    ),
  );
  expect(historyFolderName('My App', ID)).toBe('My-App-0123abcd.history');
  expect(historyFolderName('con.app', ID)).toBe('con-app-0123abcd.history');
});

test('points are kept by the month in UTC', () => {
  expect(pointsName('2026-11-30T23:59:59.999Z')).toBe('points-2026-11.jsonl');
  expect(pointsName('2026-12-01T00:30:00.000+01:00')).toBe('points-2026-11.jsonl');
  expect(isPointsName(pointsName(new Date(0)))).toBe(true);
  for (const name of ['points-2026-13.jsonl', 'points-2026-1.jsonl', 'points.jsonl', 'points-2026-11.jsonl.bak'])
    expect(isPointsName(name), name).toBe(false);
});

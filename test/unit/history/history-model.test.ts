import { expect, test } from 'vitest';
import { HISTORY_FORMAT, HistoryFile, PageSize, PointLine } from '../../../src-shared/model/history/history-file.ts';
import { HistorySettings } from '../../../src-shared/model/history/history-settings.ts';
import { TimelineBucket, TimelineMark } from '../../../src-shared/model/history/timeline.ts';

const HASH = 'a'.repeat(64);

test('captures every minute and keeps minutes, hours, days and months where nothing else is said', () => {
  expect(HistorySettings.parse({ storage: 'both' })).toEqual({
    storage: 'both',
    intervalSeconds: 60,
    keep: { minutesForHours: 2, hoursForDays: 2, daysForDays: 30, monthsForMonths: 12 },
  });
  expect(HistorySettings.safeParse({ storage: 'both', interval: 5 }).success).toBe(false);
  expect(HistorySettings.safeParse({ storage: 'both', intervalSeconds: 0 }).success).toBe(false);
});

test('page sizes are powers of two that SQLite knows', () => {
  const sizes = [256, 512, 4096, 5000, 65_536, 131_072].filter((size) => PageSize.safeParse(size).success);
  expect(sizes).toEqual([512, 4096, 65_536]);
});

test('a reader of history.json passes over what a later version adds, and refuses another format', () => {
  const written = {
    format: HISTORY_FORMAT,
    id: '0b6ed5a1-6a4c-4b7e-9d3a-0c1f5c1c9a11',
    plan: { id: '0b6ed5a1-6a4c-4b7e-9d3a-0c1f5c1c9a12', name: 'Shop' },
    pageSize: 4096,
    encryption: null,
    writer: { serviceId: '0b6ed5a1-6a4c-4b7e-9d3a-0c1f5c1c9a13', since: '2026-11-20T02:00:00.000Z' },
  };
  expect(HistoryFile.parse({ ...written, added: 1 })).toEqual(written);
  expect(HistoryFile.safeParse({ ...written, format: 2 }).success).toBe(false);
});

test('TXIDs of points are exact integers from 1', () => {
  const line = {
    minTxid: 1,
    madeAt: '2026-11-20T02:00:00.000Z',
    pages: 10,
    changedPages: 2,
    bytes: 900,
    sha256: HASH,
    rootHash: HASH,
    schemaHash: HASH,
  };
  const parsed = [0, 1, 1.5, Number.MAX_SAFE_INTEGER, 2 ** 53].map((txid) => PointLine.safeParse({ ...line, txid }));
  expect(parsed.map(({ success }) => success)).toEqual([false, true, false, true, false]);
  expect(parsed[1]?.data).toMatchObject({ tables: null, sinceLookMs: null });
});

test('a mark on a timeline says what happened, and a bucket may be empty', () => {
  const at = '2026-11-20T02:00:00.000Z';
  expect(TimelineMark.safeParse({ txid: 2, at, events: [], before: 1 }).success).toBe(false);
  expect(TimelineMark.safeParse({ txid: 1, at, events: ['new-base'], before: null }).success).toBe(true);
  expect(TimelineBucket.safeParse({ from: at, to: at, points: 0, changedPages: 0, events: [] }).success).toBe(true);
});

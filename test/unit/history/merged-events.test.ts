import { expect, test } from 'vitest';
import { isLocked } from '../../../src-main/core/history/object-lock.ts';
import { DestinationSettings } from '../../../src-shared/model/destination.ts';
import { eventsAfter } from '../../../src-shared/retention/merged-events.ts';

const kept = [{ txid: 3 }, { txid: 7 }, { txid: 9 }];

test('what happened at a point that goes is seen at the next one that stays', () => {
  const eventful = [
    { txid: 2, events: ['schema-changed' as const] },
    { txid: 5, events: ['gap' as const] },
    { txid: 6, events: ['rows-dropped' as const] },
    { txid: 7, events: ['restored' as const] },
  ];
  expect(eventsAfter(eventful, kept, [4, 5, 6], false)).toEqual(new Map([[7, ['gap', 'rows-dropped']]]));
  expect(eventsAfter([], kept, [1, 2, 4, 8], true)).toEqual(new Map([[9, ['pruned']]]));
  expect(eventsAfter(eventful, kept, [], true)).toEqual(new Map());
});

test('a file of a bucket is locked for the days of its destination, and any other file is not', () => {
  const now = Date.parse('2026-11-28T12:00:00Z');
  const uploaded = (hours: number) => ({ modifiedAt: new Date(now - hours * 3_600_000) });
  const bucket = {
    provider: 'aws',
    endpoint: 'https://s3.example.com',
    bucket: 'backups',
    region: 'eu-central-1',
    accessKeyId: 'key',
  };
  const locked = {
    settings: DestinationSettings.parse({ kind: 's3', ...bucket, objectLock: { mode: 'COMPLIANCE', days: 2 } }),
  };
  const open = { settings: DestinationSettings.parse({ kind: 's3', ...bucket }) };
  const folder = { settings: DestinationSettings.parse({ kind: 'folder', path: '/mnt/nas' }) };
  expect([47, 49].map((hours) => isLocked(locked, uploaded(hours), now))).toEqual([true, false]);
  expect([open, folder].map((each) => isLocked(each, uploaded(1), now))).toEqual([false, false]);
});

import { describe, expect, test } from 'vitest';
import type { StateCause } from '../../src-shared/model/plan.ts';
import type { VerificationSummary } from '../../src-shared/model/snapshot.ts';
import {
  type BackupsOnDay,
  dayOutcomes,
  type PlanFacts,
  planHealth,
  worstState,
} from '../../src-shared/rules/state/health.ts';

const verification = (valid: boolean | null): VerificationSummary => ({
  level: valid ? 'checked' : 'none',
  valid,
  at: null,
  message: 'the reason',
  except: null,
});
const failed = {
  state: 'failed' as const,
  error: { code: 'NO_SPACE' as const, message: 'The disk is full.', retryable: false },
};
const good = { state: 'succeeded' as const, error: null };

const gone = (reason: string, since: string | null = null, cause: StateCause = 'destination') => ({
  kind: 'unavailable' as const,
  reason,
  since,
  cause,
});

const calm = {
  stores: 'snapshot' as const,
  history: { failed: null, late: null, waiting: null },
  source: null,
  destinations: [null],
  missing: null,
  misdated: null,
  oneDisk: false,
  copies: { failed: null, late: null, waiting: null },
  pruningPaused: null,
  incomplete: null,
  overdue: false,
  waitingFor: null,
  restoreTest: { valid: null, failure: null, late: null, warning: null },
  paused: null,
};

const steady: PlanFacts = { ...calm, lastBackup: good, newest: verification(true), running: false };

test('a history that fails, is late or is not stored everywhere is a state of its plan', () => {
  const withHistory = (change: Partial<PlanFacts['history']>, more: Partial<PlanFacts> = {}) =>
    planHealth({ ...steady, ...more, history: { ...steady.history, ...change } });
  expect(withHistory({ failed: 'why' })).toMatchObject({ state: 'failed', reason: 'why', cause: 'backup' });
  expect(withHistory({ late: 'late', waiting: 'why' })).toMatchObject({ state: 'overdue', reason: 'late' });
  expect(withHistory({ waiting: 'why' })).toMatchObject({ state: 'waiting', reason: 'why', cause: 'copies' });
  const alone = { stores: 'point in time' as const };
  expect(withHistory({}, { ...alone, newest: null }).reason).toBe('No points in time yet.');
  expect(withHistory({}, alone).reason).toMatch(/^The newest point in time is verified/);
});

describe('where a plan stands', () => {
  test.each([
    ['nothing yet', null, null, false, 'empty', /No snapshot/],
    ['the first backup goes on', null, null, true, 'running', /is running/],
    ['verified', good, verification(true), false, 'ok', /verified/],
    ['not verified', good, verification(null), false, 'unverified', /not been verified/],
    ['found bad', good, verification(false), false, 'failed', /the reason/],
    ['found bad, and tried again', good, verification(false), true, 'failed', /not valid/],
    ['failed, with a good one before', failed, verification(true), false, 'failed', /disk is full/],
    ['failed, and tried again', failed, verification(true), true, 'failed', /disk is full/],
    ['failed without a word', { state: 'failed' as const, error: null }, null, false, 'failed', /failed/],
    ['interrupted', { state: 'interrupted' as const, error: null }, verification(true), false, 'failed', /interrupted/],
    ['all gone from the disk', good, null, false, 'empty', /No snapshot/],
  ])('%s', (_what, last, newest, running, state, reason) => {
    const health = planHealth({
      ...calm,
      lastBackup: last,
      newest,
      running,
    });
    expect(health.state).toBe(state);
    expect(health.reason).toMatch(reason);
  });

  test.each([
    ['a scheduled time was missed', { overdue: true }, 'overdue', /older than the schedule/],
    ['the first backup was missed', { overdue: true, newest: null }, 'overdue', /was missed/],
    [
      'a scheduled time was missed because a disk is away',
      { overdue: true, waitingFor: 'Waiting for /mnt.' },
      'overdue',
      /\/mnt/,
    ],
    ['a disk is away', { waitingFor: 'Waiting for /mnt.' }, 'waiting', /due.*\/mnt/],
    [
      'copies wait',
      { copies: { failed: null, late: null, waiting: '2 snapshots wait for NAS: It is off.' } },
      'waiting',
      /2 snapshots wait for NAS/,
    ],
    [
      'copies have waited for a day',
      { copies: { failed: null, late: '2 snapshots wait for NAS.', waiting: null } },
      'overdue',
      /wait for NAS/,
    ],
    [
      'copies failed',
      { copies: { failed: '1 snapshot could not be copied to S3: No.', late: null, waiting: null } },
      'failed',
      /could not be copied/,
    ],
    [
      'the newest lacks attached files',
      { incomplete: 'Missing: files/a may not be read.', waitingFor: 'Waiting for /mnt.' },
      'incomplete',
      /files\/a may not be read/,
    ],
    [
      'a restore test failed',
      { restoreTest: { ...calm.restoreTest, valid: false } },
      'failed',
      /restore test failed\.$/,
    ],
    [
      'a restore test could not be made',
      { restoreTest: { ...calm.restoreTest, valid: false, failure: 'The disk is full.' } },
      'failed',
      /restore test failed. The disk is full\.$/,
    ],
    [
      'a restore test is too old',
      { restoreTest: { ...calm.restoreTest, valid: true, late: 'It is too old.' } },
      'unverified',
      /too old/,
    ],
    ['restore tests are in time', { restoreTest: { ...calm.restoreTest, valid: true } }, 'ok', /verified/],
    ['its source is not there', { source: gone('No app.db.') }, 'unavailable', /No app/],
    ['its only destination is not there', { destinations: [gone('No NAS.')] }, 'unavailable', /No NAS/],
    ['one of two destinations is not there', { destinations: [null, gone('No NAS.')] }, 'waiting', /No NAS/],
    [
      'a destination is another one',
      { destinations: [{ ...gone('Another.'), kind: 'failed' as const }] },
      'failed',
      /Another/,
    ],
    ['snapshots are missing', { missing: '2 snapshots are missing at NAS.' }, 'incomplete', /missing at NAS/],
    ['a snapshot is dated in the future', { misdated: 'app is dated in the future.' }, 'unverified', /future/],
    ['all is on one disk', { oneDisk: true }, 'ok-one-disk', /same disk/],
    ['somebody paused it', { paused: { until: null, since: '2026-11-20T00:00:00.000Z' } }, 'paused', /until resumed/],
  ])('%s', (_what, facts, state, reason) => {
    const health = planHealth({ ...steady, ...facts });
    expect(health.state).toBe(state);
    expect(health.reason).toMatch(reason);
  });

  const SINCE = '2026-11-20T09:12:00.000Z';
  test.each<[string, Partial<PlanFacts>, StateCause | null]>([
    ['the last backup failed', { lastBackup: failed }, 'backup'],
    ['the last backup was interrupted', { lastBackup: { state: 'interrupted', error: null } }, 'backup'],
    ['the newest snapshot is not valid', { newest: verification(false) }, 'backup'],
    ['the newest lacks attached files', { incomplete: 'Missing: files/a.' }, 'backup'],
    ['a scheduled time was missed', { overdue: true }, 'backup'],
    ['a due backup waits', { waitingFor: 'Waiting for /mnt.' }, 'backup'],
    ['not verified', { newest: verification(null) }, 'verification'],
    ['a restore test failed', { restoreTest: { ...calm.restoreTest, valid: false } }, 'restore-test'],
    ['a restore test is late', { restoreTest: { ...calm.restoreTest, valid: true, late: 'Too old.' } }, 'restore-test'],
    ['a restore test warned', { restoreTest: { ...calm.restoreTest, valid: true, warning: 'Fewer.' } }, 'restore-test'],
    ['the source is unavailable', { source: gone('No app.db.', SINCE, 'source') }, 'source'],
    ['the source is broken', { source: { ...gone('No.', null, 'source'), kind: 'failed' } }, 'source'],
    ['a destination is unavailable', { destinations: [null, gone('No NAS.', SINCE)] }, 'destination'],
    ['a destination is another one', { destinations: [{ ...gone('No.'), kind: 'failed' }] }, 'destination'],
    ['a copy is not valid', { destinations: [{ ...gone('No.', null, 'backup'), kind: 'failed' }] }, 'backup'],
    ['copies failed', { copies: { failed: 'No.', late: null, waiting: null } }, 'copies'],
    ['copies have waited for a day', { copies: { failed: null, late: 'Wait.', waiting: null } }, 'copies'],
    ['copies wait', { copies: { failed: null, late: null, waiting: 'Wait.' } }, 'copies'],
    ['snapshots are missing', { missing: '2 snapshots are missing at NAS.' }, 'missing-copies'],
    ['all snapshots are missing', { newest: null, missing: '2 snapshots are missing at NAS.' }, 'missing-copies'],
    ['pruning waits for a review', { pruningPaused: 'Pruning paused: why.' }, 'pruning'],
    ['a snapshot is dated in the future', { misdated: 'app is dated in the future.' }, 'clock'],
    ['somebody paused it', { paused: { until: null, since: SINCE } }, null],
    ['all is on one disk', { oneDisk: true }, null],
    ['nothing', {}, null],
  ])('the cause is told: %s', (_what, facts, cause) => {
    expect(planHealth({ ...steady, ...facts }).cause).toBe(cause);
  });

  test('an unavailable source or destination is told since when, also where copies wait for it', () => {
    const since = (facts: Partial<PlanFacts>): string | null => planHealth({ ...steady, ...facts }).unavailableSince;
    expect(since({ source: gone('No app.db.', SINCE, 'source') })).toBe(SINCE);
    expect(since({ destinations: [null, gone('No NAS.', SINCE)] })).toBe(SINCE);
    const copies = { failed: null, late: null, waiting: '1 snapshot waits for NAS.' };
    expect(since({ destinations: [null, gone('No NAS.', SINCE)], copies })).toBe(SINCE);
    expect(since({ destinations: [null, gone('No NAS.')] })).toBeNull();
    expect(since({ destinations: [null, gone('No NAS.', SINCE)], lastBackup: failed })).toBeNull();
    expect(since({ destinations: [{ ...gone('Another.', SINCE), kind: 'failed' }] })).toBeNull();
  });

  test('pruning that waits for a review is said also while a backup runs or a person has paused the plan', () => {
    const waits = { ...steady, pruningPaused: 'Pruning paused: why.' };
    const paused = { until: null, since: SINCE };
    for (const more of [{}, { running: true }, { paused }])
      expect(planHealth({ ...waits, ...more })).toMatchObject({ state: 'paused', reason: 'Pruning paused: why.' });
    expect(planHealth({ ...waits, lastBackup: failed }).state).toBe('failed');
  });

  test('of several states the worst counts', () => {
    expect(worstState(['ok', 'running', 'failed', 'empty'])).toBe('failed');
    expect(worstState(['ok', 'unverified', 'empty'])).toBe('unverified');
    expect(worstState(['running', 'ok'])).toBe('running');
    expect(worstState([])).toBeUndefined();
  });
});

describe('the days', () => {
  const on = (day: number, state: BackupsOnDay['state'], valid: boolean | null = true): BackupsOnDay => ({
    day: `2026-11-0${day}`,
    state,
    valid,
    incomplete: false,
    count: 1,
  });
  const days = ['2026-11-01', '2026-11-02', '2026-11-03', '2026-11-04', '2026-11-05'];

  test('sum up what became of their backups', () => {
    const outcomes = dayOutcomes(
      [
        { ...on(1, 'succeeded'), count: 23 },
        on(1, 'succeeded', null),
        on(2, 'succeeded'),
        on(2, 'failed', null),
        on(3, 'interrupted', null),
        on(3, 'failed', false),
        on(4, 'cancelled', null),
        { ...on(5, 'succeeded'), incomplete: true },
        on(9, 'failed'),
      ],
      days,
    );
    expect(outcomes.map(({ outcome, backups, failures }) => [outcome, backups, failures])).toEqual([
      ['success', 24, 0],
      ['warning', 1, 1],
      ['failure', 0, 2],
      ['none', 0, 0],
      ['warning', 1, 0],
    ]);
    expect(outcomes.map(({ day }) => day)).toEqual(days);
  });

  test('are missed where a backup was due and none was made', () => {
    const asked: string[] = [];
    const outcomes = dayOutcomes([on(1, 'succeeded'), on(2, 'failed')], days, (day) => {
      asked.push(day);
      return day !== '2026-11-05';
    });
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['success', 'failure', 'missed', 'missed', 'none']);
    expect(asked).toEqual(days.slice(2));
  });
});

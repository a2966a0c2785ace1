import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlanState } from '../../src-shared/model/plan.ts';
import { type AlertRecord, decideAlert } from '../../src-shared/rules/state/alerting.ts';

const HOUR = 3_600_000;
const start = Date.UTC(2026, 10, 20);

/** What people are told when a plan is in these states, looked at once an hour. */
function tell(states: readonly PlanState[]): string[] {
  let before: AlertRecord | undefined;
  return states.flatMap((state, hour) => {
    const { told, kind } = decideAlert(before, state, new Date(start + hour * HOUR));
    before = told;
    return kind === null ? [] : [`${hour} ${kind} ${told.state}`];
  });
}

test('success is silent', () => {
  expect(tell(['empty', 'running', 'ok', 'running', 'ok', 'paused', 'waiting', 'ok'])).toEqual([]);
});

test('trouble is told once, once a day while it lasts, and when it is over', () => {
  const days = Array<PlanState>(50).fill('overdue');
  expect(tell(['ok', ...days, 'ok', 'ok'])).toEqual([
    '1 trouble overdue',
    '25 reminder overdue',
    '49 reminder overdue',
    '51 mended ok',
  ]);
});

test('trying again and failing again is no news; another trouble is', () => {
  expect(tell(['ok', 'failed', 'running', 'failed', 'waiting', 'failed', 'overdue', 'failed', 'unverified'])).toEqual([
    '1 trouble failed',
    '6 trouble overdue',
    '7 trouble failed',
    '8 trouble unverified',
  ]);
});

test.each<[string, PlanState, PlanState]>([
  ['is unavailable', 'unavailable', 'unavailable'],
  ['waits', 'waiting', 'waiting'],
  ['is unavailable and waits in turn', 'unavailable', 'waiting'],
  ['is unavailable while backups are tried', 'unavailable', 'running'],
])('a plan that %s for a day is told then, once a day, and when it is over', (_what, one, other) => {
  const hours = Array.from({ length: 50 }, (_, hour) => (hour % 2 === 0 ? one : other));
  expect(tell(['ok', ...hours, 'ok', 'ok'])).toEqual([`25 trouble ${one}`, `49 reminder ${one}`, '51 mended ok']);
  expect(tell(['ok', ...hours.slice(0, 24), 'ok', ...hours.slice(0, 24), 'ok'])).toEqual([]);
});

test('nobody is told twice within a day of the same trouble, and never of no trouble', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PlanState.options), { maxLength: 200 }), (states) => {
      const told = tell(states).map((line) => line.split(' '));
      for (const [index, [hour, kind, state]] of told.entries()) {
        if (kind === 'mended') continue;
        expect(['failed', 'overdue', 'incomplete', 'unverified', 'unavailable', 'waiting']).toContain(state);
        const [earlier, , same] = told[index - 1] ?? [];
        if (same === state) expect(Number(hour) - Number(earlier)).toBeGreaterThanOrEqual(24);
      }
    }),
  );
});

test('paused pruning is told at once, once a day while it lasts, and when it is over', () => {
  const at = (hours: number): Date => new Date(Date.UTC(2026, 10, 20, hours));
  const first = decideAlert({ state: 'ok', since: at(0).toISOString(), toldAt: null }, 'paused', at(1), true);
  expect(first.kind).toBe('trouble');
  const later = decideAlert(first.told, 'paused', at(12), true);
  expect(later.kind).toBeNull();
  const nextDay = decideAlert(later.told, 'paused', at(26), true);
  expect(nextDay.kind).toBe('reminder');
  expect(decideAlert(nextDay.told, 'ok', at(27), false).kind).toBe('mended');
});

test('a plan that is paused by a person says nothing until its pruning is paused too', () => {
  const now = new Date(Date.UTC(2026, 10, 20));
  const told = { state: 'paused' as const, since: now.toISOString(), toldAt: null };
  expect(decideAlert(told, 'paused', now, false).kind).toBeNull();
  expect(decideAlert(told, 'paused', now, true).kind).toBe('trouble');
});

describe('after a moment in which the clock was a year ahead', () => {
  const YEAR = 365 * 24 * HOUR;
  const at = (hours: number): Date => new Date(start + hours * HOUR);
  /** What is told from an hour on, looked at once an hour, and when. */
  function tellOn(told: AlertRecord, state: PlanState, hours: number): string[] {
    let before = told;
    return Array.from({ length: hours }, (_, hour) => {
      const decided = decideAlert(before, state, at(hour));
      before = decided.told;
      return decided.kind === null ? [] : [`${hour} ${decided.kind}`];
    }).flat();
  }

  test('reminders come once a day again', () => {
    const { told } = decideAlert(undefined, 'failed', new Date(start + YEAR));
    expect(tellOn(told, 'failed', 50)).toEqual(['24 reminder', '48 reminder']);
  });

  test('a destination that became unavailable then is told after a day', () => {
    const { told } = decideAlert(undefined, 'unavailable', new Date(start + YEAR));
    expect(tellOn(told, 'unavailable', 30)).toEqual(['24 trouble']);
  });
});

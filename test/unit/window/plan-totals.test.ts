import { expect, test } from 'vitest';
import { planTotals } from '../../../src-renderer/features/home/plan-totals.ts';
import { PlanState } from '../../../src-shared/model/plan.ts';

const NOW = new Date(2026, 10, 27, 12, 0).getTime();
const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();
const plan = (state: PlanState, last: number | null = null, next: number | null = null, paused = false) => ({
  state,
  pruningPaused: null,
  newest: last === null ? null : { createdAt: at(last) },
  schedule: { nextTime: next === null ? null : at(next), paused: paused ? { until: null, since: at(-9) } : null },
});

test('one sentence, the last backup and the next one', () => {
  expect(planTotals([plan('ok', -2, 120), plan('failed', -300, 240), plan('ok-one-disk', -60)], NOW)).toEqual({
    worst: expect.objectContaining({ state: 'failed' }),
    sentence: '2 of 3 plans OK',
    details: ['last backup 2 min ago', 'next 14:00'],
  });
  expect(planTotals([plan('ok', -2), plan('ok', -3)], NOW).sentence).toBe('All 2 plans OK');
  expect(planTotals([plan('ok', -2)], NOW).sentence).toBe('1 plan OK');
});

test('what runs, is paused or has no snapshot is counted, and a pause has no next time', () => {
  const totals = planTotals([plan('running', -2), plan('paused', -4, 60, true), plan('empty', null, 24 * 60)], NOW);
  expect(totals.sentence).toBe('0 of 3 plans OK');
  expect(totals.details).toEqual([
    '1 backing up',
    '1 paused',
    '1 without a snapshot',
    'last backup 2 min ago',
    'next tomorrow 12:00',
  ]);
});

test('pruning that waits for a review is counted apart from what a person has paused', () => {
  const held = { ...plan('paused'), pruningPaused: 'Pruning paused: why.' };
  const totals = planTotals([held, plan('paused'), plan('running'), plan('ok')], NOW);
  expect(totals.details).toEqual(['1 backing up', '1 with pruning paused', '1 paused']);
  expect(totals.worst).toBe(held);
});

test.each(PlanState.options.filter((state) => state !== 'ok' && state !== 'ok-one-disk'))(
  'never all OK while a plan is %s',
  (state) => {
    const totals = planTotals([plan('ok'), plan(state)], NOW);
    expect(totals.sentence).toBe('1 of 2 plans OK');
    expect(totals.worst.state).toBe(state);
  },
);

import { expect, test } from 'vitest';
import { groupPlans, pauseOf } from '../../../src-renderer/features/overview/group-plans.ts';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';

const PAUSE = { since: '2026-11-21T00:00:00.000Z', until: null };

function plan(name: string, group: string | null, paused: boolean, kind = 'daily'): PlanSummary {
  return { plan: { name, group, paused: paused ? PAUSE : null, schedule: { kind } } } as unknown as PlanSummary;
}

test('plans without a group come first, then each group once, whatever the case of its letters', () => {
  const plans = [plan('a', 'Zoo', false), plan('b', null, false), plan('c', 'home', false), plan('d', 'zoo', false)];
  expect(groupPlans(plans).map(({ group, plans: own }) => [group, own.map((each) => each.plan.name)])).toEqual([
    [null, ['b']],
    ['home', ['c']],
    ['Zoo', ['a', 'd']],
  ]);
  expect(groupPlans([plan('a', 'Zoo', false)])).toHaveLength(1);
  expect(groupPlans([])).toEqual([]);
});

test('a group is paused when all of its plans are that have a schedule', () => {
  const of = (...plans: PlanSummary[]) => pauseOf({ group: 'Zoo', plans });
  expect(of(plan('a', 'Zoo', true), plan('b', 'Zoo', true))).toEqual(PAUSE);
  expect(of(plan('a', 'Zoo', true), plan('b', 'Zoo', false))).toBeNull();
  expect(of(plan('a', 'Zoo', true), plan('b', 'Zoo', false, 'manual'))).toEqual(PAUSE);
  expect(of(plan('a', 'Zoo', false, 'manual'))).toBeNull();
});

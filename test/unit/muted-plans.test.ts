import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PlanState } from '../../src-shared/model/plan.ts';
import { isMuted, withMuted } from '../../src-shared/rules/state/muted-plans.ts';

const ids = ['a', 'b', 'c', 'gone'];
const anyState = fc.constantFrom(...PlanState.options);
const anyMuted = fc.array(fc.record({ planId: fc.constantFrom(...ids), state: anyState }), { maxLength: 6 });
const anyStates = fc.tuple(anyState, anyState, anyState).map(
  ([a, b, c]) =>
    new Map<string, PlanState>([
      ['a', a],
      ['b', b],
      ['c', c],
    ]),
);

test('a plan is muted in its state and unmuted again; what is out of date goes with the next change', () => {
  fc.assert(
    fc.property(anyMuted, anyStates, fc.constantFrom('a', 'b', 'c'), fc.boolean(), (muted, states, planId, mute) => {
      const after = withMuted(muted, states, planId, mute);
      expect(isMuted(after, planId, states.get(planId) ?? 'ok')).toBe(mute);
      for (const each of after) expect(states.get(each.planId)).toBe(each.state);
      for (const each of muted)
        if (each.planId !== planId && states.get(each.planId) === each.state)
          expect(isMuted(after, each.planId, each.state)).toBe(true);
      expect(after.length).toBeLessThanOrEqual(muted.length + 1);
    }),
  );
});

test('a plan that was deleted cannot be muted', () => {
  expect(withMuted([], new Map([['a', 'failed']]), 'gone', true)).toEqual([]);
});

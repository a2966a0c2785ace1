import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  choiceOf,
  groupsOf,
  listPlans,
  SORTS,
  tagAddress,
  tagsOf,
} from '../../../src-renderer/features/databases/list-plans.ts';
import { PlanState, type PlanSummary } from '../../../src-shared/model/plan.ts';

function plan(
  name: string,
  state: PlanState,
  more: { group?: string; tags?: string[]; size?: number; last?: string; pruning?: string } = {},
): PlanSummary {
  return {
    plan: { id: name, name, sourcePath: `/srv/${name}.db`, group: more.group ?? null, tags: more.tags ?? [] },
    state,
    pruningPaused: more.pruning ?? null,
    sizes: [{ at: '2026-11-20T00:00:00.000Z', bytes: more.size ?? 0 }],
    lastBackupAt: more.last ?? null,
    schedule: { nextTime: null },
    destinations: [{ name: 'NAS', snapshotCount: 1 }],
  } as unknown as PlanSummary;
}

const list = (plans: readonly PlanSummary[], address: string, pinned: string[] = []): string[] =>
  listPlans(plans, choiceOf(new URLSearchParams(address)), new Set(pinned)).map((each) => each.plan.name);

const PLANS = [
  plan('App 10', 'ok', { group: 'Zoo', size: 5, last: '2026-11-20' }),
  plan('App 2', 'ok', { group: 'zoo', size: 9, tags: ['work'] }),
  plan('hone', 'failed', { last: '2026-11-21', tags: ['home', 'über-uns'] }),
  plan('مذكرات 📒', 'waiting', { group: 'Home' }),
];

test('problems come first, then names as people order them', () => {
  expect(list(PLANS, '')).toEqual(['hone', 'مذكرات 📒', 'App 2', 'App 10']);
  expect(list(PLANS, 'sort=name').slice(0, 3)).toEqual(['App 2', 'App 10', 'hone']);
  expect(list(PLANS, 'sort=-size').slice(0, 2)).toEqual(['App 2', 'App 10']);
  expect(list(PLANS, 'sort=last')).toEqual(['App 10', 'hone', 'App 2', 'مذكرات 📒']);
});

test('a plan whose pruning waits for a review needs attention, and comes before those that do not', () => {
  const plans = [
    plan('a', 'ok'),
    plan('b', 'running'),
    plan('c', 'paused'),
    plan('d', 'paused', { pruning: 'Pruning paused: d has 56 % fewer rows.' }),
    plan('e', 'unverified'),
  ];
  expect(list(plans, '')).toEqual(['e', 'd', 'b', 'c', 'a']);
  expect(list(plans, 'show=attention')).toEqual(['e', 'd']);
});

test('every word of a search is looked for in names, paths, groups and destinations', () => {
  expect(list(PLANS, 'search=app+2')).toEqual(['App 2']);
  expect(list(PLANS, 'search=SRV+hone.db')).toEqual(['hone']);
  expect(list(PLANS, 'search=nas')).toHaveLength(PLANS.length);
  expect(list(PLANS, 'search=📒')).toEqual(['مذكرات 📒']);
  expect(list(PLANS, 'search=nothing')).toEqual([]);
});

test('the list is narrowed to states, pinned plans and groups, each group once', () => {
  expect(list(PLANS, 'show=attention')).toEqual(['hone', 'مذكرات 📒']);
  expect(list(PLANS, 'show=ok&group=ZOO')).toEqual(['App 2', 'App 10']);
  expect(list(PLANS, 'show=pinned', ['App 10'])).toEqual(['App 10']);
  expect(groupsOf(PLANS)).toEqual(['Home', 'Zoo']);
});

test('the list is narrowed to a tag, searched and sorted by tags, each tag once', () => {
  expect(list(PLANS, 'tag=work')).toEqual(['App 2']);
  expect(list(PLANS, tagAddress('über-uns').split('?')[1] ?? '')).toEqual(['hone']);
  expect(list(PLANS, 'tag=WORK%20')).toEqual(['App 2']);
  expect(list(PLANS, 'tag=wor')).toEqual([]);
  expect(list(PLANS, 'search=über')).toEqual(['hone']);
  expect(list(PLANS, 'sort=tags')).toEqual(['hone', 'App 2', 'App 10', 'مذكرات 📒']);
  expect(tagsOf([...PLANS, ...PLANS])).toEqual(['home', 'über-uns', 'work']);
});

test('an address that says something unknown shows all', () => {
  expect(list(PLANS, 'show=toString&sort=__proto__')).toEqual(list(PLANS, ''));
});

test('each order holds the same plans, and descending never changes which', () => {
  const anyPlan = fc
    .tuple(fc.string(), fc.constantFrom(...PlanState.options), fc.option(fc.string()), fc.nat())
    .map(([name, state, group, size]) => plan(name, state, { size, ...(group === null ? {} : { group }) }));
  fc.assert(
    fc.property(fc.array(anyPlan, { maxLength: 20 }), fc.constantFrom(...SORTS), (plans, sort) => {
      const sorted = list(plans, `sort=${sort}`);
      expect(sorted.toSorted()).toEqual(plans.map((each) => each.plan.name).toSorted());
      expect(list(plans, `sort=-${sort}`).toSorted()).toEqual(sorted.toSorted());
    }),
  );
});

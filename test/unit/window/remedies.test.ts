import { expect, test } from 'vitest';
import { remedyOf } from '../../../src-renderer/features/home/remedies.ts';
import { type PlanSummary, StateCause } from '../../../src-shared/model/plan.ts';

const at = (id: string, waitingCopies = 0, failedCopies = 0, missingCopies = 0) => ({
  id,
  waitingCopies,
  failedCopies,
  missingCopies,
});

const troubled = (cause: StateCause | null): PlanSummary =>
  ({
    plan: { id: 'plan' },
    cause,
    newest: { id: 'newest' },
    destinations: [at('calm'), at('waits', 1), at('failed', 0, 2), at('lost', 0, 0, 3)],
  }) as unknown as PlanSummary;

/** What a remedy calls. @param after the cause of the plan once everything was checked */
async function callsOf(cause: StateCause, after: StateCause | null = null): Promise<string[]> {
  const calls: string[] = [];
  const call = (method: string, params: object): Promise<unknown> => {
    calls.push([method, ...Object.values(params)].join(' '));
    return Promise.resolve({ cause: after, reason: 'NAS is not mounted.' });
  };
  await remedyOf(troubled(cause))?.start(troubled(cause), call as never);
  return calls;
}

test.each<[StateCause, string[]]>([
  ['backup', ['backups.start plan']],
  ['verification', ['verifications.start newest']],
  ['restore-test', ['restoreTests.start plan']],
  ['source', ['plans.check', 'plans.get plan']],
  ['destination', ['plans.check', 'plans.get plan']],
  ['copies', ['destinations.catchUp waits', 'destinations.catchUp failed']],
  ['missing-copies', ['destinations.rescan lost']],
  ['pruning', []],
  ['clock', []],
])('%s is followed by what may end it', async (cause, calls) => {
  expect(await callsOf(cause)).toEqual(calls);
});

test('a check that finds the same trouble says so', async () => {
  await expect(callsOf('destination', 'destination')).rejects.toMatchObject({ message: 'NAS is not mounted.' });
});

test('each cause is known, and a plan without trouble needs no remedy', () => {
  for (const cause of StateCause.options) expect(remedyOf(troubled(cause))).not.toBeUndefined();
  expect(remedyOf(troubled(null))).toBeNull();
});

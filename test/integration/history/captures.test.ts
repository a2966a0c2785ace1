import { expect, test } from 'vitest';
import { HistorySettings } from '../../../src-shared/model/history/history-settings.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { appendEntries } from '../../support/databases.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { setScene } from '../../support/scene.ts';

const MINUTE = 60_000;

test('a host that stays captures what has changed once in each interval, and nothing while nothing changes', async () => {
  const clock = new FakeClock(Date.parse('2026-11-20T08:00:00Z'));
  const history = HistorySettings.parse({ storage: 'both', intervalSeconds: 60 });
  const { core, plan, source } = await setScene({ plan: { history }, ports: { host: 'server', clock } });
  const settle = async (): Promise<void> => {
    await core.idle();
    for (const run of core.activeRuns()) await core.runEnded(run.id);
    await core.idle();
  };
  const captures = async (): Promise<Run[]> =>
    (await core.call('runs.list', { planId: plan.id })).filter(({ kind }) => kind === 'capture');
  await clock.advance(MINUTE, settle);
  expect(await captures()).toHaveLength(1);
  await clock.advance(30 * MINUTE, settle);
  expect(await captures()).toHaveLength(1);
  const quiet = await core.call('history.summary', { planId: plan.id });
  // It was looked at all the time, so little could have been lost.
  expect(quiet.maximumDataLossMs).toBeLessThanOrEqual(5 * MINUTE);
  appendEntries(source, 5);
  await clock.advance(5 * MINUTE, settle);
  expect(await captures()).toHaveLength(2);
  await core.call('plans.update', { planId: plan.id, history: { ...history, storage: 'full' } });
  appendEntries(source, 5);
  await clock.advance(10 * MINUTE, settle);
  expect(await captures()).toHaveLength(2);
});

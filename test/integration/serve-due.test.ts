import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KEEP_ALL } from '../../src-shared/model/plan.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { onPhase, setScene } from '../support/scene.ts';
import { startTestCore } from '../support/test-core.ts';

const HOUR = 3_600_000;

/** A command-line host whose clock is in the test's hand. */
async function setDueScene(plan: Parameters<typeof setScene>[0] = {}) {
  const clock = new FakeClock(Math.ceil(Date.now() / HOUR) * HOUR + 300_000);
  const scene = await setScene({ ...plan, ports: { clock } });
  const pass = (hours: number) => clock.advance(hours * HOUR, async () => {});
  return { ...scene, clock, pass };
}

test('nothing is served before it is due; what was missed is one run, with what follows it', async () => {
  const { core, plan, pass } = await setDueScene({
    plan: { schedule: { kind: 'interval', hours: 1 }, retention: { ...KEEP_ALL, keepLast: 1 } },
  });
  expect(await core.serveDue()).toEqual([]);
  await pass(5.5);
  const [run, ...more] = await core.serveDue();
  expect(run).toMatchObject({
    kind: 'backup',
    state: 'succeeded',
    scheduledTime: { scheduledTimes: 5 },
    planId: plan.id,
  });
  expect(more).toEqual([]);
  expect(await core.serveDue()).toEqual([]);
  await pass(1);
  const kinds = (await core.serveDue()).map(({ kind, state }) => [kind, state]);
  expect(kinds).toEqual([
    ['backup', 'succeeded'],
    ['prune', 'succeeded'],
  ]);
  expect(await core.call('snapshots.list', {})).toHaveLength(1);
});

test('copies that wait for a destination are tried each time, and waited for', async () => {
  const scene = await setDueScene();
  const { core, folder, plan, destination } = scene;
  const second = join(folder, 'second');
  mkdirSync(second);
  const schedule = { kind: 'interval' as const, hours: 1 };
  const destinations = [{ path: destination }, { path: second }];
  await core.call('plans.update', { planId: plan.id, schedule, destinations });
  renameSync(second, join(folder, 'away'));
  await scene.pass(1);
  expect((await core.serveDue()).map(({ kind }) => kind)).toEqual(['backup']);
  const { destinations: before } = await core.call('plans.get', { planId: plan.id });
  expect(before[1]).toMatchObject({ waitingCopies: 1, problem: expect.stringContaining('not found') });
  renameSync(join(folder, 'away'), second);
  expect((await core.serveDue()).map(({ kind, state }) => [kind, state])).toEqual([['copy', 'succeeded']]);
  const [snapshot] = await core.call('snapshots.list', {});
  expect(existsSync(join(second, snapshot?.name ?? ''))).toBe(true);
});

test('what is away waits and is told; what is paused is left alone', async () => {
  const scene = await setDueScene({ plan: { schedule: { kind: 'interval', hours: 1 } } });
  const { core, plan, source, folder } = scene;
  renameSync(source, join(folder, 'gone.db'));
  await scene.pass(1);
  expect(await core.serveDue()).toEqual([]);
  const { schedule } = await core.call('plans.get', { planId: plan.id });
  expect(schedule.due?.waitingFor).toMatch(/unavailable/);
  renameSync(join(folder, 'gone.db'), source);
  await core.call('schedules.pause', { until: null });
  expect(await core.serveDue()).toEqual([]);
  await core.call('schedules.resume', {});
  expect((await core.serveDue()).map(({ state }) => state)).toEqual(['succeeded']);
});

test('a command that is stopped starts nothing more, what was due stays due, and the next one serves it', async () => {
  const schedule = { kind: 'interval' as const, hours: 1 };
  const { core, folder, home, source, destination, clock, pass } = await setDueScene({ plan: { schedule } });
  for (const name of ['second', 'third'])
    await core.call('plans.create', { name, sourcePath: source, destinations: [{ path: destination }], schedule });
  await pass(1);
  onPhase(core, 'backup', 'copying', () => void core.stop());
  const stopped = await core.serveDue();
  expect(stopped.map(({ kind, state }) => [kind, state])).toEqual([
    ['backup', 'cancelled'],
    ['backup', 'cancelled'],
    ['backup', 'cancelled'],
  ]);
  // What is stored can still be read, and nothing starts.
  expect(await core.call('plans.list', {})).toHaveLength(3);
  const again = core.call('backups.start', { source, to: folder });
  await expect(again).rejects.toMatchObject({ code: 'CANCELLED' });
  await core.close();
  const next = await startTestCore(home, { clock });
  expect((await next.serveDue()).map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded']);
});

test('beside a service that runs the schedules itself, its runs are awaited and it goes on running them', async () => {
  const schedule = { kind: 'interval' as const, hours: 1 };
  const clock = new FakeClock(Math.ceil(Date.now() / HOUR) * HOUR + 300_000);
  const { core, plan } = await setScene({ plan: { schedule }, ports: { clock, host: 'server' } });
  expect(await core.call('schedules.runDue', {})).toEqual({ runs: [] });
  for (let hour = 1; hour <= 2; hour++) {
    clock.jump(HOUR);
    const [one, same] = await Promise.all([core.call('schedules.runDue', {}), core.call('schedules.runDue', {})]);
    expect(one.runs.map(({ kind, state }) => [kind, state])).toEqual([['backup', 'succeeded']]);
    expect(same).toEqual(one);
  }
  await core.call('runs.settled', { runIds: (await core.call('runs.list', {})).map(({ id }) => id) });
  expect((await core.call('plans.get', { planId: plan.id })).schedule.due).toBeNull();
});

import { appendFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import type { DesktopNotification, Power } from '../../src-main/core/ports.ts';
import type { Run } from '../../src-shared/model/run.ts';
import { metricsOf } from '../../src-shared/rules/state/metrics.ts';
import { appendEntries } from '../support/databases.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { OK_HERE, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { startTestCore, succeed } from '../support/test-core.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Watched extends Scene {
  clock: FakeClock;
  told: DesktopNotification[];
  /** Lets time go by, and every run that begins end. */
  pass(ms: number, core?: Core): Promise<void>;
  backups(core?: Core): Promise<Run[]>;
  state(core?: Core): Promise<string>;
}

/** A scene of a host that stays, with a clock in the test's hand. */
async function watch(plan: Parameters<typeof setScene>[0] = {}, power?: Power): Promise<Watched> {
  // Ahead of the real clock, by which workers name snapshots, and five minutes past the hour.
  const clock = new FakeClock(Math.ceil(Date.now() / HOUR) * HOUR + 5 * MINUTE);
  const told: DesktopNotification[] = [];
  const ports = {
    host: 'server' as const,
    clock,
    notify: (one: DesktopNotification) => told.push(one),
    ...(power ? { power } : {}),
  };
  const scene = await setScene({ ...plan, ports });
  const settle = (core: Core) => async () => {
    await core.idle();
    for (const run of core.activeRuns()) await core.runEnded(run.id);
    await core.idle();
  };
  const planId = scene.plan.id;
  return {
    ...scene,
    clock,
    told,
    pass: (ms, core = scene.core) => clock.advance(ms, settle(core)),
    backups: async (core = scene.core) =>
      (await core.call('runs.list', { planId })).filter(({ kind }) => kind === 'backup'),
    state: async (core = scene.core) => (await core.call('plans.get', { planId })).state,
  };
}

test('every hour: nothing at the start, then one backup an hour, made by the schedule', async () => {
  const scene = await watch({ plan: { schedule: { kind: 'interval', hours: 1 } } });
  await scene.pass(59 * MINUTE);
  expect(await scene.backups()).toEqual([]);
  await scene.pass(2 * MINUTE);
  await scene.pass(2 * HOUR);
  const backups = await scene.backups();
  expect(backups.map(({ state, scheduledTime }) => [state, scheduledTime?.scheduledTimes])).toEqual(
    Array(3).fill(['succeeded', 1]),
  );
  const [snapshot] = await scene.core.call('snapshots.list', {});
  expect(snapshot?.trigger).toBe('schedule');
  expect(await scene.state()).toBe(OK_HERE);
  expect(scene.told).toEqual([]);
});

test('scheduled times missed in sleep are one catch-up, which says so', async () => {
  const scene = await watch({ plan: { schedule: { kind: 'cron', expression: '*/10 * * * *' } } });
  scene.clock.jump(3 * HOUR);
  await scene.pass(MINUTE);
  const backups = await scene.backups();
  expect(backups).toHaveLength(1);
  expect(backups[0]?.scheduledTime?.scheduledTimes).toBe(18);
  const { log } = await scene.core.call('runs.get', { runId: backups[0]?.id ?? '' });
  expect(log[0]?.message).toMatch(/^Catch-up run for 18 missed scheduled times/);
});

test('scheduled times missed while Snapkeep was closed are one catch-up', async () => {
  const scene = await watch({ plan: { schedule: { kind: 'interval', hours: 6 } } });
  await scene.core.close();
  scene.clock.jump(20 * HOUR);
  const core = await startTestCore(scene.home, { host: 'server', clock: scene.clock });
  await scene.pass(MINUTE, core);
  expect((await scene.backups(core)).map(({ scheduledTime }) => scheduledTime?.scheduledTimes)).toEqual([3]);
  await scene.pass(HOUR, core);
  expect(await scene.backups(core)).toHaveLength(1);
});

test('a command serves no schedule', async () => {
  const scene = await setScene({ plan: { schedule: { kind: 'interval', hours: 1 } } });
  expect(scene.core.activeRuns()).toEqual([]);
  const clock = new FakeClock(Date.now() + 5 * HOUR);
  await scene.core.close();
  const core = await startTestCore(scene.home, { clock });
  await core.call('plans.update', { planId: scene.plan.id, compression: 'zst' });
  await clock.advance(HOUR, () => core.idle());
  expect(await core.call('runs.list', {})).toEqual([]);
  // It is known anyway what is due.
  await core.close();
  const stays = await startTestCore(scene.home, { host: 'server', clock });
  await stays.idle();
  expect(stays.activeRuns().map(({ scheduledTime }) => scheduledTime?.scheduledTimes)).toEqual([6]);
  await Promise.all(stays.activeRuns().map(({ id }) => stays.runEnded(id)));
});

test('a destination that is away for an hour: waiting, overdue told once, then one backup, and no failed run', async () => {
  const scene = await watch({ plan: { schedule: { kind: 'cron', expression: '*/20 * * * *' } } });
  await scene.pass(21 * MINUTE);
  expect(await scene.backups()).toHaveLength(1);
  const away = join(scene.folder, 'away');
  renameSync(scene.destination, away);
  await scene.pass(20 * MINUTE);
  expect(await scene.state()).toBe('waiting');
  const waiting = await scene.core.call('plans.get', { planId: scene.plan.id });
  expect(waiting.reason).toContain(scene.destination);
  expect(waiting.schedule.due?.retryAt).not.toBeNull();
  await scene.pass(40 * MINUTE);
  expect(await scene.state()).toBe('overdue');
  expect(scene.told.map(({ title }) => title)).toEqual(['My app is overdue']);
  expect(scene.told[0]?.page).toBe(`/databases/${scene.plan.id}`);
  expect(existsSync(scene.destination)).toBe(false);
  renameSync(away, scene.destination);
  await scene.pass(21 * MINUTE);
  const runs = await scene.backups();
  expect(runs.every(({ state }) => state === 'succeeded')).toBe(true);
  // One for all the scheduled times of the hour; the next scheduled time may have come meanwhile.
  expect(runs.some(({ scheduledTime }) => (scheduledTime?.scheduledTimes ?? 0) >= 3)).toBe(true);
  expect(runs.length).toBeLessThanOrEqual(3);
  expect(await scene.state()).toBe(OK_HERE);
  expect(scene.told).toHaveLength(1);
});

test('one run dated in the future hides no failure of the days after it', async () => {
  const scene = await watch({ plan: { schedule: { kind: 'interval', hours: 12 } } });
  scene.clock.jump(365 * DAY);
  const { name } = await takeBackup(scene);
  scene.clock.jump(-365 * DAY);
  await scene.core.call('plans.check', {});
  const misdated = await scene.core.call('plans.get', { planId: scene.plan.id });
  expect(misdated.state).toBe('unverified');
  expect(misdated.reason).toContain(`${name} is dated in the future`);
  writeFileSync(scene.source, 'This is no database any more.');
  for (let half = 0; half < 6; half++) {
    scene.clock.jump(12 * HOUR);
    await scene.pass(MINUTE);
  }
  const failed = (await scene.backups()).filter(({ state }) => state === 'failed');
  expect(failed.length).toBeGreaterThanOrEqual(3);
  const plans = await scene.core.call('plans.list', {});
  expect(plans[0]?.state).toBe('failed');
  expect(metricsOf(plans, scene.clock.now().getTime())).toMatch(/^snapkeep_failed\{[^}]*\} 1$/m);
  expect(scene.told.some(({ title }) => title.includes('failed'))).toBe(true);
});

test('a plan whose newest snapshot was found bad and deleted is as old as the one before', async () => {
  const scene = await watch({ plan: { schedule: { kind: 'cron', expression: '0 0 1 * *' } } });
  for (let month = 0; month < 2; month++) {
    const now = scene.clock.now();
    scene.clock.jump(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 15) - now.getTime());
    await scene.pass(MINUTE);
  }
  const [newest, older] = await scene.core.call('snapshots.list', {});
  expect(older).toBeDefined();
  await scene.core.call('plans.check', {});
  expect(await scene.state()).toBe(OK_HERE);
  const snapshotId = newest?.id ?? '';
  appendFileSync(newest?.path ?? '', 'more');
  await succeed(scene.core, 'verifications.start', { snapshotId });
  const { confirmation } = await scene.core.call('snapshots.previewDelete', { snapshotId });
  await succeed(scene.core, 'snapshots.delete', { snapshotId, confirmation });
  expect(await scene.state()).toBe('overdue');
});

test.each([
  ['five days ahead for a moment', [5 * DAY, -5 * DAY]],
  ['set back six days', [-6 * DAY]],
])('after a clock that was %s backups go on from now, and overdue ones are told', async (_, jumps) => {
  const scene = await watch({ plan: { schedule: { kind: 'cron', expression: '*/20 * * * *' } } });
  await scene.pass(21 * MINUTE);
  for (const jump of jumps) {
    scene.clock.jump(jump);
    await scene.pass(MINUTE);
  }
  const before = (await scene.backups()).length;
  await scene.pass(61 * MINUTE);
  expect((await scene.backups()).length - before).toBeGreaterThanOrEqual(3);
  renameSync(scene.destination, join(scene.folder, 'away'));
  await scene.pass(61 * MINUTE);
  expect(await scene.state()).toBe('overdue');
  expect(scene.told.map(({ title }) => title)).toContain('My app is overdue');
});

test('a mount point without its disk is not backed up into', async () => {
  const scene = await watch({ plan: { schedule: { kind: 'interval', hours: 1 } } });
  await scene.pass(61 * MINUTE);
  renameSync(scene.destination, join(scene.folder, 'unmounted'));
  mkdirSync(scene.destination);
  await scene.pass(HOUR);
  expect(await scene.backups()).toHaveLength(1);
  expect((await scene.core.call('plans.get', { planId: scene.plan.id })).reason).toContain('Marker file of');
});

test('a pause holds scheduled times back; resuming serves them once', async () => {
  const scene = await watch({ plan: { schedule: { kind: 'interval', hours: 1 } } });
  const until = new Date(scene.clock.now().getTime() + 90 * MINUTE).toISOString();
  await scene.core.call('schedules.pause', { planId: scene.plan.id, until });
  await scene.pass(80 * MINUTE);
  expect(await scene.backups()).toEqual([]);
  await scene.pass(11 * MINUTE);
  expect(await scene.backups()).toHaveLength(1);
  await scene.core.call('schedules.pause', { until: null });
  await scene.pass(5 * HOUR);
  expect(await scene.backups()).toHaveLength(1);
  const { schedule, state } = await scene.core.call('plans.get', { planId: scene.plan.id });
  expect([schedule.paused?.until, state]).toEqual([null, 'paused']);
  await scene.core.call('schedules.resume', {});
  await scene.pass(MINUTE);
  expect((await scene.backups()).map(({ scheduledTime }) => scheduledTime?.scheduledTimes)).toEqual([5, 1]);
});

test('on the battery scheduled runs wait, and the end of sleep is noticed at once', async () => {
  let onBattery = true;
  const resumed: Array<() => void> = [];
  const power: Power = {
    onBattery: () => onBattery,
    onResume: (listener) => {
      resumed.push(listener);
      return () => {};
    },
  };
  const scene = await watch({ plan: { schedule: { kind: 'interval', hours: 1 } } }, power);
  await scene.core.call('settings.update', { notOnBattery: true });
  await scene.pass(2 * HOUR);
  expect(await scene.backups()).toEqual([]);
  expect((await scene.core.call('plans.get', { planId: scene.plan.id })).reason).toContain('battery');
  onBattery = false;
  for (const wake of resumed) wake();
  await scene.pass(0);
  await scene.core.idle();
  for (const run of scene.core.activeRuns()) await scene.core.runEnded(run.id);
  expect(await scene.backups()).toHaveLength(1);
});

test('after changes, once it has been quiet', async () => {
  const scene = await watch({ plan: { schedule: { kind: 'on-change', quietMinutes: 5, atLatestMinutes: 30 } } });
  await scene.pass(10 * MINUTE);
  expect(await scene.backups()).toHaveLength(1);
  await scene.pass(2 * HOUR);
  expect(await scene.backups()).toHaveLength(1);
  appendEntries(scene.source, 1);
  await scene.pass(4 * MINUTE);
  expect(await scene.backups()).toHaveLength(1);
  await scene.pass(3 * MINUTE);
  expect(await scene.backups()).toHaveLength(2);
  for (let n = 0; n < 16; n++) {
    appendEntries(scene.source, 1);
    await scene.pass(2 * MINUTE);
  }
  expect(await scene.backups()).toHaveLength(3);
});

test('after changes that were seen, or waited for a disk, while the clock was a year ahead', async () => {
  const scene = await watch({ plan: { schedule: { kind: 'on-change', quietMinutes: 5, atLatestMinutes: 30 } } });
  await scene.pass(10 * MINUTE);
  expect(await scene.backups()).toHaveLength(1);
  scene.clock.jump(365 * DAY);
  appendEntries(scene.source, 1);
  await scene.pass(MINUTE);
  scene.clock.jump(-365 * DAY);
  await scene.pass(10 * MINUTE);
  expect(await scene.backups()).toHaveLength(2);
  const away = `${scene.destination}-away`;
  renameSync(scene.destination, away);
  scene.clock.jump(365 * DAY);
  appendEntries(scene.source, 1);
  await scene.pass(6 * MINUTE);
  expect(await scene.backups()).toHaveLength(2);
  scene.clock.jump(-365 * DAY);
  renameSync(away, scene.destination);
  await scene.pass(MINUTE);
  expect(await scene.backups()).toHaveLength(3);
});

test('a changed schedule begins anew', async () => {
  const scene = await watch({ plan: { schedule: { kind: 'interval', hours: 1 } } });
  await scene.pass(50 * MINUTE);
  await scene.core.call('plans.update', { planId: scene.plan.id, schedule: { kind: 'interval', hours: 2 } });
  await scene.pass(HOUR);
  expect(await scene.backups()).toEqual([]);
  await scene.pass(61 * MINUTE);
  expect(await scene.backups()).toHaveLength(1);
});

test('a run that the end of Snapkeep stops is made up for at the next start', async () => {
  const scene = await watch({ rows: 200_000, plan: { schedule: { kind: 'interval', hours: 1 } } });
  const begun = new Promise<Run>((resolve) => {
    scene.core.on('run.changed', ({ run }) => run.kind === 'backup' && run.state === 'running' && resolve(run));
  });
  await scene.clock.advance(61 * MINUTE, () => scene.core.idle());
  await begun;
  await scene.core.close();
  const core = await startTestCore(scene.home, { host: 'server', clock: scene.clock });
  await scene.pass(MINUTE, core);
  expect((await scene.backups(core)).map(({ state }) => state)).toEqual(['succeeded', 'cancelled']);
});

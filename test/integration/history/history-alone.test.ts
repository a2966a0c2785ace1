import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Core } from '../../../src-main/core/core.ts';
import { HistorySettings } from '../../../src-shared/model/history/history-settings.ts';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { metricsOf } from '../../../src-shared/rules/state/metrics.ts';
import { appendEntries } from '../../support/databases.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { OK_HERE, setScene } from '../../support/scene.ts';
import { runToEnd, succeed } from '../../support/test-core.ts';

const HOUR = 3_600_000;
const BEGIN = Date.parse('2026-11-20T08:00:00Z');
const HISTORY = HistorySettings.parse({ storage: 'history' });

const summaryOf = (core: Core, planId: string): Promise<PlanSummary> => core.call('plans.get', { planId });

test('a plan that stores a history alone is backed up by captures, and judged by them', async () => {
  const clock = new FakeClock(BEGIN);
  const scene = await setScene({ plan: { history: HISTORY }, ports: { clock } });
  const { core, plan, source, destination } = scene;
  expect(await summaryOf(core, plan.id)).toMatchObject({ state: 'empty', reason: 'No points in time yet.' });
  const { run, together } = await core.call('backups.start', { planId: plan.id });
  expect(await core.runEnded(run.id)).toMatchObject({ kind: 'capture', result: { txid: 1 } });
  expect(together).toEqual([]);
  const good = await summaryOf(core, plan.id);
  expect(good).toMatchObject({
    state: OK_HERE,
    lastBackup: { id: run.id },
    snapshotCount: 0,
    history: { oldest: { txid: 1 }, newest: { txid: 1 }, bytesPerDay: null },
  });
  expect(good.days.at(-1)).toMatchObject({ outcome: 'success', backups: 1 });
  expect(good.lastBackupAt).not.toBeNull();
  expect(metricsOf([good], clock.now().getTime())).toMatch(
    /snapkeep_last_success_timestamp_seconds\{plan="My app"\} \d+/,
  );

  // Another service writes it now: captures fail, and the plan with them.
  const folder = join(destination, readdirSync(destination).find((name) => name.endsWith('.history')) ?? '');
  const own = readFileSync(join(folder, 'history.json'), 'utf8');
  const file = JSON.parse(own);
  writeFileSync(
    join(folder, 'history.json'),
    JSON.stringify({ ...file, writer: { ...file.writer, serviceId: crypto.randomUUID() } }),
  );
  appendEntries(source, 5);
  await runToEnd(core, 'backups.start', { planId: plan.id });
  expect(await summaryOf(core, plan.id)).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('written by another Snapkeep service'),
  });
  writeFileSync(join(folder, 'history.json'), own);
  appendEntries(source, 5);
  await succeed(core, 'backups.start', { planId: plan.id });
  expect((await summaryOf(core, plan.id)).state).toBe(OK_HERE);

  // Nobody has looked for hours.
  clock.jump(2.5 * HOUR);
  const stale = await summaryOf(core, plan.id);
  expect(stale).toMatchObject({ state: 'overdue', reason: expect.stringContaining('have not been captured for 2 h') });
  expect(stale.history?.maximumDataLossMs).toBeGreaterThan(2 * HOUR);

  // What no destination has yet is not stored, and says why.
  renameSync(destination, `${destination}-away`);
  appendEntries(source, 5);
  await runToEnd(core, 'backups.start', { planId: plan.id });
  expect(['unavailable', 'waiting', 'failed']).toContain((await summaryOf(core, plan.id)).state);
  expect((await summaryOf(core, plan.id)).lastBackupAt).toBe(stale.lastBackupAt);
});

test('a scheduled backup of it is a capture, and manual backups of a plan with both capture too', async () => {
  const clock = new FakeClock(BEGIN);
  const schedule = { kind: 'daily' as const, time: '08:04' };
  const timeZone = 'UTC';
  const history = { ...HISTORY, intervalSeconds: 86_400 };
  const { core, plan, folder } = await setScene({
    plan: { history, schedule, timeZone },
    ports: { host: 'server', clock },
  });
  const settle = async (): Promise<void> => {
    await core.idle();
    for (const run of core.activeRuns()) await core.runEnded(run.id);
    await core.idle();
  };
  await clock.advance(HOUR / 12, settle);
  const runs = await core.call('runs.list', { planId: plan.id });
  expect(new Set(runs.map(({ kind }) => kind))).toEqual(new Set(['capture']));
  expect(runs.filter(({ scheduledTime }) => scheduledTime !== null)).toHaveLength(1);
  const { schedule: status, state } = await summaryOf(core, plan.id);
  expect(state).toBe(OK_HERE);
  expect(status.due).toBeNull();

  await core.call('plans.update', { planId: plan.id, history: { ...HISTORY, storage: 'both' } });
  const { run, together } = await core.call('backups.start', { planId: plan.id });
  expect([run.kind, ...together.map(({ kind }) => kind)]).toEqual(['backup', 'capture']);
  for (const { id } of [run, ...together]) expect((await core.runEnded(id)).state).toBe('succeeded');
  const attachedFiles = [{ name: 'x', kind: 'folder' as const, path: folder }];
  for (const change of [{ attachedFiles }, { group: 'g', sameInstant: true }])
    await expect(core.call('plans.update', { planId: plan.id, history: HISTORY, ...change })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
    });
});

import { readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { DesktopNotification } from '../../src-main/core/ports.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { OK_HERE, setScene, takeBackup } from '../support/scene.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

const DAY = 86_400_000;
const check = (sql: string, operator: '=' | '>=' | '<', value: string) => ({
  name: sql.slice(0, 20),
  sql,
  operator,
  value,
});

test('a restore test restores, checks, asks what its owner asks, and leaves a receipt', async () => {
  const checks = [check('SELECT count(*) FROM entries', '>=', '1'), check('SELECT 1 + 1', '=', '2')];
  const scene = await setScene({ plan: { restoreTest: { schedule: { kind: 'manual' }, withinDays: 7, checks } } });
  const snapshot = await takeBackup(scene);
  const run = await succeed(scene.core, 'restoreTests.start', { planId: scene.plan.id });
  expect(run.result).toMatchObject({ kind: 'restoreTest', valid: true, snapshotId: snapshot.id });
  const [receipt] = await scene.core.call('restoreTests.list', { planId: scene.plan.id });
  expect(receipt?.checks.map(({ passed }) => passed)).toEqual([true, true]);
  expect(receipt?.verification).toMatchObject({ valid: true, level: 'restored' });
  const [listed] = await scene.core.call('snapshots.list', {});
  expect(listed?.verification.level).toBe('restored');
});

test.each([
  ['an answer that is not as expected', check('SELECT count(*) FROM entries', '<', '1'), /found \d+, expected < 1/],
  ['a table that is not there', check('SELECT 1 FROM nowhere', '=', '1'), /nowhere/],
  ['a question that would change something', check('DELETE FROM entries', '=', '1'), /Not a query/],
  ['no answer at all', check('SELECT 1 WHERE 0', '=', '1'), /found nothing/],
])('%s fails the restore test, and the plan with it', async (_what, failing, detail) => {
  const scene = await setScene({
    plan: { restoreTest: { schedule: { kind: 'manual' }, withinDays: 7, checks: [failing] } },
  });
  await takeBackup(scene);
  const run = await runToEnd(scene.core, 'restoreTests.start', { planId: scene.plan.id });
  expect(run).toMatchObject({ state: 'failed', error: { code: 'CORRUPT', message: expect.stringMatching(detail) } });
  expect((await scene.core.call('plans.get', { planId: scene.plan.id })).state).toBe('failed');
  expect((await scene.core.call('restoreTests.list', { planId: scene.plan.id }))[0]?.valid).toBe(false);
});

test('a restore test that finds fewer tables or far fewer rows than the one before warns', async () => {
  const told: DesktopNotification[] = [];
  const scene = await setScene({
    ports: { notify: (one) => told.push(one) },
    plan: { restoreTest: { schedule: { kind: 'manual' }, withinDays: 7, checks: [] } },
  });
  const tested = async (change: string) => {
    const database = new Database(scene.source);
    database.exec(change);
    database.close();
    await takeBackup(scene);
    const run = await succeed(scene.core, 'restoreTests.start', { planId: scene.plan.id });
    const log = await scene.core.call('runs.get', { runId: run.id });
    const { state, reason } = await scene.core.call('plans.get', { planId: scene.plan.id });
    const [receipt] = await scene.core.call('restoreTests.list', { planId: scene.plan.id });
    return { warning: receipt?.warning, logged: JSON.stringify(log), state, reason };
  };
  expect(await tested('SELECT 1')).toMatchObject({ warning: null });
  const rows = await tested('DELETE FROM entries WHERE id > 10');
  expect(rows).toMatchObject({ warning: expect.stringContaining('12 rows'), state: 'unverified' });
  expect(rows.reason).toBe(rows.warning);
  expect(rows.logged).toContain('12 rows');
  await scene.core.idle();
  expect(told.map(({ body }) => body)).toContainEqual(expect.stringContaining('12 rows'));
  expect(await tested('SELECT 1')).toMatchObject({ warning: null });
  expect(await tested('DROP TABLE entries')).toMatchObject({ warning: expect.stringContaining('1 table is missing') });
});

test('the snapshot that was made last is tested, whatever the clock said when another one was made', async () => {
  const clock = new FakeClock(Date.now());
  const scene = await setScene({ ports: { clock } });
  clock.jump(365 * DAY);
  await takeBackup(scene);
  clock.jump(-365 * DAY);
  const last = await takeBackup(scene);
  const run = await succeed(scene.core, 'restoreTests.start', { planId: scene.plan.id });
  expect(run.snapshotId).toBe(last.id);
});

test('a damaged snapshot fails the restore test', async () => {
  const scene = await setScene();
  const { path } = await takeBackup(scene);
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  expect(await runToEnd(scene.core, 'restoreTests.start', { planId: scene.plan.id })).toMatchObject({
    state: 'failed',
  });
});

test('restore tests come by their schedule, and a plan that asks for them is not fine without', async () => {
  const clock = new FakeClock(Date.now() + 3_600_000);
  const scene = await setScene({
    ports: { host: 'server', clock },
    plan: { restoreTest: { schedule: { kind: 'interval', hours: 24 * 7 }, withinDays: 3, checks: [] } },
  });
  const settle = async () => {
    await scene.core.idle();
    for (const run of scene.core.activeRuns()) await scene.core.runEnded(run.id);
  };
  await takeBackup(scene);
  const state = async () => (await scene.core.call('plans.get', { planId: scene.plan.id })).state;
  expect(await state()).toBe(OK_HERE);
  clock.jump(4 * DAY);
  await scene.core.call('plans.check', {});
  expect(await state()).toBe('unverified');
  clock.jump(3 * DAY);
  await clock.advance(60_000, settle);
  expect(await scene.core.call('restoreTests.list', { planId: scene.plan.id })).toHaveLength(1);
  expect(await state()).toBe(OK_HERE);
});

test('a copy that was only read back is restored within a week, where nothing else is said', async () => {
  const clock = new FakeClock(Date.now() + 3_600_000);
  const { core, plan, ...scene } = await setScene({ ports: { host: 'server', clock } });
  const settle = async () => {
    await core.idle();
    for (const run of core.activeRuns()) await core.runEnded(run.id);
  };
  const { id, verification } = await takeBackup({ core, plan, ...scene });
  expect(verification).toMatchObject({ valid: true, level: 'read-back' });
  clock.jump(6 * DAY);
  await clock.advance(60_000, settle);
  expect(await core.call('restoreTests.list', { planId: plan.id })).toEqual([]);
  clock.jump(DAY);
  await clock.advance(60_000, settle);
  expect(await core.call('restoreTests.list', { planId: plan.id })).toMatchObject([{ snapshotId: id, valid: true }]);
  const { snapshot } = await core.call('snapshots.get', { snapshotId: id });
  expect(snapshot.verification).toMatchObject({ valid: true, level: 'restored' });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { DesktopNotification } from '../../src-main/core/ports.ts';
import { canMount } from '../support/can-mount.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { OK_HERE, setScene, takeBackup } from '../support/scene.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { runToEnd, startTestCore, succeed } from '../support/test-core.ts';

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

describe('a restore test that cannot even be made', () => {
  test.skipIf(!canMount)('for want of room fails the plan and alerts, until one passes', async () => {
    const told: DesktopNotification[] = [];
    const scene = await setScene({ rows: 5000, ports: { notify: (one) => told.push(one) } });
    const test = () => runToEnd(scene.core, 'restoreTests.start', { planId: scene.plan.id });
    const standing = () => scene.core.call('plans.get', { planId: scene.plan.id });
    await takeBackup(scene);
    expect(await test()).toMatchObject({ state: 'succeeded' });
    expect((await standing()).state).toBe(OK_HERE);
    const disk = mountSmallDisk(join(scene.home, 'staging'), 1 << 16);
    const { state, error } = await test();
    expect({ state, code: error?.code }).toEqual({ state: 'failed', code: 'NO_SPACE' });
    const reason = `The last restore test failed. ${error?.message}`;
    expect(await standing()).toMatchObject({ state: 'failed', reason, restoreTest: { valid: false } });
    await scene.core.idle();
    expect(told).toContainEqual(expect.objectContaining({ body: expect.stringContaining(reason) }));
    disk.unmount();
    expect(await test()).toMatchObject({ state: 'succeeded' });
    expect(await standing()).toMatchObject({ state: OK_HERE, restoreTest: { valid: true } });
  });

  test('for want of its passphrase fails the plan, also after a test that passed', async () => {
    const scene = await setScene();
    await scene.core.call('plans.update', {
      planId: scene.plan.id,
      encryption: { kind: 'passphrase' },
      encryptionSecrets: { passphrase: 'correct horse battery' },
    });
    await takeBackup(scene);
    await succeed(scene.core, 'restoreTests.start', { planId: scene.plan.id });
    await scene.core.close();
    writeFileSync(join(scene.home, 'secrets.key'), Buffer.alloc(32, 1));
    const core = await startTestCore(scene.home);
    const run = await runToEnd(core, 'restoreTests.start', { planId: scene.plan.id });
    expect(run).toMatchObject({ state: 'failed', error: { code: 'BAD_KEY' } });
    expect(await core.call('plans.get', { planId: scene.plan.id })).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining(`The last restore test failed. ${run.error?.message}`),
    });
  });

  test('because it waits leaves the plan unverified after a day', async () => {
    const clock = new FakeClock(Date.now() + 3_600_000);
    const battery = { onBattery: () => false, onResume: () => () => {} };
    const scene = await setScene({
      ports: { host: 'desktop', clock, power: battery },
      plan: { restoreTest: { schedule: { kind: 'interval', hours: 12 }, withinDays: null, checks: [] } },
    });
    const settle = async () => {
      await scene.core.idle();
      for (const run of scene.core.activeRuns()) await scene.core.runEnded(run.id);
    };
    const standing = () => scene.core.call('plans.get', { planId: scene.plan.id });
    await takeBackup(scene);
    await scene.core.call('settings.update', { notOnBattery: true });
    battery.onBattery = () => true;
    clock.jump(35 * 3_600_000);
    await clock.advance(60_000, settle);
    expect((await standing()).state).toBe(OK_HERE);
    clock.jump(2 * 3_600_000);
    await clock.advance(60_000, settle);
    expect(await standing()).toMatchObject({
      state: 'unverified',
      reason: 'A restore test is due. Waiting for AC power: this machine runs on battery.',
    });
    battery.onBattery = () => false;
    await clock.advance(60_000, settle);
    expect((await standing()).state).toBe(OK_HERE);
  });
});

test('restore tests count in the order in which they were made, whatever the clock said', async () => {
  const clock = new FakeClock(Date.now());
  const scene = await setScene({
    ports: { clock },
    plan: { restoreTest: { schedule: { kind: 'manual' }, withinDays: 7, checks: [] } },
  });
  const { path } = await takeBackup(scene);
  const test = () => runToEnd(scene.core, 'restoreTests.start', { planId: scene.plan.id });
  const standing = () => scene.core.call('plans.get', { planId: scene.plan.id });
  clock.jump(365 * DAY);
  expect(await test()).toMatchObject({ state: 'succeeded' });
  clock.jump(-365 * DAY);
  await scene.core.call('plans.check', {});
  // How long ago a test was that is dated in the future, nobody knows: the plan's own age counts.
  expect((await standing()).state).toBe(OK_HERE);
  clock.jump(8 * DAY);
  await scene.core.call('plans.check', {});
  expect(await standing()).toMatchObject({ state: 'unverified', reason: 'The last restore test is too old.' });
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  expect(await test()).toMatchObject({ state: 'failed', error: { code: 'CORRUPT' } });
  expect(await standing()).toMatchObject({ state: 'failed', restoreTest: { valid: false } });
  const receipts = await scene.core.call('restoreTests.list', { planId: scene.plan.id });
  expect(receipts.map(({ valid }) => valid)).toEqual([false, true]);
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

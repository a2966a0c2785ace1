import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCatalog } from '../../src-main/core/catalog/catalog.ts';
import type { DestinationSummary } from '../../src-shared/model/destination.ts';
import { PlanInput } from '../../src-shared/model/plan.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type CatalogSize, makeLargeCatalog, planIdOf } from '../support/large-catalog.ts';
import { settle } from '../support/places.ts';
import { type Scene, setScene, takeBackup } from '../support/scene.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { startTestCore } from '../support/test-core.ts';

const DAY = 86_400_000;

/** A scene whose destination was checked on each of so many days, with a backup on each. */
async function setDays(count: number): Promise<{ scene: Scene; clock: FakeClock; destinationId: string }> {
  const clock = new FakeClock(Date.UTC(2026, 10, 1, 12));
  const scene = await setScene({ ports: { clock }, plan: { schedule: { kind: 'manual' } } });
  for (let day = 0; day < count; day++) {
    if (day > 0) clock.jump(DAY);
    await takeBackup(scene);
    await settle(scene.core);
    await scene.core.call('plans.check', {});
  }
  return { scene, clock, destinationId: scene.plan.destinations[0]?.destinationId ?? '' };
}

async function summaryOf({ core }: Scene, destinationId: string): Promise<DestinationSummary> {
  const [summary] = await core.call('destinations.list', { destinationIds: [destinationId] });
  if (summary === undefined) throw new Error('The destination is not listed.');
  return summary;
}

test('a checked destination has one record a day: what is stored, free and there in all', async () => {
  const { scene, clock, destinationId } = await setDays(3);
  for (let check = 0; check < 3; check++) await scene.core.call('plans.check', {});
  const { days, plans } = await scene.core.call('destinations.storage', { destinationId });
  expect(days.map(({ day }) => day)).toEqual(['2026-11-01', '2026-11-02', '2026-11-03']);
  const [first, second, third] = days.map(({ storedBytes }) => storedBytes);
  expect(second).toBeGreaterThan(first ?? 0);
  expect(third).toBeGreaterThan(second ?? 0);
  for (const { freeBytes, totalBytes } of days) {
    expect(freeBytes).toBeGreaterThan(0);
    expect(totalBytes).toBeGreaterThanOrEqual(freeBytes ?? 0);
  }
  const { id, name } = scene.plan;
  expect(plans).toEqual([{ planId: id, name, snapshotCount: 3, storedBytes: third }]);
  // What is stored is that of now, whatever was recorded this morning.
  clock.jump(1);
  await takeBackup(scene);
  await settle(scene.core);
  const later = await scene.core.call('destinations.storage', { destinationId });
  expect(later.days).toHaveLength(3);
  expect(later.days.at(-1)?.storedBytes).toBe(later.plans[0]?.storedBytes);
  expect(later.plans[0]?.snapshotCount).toBe(4);
  expect(await summaryOf(scene, destinationId)).toMatchObject({
    space: { day: '2026-11-03' },
    recentBytes: later.days.map(({ storedBytes }) => storedBytes),
    growth: null,
  });
});

test('what is stored of a plan has one record a day, and stays with a plan that is put back', async () => {
  const { scene, clock } = await setDays(3);
  const { core, plan } = scene;
  for (let check = 0; check < 2; check++) await core.call('plans.check', {});
  const stored = () => core.call('plans.storage', { planId: plan.id });
  const { days, growth } = await stored();
  expect(days.map(({ day }) => day)).toEqual(['2026-11-01', '2026-11-02', '2026-11-03']);
  expect(growth).toBeNull();
  expect(days[1]?.storedBytes).toBeGreaterThan(days[0]?.storedBytes ?? 0);
  const { storedBytes } = await core.call('plans.get', { planId: plan.id });
  expect(days[2]?.storedBytes).toBe(storedBytes);
  // Today is as of now.
  await takeBackup(scene);
  await settle(core);
  const later = await stored();
  expect(later.days).toHaveLength(3);
  expect(later.days[2]?.storedBytes).toBeGreaterThan(storedBytes);
  await core.call('plans.remove', { planId: plan.id });
  await core.call('plans.putBack', { planId: plan.id });
  expect(await stored()).toEqual(later);
  // A clock that is years ahead for a moment removes nothing.
  clock.jump(3000 * DAY);
  await core.call('plans.check', {});
  clock.jump(-3000 * DAY);
  expect(await stored()).toEqual(later);
});

test('records of plans stay bounded', () => {
  const catalog = createCatalog(join(temporaryFolder(), 'catalog.db'));
  const at = '2026-11-28T00:00:00.000Z';
  const input = PlanInput.parse({ name: 'shop', sourcePath: '/srv/shop.db', destinations: [{ path: '/backups' }] });
  const id = crypto.randomUUID();
  const more = { id, paused: null, key: null, createdAt: at, updatedAt: at, destinations: [] };
  catalog.plans.save({ ...input, ...more });
  const start = Date.UTC(2020, 0, 1);
  catalog.transaction(() => {
    for (let n = 0; n < 1000; n++) catalog.storage.recordPlans(new Date(start + n * DAY).toISOString().slice(0, 10));
  });
  const days = catalog.storage.ofPlan(id, '0000', '9999');
  expect(days.length).toBeGreaterThan(180);
  expect(days.length).toBeLessThanOrEqual(194);
  expect(days.at(-1)).toEqual({ day: '2022-09-26', storedBytes: 0 });
  catalog.close();
});

test('snapshots of a deleted plan are listed without one', async () => {
  const { scene, destinationId } = await setDays(1);
  await scene.core.call('plans.remove', { planId: scene.plan.id });
  const { plans } = await scene.core.call('destinations.storage', { destinationId });
  expect(plans).toMatchObject([{ planId: null, name: 'Snapshots without a plan', snapshotCount: 1 }]);
});

test('a clock that jumps ahead or back loses no record, and what it recorded does not count', async () => {
  const { scene, clock, destinationId } = await setDays(2);
  const before = await scene.core.call('destinations.storage', { destinationId });
  for (const ms of [3000 * DAY, -20_000 * DAY]) {
    clock.jump(ms);
    await scene.core.call('plans.check', {});
    expect((await summaryOf(scene, destinationId)).growth).toBeNull();
    clock.jump(-ms);
  }
  await scene.core.call('plans.check', {});
  expect(await scene.core.call('destinations.storage', { destinationId })).toEqual(before);
});

test('records stay bounded: 90 days, then one a week for two years, whatever the clock says', () => {
  const catalog = createCatalog(join(temporaryFolder(), 'catalog.db'));
  const [id, now] = ['00000000-0000-4000-8000-000000000001', '2026-11-28T00:00:00.000Z'];
  const settings = { kind: 'folder' as const, path: '/backups', bytesPerSecond: null };
  catalog.destinations.save({ id, name: 'Disk', settings, own: false, createdAt: now, updatedAt: now });
  const record = (day: string): void =>
    catalog.storage.record({ destinationId: id, day, storedBytes: 1, freeBytes: null, totalBytes: null });
  const all = (): string[] => catalog.storage.between('0000', '9999').map(({ day }) => day);
  const start = Date.UTC(2020, 0, 1);
  const dayAt = (n: number): string => new Date(start + n * DAY).toISOString().slice(0, 10);
  catalog.transaction(() => {
    for (let n = 0; n < 1200; n++) record(dayAt(n));
  });
  const kept = all();
  expect(kept.slice(-90)).toEqual(Array.from({ length: 90 }, (_, n) => dayAt(1110 + n)));
  const older = kept.slice(0, -90).map((day) => Date.parse(day) / DAY);
  for (const [n, day] of older.slice(1).entries()) expect(day - (older[n] ?? 0)).toBe(7);
  expect(older.length).toBeLessThanOrEqual(104);
  expect(older[0]).toBeLessThan(Date.parse(dayAt(1200 - 700)) / DAY);
  // A clock that is years ahead for months, and then right again, makes room for the days that follow.
  catalog.transaction(() => {
    for (let n = 0; n < 500; n++) record(dayAt(5000 + n));
  });
  expect(all().length).toBeLessThanOrEqual(194);
  for (let n = 0; n < 20; n++) record(dayAt(1200 + n));
  expect(all()).toEqual(expect.arrayContaining(Array.from({ length: 20 }, (_, n) => dayAt(1200 + n))));
  catalog.close();
});

test('the sizes of a source are those of one snapshot a week', async () => {
  const size: CatalogSize = { plans: 2, snapshots: 200, runs: 0 };
  const now = Date.UTC(2026, 10, 28, 12);
  const { home } = makeLargeCatalog(temporaryFolder(), size, now);
  const core = await startTestCore(home, { clock: new FakeClock(now) });
  const { sizes } = await core.call('plans.get', { planId: planIdOf(1) });
  // 100 snapshots of it, one each six hours, are 25 days.
  expect(sizes.length).toBeGreaterThanOrEqual(4);
  expect(sizes.length).toBeLessThanOrEqual(5);
  expect(sizes.map(({ at }) => at)).toEqual(sizes.map(({ at }) => at).sort());
  expect(sizes.at(-1)?.bytes).toBe(4_096_000 + 199);
  await core.close();
});

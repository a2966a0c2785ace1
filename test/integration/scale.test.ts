import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import type { EventName } from '../../src-shared/contract/events.ts';
import { KEEP_ALL } from '../../src-shared/model/plan.ts';
import { collectQueries, countWork, during, scansOf } from '../support/catalog-work.ts';
import { makeLargeCatalog, planIdOf } from '../support/large-catalog.ts';
import { settle } from '../support/places.ts';
import { setScene, takeBackup } from '../support/scene.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { startTestCore } from '../support/test-core.ts';

const planId = planIdOf(0);

/** What windows and commands ask for, by what it is called here. */
const QUESTIONS: Record<string, (core: Core) => Promise<unknown>> = {
  summaries: (core) => core.call('plans.list', {}),
  'one summary': (core) => core.call('plans.list', { planIds: [planId] }),
  'a plan': (core) => core.call('plans.get', { planId }),
  'a page of all snapshots': (core) => core.call('snapshots.list', { limit: 10 }),
  'a page of snapshots of a plan': (core) => core.call('snapshots.list', { planId, limit: 10 }),
  'the next page': async (core) => {
    const page = await core.call('snapshots.list', { planId, limit: 5 });
    return core.call('snapshots.list', { planId, limit: 5, before: page.at(-1)?.id ?? '' });
  },
  'a snapshot by its name': (core) => core.call('snapshots.list', { match: 'app-0-0.db.gz' }),
  destinations: (core) => core.call('destinations.list', {}),
  activity: (core) => core.call('runs.list', { limit: 10 }),
  'activity of a plan': async (core) => {
    const [run] = await core.call('runs.list', { planId, limit: 1 });
    return core.call('runs.list', { planId, limit: 10, before: run?.id ?? '' });
  },
  'prune preview': (core) => core.call('prune.preview', { planId }),
  'a projection': (core) =>
    core.call('retention.project', {
      planId,
      schedule: { kind: 'daily', time: '02:00' },
      retention: { ...KEEP_ALL, daily: 30 },
    }),
  'delete preview': async (core) => {
    const page = await core.call('snapshots.list', { planId, limit: 5 });
    return core.call('snapshots.previewDelete', { snapshotId: page.at(-1)?.id ?? '' });
  },
};

test('each question takes as many statements with many plans, snapshots and runs as with few', async () => {
  const work = countWork();
  const measured: Array<Record<string, number>> = [];
  for (const size of [
    { plans: 5, snapshots: 300, runs: 100 },
    { plans: 20, snapshots: 1800, runs: 2000 },
  ]) {
    const { home } = makeLargeCatalog(temporaryFolder(), size);
    const core = await startTestCore(home);
    // What schedules remember is entered once.
    await core.call('plans.list', {});
    const statements: Record<string, number> = {};
    for (const [name, ask] of Object.entries(QUESTIONS))
      statements[name] = (await during(work, () => ask(core))).statements;
    measured.push(statements);
    await core.close();
  }
  expect(measured[1]).toEqual(measured[0]);
  for (const statements of Object.values(measured[0] ?? {})) expect(statements).toBeLessThan(30);
});

test('no question reads a long table from end to end', async () => {
  const { home } = makeLargeCatalog(temporaryFolder(), { plans: 6, snapshots: 60, runs: 120 });
  const core = await startTestCore(home);
  const asked = collectQueries();
  for (const ask of Object.values(QUESTIONS)) await ask(core);
  await core.close();
  expect(asked.size).toBeGreaterThan(20);
  expect(scansOf(join(home, 'catalog.db'), asked)).toEqual([]);
});

test('a page follows the one before it, and says so when that has gone', async () => {
  const { home } = makeLargeCatalog(temporaryFolder(), { plans: 3, snapshots: 50, runs: 90 });
  const core = await startTestCore(home);
  const all = await core.call('snapshots.list', {});
  expect(all.map(({ createdAt }) => createdAt)).toEqual(
    all
      .map(({ createdAt }) => createdAt)
      .sort()
      .reverse(),
  );
  const paged: string[] = [];
  for (let page = await core.call('snapshots.list', { limit: 7 }); page.length > 0; ) {
    paged.push(...page.map(({ id }) => id));
    page = await core.call('snapshots.list', { limit: 7, before: paged.at(-1) ?? '' });
  }
  expect(paged).toEqual(all.map(({ id }) => id));
  const whole = await core.call('snapshots.list', { planId });
  const [one] = await core.call('snapshots.list', { planId, limit: 1, before: whole[3]?.id ?? '' });
  expect(await core.call('snapshots.list', { planId, takenBy: whole[3]?.createdAt ?? '' })).toEqual(whole.slice(3));
  expect(await core.call('snapshots.list', { planId, takenBy: '2000-01-01T00:00:00Z' })).toEqual([]);
  // What keeps a snapshot is decided by all of its plan, whatever page it is on.
  expect(one).toEqual(whole[4]);
  // Runs that began in the same millisecond are all listed.
  const runs = await core.call('runs.list', { limit: 500 });
  const seen: string[] = [];
  for (let page = await core.call('runs.list', { limit: 7 }); page.length > 0; ) {
    seen.push(...page.map(({ id }) => id));
    page = await core.call('runs.list', { limit: 7, before: seen.at(-1) ?? '' });
  }
  expect(seen).toEqual(runs.map(({ id }) => id));
  const gone = '00000000-0000-4000-8000-000000000000';
  for (const method of ['snapshots.list', 'runs.list'] as const)
    await expect(core.call(method, { before: gone })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('events name the plans and destinations that have changed, and no others', async () => {
  const scene = await setScene();
  const { core, plan, source, folder } = scene;
  const { id: otherId } = await core.call('plans.create', {
    name: 'Another app',
    sourcePath: source,
    destinations: [{ path: join(folder, 'other') }],
  });
  await settle(core);
  const told = new Map<EventName, unknown[]>();
  for (const name of ['plans.changed', 'destinations.changed', 'snapshots.changed'] as const)
    core.on(name, (payload) => told.set(name, [...(told.get(name) ?? []), payload]));
  const before = await core.call('plans.list', {});
  await takeBackup(scene);
  await settle(core);
  const [destinationId] = plan.destinations.map((each) => each.destinationId);
  for (const payload of told.get('plans.changed') ?? []) expect(payload).toEqual({ planIds: [plan.id] });
  for (const payload of told.get('destinations.changed') ?? [])
    expect(payload).toEqual({ destinationIds: [destinationId] });
  for (const payload of told.get('snapshots.changed') ?? []) expect(payload).toEqual({ planId: plan.id });
  expect([...told.keys()].sort()).toEqual(['destinations.changed', 'plans.changed', 'snapshots.changed']);
  // What no event has named is as it was.
  const after = await core.call('plans.list', {});
  expect(after.find((each) => each.plan.id === otherId)).toEqual(before.find((each) => each.plan.id === otherId));
  expect(await core.call('plans.list', { planIds: [otherId] })).toMatchObject([{ plan: { id: otherId } }]);
});

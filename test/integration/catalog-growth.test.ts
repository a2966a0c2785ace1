import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { collectQueries, countWork, during, scansOf } from '../support/catalog-work.ts';
import { enterManySnapshots } from '../support/many-snapshots.ts';
import { settle } from '../support/places.ts';
import { type Scene, setScene, takeBackup } from '../support/scene.ts';
import { startTestCore, succeed } from '../support/test-core.ts';
import { workerProcess } from '../support/worker-in-process.ts';

/** A plan that keeps everything and has so many snapshots already. */
async function setAged(count: number): Promise<Scene> {
  const scene = await setScene({ plan: { schedule: { kind: 'manual' } } });
  await takeBackup(scene);
  await settle(scene.core);
  await scene.core.close();
  enterManySnapshots(join(scene.home, 'catalog.db'), count);
  return { ...scene, core: await startTestCore(scene.home) };
}

test('a backup asks as little of the catalog with 4,700 kept snapshots as with 300, and so does the overview', async () => {
  const work = countWork();
  const measured = [];
  for (const count of [300, 4700]) {
    const { core, plan } = await setAged(count);
    const { snapshotCount } = await core.call('plans.get', { planId: plan.id });
    expect(snapshotCount).toBe(count + 1);
    const backup = await during(work, async () => {
      const { run } = await core.call('backups.start', { planId: plan.id });
      expect(await core.runEnded(run.id)).toMatchObject({ state: 'succeeded' });
      await settle(core);
    });
    const overview = await during(work, () => core.call('plans.list', {}));
    const destinations = await during(work, () => core.call('destinations.list', {}));
    const kit = await during(work, () => core.call('recoveryKit.status', {}));
    measured.push({ count, backup, overview, destinations, kit });
    await core.close();
  }
  const [few, many] = measured;
  if (few === undefined || many === undefined) throw new Error('Nothing was measured.');
  expect(many.backup.statements).toBeLessThanOrEqual(few.backup.statements * 1.1);
  // Retention decides on each kept snapshot, and reads one narrow row of it and one of its copy, once.
  const perSnapshot = (many.backup.rows - few.backup.rows) / (many.count - few.count);
  expect(perSnapshot).toBeLessThan(2.1);
  for (const what of ['overview', 'destinations', 'kit'] as const) {
    expect(many[what].statements, what).toBe(few[what].statements);
    // The backups of the last 30 days are drawn as days.
    expect(many[what].rows - few[what].rows, what).toBeLessThanOrEqual(what === 'overview' ? 30 * 24 : 0);
  }
});

test('the state of the recovery kit takes as many statements with 12 plans as with one', async () => {
  const work = countWork();
  const { core, plan, source } = await setScene({ plan: { schedule: { kind: 'manual' } } });
  const asked = () => during(work, () => core.call('recoveryKit.status', {}));
  await core.call('recoveryKit.markSaved', { digest: (await core.call('recoveryKit.make', {})).digest });
  const one = await asked();
  for (let n = 0; n < 11; n++) {
    const destinations = plan.destinations.map(({ destinationId }) => ({ destinationId, retention: null }));
    await core.call('plans.create', { name: `Plan ${n}`, sourcePath: source, destinations });
  }
  expect((await asked()).statements).toBe(one.statements);
});

test('the catalog grows by the same with each backup, however many snapshots are kept', async () => {
  const grown = [];
  for (const count of [300, 4700]) {
    const { core, plan, home } = await setAged(count);
    const sizeOf = (): number => statSync(join(home, 'catalog.db')).size;
    const before = sizeOf();
    for (let n = 0; n < 3; n++) await takeBackup({ core, plan });
    await settle(core);
    // Closing brings what is in the log into the file.
    await core.close();
    grown.push((sizeOf() - before) / 3);
  }
  const [few = 0, many = 0] = grown;
  expect(many).toBeLessThan(few + 16_384);
  expect(many).toBeLessThan(40_000);
});

test('what is asked after each backup is found by indexes', async () => {
  const { core, home } = await setAged(10);
  await core.close();
  const asked = collectQueries();
  // What a worker asks databases is not asked of the catalog.
  const again = await startTestCore(home, { startWorkerProcess: workerProcess });
  const [summary] = await again.call('plans.list', {});
  await again.call('destinations.list', {});
  if (summary === undefined) throw new Error('There is no plan.');
  await succeed(again, 'backups.start', { planId: summary.plan.id });
  await settle(again);
  await again.close();
  expect([...asked].filter((source) => source.includes('snapshots')).length).toBeGreaterThan(5);
  expect(scansOf(join(home, 'catalog.db'), asked)).toEqual([]);
});

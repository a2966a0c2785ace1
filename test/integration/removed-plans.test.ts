import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { PLAN_TABLES } from '../../src-main/core/catalog/repos/removed-plans.ts';
import { SCHEMA } from '../../src-main/core/catalog/schema.ts';
import { setScene, takeBackup } from '../support/scene.ts';

test('a deleted plan is put back with what was known of it, and its snapshots are its own again', async () => {
  const scene = await setScene();
  const { core, plan } = scene;
  const planId = plan.id;
  const snapshot = await takeBackup(scene);
  const before = await core.call('plans.get', { planId });
  await core.call('plans.remove', { planId });
  const [orphan] = await core.call('snapshots.list', {});
  expect(orphan).toMatchObject({ id: snapshot.id, planId: null });
  expect(await core.call('plans.putBack', { planId })).toEqual(before.plan);
  expect(await core.call('plans.get', { planId })).toEqual(before);
  expect(await core.call('snapshots.list', { planId })).toMatchObject([{ id: snapshot.id }]);
  await expect(core.call('plans.putBack', { planId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a deleted plan whose name was taken since is not put back, and changes nothing', async () => {
  const { core, plan, source, destination } = await setScene();
  await core.call('plans.remove', { planId: plan.id });
  const other = await core.call('plans.create', {
    name: plan.name,
    sourcePath: source,
    destinations: [{ path: destination }],
  });
  await expect(core.call('plans.putBack', { planId: plan.id })).rejects.toMatchObject({ code: 'CONFLICT' });
  expect((await core.call('plans.list', {})).map((each) => each.plan.id)).toEqual([other.id]);
});

test('every table with rows of a plan is put back', () => {
  const catalog = new Database(':memory:');
  catalog.exec(SCHEMA);
  const ofPlans = catalog
    .prepare(
      `SELECT m.name FROM sqlite_schema m, pragma_foreign_key_list(m.name) f
       WHERE m.type = 'table' AND f."table" = 'plans' AND f.on_delete = 'CASCADE'`,
    )
    .pluck()
    .all();
  catalog.close();
  expect(PLAN_TABLES.map(([table]) => table).sort()).toEqual(['plans', ...ofPlans].sort());
});

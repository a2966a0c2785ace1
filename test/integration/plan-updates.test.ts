import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KEEP_ALL } from '../../src-shared/model/plan.ts';
import { setScene } from '../support/scene.ts';

test('two changes of a plan at once keep each other’s fields', async () => {
  const { core, plan, folder, destination } = await setScene();
  const second = join(folder, 'second');
  mkdirSync(second);
  const retention = { ...KEEP_ALL, keepLast: 7 };
  await Promise.all([
    core.call('plans.update', { planId: plan.id, destinations: [{ path: destination }, { path: second }] }),
    core.call('plans.update', { planId: plan.id, retention, group: 'Shop' }),
  ]);
  const { plan: saved } = await core.call('plans.get', { planId: plan.id });
  expect(saved).toMatchObject({ retention, group: 'Shop' });
  expect(saved.destinations).toHaveLength(2);
});

test('a name that is taken while a change is being checked stays with the plan that took it', async () => {
  const { core, plan, source, folder, destination } = await setScene();
  const second = join(folder, 'second');
  mkdirSync(second);
  const other = await core.call('plans.create', {
    name: 'Other',
    sourcePath: source,
    destinations: [{ path: destination }],
  });
  const ends = await Promise.allSettled([
    core.call('plans.update', { planId: plan.id, name: 'Taken', destinations: [{ path: second }] }),
    core.call('plans.update', { planId: other.id, name: 'Taken' }),
  ]);
  expect(ends).toMatchObject([{ reason: { code: 'CONFLICT' } }, { value: { name: 'Taken' } }]);
});

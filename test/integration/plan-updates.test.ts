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

test('a change touches only what was given', async () => {
  const { core, plan } = await setScene();
  const changes = {
    name: 'Renamed',
    compression: 'zst',
    schedule: { kind: 'daily', time: '03:00' },
    timeZone: 'Europe/Berlin',
    retention: { ...KEEP_ALL, keepLast: 7 },
    verifyAfterBackup: false,
    method: 'compact',
    namePattern: '{plan}-{date}-{id}',
    lockFiles: ['app.lock'],
    group: 'Shop',
    tags: ['home', 'work'],
    timeLimitMinutes: 90,
  } as const;
  let before = plan;
  for (const [field, value] of Object.entries(changes)) {
    const after = await core.call('plans.update', { planId: plan.id, [field]: value });
    expect(after).toEqual({ ...before, [field]: value, updatedAt: after.updatedAt });
    before = after;
  }
  expect(await core.call('plans.update', { planId: plan.id })).toMatchObject(changes);
});

test.each([
  ['a destination that is not there', { destinations: [{ destinationId: crypto.randomUUID() }] }],
  ['a key that does not open the database', { key: { value: 'wrong' } }],
  ['a passphrase that is missing', { encryption: { kind: 'passphrase' } }],
  ['a review that is out of date', { pruneConfirmation: 'another' }],
] as const)('a change with %s changes nothing', async (_what, wrong) => {
  const { core, plan } = await setScene();
  const known = async () => [
    (await core.call('plans.get', { planId: plan.id })).plan,
    await core.call('secrets.list', {}),
    (await core.call('destinations.list', {})).map(({ destination }) => destination.id),
  ];
  const before = await known();
  const right = { name: 'Renamed', retention: { ...KEEP_ALL, keepLast: 1 }, group: 'Shop' };
  await expect(core.call('plans.update', { planId: plan.id, ...right, ...wrong } as never)).rejects.toThrow();
  expect(await known()).toEqual(before);
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

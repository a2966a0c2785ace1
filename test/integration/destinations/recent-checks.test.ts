import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { folderAt, save, settle, storeTo } from '../../support/places.ts';
import { OK_HERE, type Scene, setScene, takeBackup } from '../../support/scene.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const summaryOf = ({ core, plan }: Scene): Promise<PlanSummary> => core.call('plans.get', { planId: plan.id });

/** A scene with a backup in a host that stays, whose clock goes on and whose machine wakes only when the test says so. */
async function setStayingScene() {
  const clock = new FakeClock(Date.now() + HOUR);
  let woken = (): void => {};
  const onResume = (listener: () => void) => {
    woken = listener;
    return () => {};
  };
  const scene = await setScene({ ports: { host: 'desktop', clock, power: { onBattery: () => false, onResume } } });
  await takeBackup(scene);
  await settle(scene.core);
  return { scene, clock, wake: () => woken() };
}

describe.each([
  ['the source', ({ source }: Scene) => source],
  ['a destination', ({ destination }: Scene) => destination],
])('%s that is moved', (_what, pathIn) => {
  test('is noticed when the machine wakes', async () => {
    const { scene, wake } = await setStayingScene();
    renameSync(pathIn(scene), `${pathIn(scene)}-elsewhere`);
    expect((await summaryOf(scene)).state).toBe(OK_HERE);
    wake();
    await settle(scene.core);
    expect(await summaryOf(scene)).toMatchObject({
      state: 'unavailable',
      reason: expect.stringContaining(pathIn(scene)),
    });
  });

  test('is noticed within an hour without anybody asking', async () => {
    const { scene, clock } = await setStayingScene();
    renameSync(pathIn(scene), `${pathIn(scene)}-elsewhere`);
    expect((await summaryOf(scene)).state).toBe(OK_HERE);
    await clock.advance(HOUR, () => settle(scene.core));
    expect(await summaryOf(scene)).toMatchObject({
      state: 'unavailable',
      reason: expect.stringContaining(pathIn(scene)),
    });
  });
});

test('a plan is OK only while its source and every destination were checked within the last day', async () => {
  const clock = new FakeClock();
  const scene = await setScene({ ports: { clock } });
  const { core, plan } = scene;
  const first = plan.destinations[0]?.destinationId ?? '';
  await storeTo(scene, first, await save(core, folderAt(join(scene.folder, 'second'), 'Second')));
  await takeBackup(scene);
  await settle(core);
  await core.call('plans.check', {});
  clock.jump(DAY);
  expect((await summaryOf(scene)).state).toBe(OK_HERE);
  clock.jump(1);
  const standing = async () => {
    const { state, reason } = await summaryOf(scene);
    return `${state}: ${reason}`;
  };
  expect(await standing()).toBe(`unavailable: The source ${scene.source} has not been checked for a day.`);
  // To save a plan checks its source alone, and to test a destination that one alone.
  await core.call('plans.update', { planId: plan.id, verifyAfterBackup: true });
  expect(await standing()).toBe('unavailable: backups has not been reached for a day.');
  await core.call('destinations.test', { destinationId: first });
  expect(await standing()).toBe('waiting: Second has not been reached for a day.');
  await core.call('plans.check', {});
  expect((await summaryOf(scene)).state).toBe(OK_HERE);
});

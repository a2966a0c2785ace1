import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Scene, setScene } from '../support/scene.ts';

/** Three plans of a group; no backup of the second can be started. */
async function setGroup(): Promise<Scene & { planIds: string[] }> {
  const scene = await setScene({ plan: { name: 'A', group: 'Shop' } });
  const { core, folder, source, destination, plan } = scene;
  const link = join(folder, 'link.db');
  symlinkSync(source, link);
  const planIds = [plan.id];
  for (const [name, sourcePath] of [
    ['B', link],
    ['C', source],
  ] as const) {
    const rest = { sourcePath, destinations: [{ path: destination }], group: 'Shop' };
    planIds.push((await core.call('plans.create', { ...rest, name })).id);
  }
  rmSync(link);
  symlinkSync(link, link);
  return { ...scene, planIds };
}

/** How often each plan was backed up. */
async function counts({ core, planIds }: Scene & { planIds: string[] }): Promise<Array<number | undefined>> {
  for (const { id } of core.activeRuns()) await core.runEnded(id);
  const plans = await core.call('plans.list', {});
  return planIds.map((id) => plans.find(({ plan }) => plan.id === id)?.snapshotCount);
}

test('“Back up all” goes on after a plan that cannot be started, and says which', async () => {
  const scene = await setGroup();
  const { runs, failed } = await scene.core.call('backups.startAll', { planIds: scene.planIds });
  expect(runs.map(({ planName }) => planName)).toEqual(['A', 'C']);
  expect(failed).toEqual([{ planId: scene.planIds[1], planName: 'B', message: expect.stringContaining('link.db') }]);
  expect(await counts(scene)).toEqual([1, 0, 1]);
});

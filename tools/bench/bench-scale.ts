import { join } from 'node:path';
import type { MethodName, Params } from '../../src-shared/contract/methods.ts';
import { LARGE, makeLargeCatalog, planIdOf } from '../../test/support/large-catalog.ts';
import { median } from './measure.ts';
import { openCore } from './open-core.ts';

/** Asks a service with 60 plans, 10,000 snapshots and 100,000 runs for what a window and a command ask for. */
export async function measureScale({ folder, rounds }: { folder: string; rounds: number }): Promise<void> {
  const { home } = makeLargeCatalog(join(folder, 'scale'), LARGE);
  const core = await openCore(home);
  const planId = planIdOf(0);
  const measure = async <M extends MethodName>(name: string, method: M, params: Params<M>): Promise<string> => {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const started = performance.now();
      await core.call(method, params);
      times.push(performance.now() - started);
    }
    return `${name} ${median(times).toFixed(1)} ms (the first time ${times[0]?.toFixed(1)} ms)`;
  };
  const words = [
    await measure('summary of 60 plans', 'plans.list', {}),
    await measure('of one', 'plans.list', { planIds: [planId] }),
    await measure('list page', 'snapshots.list', { planId }),
    await measure('list page of all plans', 'snapshots.list', {}),
    await measure('prune preview', 'prune.preview', { planId }),
    await measure('destinations', 'destinations.list', {}),
    await measure('activity', 'runs.list', {}),
  ];
  await core.close();
  process.stdout.write(`scale: 10,000 snapshots, 100,000 runs: ${words.join(', ')}\n`);
}

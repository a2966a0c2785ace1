import type { MethodName } from '../../../src-shared/contract/methods.ts';
import type { Scene } from '../../support/scene.ts';
import { type MethodCase, nobody, noPlan, snapshotOf } from './case.ts';

/** Searches the snapshots of the scene's plan. */
async function search(scene: Scene) {
  await snapshotOf(scene);
  return { planId: scene.plan.id, text: '1' };
}

/** The cases of rows. */
export const rowsCases = {
  'rows.find': {
    good: search,
    missing: () => ({ ...noPlan(), text: '1' }),
    wrong: { planId: nobody, text: '' },
  },
  'rows.listFound': {
    good: async (scene) => {
      const { run } = await scene.core.call('rows.find', await search(scene));
      await scene.core.runEnded(run.id);
      return { runId: run.id };
    },
    missing: () => ({ runId: nobody }),
    wrong: { runId: 'first' },
  },
} satisfies Partial<Record<MethodName, MethodCase>>;

import type { MethodName } from '../../../src-shared/contract/methods.ts';
import { changeLive, confirmed } from '../../support/put-back-scene.ts';
import type { Scene } from '../../support/scene.ts';
import { succeed } from '../../support/test-core.ts';
import { type MethodCase, nobody, noPlan, planOf, snapshotOf } from './case.ts';

const rows = [{ table: 'entries', keys: [[1]] }];

/** Previews putting back a row that is missing. */
async function check(scene: Scene) {
  const snapshotId = await snapshotOf(scene);
  changeLive(scene.source, 'DELETE FROM entries WHERE id = 1');
  return succeed(scene.core, 'rows.previewPutBack', { source: { snapshotId }, target: planOf(scene), rows });
}

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
  'rows.previewPutBack': {
    good: async (scene) => ({ source: { snapshotId: await snapshotOf(scene) }, target: planOf(scene), rows }),
    missing: () => ({ source: { snapshotId: nobody }, target: noPlan(), rows }),
    wrong: { source: { snapshotId: nobody }, target: noPlan(), rows: [] },
  },
  'rows.putBackPreview': {
    good: async (scene) => ({ checkRunId: (await check(scene)).id }),
    missing: () => ({ checkRunId: nobody }),
    wrong: { checkRunId: 'first' },
  },
  'rows.putBackSql': {
    good: async (scene) => ({ checkRunId: (await check(scene)).id }),
    missing: () => ({ checkRunId: nobody }),
    wrong: { checkRunId: nobody, offset: -1 },
  },
  'rows.putBack': {
    good: async (scene) => confirmed(scene.core, await check(scene)),
    missing: () => ({ checkRunId: nobody, confirmation: 'none' }),
    wrong: { checkRunId: nobody },
  },
} satisfies Partial<Record<MethodName, MethodCase>>;

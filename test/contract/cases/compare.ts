import type { MethodName } from '../../../src-shared/contract/methods.ts';
import { openComparison } from '../../support/open-view.ts';
import type { Scene } from '../../support/scene.ts';
import { type MethodCase, nobody, noPlan, planOf, snapshotOf } from './case.ts';

const comparisonOf = async (scene: Scene): Promise<{ viewId: string }> => ({
  viewId: await openComparison(scene.core, { snapshotId: await snapshotOf(scene) }, planOf(scene)),
});
const noView = () => ({ viewId: nobody });

/** The cases of comparing two databases. */
export const compareCases = {
  'compare.open': {
    good: async (scene) => ({ before: { snapshotId: await snapshotOf(scene) }, after: planOf(scene) }),
    missing: (scene) => ({ before: noPlan(), after: planOf(scene) }),
    wrong: { before: {}, after: {} },
  },
  'compare.summary': { good: comparisonOf, missing: noView, wrong: {} },
  'compare.rows': {
    good: async (scene) => ({ ...(await comparisonOf(scene)), table: 'entries' }),
    missing: () => ({ ...noView(), table: 'entries' }),
    wrong: { ...noView(), table: '' },
  },
  'compare.sql': { good: comparisonOf, missing: noView, wrong: {} },
  'compare.close': { good: comparisonOf, missing: null, wrong: {} },
} satisfies Partial<Record<MethodName, MethodCase>>;

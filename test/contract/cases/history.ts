import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { MethodName } from '../../../src-shared/contract/methods.ts';
import type { Scene } from '../../support/scene.ts';
import { type MethodCase, noPlan, planOf } from './case.ts';

/** The plan of a scene, with a history that has one point. */
async function withPoint(scene: Scene): Promise<{ planId: string }> {
  const { planId } = planOf(scene);
  await scene.core.call('plans.update', { planId, history: { storage: 'both' } });
  const { run } = await scene.core.call('history.capture', { planId });
  await scene.core.runEnded(run.id);
  return { planId };
}

/** A replica of Litestream: the files of a history are those that it writes. */
async function replicaOf(scene: Scene): Promise<{ replica: { path: string } }> {
  await withPoint(scene);
  const [name = ''] = readdirSync(scene.destination).filter((each) => each.endsWith('.history'));
  return { replica: { path: join(scene.destination, name) } };
}

const YEAR = { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z', bucketMs: 86_400_000 };
const noPoint = () => ({ ...noPlan(), txid: 1 });

/** The cases of the history of a plan. */
export const historyCases = {
  'history.capture': {
    good: async (scene) => {
      const { planId } = planOf(scene);
      await scene.core.call('plans.update', { planId, history: { storage: 'both' } });
      return { planId };
    },
    missing: noPlan,
    wrong: {},
  },
  'history.summary': { good: withPoint, missing: noPlan, wrong: {} },
  'history.points': { good: withPoint, missing: noPlan, wrong: { ...noPlan(), from: 'yesterday' } },
  'history.pointAt': {
    good: async (scene) => ({ ...(await withPoint(scene)), txid: 1 }),
    missing: noPoint,
    wrong: { ...noPlan(), txid: 0 },
  },
  'history.timeline': {
    good: async (scene) => ({ ...(await withPoint(scene)), ...YEAR }),
    missing: () => ({ ...noPlan(), ...YEAR }),
    wrong: { ...noPlan(), ...YEAR, bucketMs: 0 },
  },
  'history.prune': { good: withPoint, missing: noPlan, wrong: { ...noPlan(), review: 'yes' } },
  'history.pin': {
    good: async (scene) => ({ ...(await withPoint(scene)), txid: 1, pinned: true }),
    missing: () => ({ ...noPoint(), pinned: true }),
    wrong: { ...noPoint(), pinned: 'yes' },
  },
  'replicas.points': {
    good: replicaOf,
    missing: ({ folder }) => ({ replica: { path: join(folder, 'gone') } }),
    wrong: { replica: {} },
  },
  'replicas.pointAt': {
    good: async (scene) => ({ ...(await replicaOf(scene)), txid: 1 }),
    missing: ({ folder }) => ({ replica: { path: join(folder, 'gone') }, txid: 1 }),
    wrong: { replica: {}, txid: 1 },
  },
} satisfies Partial<Record<MethodName, MethodCase>>;

import { PassThrough } from 'node:stream';
import type { MethodName } from '../../../src-shared/contract/methods.ts';
import { appendEntries } from '../../support/databases.ts';
import { prepareRestore, restore, type Scene, takeBackup } from '../../support/scene.ts';
import { succeed } from '../../support/test-core.ts';
import { type MethodCase, nobody, noPlan, planOf, snapshotOf } from './case.ts';

/** A snapshot that was deleted into the trash, by its id. */
async function snapshotInTrash(scene: Scene): Promise<string> {
  const snapshotId = await snapshotOf(scene);
  await takeBackup(scene);
  const { confirmation } = await scene.core.call('snapshots.previewDelete', { snapshotId });
  await succeed(scene.core, 'snapshots.delete', { snapshotId, confirmation });
  return snapshotId;
}

/** The cases of backups and of what is done with snapshots. */
export const snapshotsCases = {
  'backups.start': { good: planOf, missing: noPlan, wrong: { planId: nobody, source: '/a', to: '/b' } },
  'backups.startAll': {
    good: ({ plan }) => ({ planIds: [plan.id] }),
    missing: () => ({ planIds: [nobody] }),
    wrong: { planIds: [] },
  },
  'snapshots.list': {
    good: async (scene) => {
      await takeBackup(scene);
      return planOf(scene);
    },
    missing: () => ({ before: nobody }),
    wrong: { planId: 1 },
  },
  'snapshots.get': {
    good: async (scene) => ({ snapshotId: await snapshotOf(scene) }),
    missing: () => ({ snapshotId: nobody }),
    wrong: {},
  },
  'snapshots.pin': {
    good: async (scene) => ({ snapshotId: await snapshotOf(scene), pinned: true }),
    missing: () => ({ snapshotId: nobody, pinned: true }),
    wrong: { snapshotId: nobody, pinned: 'yes' },
  },
  'snapshots.previewDelete': {
    good: async (scene) => {
      const old = await snapshotOf(scene);
      await takeBackup(scene);
      return { snapshotId: old };
    },
    missing: () => ({ snapshotId: nobody }),
    wrong: { snapshotId: null },
  },
  'snapshots.delete': {
    good: async (scene) => {
      const snapshotId = await snapshotOf(scene);
      await takeBackup(scene);
      const { confirmation } = await scene.core.call('snapshots.previewDelete', { snapshotId });
      return { snapshotId, confirmation };
    },
    missing: () => ({ snapshotId: nobody, confirmation: 'x' }),
    wrong: { snapshotId: nobody },
  },
  'trash.list': {
    good: async (scene) => {
      await snapshotInTrash(scene);
      return planOf(scene);
    },
    missing: noPlan,
    wrong: { planId: 1 },
  },
  'trash.putBack': {
    good: async (scene) => ({ snapshotId: await snapshotInTrash(scene) }),
    missing: () => ({ snapshotId: nobody }),
    wrong: {},
  },
  'trash.empty': {
    good: async (scene) => {
      await snapshotInTrash(scene);
      return { confirmation: (await scene.core.call('trash.list', {})).confirmation };
    },
    missing: () => ({ planId: nobody, confirmation: 'x' }),
    wrong: { confirmation: 1 },
  },
  'verifications.start': {
    good: async (scene) => ({ snapshotId: await snapshotOf(scene) }),
    missing: () => ({ snapshotId: nobody }),
    wrong: { file: '/a' },
  },
  'restores.check': {
    good: async (scene) => ({ source: { snapshotId: await snapshotOf(scene) }, targetPath: scene.source }),
    missing: ({ source }) => ({ source: { snapshotId: nobody }, targetPath: source }),
    wrong: { source: {}, targetPath: '/a' },
  },
  'restores.start': {
    good: async (scene) => (await prepareRestore(scene.core, (await takeBackup(scene)).path, scene.source)).start,
    missing: () => ({ checkRunId: nobody, confirmation: 'x' }),
    missingCode: 'CONFLICT',
    wrong: { checkRunId: nobody },
  },
  'restores.discard': { good: () => ({ checkRunId: nobody }), missing: null, wrong: { checkRunId: 'x' } },
  'restores.undo': {
    good: async (scene) => {
      const { path } = await takeBackup(scene);
      appendEntries(scene.source, 1);
      return { runId: (await restore(scene.core, path, scene.source)).id };
    },
    missing: () => ({ runId: nobody }),
    wrong: { runId: 'x' },
  },
  'restores.previewUndo': {
    good: async (scene) => {
      const { path } = await takeBackup(scene);
      appendEntries(scene.source, 1);
      return { runId: (await restore(scene.core, path, scene.source)).id };
    },
    missing: () => ({ runId: nobody }),
    wrong: {},
  },
  'restoreTests.start': {
    good: async (scene) => {
      await takeBackup(scene);
      return planOf(scene);
    },
    missing: noPlan,
    wrong: {},
  },
  'restoreTests.list': { good: planOf, missing: noPlan, wrong: {} },
  'databaseDeletions.preview': {
    good: ({ source }) => ({ target: { path: source, lockFiles: ['app.db.lock'] } }),
    missing: () => ({ target: { planId: nobody } }),
    wrong: { target: { path: '/a', lockFiles: ['../b'] } },
  },
  'databaseDeletions.start': {
    good: async ({ core, plan }) => {
      const target = { planId: plan.id };
      return { target, confirmation: (await core.call('databaseDeletions.preview', { target })).confirmation };
    },
    missing: () => ({ target: { planId: nobody }, confirmation: 'x' }),
    wrong: { target: { planId: nobody } },
  },
  'prune.preview': { good: planOf, missing: noPlan, wrong: { planId: nobody, retention: { keepLast: 1.5 } } },
  'prune.start': {
    good: async ({ core, plan }) => ({
      planId: plan.id,
      confirmation: (await core.call('prune.preview', { planId: plan.id })).confirmation,
    }),
    missing: () => ({ planId: nobody, confirmation: 'x' }),
    wrong: { planId: nobody },
  },
  'runs.list': {
    good: async (scene) => {
      await takeBackup(scene);
      const [run] = await scene.core.call('runs.list', {});
      return { planId: scene.plan.id, before: run?.id, limit: 10 };
    },
    missing: () => ({ before: nobody }),
    wrong: { limit: 501 },
  },
  'runs.get': {
    good: async (scene) => {
      await takeBackup(scene);
      const [run] = await scene.core.call('runs.list', {});
      return { runId: run?.id };
    },
    missing: () => ({ runId: nobody }),
    wrong: { runId: '' },
  },
  'runs.ended': {
    good: async ({ core, plan }) => ({ runId: (await core.call('backups.start', { planId: plan.id })).run.id }),
    missing: () => ({ runId: nobody }),
    wrong: {},
  },
  'runs.settled': {
    good: async ({ core, plan }) => ({ runIds: [(await core.call('backups.start', { planId: plan.id })).run.id] }),
    missing: () => ({ runIds: [nobody] }),
    wrong: {},
  },
  'exports.start': {
    good: (scene) => {
      scene.core.on('run.changed', ({ run }) => scene.core.giveOutput(run.id, new PassThrough().resume()));
      return planOf(scene);
    },
    missing: noPlan,
    wrong: { planId: nobody, source: '/a' },
  },
  'runs.cancel': {
    good: async ({ core, plan }) => ({ runId: (await core.call('backups.start', { planId: plan.id })).run.id }),
    missing: () => ({ runId: nobody }),
    wrong: {},
  },
} satisfies Partial<Record<MethodName, MethodCase>>;

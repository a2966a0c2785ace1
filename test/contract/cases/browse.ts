import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MethodName } from '../../../src-shared/contract/methods.ts';
import { openView } from '../../support/open-view.ts';
import type { Scene } from '../../support/scene.ts';
import { type MethodCase, nobody, noPlan, planOf, snapshotOf } from './case.ts';

const viewOf = ({ core, plan }: Scene): Promise<string> => openView(core, { planId: plan.id });
const noView = () => ({ viewId: nobody });

/** Attaches a folder to the scene's plan, and backs it up. */
async function attached(scene: Scene) {
  const { core, folder, plan } = scene;
  const path = join(folder, 'docs');
  mkdirSync(path);
  writeFileSync(join(path, 'a.txt'), 'text');
  await core.call('plans.update', {
    planId: plan.id,
    attachedFiles: [{ name: 'docs', path, kind: 'folder', exclude: [] }],
  });
  return { snapshotId: await snapshotOf(scene), attachedFile: 'docs' };
}

/** The cases of reading what is in databases and attached files. */
export const browseCases = {
  'browse.open': {
    good: (scene) => ({ source: planOf(scene) }),
    missing: () => ({ source: noPlan() }),
    wrong: { source: {} },
  },
  'browse.describe': { good: async (scene) => ({ viewId: await viewOf(scene) }), missing: noView, wrong: {} },
  'browse.rows': {
    good: async (scene) => ({ viewId: await viewOf(scene), table: 'entries', limit: 2 }),
    missing: () => ({ ...noView(), table: 'entries' }),
    wrong: { ...noView(), table: '' },
  },
  'browse.value': {
    good: async (scene) => ({ viewId: await viewOf(scene), table: 'entries', column: 'id', row: { key: [1] } }),
    missing: () => ({ ...noView(), table: 'entries', column: 'id', row: { offset: 0 } }),
    wrong: { ...noView(), table: 'entries', column: 'id' },
  },
  'browse.query': {
    good: async (scene) => ({ viewId: await viewOf(scene), sql: 'SELECT * FROM entries' }),
    missing: () => ({ ...noView(), sql: 'SELECT 1' }),
    wrong: { ...noView(), sql: 1 },
  },
  'browse.export': {
    good: async (scene) => ({
      viewId: await viewOf(scene),
      what: { sql: 'SELECT 1' },
      format: 'csv',
      path: join(scene.folder, 'one.csv'),
    }),
    missing: ({ folder }) => ({ ...noView(), what: { table: 'entries' }, format: 'sql', path: join(folder, 'a.sql') }),
    wrong: { ...noView(), what: {}, format: 'csv', path: '/a' },
  },
  'browse.files': {
    good: attached,
    missing: () => ({ snapshotId: nobody, attachedFile: 'docs' }),
    wrong: { snapshotId: nobody, attachedFile: '../docs' },
  },
  'browse.file': {
    good: async (scene) => ({ ...(await attached(scene)), path: 'a.txt' }),
    missing: () => ({ snapshotId: nobody, attachedFile: 'docs', path: 'a.txt' }),
    wrong: { snapshotId: nobody, attachedFile: 'docs', path: '' },
  },
  'browse.close': { good: async (scene) => ({ viewId: await viewOf(scene) }), missing: null, wrong: {} },
} satisfies Partial<Record<MethodName, MethodCase>>;

import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MethodName } from '../../../src-shared/contract/methods.ts';
import type { Scene } from '../../support/scene.ts';
import { gone, type MethodCase } from './case.ts';

/** Searches the folder of the scene's source, and returns a database there that has no plan. */
async function findOther({ core, folder, source }: Scene): Promise<string> {
  const other = join(folder, 'app', 'other.db');
  copyFileSync(source, other);
  const { run } = await core.call('databases.find', { folders: [join(folder, 'app')] });
  await core.runEnded(run.id);
  return other;
}

/** The cases of databases that searches find. */
export const databasesCases = {
  'databases.find': {
    good: ({ folder }) => ({ folders: [join(folder, 'app')] }),
    missing: (scene) => ({ folders: [gone(scene)] }),
    wrong: { folders: [] },
  },
  'databases.listFound': {
    good: async (scene) => {
      await findOther(scene);
      return { states: ['no-plan', 'planned'] };
    },
    missing: (scene) => ({ after: gone(scene) }),
    wrong: { states: [] },
  },
  'databases.ignore': {
    good: async (scene) => ({ paths: [await findOther(scene)], ignored: true }),
    missing: (scene) => ({ paths: [gone(scene)], ignored: true }),
    wrong: { paths: [], ignored: true },
  },
  'databases.createPlans': {
    good: async (scene) => ({ paths: [await findOther(scene)], destinations: [{ path: scene.destination }] }),
    missing: (scene) => ({ paths: [gone(scene)], destinations: [{ path: scene.destination }] }),
    wrong: { paths: ['/a.db'], destinations: [] },
  },
} satisfies Partial<Record<MethodName, MethodCase>>;

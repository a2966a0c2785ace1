import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { MethodName } from '../../../src-shared/contract/methods.ts';
import { makeDatabase } from '../../support/databases.ts';
import { type Scene, takeBackup } from '../../support/scene.ts';
import { type SftpServer, startSftpServer } from '../../support/servers/sftp.ts';
import { manifestOf } from '../../support/stored-files.ts';
import { destinationOf, gone, type MethodCase, nobody, nothing } from './case.ts';

/** A folder with one backup that another program has made, and a file that is none. */
function importFolder({ folder }: Scene) {
  const path = join(folder, 'otherProgram');
  mkdirSync(path);
  makeDatabase(join(path, 'app-2024-01-15.db'), { journalMode: 'delete' });
  writeFileSync(join(path, 'notes.txt'), 'x');
  return { path };
}

/** A folder with a snapshot of another service, and what recovers its plan. */
async function recoverableFolder(scene: Scene) {
  const taken = await takeBackup(scene);
  const path = join(scene.folder, 'elsewhere');
  mkdirSync(path);
  const manifest = manifestOf(taken.path);
  const [id, serviceId, planId] = [randomUUID(), randomUUID(), randomUUID()];
  const service = { id: serviceId, runId: id };
  cpSync(taken.path, join(path, taken.name));
  writeFileSync(
    join(path, `${taken.name}.manifest.json`),
    JSON.stringify({ ...manifest, id, service, plan: { ...manifest.plan, id: planId } }),
  );
  return { path, plans: [{ serviceId, planId, name: 'Recovered', sourcePath: scene.source, snapshotIds: [id] }] };
}

let ssh: SftpServer | undefined;
afterAll(() => ssh?.stop());

/** The cases of destinations and of what is found there. */
export const destinationsCases = {
  'destinations.list': nothing,
  'destinations.suggest': {
    good: ({ source }) => ({ sourcePaths: [source] }),
    missing: null,
    wrong: { sourcePaths: 'x' },
  },
  'destinations.compareDisks': {
    good: ({ source, destination }) => ({ sourcePaths: [source], folders: [destination] }),
    missing: null,
    wrong: { sourcePaths: [], folders: [1] },
  },
  'destinations.save': {
    good: ({ folder }) => ({ name: 'Other', settings: { kind: 'folder', path: join(folder, 'app') } }),
    missing: ({ folder }) => ({
      destinationId: nobody,
      name: 'Other',
      settings: { kind: 'folder', path: join(folder, 'app') },
    }),
    wrong: { name: '', settings: { kind: 'folder', path: '/a' } },
  },
  'destinations.storage': {
    good: destinationOf,
    missing: () => ({ destinationId: nobody }),
    wrong: { destinationId: 'nas' },
  },
  'destinations.test': {
    good: destinationOf,
    missing: () => ({ destinationId: nobody }),
    wrong: { destinationId: 'x' },
  },
  'destinations.remove': {
    good: async ({ core, folder }) => {
      const settings = { kind: 'folder' as const, path: join(folder, 'app') };
      const { destination } = await core.call('destinations.save', { name: 'Other', settings });
      return { destinationId: destination?.destination.id };
    },
    missing: () => ({ destinationId: nobody }),
    wrong: {},
  },
  'destinations.putBack': {
    good: async ({ core, folder }) => {
      const settings = { kind: 'folder' as const, path: join(folder, 'app') };
      const { destination } = await core.call('destinations.save', { name: 'Removed', settings });
      const destinationId = destination?.destination.id ?? nobody;
      await core.call('destinations.remove', { destinationId });
      return { destinationId };
    },
    missing: () => ({ destinationId: nobody }),
    wrong: {},
  },
  'destinations.previewReattach': {
    good: destinationOf,
    missing: () => ({ destinationId: nobody }),
    wrong: { destinationId: 1 },
  },
  'destinations.reattach': {
    good: async (scene) => {
      const destinationId = scene.plan.destinations[0]?.destinationId ?? '';
      const { confirmation } = await scene.core.call('destinations.previewReattach', { destinationId });
      return { destinationId, confirmation };
    },
    missing: () => ({ destinationId: nobody, confirmation: '' }),
    wrong: { destinationId: nobody },
  },
  'destinations.hostKey': {
    good: async () => {
      ssh ??= await startSftpServer();
      return { host: '127.0.0.1', port: ssh.port };
    },
    missing: () => ({ host: '127.0.0.1', port: 1 }),
    missingCode: 'UNAVAILABLE',
    wrong: { host: '', port: 22 },
  },
  'destinations.catchUp': {
    good: destinationOf,
    missing: () => ({ destinationId: nobody }),
    wrong: { destinationId: null },
  },
  'destinations.rescan': {
    good: ({ destination }) => ({ path: destination }),
    missing: (scene) => ({ path: gone(scene) }),
    wrong: { path: 1 },
  },
  'recoveries.scan': {
    good: ({ destination }) => ({ path: destination }),
    missing: (scene) => ({ path: gone(scene) }),
    wrong: { path: 1 },
  },
  'recoveries.apply': {
    good: recoverableFolder,
    missing: ({ destination }) => ({
      path: destination,
      plans: [{ serviceId: nobody, planId: nobody, name: 'x', sourcePath: '/x.db', snapshotIds: [] }],
    }),
    wrong: { path: '/a', plans: [] },
  },
  'imports.list': {
    good: importFolder,
    missing: (scene) => ({ path: gone(scene) }),
    wrong: { path: '/a', destinationId: nobody },
  },
  'imports.describe': {
    good: (scene) => ({ ...importFolder(scene), file: 'app-2024-01-15.db' }),
    missing: ({ destination }) => ({ path: destination, file: 'gone.db' }),
    wrong: { path: '/a', file: '' },
  },
  'imports.start': {
    good: (scene) => ({ ...importFolder(scene), newPlanName: 'Other' }),
    missing: ({ destination }) => ({ path: destination, planId: nobody }),
    wrong: { path: '/a', files: [] },
  },
} satisfies Partial<Record<MethodName, MethodCase>>;

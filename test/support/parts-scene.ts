import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appendEntries, countEntries } from './databases.ts';
import { checkOf, setScene, takeBackup } from './scene.ts';
import { temporaryFolder } from './temp-folder.ts';
import { succeed } from './test-core.ts';

/** A database and two folders that are backed up with it, all changed since. */
export async function setPartsScene() {
  const folder = temporaryFolder();
  const paths = [join(folder, 'pictures'), join(folder, 'sounds')];
  for (const path of paths) {
    mkdirSync(path);
    writeFileSync(join(path, 'a'), 'as backed up');
  }
  const attachedFiles = paths.map((path, at) => ({
    name: at === 0 ? 'pictures' : 'sounds',
    kind: 'folder' as const,
    path,
    exclude: [],
  }));
  const scene = await setScene({ plan: { attachedFiles } });
  await scene.core.call('settings.update', { lockWaitSeconds: 1 });
  const snapshot = await takeBackup(scene);
  appendEntries(scene.source, 50);
  for (const path of paths) writeFileSync(join(path, 'a'), 'changed since');
  return { ...scene, snapshot, paths };
}

export type PartsScene = Awaited<ReturnType<typeof setPartsScene>>;

/** The rows of the database and what is in the folders. */
export const stateOf = ({ source, paths }: PartsScene) => [
  countEntries(source),
  ...paths.map((path) => readFileSync(join(path, 'a'), 'utf8')),
];
export const CHANGED = [150, 'changed since', 'changed since'];
export const RESTORED = [100, 'as backed up', 'as backed up'];

/** Checks the database and the files, and answers what restores both. */
export async function checkEverything({ core, source, snapshot }: PartsScene) {
  const files = await succeed(core, 'restores.check', { what: 'files', snapshotId: snapshot.id });
  if (files.result?.kind !== 'files-check') throw new Error('no check');
  const database = await succeed(core, 'restores.check', { source: { snapshotId: snapshot.id }, targetPath: source });
  return {
    checkRunId: database.id,
    confirmation: checkOf(database).confirmation,
    files: { checkRunId: files.id, confirmation: files.result.check.confirmation },
  };
}

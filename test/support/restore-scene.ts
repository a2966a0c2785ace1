import { join } from 'node:path';
import { appendEntries } from './databases.ts';
import { contentsOf, type Scene, setScene, takeBackup } from './scene.ts';

/** A scene with a snapshot of 100 rows and a database that has 150 by now. */
export async function setRestoreScene(
  journalMode: 'wal' | 'delete',
  lockWaitSeconds = 1,
): Promise<Scene & { snapshotPath: string }> {
  const scene = await setScene({ journalMode });
  await scene.core.call('settings.update', { lockWaitSeconds });
  const { path } = await takeBackup(scene);
  appendEntries(scene.source, 50);
  return { ...scene, snapshotPath: path };
}

/** The files of the folder that the database of a scene is in. */
export const appFiles = (scene: Scene): Record<string, string> => contentsOf(join(scene.folder, 'app'));

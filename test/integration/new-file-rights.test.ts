import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RestoreSource } from '../../src-shared/model/restore/restore.ts';
import { checkOf, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { startTestCore, succeed } from '../support/test-core.ts';

const isRoot = process.getuid?.() === 0;
const modeOf = (path: string): number => statSync(path).mode & 0o7777;

/** Restores to a new file and answers what the review said of it. */
async function restoreNew({ core }: Pick<Scene, 'core'>, source: RestoreSource, targetPath: string): Promise<string> {
  const run = await succeed(core, 'restores.check', { source, targetPath });
  const { confirmation, target } = checkOf(run);
  await succeed(core, 'restores.start', { checkRunId: run.id, confirmation });
  return target.notes.join(' ');
}

async function sceneWithMode(mode: number) {
  const scene = await setScene();
  chmodSync(scene.source, mode);
  const snapshot = await takeBackup(scene);
  const folder = join(scene.folder, 'restored');
  mkdirSync(folder);
  return { scene, snapshot, folder, target: join(folder, 'app.db') };
}

describe('a database that is restored where nothing is', () => {
  test('has the permissions that it had when its snapshot was taken, and the review says so', async () => {
    const { scene, snapshot, folder, target } = await sceneWithMode(0o640);
    chmodSync(folder, 0o755);
    expect(await restoreNew(scene, { snapshotId: snapshot.id }, target)).toMatch(/app\.db .*the permissions 0640\./);
    expect(modeOf(target)).toBe(0o640);
  });

  test('is never open to more than its folder is', async () => {
    const { scene, snapshot, folder, target } = await sceneWithMode(0o666);
    chmodSync(folder, 0o710);
    await restoreNew(scene, { snapshotId: snapshot.id }, target);
    expect(modeOf(target)).toBe(0o600);
  });

  test('gets no bits that lend rights', async () => {
    const { scene, snapshot, folder, target } = await sceneWithMode(0o4644);
    chmodSync(folder, 0o2755);
    await restoreNew(scene, { snapshotId: snapshot.id }, target);
    expect(modeOf(target)).toBe(0o644);
  });

  test.each(['of a file', 'of an imported snapshot'])(
    'is for its owner alone where the manifest is that %s',
    async (what) => {
      const { scene, snapshot, target } = await sceneWithMode(0o644);
      const described = `${snapshot.path}.manifest.json`;
      const manifest = JSON.parse(readFileSync(described, 'utf8'));
      expect(manifest.source.mode).toBe(0o644);
      const elsewhere = join(scene.folder, 'elsewhere');
      cpSync(scene.destination, elsewhere, { recursive: true });
      if (what === 'of a file') await restoreNew(scene, { path: join(elsewhere, snapshot.name) }, target);
      else {
        const core = await startTestCore(join(scene.folder, 'another home'));
        await succeed(core, 'destinations.rescan', { path: elsewhere });
        const [imported] = await core.call('snapshots.list', {});
        expect(imported?.origin).toBe('imported');
        await restoreNew({ core }, { snapshotId: imported?.id ?? '' }, target);
      }
      expect(modeOf(target)).toBe(0o600);
    },
  );

  test.skipIf(!isRoot)('by root belongs to the owner and the group of its folder', async () => {
    const { scene, snapshot, folder, target } = await sceneWithMode(0o660);
    chownSync(folder, 1234, 2345);
    chmodSync(folder, 0o770);
    expect(await restoreNew(scene, { snapshotId: snapshot.id }, target)).toMatch(
      /user 1234 and group 2345, as its folder does, with the permissions 0660\./,
    );
    expect(statSync(target)).toMatchObject({ uid: 1234, gid: 2345 });
    expect(modeOf(target)).toBe(0o660);
  });
});

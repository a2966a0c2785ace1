import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { containerFolders } from '../../src-main/platform/container-folders.ts';
import { identityOf } from '../../src-main/platform/file-identity.ts';
import { openFiles } from '../../src-main/platform/open-files.ts';
import { canMount } from '../support/can-mount.ts';
import { makeDatabase } from '../support/databases.ts';
import { search } from '../support/find-scene.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

/** Starts a line of the shell that says when it is ready, and ends it with the test. */
async function running(line: string, ...args: string[]): Promise<ChildProcessWithoutNullStreams> {
  const child = spawn('sh', ['-c', `${line}; echo ready; exec cat`, ...args]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

/** A folder with a database in it. */
function databaseIn(name: string, root = temporaryFolder()): { root: string; path: string } {
  mkdirSync(join(root, name), { recursive: true });
  const path = join(root, name, 'app.db');
  makeDatabase(path, { journalMode: 'delete' });
  return { root, path };
}

/** A folder that does not lie where files are temporary. */
function lastingFolder(): string {
  const folder = mkdtempSync('/var/tmp/snapkeep-test-');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test.skipIf(process.platform !== 'linux')(
  'a program that has a database open is told, and its file found',
  async () => {
    const { root, path } = databaseIn('elsewhere');
    const { pid } = await running('exec 3<"$0"', path);
    const identity = identityOf(statSync(path, { bigint: true }));
    const open = await openFiles(() => false);
    expect(open.find(({ holder }) => holder.pid === pid)).toEqual({ path, identity, holder: { pid, name: 'cat' } });
    const result = await search(root, { machine: { openFiles } });
    expect(result.databases.find((each) => each.path === path)?.openBy).toEqual([{ pid, name: 'cat' }]);
    expect((await openFiles((each) => each === path)).some(({ holder }) => holder.pid === pid)).toBe(false);
  },
);

test.skipIf(!canMount)('a database that is bound into a container is found by its path here', async () => {
  const { root, path } = databaseIn('volumes/shop/_data', lastingFolder());
  const volume = join(root, 'volumes/shop/_data');
  await running(
    'exec unshare --mount sh -c "mount --bind \'$0\' /mnt; exec 3</mnt/app.db; echo ready; exec cat"',
    volume,
  );
  expect(await containerFolders()).toContain(volume);
  const own = async () => (await containerFolders()).filter((folder) => folder.startsWith(root));
  const result = await search(root, { machine: { containerFolders: own, openFiles } });
  const found = result.databases.find((each) => each.path === path);
  expect(found).toMatchObject({ program: 'shop', openBy: [{ name: 'cat' }] });
});

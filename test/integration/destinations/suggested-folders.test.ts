import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDatabase } from '../../support/databases.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';
import { startTestCore } from '../../support/test-core.ts';

/* Where snapshots could be stored, and whether that is the disk of the source. */

test('a folder is compared with the disk of the source before it exists', async () => {
  const folder = temporaryFolder();
  const source = join(folder, 'app.db');
  makeDatabase(source);
  const core = await startTestCore(join(folder, 'home'));
  const folders = ['new', 'neither/new', '.'].map((name) => join(folder, name));
  expect(await core.call('destinations.compareDisks', { sourcePaths: [source], folders })).toEqual([
    { path: folders[0], available: true, sameDisk: true },
    { path: folders[1], available: false, sameDisk: null },
    { path: folders[2], available: true, sameDisk: true },
  ]);
  // Without a source there is nothing that could be on the same disk.
  const [alone] = await core.call('destinations.compareDisks', { sourcePaths: [], folders });
  expect(alone?.sameDisk).toBe(false);
});

test.skipIf(!existsSync('/dev/shm'))('a folder on another disk is told from one on the same', async () => {
  const folder = temporaryFolder();
  const source = join(folder, 'app.db');
  makeDatabase(source);
  const core = await startTestCore(join(folder, 'home'));
  const asked = { sourcePaths: [source], folders: ['/dev/shm/snapkeep-none'] };
  expect(await core.call('destinations.compareDisks', asked)).toEqual([
    { path: '/dev/shm/snapkeep-none', available: true, sameDisk: false },
  ]);
});

test('a folder at home is suggested until it is a destination, other disks first, and nothing is created', async () => {
  const folder = temporaryFolder();
  const source = join(folder, 'app.db');
  makeDatabase(source);
  const core = await startTestCore(join(folder, 'home'));
  const suggested = await core.call('destinations.suggest', { sourcePaths: [source] });
  const atHome = suggested.find(({ kind }) => kind === 'home');
  expect(atHome).toMatchObject({ path: join(homedir(), 'Snapkeep'), volume: homedir() });
  expect(suggested.map(({ sameDisk }) => Number(sameDisk))).toEqual(
    suggested.map(({ sameDisk }) => Number(sameDisk)).sort(),
  );
  expect(existsSync(join(homedir(), 'Snapkeep'))).toBe(false);
});

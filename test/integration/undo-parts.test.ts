import { createHash } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keptPathFor } from '../../src-main/core/engine/attached-files/folder/folder-swap.ts';
import { undoFiles } from '../../src-main/core/restore/restore-attached-files.ts';
import type { RestoredFiles } from '../../src-shared/model/restore/restore-files.ts';
import { appendEntries, countEntries } from '../support/databases.ts';
import { openElsewhere } from '../support/elsewhere.ts';
import { killAt } from '../support/killed.ts';
import { setRestoreScene } from '../support/restore-scene.ts';
import { checkOf, prepareRestore, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { runToEnd, startTestCore, succeed } from '../support/test-core.ts';

/** A database and two folders that are backed up with it, all changed since. */
async function setPartsScene() {
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

type PartsScene = Awaited<ReturnType<typeof setPartsScene>>;

const stateOf = ({ source, paths }: PartsScene) => [
  countEntries(source),
  ...paths.map((path) => readFileSync(join(path, 'a'), 'utf8')),
];
const CHANGED = [150, 'changed since', 'changed since'];
const RESTORED = [100, 'as backed up', 'as backed up'];

/** Checks the database and the files, and answers what restores both. */
async function checkEverything({ core, source, snapshot }: PartsScene) {
  const files = await succeed(core, 'restores.check', { what: 'files', snapshotId: snapshot.id });
  if (files.result?.kind !== 'files-check') throw new Error('no check');
  const database = await succeed(core, 'restores.check', { source: { snapshotId: snapshot.id }, targetPath: source });
  return {
    checkRunId: database.id,
    confirmation: checkOf(database).confirmation,
    files: { checkRunId: files.id, confirmation: files.result.check.confirmation },
  };
}

describe('a database and its files', () => {
  test('are restored in one run, undone as a whole, and the undo is undone as a whole', async () => {
    const scene = await setPartsScene();
    const run = await succeed(scene.core, 'restores.start', await checkEverything(scene));
    expect(stateOf(scene)).toEqual(RESTORED);
    expect(run.result).toMatchObject({
      kind: 'restore',
      files: [{ attachedFile: 'pictures' }, { attachedFile: 'sounds' }],
    });
    const undo = await succeed(scene.core, 'restores.undo', {});
    expect(stateOf(scene)).toEqual(CHANGED);
    await succeed(scene.core, 'restores.undo', { runId: undo.id });
    expect(stateOf(scene)).toEqual(RESTORED);
  });

  test('stay as they were when the database is locked, in the restore and in the undo, which is repeated then', async () => {
    const scene = await setPartsScene();
    const other = await openElsewhere(scene.source);
    await other.exec('BEGIN IMMEDIATE');
    const start = await checkEverything(scene);
    const failed = await runToEnd(scene.core, 'restores.start', start);
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'LOCKED' }, result: null });
    expect(stateOf(scene)).toEqual(CHANGED);
    await other.exec('COMMIT');
    const run = await succeed(scene.core, 'restores.start', start);
    expect(stateOf(scene)).toEqual(RESTORED);
    await other.exec('BEGIN IMMEDIATE');
    const undo = await runToEnd(scene.core, 'restores.undo', { runId: run.id });
    expect(undo).toMatchObject({ state: 'failed', error: { code: 'LOCKED' }, result: null });
    expect(stateOf(scene)).toEqual(RESTORED);
    await other.exec('COMMIT');
    await other.close();
    await succeed(scene.core, 'restores.undo', { runId: run.id });
    expect(stateOf(scene)).toEqual(CHANGED);
  });
});

/** Restores both folders. */
async function restoreFiles({ core, snapshot }: PartsScene) {
  const check = await succeed(core, 'restores.check', { what: 'files', snapshotId: snapshot.id });
  if (check.result?.kind !== 'files-check') throw new Error('no check');
  const { confirmation } = check.result.check;
  return succeed(core, 'restores.start', { checkRunId: check.id, confirmation });
}

test('an undo of files that fails at the second puts the first back, and works when it is repeated', async () => {
  const scene = await setPartsScene();
  const run = await restoreFiles(scene);
  const kept = run.result?.kind === 'files-restore' ? (run.result.files[1]?.keptPath ?? '') : '';
  renameSync(kept, `${kept}-away`);
  expect(await runToEnd(scene.core, 'restores.undo', { runId: run.id })).toMatchObject({
    error: { code: 'NOT_FOUND' },
  });
  expect(stateOf(scene).slice(1)).toEqual(RESTORED.slice(1));
  renameSync(`${kept}-away`, kept);
  await succeed(scene.core, 'restores.undo', { runId: run.id });
  expect(stateOf(scene).slice(1)).toEqual(CHANGED.slice(1));
});

describe('an undo of files that was killed', () => {
  const part = (targetPath: string, keptPath: string | null): RestoredFiles => ({
    attachedFile: 'x',
    part: '',
    targetPath,
    keptPath,
    undoable: true,
    changed: 1,
  });

  test.each(['after the first part', 'between two renames'])('%s is finished by the next one', async (moment) => {
    const folder = temporaryFolder();
    const parts = ['one', 'two'].map((name) => {
      const targetPath = join(folder, name);
      const keptPath = keptPathFor(targetPath, 'aaaaaaaa');
      writeFileSync(targetPath, 'restored');
      writeFileSync(keptPath, 'before');
      return part(targetPath, keptPath);
    });
    const [first] = parts;
    const how = { restoreRunId: 'the restore', ended: true };
    const undone = await undoFiles(parts.slice(0, 1), how, async () => {});
    if (moment === 'between two renames') renameSync(first?.targetPath ?? '', first?.keptPath ?? '');
    expect(await undoFiles(parts, how, async () => {})).toMatchObject([undone[0], {}]);
    for (const { targetPath } of parts) expect(readFileSync(targetPath, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toHaveLength(4);
  });
});

describe('killed right before or between its two renames', () => {
  /** Where the undo of a restore moves aside what is there. */
  const asideOf = (path: string, restoreRunId: string) =>
    keptPathFor(path, createHash('sha256').update(`undo ${restoreRunId}`).digest('hex'));

  /** Does the first of the two renames, unless the process had come further. */
  function moveAway(path: string, aside: string): void {
    if (existsSync(path) && !existsSync(aside)) renameSync(path, aside);
  }

  test('an undo of files goes back at the next start, and the next undo does all of it', async () => {
    const scene = await setPartsScene();
    const restored = await restoreFiles(scene);
    await scene.core.close();
    await killAt({ phase: 'noted 2' }, scene.home, 'restores.undo', { runId: restored.id });
    const [, second = ''] = scene.paths;
    moveAway(second, asideOf(second, restored.id));
    const core = await startTestCore(scene.home);
    await expect.poll(() => existsSync(second)).toBe(true);
    expect(['as backed up', 'changed since']).toContain(readFileSync(join(second, 'a'), 'utf8'));
    await succeed(core, 'restores.undo', {});
    expect(stateOf(scene).slice(1)).toEqual(CHANGED.slice(1));
    expect(existsSync(asideOf(second, restored.id))).toBe(true);
  });

  test.each([1, 2])(
    'a restore of files, at part %i, goes back at the next start, and Undo takes all of it back',
    async (at) => {
      const scene = await setPartsScene();
      await scene.core.close();
      const given = { what: 'files', snapshotId: scene.snapshot.id };
      await killAt({ phase: `noted ${at}` }, scene.home, 'restores.start', given);
      const path = scene.paths[at - 1] ?? '';
      const staged = readdirSync(scene.folder).find((name) => name.endsWith('.partial'));
      // The run that was killed is known by what it had staged.
      if (staged !== undefined) moveAway(path, keptPathFor(path, /([0-9a-f]{8})\.partial$/.exec(staged)?.[1] ?? ''));
      const core = await startTestCore(scene.home);
      const [run] = (await core.call('runs.list', {})).filter(({ kind }) => kind === 'restore');
      expect(run).toMatchObject({ state: 'interrupted', error: { hint: expect.stringContaining('Undo') } });
      await expect.poll(() => existsSync(path)).toBe(true);
      await succeed(core, 'restores.undo', {});
      expect(stateOf(scene).slice(1)).toEqual(CHANGED.slice(1));
    },
  );
});

describe('an undo', () => {
  async function restoreOnce(scene: Scene & { snapshotPath: string }) {
    const { start } = await prepareRestore(scene.core, scene.snapshotPath, scene.source);
    return succeed(scene.core, 'restores.start', start);
  }

  test('without an id means the last run, and asks instead of going further back', async () => {
    const scene = await setRestoreScene('wal');
    const first = await restoreOnce(scene);
    appendEntries(scene.source, 1);
    await restoreOnce(scene);
    await succeed(scene.core, 'restores.undo', {});
    expect(countEntries(scene.source)).toBe(101);
    await expect(scene.core.call('restores.undo', {})).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('already been undone'),
    });
    expect(countEntries(scene.source)).toBe(101);
    await succeed(scene.core, 'restores.undo', { runId: first.id });
    expect(countEntries(scene.source)).toBe(150);
  });

  test.each(['without an id', 'with its id'])('that is queued twice runs once (%s)', async (given) => {
    const scene = await setRestoreScene('wal');
    const run = await restoreOnce(scene);
    const params = given === 'with its id' ? { runId: run.id } : {};
    const undos = [1, 2].map(() => scene.core.call('restores.undo', params));
    const ended = await Promise.all((await Promise.all(undos)).map(({ run: { id } }) => scene.core.runEnded(id)));
    expect(ended.map(({ state }) => state).sort()).toEqual(['failed', 'succeeded']);
    expect(ended.find(({ state }) => state === 'failed')?.error).toMatchObject({ code: 'CONFLICT' });
    expect(countEntries(scene.source)).toBe(150);
  });
});

test.skipIf(process.getuid?.() !== 0)(
  'root restores to a missing file in a user’s folder for that user, and says so first',
  async () => {
    const scene = await setRestoreScene('wal');
    const home = join(scene.folder, 'a user');
    mkdirSync(home, { mode: 0o750 });
    chownSync(home, 1234, 2345);
    const target = join(home, 'new.db');
    const { check, start } = await prepareRestore(scene.core, scene.snapshotPath, target);
    expect(check.target.notes.join()).toMatch(/user 1234 and group 2345/);
    const run = await succeed(scene.core, 'restores.start', start);
    expect(statSync(target)).toMatchObject({ uid: 1234, gid: 2345 });
    // As the database was that was backed up, and no more than the folder has.
    expect(statSync(target).mode & 0o777).toBe(0o640);
    const { log } = await scene.core.call('runs.get', { runId: run.id });
    expect(log.map(({ message }) => message).join('\n')).toMatch(/user 1234 and group 2345/);
    rmSync(home, { recursive: true });
  },
);

import { chownSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { appendEntries, countEntries } from '../support/databases.ts';
import { openElsewhere } from '../support/elsewhere.ts';
import { CHANGED, checkEverything, type PartsScene, RESTORED, setPartsScene, stateOf } from '../support/parts-scene.ts';
import { setRestoreScene } from '../support/restore-scene.ts';
import { prepareRestore, type Scene } from '../support/scene.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

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

import { copyFileSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { appendEntries, countEntries, makeDatabase } from '../support/databases.ts';
import { openElsewhere } from '../support/elsewhere.ts';
import { appFiles, setRestoreScene } from '../support/restore-scene.ts';
import { expectFailure, expectNothingLeft, onPhase, prepareRestore } from '../support/scene.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

describe('a target that is not what was checked', () => {
  test('because another file has its name', async () => {
    const scene = await setRestoreScene('wal');
    const { start } = await prepareRestore(scene.core, scene.snapshotPath, scene.source);
    makeDatabase(join(scene.folder, 'app', 'new.db'), { rows: 9 });
    renameSync(join(scene.folder, 'app', 'new.db'), scene.source);
    const before = appFiles(scene);
    expectFailure(await runToEnd(scene.core, 'restores.start', start), 'CONFLICT', scene.source);
    expect(appFiles(scene)).toEqual(before);
    expect(readdirSync(join(scene.home, 'safety'))).toEqual([]);
  });

  test('because it was removed and made anew, even where the disk gives it the same number', async () => {
    const scene = await setRestoreScene('delete');
    const copy = join(scene.folder, 'other.db');
    makeDatabase(copy, { rows: 9, journalMode: 'delete' });
    const { start } = await prepareRestore(scene.core, scene.snapshotPath, scene.source);
    rmSync(scene.source);
    copyFileSync(copy, scene.source);
    expectFailure(await runToEnd(scene.core, 'restores.start', start), 'CONFLICT', scene.source);
    expect(countEntries(scene.source)).toBe(9);
  });

  test('because its tables were changed, or it is gone, or it has come', async () => {
    const scene = await setRestoreScene('wal');
    const { core, source, snapshotPath } = scene;
    const changed = await prepareRestore(core, snapshotPath, source);
    const other = await openElsewhere(source);
    await other.exec('CREATE TABLE more (a)');
    await other.close();
    expectFailure(await runToEnd(core, 'restores.start', changed.start), 'CONFLICT', source);
    const gone = await prepareRestore(core, snapshotPath, source);
    for (const suffix of ['', '-wal', '-shm']) rmSync(source + suffix, { force: true });
    expectFailure(await runToEnd(core, 'restores.start', gone.start), 'CONFLICT', source);
    expect(existsSync(source)).toBe(false);
    const come = await prepareRestore(core, snapshotPath, source);
    makeDatabase(source, { rows: 4 });
    expectFailure(await runToEnd(core, 'restores.start', come.start), 'CONFLICT', source);
    expect(countEntries(source)).toBe(4);
  });

  test('rows that came since are no reason: they are kept in the safety snapshot', async () => {
    const scene = await setRestoreScene('wal');
    const { start } = await prepareRestore(scene.core, scene.snapshotPath, scene.source);
    appendEntries(scene.source, 7);
    await succeed(scene.core, 'restores.start', start);
    expect(countEntries(scene.source)).toBe(100);
    await succeed(scene.core, 'restores.undo', {});
    expect(countEntries(scene.source)).toBe(157);
  });
});

describe('confirmations', () => {
  test('of another check, of a discarded one, and twice', async () => {
    const scene = await setRestoreScene('wal');
    const { core, snapshotPath, source } = scene;
    const first = await prepareRestore(core, snapshotPath, source);
    await expect(core.call('restores.start', { ...first.start, confirmation: 'x' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await core.call('restores.discard', { checkRunId: first.start.checkRunId });
    await expect(core.call('restores.start', first.start)).rejects.toMatchObject({ code: 'CONFLICT' });
    expectNothingLeft(scene);
    const second = await prepareRestore(core, snapshotPath, source);
    const { run } = await core.call('restores.start', second.start);
    await expect(core.call('restores.start', second.start)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await core.runEnded(run.id)).toMatchObject({ state: 'succeeded' });
    expect(countEntries(source)).toBe(100);
    await expect(core.call('restores.start', second.start)).rejects.toMatchObject({ code: 'CONFLICT' });
    expectNothingLeft(scene);
  });

  test('of a restore that goes on: neither discarding nor other checks take away what it restores', async () => {
    const scene = await setRestoreScene('wal');
    const { core, snapshotPath, source } = scene;
    const { start } = await prepareRestore(core, snapshotPath, source);
    const { run } = await core.call('restores.start', start);
    await core.call('restores.discard', { checkRunId: start.checkRunId });
    for (let n = 0; n < 4; n++) await prepareRestore(core, snapshotPath, join(scene.folder, `new-${n}.db`));
    expect(await core.runEnded(run.id)).toMatchObject({ state: 'succeeded', error: null });
    expect(countEntries(source)).toBe(100);
  });

  test('of a restore that failed because of a lock can be given again', async () => {
    const scene = await setRestoreScene('wal');
    const other = await openElsewhere(scene.source);
    const { start } = await prepareRestore(scene.core, scene.snapshotPath, scene.source);
    await other.exec('BEGIN IMMEDIATE');
    expectFailure(await runToEnd(scene.core, 'restores.start', start), 'LOCKED', scene.source);
    await other.exec('COMMIT');
    await succeed(scene.core, 'restores.start', start);
    expect(await other.get('SELECT count(*) FROM entries')).toBe(100);
  });
});

test('an undo of a restore that still runs is refused', async () => {
  const scene = await setRestoreScene('wal');
  const { start } = await prepareRestore(scene.core, scene.snapshotPath, scene.source);
  const refused: Array<Promise<unknown>> = [];
  onPhase(scene.core, 'restore', 'replacing', ({ id }) => {
    refused.push(scene.core.call('restores.undo', { runId: id }).catch((error: unknown) => error));
  });
  await succeed(scene.core, 'restores.start', start);
  expect(await Promise.all(refused)).toMatchObject([{ code: 'BUSY' }]);
});

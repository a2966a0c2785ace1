import { expect, test } from 'vitest';
import { countEntries, makeDatabase } from '../support/databases.ts';
import { openElsewhere } from '../support/elsewhere.ts';
import { putBackFiles, setFilesScene, writeConfig } from '../support/files-scene.ts';
import { setRestoreScene } from '../support/restore-scene.ts';
import { prepareRestore } from '../support/scene.ts';
import { succeed } from '../support/test-core.ts';

test.each(['wal', 'delete'] as const)(
  'an undo says whether a database in %s mode was written to since, and keeps what was',
  async (journalMode) => {
    const { core, source, snapshotPath } = await setRestoreScene(journalMode);
    const other = await openElsewhere(source);
    await other.get('SELECT count(*) FROM entries');
    const { start } = await prepareRestore(core, snapshotPath, source);
    const restored = await succeed(core, 'restores.start', start);
    const previewOf = (runId: string) => core.call('restores.previewUndo', { runId });
    expect(await other.get('SELECT count(*) FROM entries')).toBe(100);
    expect(await previewOf(restored.id)).toEqual({ database: { path: source, writtenSince: false } });
    await other.exec("INSERT INTO entries (account, amount, note) VALUES (1, 1, 'later')");
    expect(await previewOf(restored.id)).toEqual({ database: { path: source, writtenSince: true } });
    const undone = await succeed(core, 'restores.undo', { runId: restored.id });
    expect(await other.get("SELECT count(*) FROM entries WHERE note = 'later'")).toBe(0);
    await expect(previewOf(restored.id)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await previewOf(undone.id)).toEqual({ database: { path: source, writtenSince: false } });
    await succeed(core, 'restores.undo', { runId: undone.id });
    expect(await other.get("SELECT count(*) FROM entries WHERE note = 'later'")).toBe(1);
    await other.close();
  },
);

test('a database that nobody has open is not written to by being read', async () => {
  const { core, source, snapshotPath } = await setRestoreScene('wal');
  const { start } = await prepareRestore(core, snapshotPath, source);
  const { id: runId } = await succeed(core, 'restores.start', start);
  const reader = await openElsewhere(source);
  await reader.get('SELECT count(*) FROM entries');
  expect((await core.call('restores.previewUndo', { runId })).database?.writtenSince).toBe(false);
  await reader.close();
  expect((await core.call('restores.previewUndo', { runId })).database?.writtenSince).toBe(false);
});

test('the undo of a deletion says whether a new database has come since', async () => {
  const { core, source } = await setRestoreScene('delete');
  const target = { path: source };
  const { confirmation } = await core.call('databaseDeletions.preview', { target });
  const { id: runId } = await succeed(core, 'databaseDeletions.start', { target, confirmation });
  expect((await core.call('restores.previewUndo', { runId })).database?.writtenSince).toBe(false);
  makeDatabase(source, { rows: 3 });
  expect((await core.call('restores.previewUndo', { runId })).database?.writtenSince).toBe(true);
  await succeed(core, 'restores.undo', { runId });
  expect(countEntries(source)).toBe(150);
});

test('the undo of files replaces no database', async () => {
  const { core, plan, app } = await setFilesScene();
  await succeed(core, 'backups.start', { planId: plan.id });
  const [snapshot] = await core.call('snapshots.list', { planId: plan.id });
  writeConfig(app, 2);
  const { id: runId } = await putBackFiles(core, snapshot?.id ?? '');
  expect(await core.call('restores.previewUndo', { runId })).toEqual({ database: null });
});

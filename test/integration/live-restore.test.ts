import { expect, test } from 'vitest';
import { appendEntries, integrityOf } from '../support/databases.ts';
import { openElsewhere } from '../support/elsewhere.ts';
import { onPhase, prepareRestore, setScene, takeBackup } from '../support/scene.ts';
import { succeed } from '../support/test-core.ts';

test.each([
  ['WAL mode', 'wal'],
  ['rollback-journal mode', 'delete'],
] as const)(
  'a program that has the database open in %s sees the restored rows and goes on writing',
  async (_mode, journalMode) => {
    const scene = await setScene({ journalMode });
    const { path } = await takeBackup(scene);
    appendEntries(scene.source, 50);
    const other = await openElsewhere(scene.source);
    const count = () => other.get('SELECT count(*) FROM entries');
    expect(await count()).toBe(150);

    const { check, start } = await prepareRestore(scene.core, path, scene.source);
    expect(check).toMatchObject({ rowsLost: 50, target: { method: 'into-live', openBy: [{ pid: other.pid }] } });
    const restored = await succeed(scene.core, 'restores.start', start);
    expect(restored.result).toMatchObject({ rows: 102, note: null });
    expect(await count()).toBe(100);
    await other.exec("INSERT INTO entries (account, amount, note) VALUES (2, 1, 'after the restore')");
    expect(await count()).toBe(101);
    expect(await other.get('PRAGMA integrity_check')).toBe('ok');
    expect(await other.get('PRAGMA journal_mode')).toBe(journalMode);

    await succeed(scene.core, 'restores.undo', {});
    expect(await count()).toBe(150);
    await other.exec('INSERT INTO entries (account, amount) VALUES (1, 1)');
    expect(await count()).toBe(151);
    await other.close();
    expect(integrityOf(scene.source)).toBe('ok');
  },
);

test.each([
  ['wal', 'delete'],
  ['delete', 'wal'],
] as const)('a database in %s mode stays in it when a snapshot in %s mode is restored', async (mode, imageMode) => {
  const scene = await setScene({ journalMode: mode });
  const { path } = await takeBackup(await setScene({ journalMode: imageMode, rows: 42 }));
  const other = await openElsewhere(scene.source);
  expect(await other.get('SELECT count(*) FROM entries')).toBe(100);
  const { start } = await prepareRestore(scene.core, path, scene.source);
  await succeed(scene.core, 'restores.start', start);
  expect(await other.get('SELECT count(*) FROM entries')).toBe(42);
  expect(await other.get('PRAGMA journal_mode')).toBe(mode);
  await other.exec('INSERT INTO entries (account, amount) VALUES (1, 1)');
  await other.close();
  expect(integrityOf(scene.source)).toBe('ok');
});

test('a program that writes all the while loses nothing without a word: its rows are in the safety snapshot or in the database', async () => {
  const scene = await setScene({ rows: 20_000 });
  const { path } = await takeBackup(scene);
  const other = await openElsewhere(scene.source, 'busy_timeout = 20000');
  const writes: Promise<void>[] = [];
  const write = () => writes.push(other.exec("INSERT INTO entries (account, amount, note) VALUES (1, 1, 'live')"));
  scene.core.on('run.changed', ({ run }) => {
    if (run.kind === 'restore') write();
  });
  const { start } = await prepareRestore(scene.core, path, scene.source);
  onPhase(scene.core, 'restore', 'confirming', write);
  await succeed(scene.core, 'restores.start', start);
  await Promise.all(writes);
  const live = Number(await other.get("SELECT count(*) FROM entries WHERE note = 'live'"));
  expect(await other.get('SELECT count(*) FROM entries')).toBe(20_000 + live);
  expect(await other.get('PRAGMA integrity_check')).toBe('ok');
  await other.close();
});

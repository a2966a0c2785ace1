import { utimesSync } from 'node:fs';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { prepareRestore, setScene, takeBackup } from '../support/scene.ts';

test('as many rows may be other ones: that the database was written to since the snapshot is known by its file', async () => {
  const scene = await setScene({ rows: 30, journalMode: 'delete' });
  const { core, source } = scene;
  const long = new Date(Date.now() - 60_000);
  utimesSync(source, long, long);
  const { path } = await takeBackup(scene);
  const before = (await prepareRestore(core, path, source)).check;
  expect([before.rowsLost, before.target.changed]).toEqual([0, false]);

  const database = new Database(source);
  database.exec(
    "DELETE FROM entries WHERE id <= 10; INSERT INTO entries (account, amount, note) SELECT 1, 7, 'new' FROM entries LIMIT 10",
  );
  database.close();
  const after = (await prepareRestore(core, path, source)).check;
  expect([after.rowsLost, after.target.changed]).toEqual([0, true]);
  expect(after.tables.every(({ now, after: then }) => now === then)).toBe(true);
});

test('another database than the source of the snapshot may have any rows', async () => {
  const scene = await setScene({ rows: 3 });
  const other = await setScene({ rows: 3 });
  const { path } = await takeBackup(scene);
  expect((await prepareRestore(scene.core, path, other.source)).check.target.changed).toBe(true);
});

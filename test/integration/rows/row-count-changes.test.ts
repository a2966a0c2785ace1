import { expect, test } from 'vitest';
import { appendEntries } from '../../support/databases.ts';
import { changeLive } from '../../support/put-back-scene.ts';
import { setScene, takeBackup } from '../../support/scene.ts';

test('each snapshot is listed with how its rows changed since the one before, across pages too', async () => {
  const scene = await setScene({ rows: 20 });
  const first = await takeBackup(scene);
  appendEntries(scene.source, 5);
  const second = await takeBackup(scene);
  changeLive(scene.source, 'CREATE TABLE more AS SELECT 1 AS x; DELETE FROM entries WHERE id <= 3');
  const third = await takeBackup(scene);
  const { id: planId } = scene.plan;
  const changes = [
    {
      since: second.id,
      added: 1,
      removed: 3,
      tables: [
        { name: 'entries', rows: -3 },
        { name: 'more', rows: 1 },
      ],
    },
    { since: first.id, added: 5, removed: 0, tables: [{ name: 'entries', rows: 5 }] },
    null,
  ];
  expect((await scene.core.call('snapshots.list', { planId })).map(({ rowChange }) => rowChange)).toEqual(changes);
  // The one before the last of a page is on no page.
  const page = await scene.core.call('snapshots.list', { planId, before: third.id, limit: 1 });
  expect(page.map(({ rowChange }) => rowChange)).toEqual(changes.slice(1, 2));
});

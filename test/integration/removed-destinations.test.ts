import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { DESTINATION_TABLES, SNAPSHOT_TABLES } from '../../src-main/core/catalog/repos/removed-destinations.ts';
import { SCHEMA } from '../../src-main/core/catalog/schema.ts';
import { folderAt, save, settle, storeTo } from '../support/places.ts';
import { setScene, takeBackup } from '../support/scene.ts';

test('a removed destination is put back with the copies it had, those that are nowhere else included', async () => {
  const scene = await setScene();
  const { core, plan, folder } = scene;
  const first = plan.destinations[0]?.destinationId ?? '';
  const second = await save(core, folderAt(join(folder, 'second'), 'Second'));
  await storeTo(scene, second);
  const alone = await takeBackup(scene);
  await storeTo(scene, second, first);
  const both = await takeBackup(scene);
  await settle(core);
  await storeTo(scene, first);
  await settle(core);
  const known = async () => {
    const [stored] = await core.call('destinations.list', { destinationIds: [second] });
    const snapshots = await Promise.all(
      [alone, both].map(({ id }) => core.call('snapshots.get', { snapshotId: id }).catch(() => null)),
    );
    return { stored, snapshots };
  };
  const before = await known();
  expect(before.stored?.snapshotCount).toBe(2);
  await core.call('destinations.remove', { destinationId: second });
  expect((await known()).stored).toBeUndefined();
  expect(await core.call('destinations.putBack', { destinationId: second })).toEqual(before.stored);
  expect(await known()).toEqual(before);
  await expect(core.call('destinations.putBack', { destinationId: second })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('its secrets come back with it; one whose name was taken since does not, and changes nothing', async () => {
  const { core, folder } = await setScene();
  const { destination } = await core.call('destinations.save', {
    name: 'Bucket',
    settings: {
      ...{ kind: 's3', provider: 'custom', endpoint: 'http://127.0.0.1:1', region: 'us-east-1', bucket: 'backups' },
    },
    secrets: { accessKeyId: 'id', secretAccessKey: 'secret' },
    saveAnyway: true,
  });
  const destinationId = destination?.destination.id ?? '';
  expect(destination?.secretsKnown).toHaveLength(2);
  await core.call('destinations.remove', { destinationId });
  const other = await save(core, folderAt(join(folder, 'other'), 'Bucket'));
  await expect(core.call('destinations.putBack', { destinationId })).rejects.toMatchObject({ code: 'CONFLICT' });
  expect((await core.call('destinations.list', {})).map((each) => each.destination.id)).toContain(other);
  await core.call('destinations.remove', { destinationId: other });
  const back = await core.call('destinations.putBack', { destinationId });
  expect(back.secretsKnown.toSorted()).toEqual(destination?.secretsKnown.toSorted());
});

test('every table with rows of a destination, or of its snapshots, is put back', () => {
  const catalog = new Database(':memory:');
  catalog.exec(SCHEMA);
  const tablesOf = (table: string): unknown[] =>
    catalog
      .prepare(
        `SELECT DISTINCT m.name FROM sqlite_schema m, pragma_foreign_key_list(m.name) f
         WHERE m.type = 'table' AND f."table" = ? AND f.on_delete = 'CASCADE'`,
      )
      .pluck()
      .all(table);
  const ofDestinations = [...tablesOf('destinations'), ...tablesOf('snapshot_copies')];
  const ofSnapshots = tablesOf('snapshots').filter((name) => name !== 'snapshot_copies');
  catalog.close();
  expect([...DESTINATION_TABLES].sort()).toEqual([...new Set(ofDestinations)].sort());
  expect([...SNAPSHOT_TABLES].sort()).toEqual(ofSnapshots.sort());
});

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { canMount } from '../support/can-mount.ts';
import { openComparison, openView } from '../support/open-view.ts';
import { expectFailure, setScene, takeBackup } from '../support/scene.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { workerProcesses } from '../support/worker-processes.ts';

const MB = 1024 * 1024;

describe.skipIf(!canMount)('a disk without room for the copy', () => {
  test('is named before and while a database is unpacked, nothing is left, and with room it is opened', async () => {
    const scene = await setScene();
    const { core, home } = scene;
    const database = new Database(scene.source);
    database.exec(`CREATE TABLE ballast (content); INSERT INTO ballast VALUES (zeroblob(${6 * MB}))`);
    database.close();
    const { id: snapshotId } = await takeBackup(scene);
    const packed = join(scene.folder, 'packed.db.gz');
    writeFileSync(packed, gzipSync(readFileSync(scene.source)));
    const staging = join(home, 'staging');
    const disk = mountSmallDisk(staging, 2 * MB);
    for (const source of [{ snapshotId }, { path: packed }]) {
      const { run } = await core.call('browse.open', { source });
      expectFailure(await core.runEnded(run.id), 'NO_SPACE', staging);
      expect([readdirSync(staging), readdirSync(join(home, 'browse'))]).toEqual([[], []]);
    }
    disk.unmount();
    for (const source of [{ snapshotId }, { path: packed }]) await openView(core, source);
  });
});

const peakOf = (pid: number | undefined): number =>
  Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024;

test.skipIf(process.platform !== 'linux')(
  'values of 200 MB are shown, read and compared with less than 250 MB of memory',
  async () => {
    const scene = await setScene();
    const { core } = scene;
    const paths = ['a', 'b'].map((name) => join(scene.folder, `${name}.db`));
    for (const [n, path] of paths.entries()) {
      const database = new Database(path);
      database.pragma('synchronous = OFF');
      database.exec('CREATE TABLE blobs (id INTEGER PRIMARY KEY, content)');
      for (const fill of [1, 2 + n])
        database.prepare('INSERT INTO blobs(content) VALUES (?)').run(Buffer.alloc(200_000_000, fill));
      database.close();
    }
    const [before = '', after = ''] = paths;
    const viewId = await openView(core, { path: before });
    const { rows } = await core.call('browse.rows', { viewId, table: 'blobs' });
    expect(rows.map(({ cells }) => cells[1])).toMatchObject([{ bytes: 200_000_000 }, { bytes: 200_000_000 }]);
    const place = { viewId, table: 'blobs', column: 'content', row: { key: [2] } };
    const { part } = await core.call('browse.value', { ...place, offset: 150_000_000, length: 3 });
    expect([...Buffer.from(part, 'base64')]).toEqual([2, 2, 2]);
    expect(peakOf(workerProcesses()[0])).toBeLessThan(250_000_000);
    await core.call('browse.close', { viewId });
    const compared = await openComparison(core, { path: before }, { path: after });
    const { rows: differing } = await core.call('compare.rows', { viewId: compared, table: 'blobs' });
    expect(differing).toMatchObject([
      { change: 'changed', changed: [1], before: [{ cell: 2 }, { sha256: expect.stringMatching(/^\w{64}$/) }] },
    ]);
    expect(peakOf(workerProcesses()[0])).toBeLessThan(250_000_000);
  },
  300_000,
);

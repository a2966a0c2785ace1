import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { LocalFolder } from '../../../src-main/core/destinations/drivers/local-folder.ts';
import { rebuildImage } from '../../../src-main/core/engine/history/rebuild-image.ts';
import { ltxPath } from '../../../src-main/core/history/layout.ts';
import { pointAt, recognizeReplica, replicaPoints } from '../../../src-main/core/history/litestream.ts';
import {
  filesOfPoint,
  type HistoryPlace,
  listHistory,
  openLtxFile,
} from '../../../src-main/core/history/read-history.ts';
import { LITESTREAM, whyNoLitestream } from '../../../tools/litestream-tools.mjs';
import { failure, plantFile } from '../../support/destination-contract.ts';
import { quietContext } from '../../support/quiet-context.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const missing = whyNoLitestream();

/** Runs a command of Litestream. @returns what it printed */
const litestream = (...args: string[]): string =>
  execFileSync(LITESTREAM, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** Starts Litestream with a file of settings. @returns ends it, as Ctrl+C does, when all is replicated */
function replicate(config: string): () => Promise<void> {
  const child = spawn(LITESTREAM, ['replicate', '-config', config], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) child.kill('SIGINT');
    await ended;
  };
  onTestFinished(stop);
  return stop;
}

const openFolder = (path: string) => new LocalFolder({ kind: 'folder', path, bytesPerSecond: null });

/** Has Litestream replicate a database that is written to, until it has merged captures and made a second base. */
async function replicaUnderLoad(folder: string): Promise<string> {
  const [database, replica, config] = ['app.db', 'replica', 'litestream.yml'].map((name) => join(folder, name));
  if (database === undefined || replica === undefined || config === undefined) throw new Error('no paths');
  const db = new Database(database);
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB)');
  const settings = `
levels: [{ interval: 1s }, { interval: 2s }]
snapshot: { interval: 3s }
l0-retention: 2s
l0-retention-check-interval: 1s
dbs:
  - path: ${database}
    monitor-interval: 50ms
    replica: { type: file, path: ${replica}, sync-interval: 50ms }
`;
  writeFileSync(config, settings);
  const stop = replicate(config);
  const write = db.prepare('INSERT INTO t (v) VALUES (randomblob(?))');
  const files = (level: number): number => {
    const path = join(replica, 'ltx', String(level));
    return readdirSync(dirname(replica)).includes('replica') &&
      readdirSync(join(replica, 'ltx')).includes(String(level))
      ? readdirSync(path).length
      : 0;
  };
  for (let count = 0; files(9) < 2 || files(2) < 1; count++) {
    write.run(100 + (count % 7) * 1000);
    if (count % 5 === 4) db.exec('DELETE FROM t WHERE id % 3 = 0');
    await setTimeout(100);
  }
  await stop();
  db.close();
  return replica;
}

/** Rebuilds a point of a replica. @returns the image */
async function rebuilt(place: HistoryPlace, txid: number): Promise<Buffer> {
  const chosen = await filesOfPoint(place, await listHistory(place), txid, null);
  const files = await Promise.all(
    chosen.map(async (file) => ({
      name: ltxPath(place.layout, place.folder, file),
      pieces: await openLtxFile(place, file),
    })),
  );
  const target = join(temporaryFolder(), 'rebuilt.db');
  await rebuildImage({ files, target, rootHash: null }, quietContext(temporaryFolder()));
  return readFileSync(target);
}

test.skipIf(missing !== undefined)(
  `each point of a replica that Litestream wrote is restored as Litestream restores it${missing === undefined ? '' : ` (${missing})`}`,
  { timeout: 180_000 },
  async () => {
    const folder = temporaryFolder();
    const replica = await replicaUnderLoad(folder);
    const before = readdirSync(replica, { recursive: true }).sort();
    const place = await recognizeReplica(openFolder(folder), 'replica');
    if (place === null) throw new Error('not recognized');
    expect(place).toMatchObject({ layout: 'path', folder: 'replica' });
    const { files, skippedCount } = await listHistory(place);
    expect(skippedCount).toBe(0);
    const listed: { max_txid: string; timestamp: string }[] = JSON.parse(
      litestream('ltx', '-level', 'all', '-json', `file://${replica}`),
    );
    expect(files).toHaveLength(listed.length);
    const points = await replicaPoints(place, files);
    const txids = [...new Set(listed.map(({ max_txid }) => Number.parseInt(max_txid, 16)))].sort((a, b) => a - b);
    expect(points.length).toBeGreaterThan(5);
    for (const txid of txids) {
      const hex = txid.toString(16).padStart(16, '0');
      const output = join(folder, `${hex}.db`);
      const restore = () => litestream('restore', '-txid', hex, '-o', output, `file://${replica}`);
      const point = points.find((one) => one.txid === txid);
      if (point === undefined) {
        // The captures before it were merged into files that go beyond it, and removed before it.
        expect(restore).toThrow();
        expect((await failure(filesOfPoint(place, { files }, txid, null))).code).toBe('CORRUPT');
        continue;
      }
      restore();
      expect((await rebuilt(place, txid)).equals(readFileSync(output)), hex).toBe(true);
      const seconds = `${point.madeAt.toISOString().slice(0, 19)}Z`;
      expect(listed.filter(({ max_txid }) => max_txid === hex).map(({ timestamp }) => timestamp)).toContain(seconds);
    }
    const newest = points.at(-1);
    expect(pointAt(points, newest?.madeAt ?? new Date(0))).toEqual(newest);
    expect(pointAt(points, new Date(0))).toBeNull();
    expect(readdirSync(replica, { recursive: true }).sort()).toEqual(before);

    // As in a bucket, which somebody has copied to a disk.
    for (const { level, ...file } of files) {
      const copy = join(folder, ltxPath('s3', 'bucket', { level, ...file }));
      mkdirSync(dirname(copy), { recursive: true });
      copyFileSync(join(folder, ltxPath('path', 'replica', { level, ...file })), copy);
    }
    const bucket = await recognizeReplica(openFolder(folder), 'bucket');
    if (bucket === null || newest === undefined) throw new Error('not recognized');
    expect(bucket.layout).toBe('s3');
    expect((await replicaPoints(bucket, (await listHistory(bucket)).files)).map(({ txid }) => txid)).toEqual(
      points.map(({ txid }) => txid),
    );
    expect((await rebuilt(bucket, newest.txid)).equals(await rebuilt(place, newest.txid))).toBe(true);
  },
);

test('a replica of Litestream 0.3 is named with what to do, and other folders are none', async () => {
  const folder = temporaryFolder();
  plantFile(folder, 'old/generations/0123456789abcdef/snapshots/00000000.snapshot.lz4', 'x');
  plantFile(folder, 'other/ltx/notes/a.txt', 'x');
  const driver = openFolder(folder);
  const error = await failure(recognizeReplica(driver, 'old'));
  expect(error).toMatchObject({
    code: 'UNSUPPORTED',
    message: `old in ${folder} was written by Litestream 0.3, whose format cannot be read.`,
  });
  expect(await recognizeReplica(driver, 'other')).toBeNull();
  expect(await recognizeReplica(driver, '')).toBeNull();
  expect((await failure(recognizeReplica(driver, 'missing'))).code).toBe('NOT_FOUND');
  // An update of Litestream leaves the old folder beside the new one.
  plantFile(folder, 'old/ltx/0/0000000000000001-0000000000000001.ltx', 'x');
  expect(await recognizeReplica(driver, 'old')).toMatchObject({ layout: 'path' });
});

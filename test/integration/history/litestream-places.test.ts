import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Destination } from '../../../src-main/core/destinations/drivers/destination.ts';
import { S3Destination } from '../../../src-main/core/destinations/drivers/s3.ts';
import { SftpDestination } from '../../../src-main/core/destinations/drivers/sftp.ts';
import { readHostKey } from '../../../src-main/core/destinations/drivers/sftp-connection.ts';
import { rebuildImage } from '../../../src-main/core/engine/history/rebuild-image.ts';
import { HEADER_BYTES, readLtxHeader } from '../../../src-main/core/engine/ltx/ltx-format.ts';
import { putLtxFile, type WritablePlace } from '../../../src-main/core/history/history-store.ts';
import { historyFolderName, layoutAt } from '../../../src-main/core/history/layout.ts';
import { recognizeReplica, replicaPoints } from '../../../src-main/core/history/litestream.ts';
import { filesOfPoint, listHistory, openLtxFile } from '../../../src-main/core/history/read-history.ts';
import { S3Settings, SftpSettings } from '../../../src-shared/model/destination.ts';
import { LITESTREAM, whyNoLitestream } from '../../../tools/litestream-tools.mjs';
import { makeDatabase } from '../../support/databases.ts';
import { HistoryFiles, sha256Of } from '../../support/history-files.ts';
import { quietContext } from '../../support/quiet-context.ts';
import { startS3Server, whyNoS3 } from '../../support/servers/s3.ts';
import { startSftpServer, whyNoSftp } from '../../support/servers/sftp.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

/** A destination, and how Litestream's settings name a replica in a folder of it. */
interface Place {
  kind: 's3' | 'sftp';
  driver: Destination;
  settingsOf: (folder: string) => Record<string, unknown>;
}

async function onSshServer(): Promise<Place> {
  const server = await startSftpServer();
  const { port, user, keyFile, root } = server;
  const path = mkdtempSync(join(root, 'test-'));
  const host = '127.0.0.1';
  const hostKey = await readHostKey({ host, port });
  const login = { kind: 'key', path: keyFile };
  const driver = new SftpDestination(SftpSettings.parse({ kind: 'sftp', host, port, user, path, login, hostKey }), {});
  onTestFinished(async () => {
    await driver.close();
    await server.stop();
  });
  const named = { type: 'sftp', host: `${host}:${port}`, user, 'key-path': keyFile };
  return { kind: 'sftp', driver, settingsOf: (folder) => ({ ...named, path: join(path, folder) }) };
}

async function inBucket(): Promise<Place> {
  const server = await startS3Server();
  const { endpoint, keys } = server;
  const [bucket, region] = ['test-bucket', 'us-east-1'];
  await server.makeBucket(bucket);
  const settings = S3Settings.parse({ kind: 's3', provider: 'custom', endpoint, region, bucket, prefix: 'laptop' });
  const driver = new S3Destination(settings, keys);
  onTestFinished(async () => {
    await driver.close();
    await server.stop();
  });
  const login = { 'access-key-id': keys.accessKeyId, 'secret-access-key': keys.secretAccessKey };
  const named = { type: 's3', bucket, region, endpoint, 'force-path-style': true, ...login };
  return { kind: 's3', driver, settingsOf: (folder) => ({ ...named, path: `laptop/${folder}` }) };
}

/** Captures a database several times, and merges some. */
async function makeHistory(folder: string): Promise<HistoryFiles> {
  const source = join(folder, 'app.db');
  makeDatabase(source, { rows: 500 });
  const history = new HistoryFiles(folder, source);
  const database = new Database(source);
  for (let step = 0; step < 5; step++) {
    database.exec(`UPDATE entries SET amount = ${step} WHERE id % 50 = ${step}`);
    await history.capture();
  }
  database.close();
  const [, second, , fourth] = history.points.map(({ txid }) => txid);
  await history.merge(second ?? 0, fourth ?? 0);
  return history;
}

describe.skipIf(whyNoLitestream() !== undefined)('what is stored as a history, real Litestream restores', () => {
  const places = [
    ['an SSH server', whyNoSftp, onSshServer],
    ['a bucket', whyNoS3, inBucket],
  ] as const;
  for (const [where, why, open] of places)
    test.skipIf(why !== undefined)(
      `from ${where}${why === undefined ? '' : ` (${why})`}`,
      { timeout: 120_000 },
      async () => {
        const { kind, driver, settingsOf } = await open();
        const work = temporaryFolder();
        const history = await makeHistory(work);
        const folder = historyFolderName('app', history.id);
        const place: WritablePlace = { driver, layout: layoutAt(kind), folder, requireAvailable: async () => {} };
        const timestamps = new Map<number, Date>();
        for (const { path, min, max } of history.files) {
          const timestamp = new Date(readLtxHeader(readFileSync(path).subarray(0, HEADER_BYTES), path).timestamp);
          timestamps.set(max, timestamp);
          const file = { level: Number(basename(dirname(path))), min, max, encrypted: false };
          await putLtxFile(place, file, { path, bytes: statSync(path).size, timestamp });
        }
        const replica = await recognizeReplica(driver, folder);
        expect(replica).toMatchObject({ layout: layoutAt(kind), folder });
        const listing = await listHistory(place);
        expect(listing.files).toHaveLength(history.files.length);
        for (const { txid, madeAt } of await replicaPoints(place, listing.files))
          expect(madeAt).toEqual(timestamps.get(txid));

        const config = join(work, 'litestream.yml');
        const named = { dbs: [{ path: join(work, 'app.db'), replica: settingsOf(folder) }] };
        writeFileSync(config, JSON.stringify(named));
        for (const { txid, sha256, rootHash } of [history.points[1], history.points.at(-1)].filter(
          (point) => point !== undefined,
        )) {
          const [theirs, ours] = [join(work, `theirs-${txid}.db`), join(work, `ours-${txid}.db`)];
          const upTo = txid.toString(16).padStart(16, '0');
          const args = ['restore', '-config', config, '-txid', upTo, '-o', theirs, join(work, 'app.db')];
          // Its client of S3 refuses a bundle of certificates from the environment.
          execFileSync(LITESTREAM, args, { stdio: 'pipe', env: { ...process.env, AWS_CA_BUNDLE: '' } });
          expect(sha256Of(theirs)).toBe(sha256);
          const chosen = await filesOfPoint(place, listing, txid, null);
          const files = await Promise.all(
            chosen.map(async (file) => ({ name: `${file.max}.ltx`, pieces: await openLtxFile(place, file) })),
          );
          await rebuildImage({ files, target: ours, rootHash }, quietContext(work));
          expect(sha256Of(ours)).toBe(sha256);
        }
      },
    );
});

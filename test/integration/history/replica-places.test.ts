import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LITESTREAM, whyNoLitestream } from '../../../tools/litestream-tools.mjs';
import { bucketOn, folderOn, save } from '../../support/places.ts';
import { checkOf } from '../../support/scene.ts';
import { startS3Server, whyNoS3 } from '../../support/servers/s3.ts';
import { startSftpServer, whyNoSftp } from '../../support/servers/sftp.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';
import { startTestCore, succeed } from '../../support/test-core.ts';

/** A destination, as it is saved, and how Litestream's settings name a folder of it. */
async function onSshServer() {
  const server = await startSftpServer();
  onTestFinished(() => server.stop());
  const place = await folderOn(server, 'nas');
  const { port, user, keyFile } = server;
  const path = join(place.folder, 'replica');
  return { place, settings: { type: 'sftp', host: `127.0.0.1:${port}`, user, 'key-path': keyFile, path } };
}

async function inBucket() {
  const server = await startS3Server();
  onTestFinished(() => server.stop());
  const place = await bucketOn(server, 'cloud');
  if (place.settings.kind !== 's3') throw new Error('no bucket');
  const { bucket, endpoint, region, prefix } = place.settings;
  const login = { 'access-key-id': server.keys.accessKeyId, 'secret-access-key': server.keys.secretAccessKey };
  const settings = { type: 's3', bucket, region, endpoint, 'force-path-style': true, ...login };
  return { place, settings: { ...settings, path: `${prefix}/replica` } };
}

describe.skipIf(whyNoLitestream() !== undefined)(
  'a replica that real Litestream wrote is found, listed and restored',
  () => {
    const places = [
      ['an SSH server', whyNoSftp, onSshServer],
      ['a bucket', whyNoS3, inBucket],
    ] as const;
    for (const [where, why, open] of places)
      test.skipIf(why !== undefined)(
        `from ${where}${why === undefined ? '' : ` (${why})`}`,
        { timeout: 120_000 },
        async () => {
          const { place, settings } = await open();
          const work = temporaryFolder();
          const [source, config] = [join(work, 'app.db'), join(work, 'litestream.yml')];
          writeFileSync(config, JSON.stringify({ dbs: [{ path: source, replica: settings }] }));
          // Its client of S3 refuses a bundle of certificates from the environment.
          const env = { ...process.env, AWS_CA_BUNDLE: '' };
          const litestream = (...args: string[]) => execFileSync(LITESTREAM, args, { stdio: 'pipe', env });
          const database = new Database(source);
          database.pragma('journal_mode = WAL');
          database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB)');
          for (let round = 0; round < 3; round++) {
            database.exec('INSERT INTO t (v) VALUES (randomblob(9000))');
            litestream('replicate', '-once', '-config', config);
          }
          database.close();

          const core = await startTestCore(join(work, 'home'));
          const destinationId = await save(core, place);
          const { replicas } = await core.call('imports.list', { destinationId });
          expect(replicas).toEqual([{ destinationId, folder: 'replica' }]);
          const replica = { destinationId, folder: 'replica' };
          const points = await core.call('replicas.points', { replica });
          expect(points.length).toBeGreaterThan(2);
          for (const { txid, madeAt } of points) {
            expect(await core.call('replicas.pointAt', { replica, txid })).toMatchObject({ madeAt });
            const [theirs, ours] = [join(work, `theirs-${txid}.db`), join(work, `ours-${txid}.db`)];
            litestream(
              'restore',
              '-config',
              config,
              '-txid',
              txid.toString(16).padStart(16, '0'),
              '-o',
              theirs,
              source,
            );
            const checked = await succeed(core, 'restores.check', { source: { replica, txid }, targetPath: ours });
            const { confirmation } = checkOf(checked);
            await succeed(core, 'restores.start', { checkRunId: checked.id, confirmation });
            // Its header says how the file is to be opened: ours is not in WAL mode yet.
            const [ourBytes, theirBytes] = [ours, theirs].map((path) => readFileSync(path));
            expect(ourBytes?.subarray(100).equals(theirBytes?.subarray(100) ?? Buffer.alloc(0))).toBe(true);
          }
        },
      );
  },
);

import { randomFillSync } from 'node:crypto';
import { createReadStream, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { S3Destination } from '../../src-main/core/destinations/drivers/s3.ts';
import { S3Settings } from '../../src-shared/model/destination.ts';
import { startS3Server, whyNoS3 } from '../../test/support/servers/s3.ts';
import type { Figures } from './figures.ts';
import { median, printTable } from './measure.ts';
import { COLUMNS, contender, rowsOf, takeTurns, timesAsFast } from './turns.ts';

const BUCKET = 'bench';

/** Measures an upload to an S3 server on loopback against one PUT of the whole by the SDK, taking turns. */
export async function measureUpload({
  folder,
  megabytes,
  rounds,
  figures,
}: {
  folder: string;
  megabytes: number;
  rounds: number;
  figures: Figures;
}): Promise<void> {
  if (whyNoS3 !== undefined) {
    process.stdout.write(`upload: not measured, ${whyNoS3}\n`);
    return;
  }
  const path = join(folder, 'upload.bin');
  writeFileSync(path, randomFillSync(Buffer.alloc(megabytes * 1_000_000)));
  const bytes = statSync(path).size;
  const server = await startS3Server();
  const settings = S3Settings.parse({
    kind: 's3',
    provider: 'custom',
    endpoint: server.endpoint,
    region: 'us-east-1',
    bucket: BUCKET,
  });
  const destination = new S3Destination(settings, server.keys);
  const client = new S3Client({
    endpoint: server.endpoint,
    region: settings.region,
    credentials: { ...server.keys },
    forcePathStyle: true,
    // The newer checksums are not known to this server.
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  let count = 0;
  try {
    await server.makeBucket(BUCKET);
    const time = async (upload: (name: string) => Promise<unknown>): Promise<{ wallMs: number; cpuMs: number }> => {
      const name = `upload-${count++}`;
      // So that both find the file in memory.
      readFileSync(path);
      const started = performance.now();
      const before = process.cpuUsage();
      await upload(name);
      const wallMs = performance.now() - started;
      const { user, system } = process.cpuUsage(before);
      await destination.delete(name);
      return { wallMs, cpuMs: (user + system) / 1000 };
    };
    const contenders = [
      contender('one PUT, its content signed as aws does over http', () =>
        time((Key) => client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: readFileSync(path) }))),
      ),
      contender('one PUT of a stream, its content not signed', () =>
        time((Key) =>
          client.send(
            new PutObjectCommand({ Bucket: BUCKET, Key, Body: createReadStream(path), ContentLength: bytes }),
          ),
        ),
      ),
      contender('Snapkeep', () =>
        time((name) =>
          destination.put(name, { bytes, open: () => createReadStream(path, { highWaterMark: 1024 * 1024 }) }),
        ),
      ),
    ];
    for (let round = 0; round < rounds; round++) await takeTurns(contenders, round);
    const [signed, , ours] = contenders;
    if (signed !== undefined && ours !== undefined)
      figures.times(`upload of ${megabytes} MB to S3 against one PUT`, timesAsFast(ours, signed));
    printTable([
      [`upload of ${megabytes} MB to S3 on loopback`, ...COLUMNS, 'rate'],
      ...rowsOf(contenders).map((row, index) => [
        ...row,
        `${(bytes / 1000 / median(contenders[index]?.wall ?? [])).toFixed(0)} MB/s`,
      ]),
    ]);
  } finally {
    client.destroy();
    await destination.close();
    await server.stop();
    rmSync(path);
  }
}

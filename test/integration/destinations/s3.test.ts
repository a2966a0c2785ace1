import { randomUUID } from 'node:crypto';
import {
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { S3Destination, type S3Keys, type S3Options } from '../../../src-main/core/destinations/drivers/s3.ts';
import { ONE_PUT_BYTES } from '../../../src-main/core/destinations/drivers/s3-upload.ts';
import { selfTest } from '../../../src-main/core/destinations/drivers/self-test.ts';
import { S3Settings } from '../../../src-shared/model/destination.ts';
import {
  digest,
  expectCreatable,
  failure,
  listedNames,
  sampleBytes,
  sourceOf,
  sourceWithEvent,
  testDestinationContract,
} from '../../support/destination-contract.ts';
import { loseAnswer } from '../../support/servers/lost-answers.ts';
import { LISTED_AT_ONCE, type S3Server, startS3Server, whyNoS3 } from '../../support/servers/s3.ts';

const MIB = 1024 * 1024;

describe.skipIf(whyNoS3 !== undefined)(`a bucket${whyNoS3 === undefined ? '' : ` (${whyNoS3})`}`, () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server();
  }, 60_000);
  afterAll(() => server?.stop());

  function open(bucket: string, changes: Partial<S3Settings> = {}, keys?: S3Keys, options: S3Options = {}) {
    const { endpoint } = server;
    const plain = { kind: 's3', provider: 'custom', endpoint, region: 'us-east-1', bucket };
    const settings = S3Settings.parse({ ...plain, ...changes });
    const destination = new S3Destination(settings, keys ?? server.keys, options);
    onTestFinished(() => destination.close());
    return destination;
  }

  async function ownBucket(): Promise<string> {
    const bucket = `test-${randomUUID()}`;
    await server.makeBucket(bucket);
    return bucket;
  }

  async function openUploads(bucket: string): Promise<string[]> {
    const { Uploads } = await server.client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return (Uploads ?? []).map(({ Key }) => Key ?? '');
  }

  describe('with a prefix', () => {
    testDestinationContract(async () => {
      const bucket = await ownBucket();
      await server.client.send(new PutObjectCommand({ Bucket: bucket, Key: 'somebody else.txt', Body: 'x' }));
      await server.client.send(new PutObjectCommand({ Bucket: bucket, Key: 'laptop/app/deeper/a.db', Body: 'x' }));
      const plant = async (path: string, content: string): Promise<void> => {
        await server.client.send(new PutObjectCommand({ Bucket: bucket, Key: `laptop/app/${path}`, Body: content }));
      };
      return { destination: open(bucket, { prefix: '/laptop/app/' }), leftovers: () => openUploads(bucket), plant };
    });
  });

  test.each([0, 1, MIB, ONE_PUT_BYTES, ONE_PUT_BYTES + 1])(
    '%i bytes arrive as they are',
    { timeout: 60_000 },
    async (bytes) => {
      const destination = open(await ownBucket());
      const data = sampleBytes(bytes);
      const told: number[] = [];
      const stored = await destination.put('app.db', sourceOf(data), { onProgress: (done) => void told.push(done) });
      expect(stored.bytes).toBe(bytes);
      expect(told.at(-1) ?? 0).toBe(bytes);
      expect(await digest(await destination.get('app.db'))).toEqual(await digest(sourceOf(data).open()));
    },
  );

  test('100 MB go up in parts and come down byte for byte', { timeout: 180_000 }, async () => {
    const bucket = await ownBucket();
    const destination = open(bucket);
    const data = sampleBytes(100 * 1000 * 1000);
    await destination.put('large.db', sourceOf(data, MIB));
    expect(await digest(await destination.get('large.db'))).toEqual(await digest(sourceOf(data, MIB).open()));
    expect(await openUploads(bucket)).toEqual([]);
  });

  test('lists more objects than the server tells at once', { timeout: 120_000 }, async () => {
    const bucket = await ownBucket();
    const names = Array.from(
      { length: 2 * LISTED_AT_ONCE + 5 },
      (_, index) => `app-${String(index).padStart(4, '0')}.db`,
    );
    for (let start = 0; start < names.length; start += 20) {
      const some = names.slice(start, start + 20);
      await Promise.all(
        some.map((Key) => server.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }))),
      );
    }
    const page = await open(bucket).list();
    expect(page.objects).toHaveLength(LISTED_AT_ONCE);
    expect(await listedNames(open(bucket))).toEqual(names);
  });

  test('the server is killed in the middle and comes back: stored once, nothing left behind', {
    timeout: 90_000,
  }, async () => {
    const bucket = await ownBucket();
    const data = sampleBytes(80 * MIB);
    const paused: number[] = [];
    let back: Promise<void> | undefined;
    const destination = open(bucket, {}, undefined, {
      pause: async (milliseconds) => {
        paused.push(milliseconds);
        back ??= server.restart();
        await back;
      },
    });
    let opened = 0;
    const { bytes, open: openSource } = sourceWithEvent(data, 70 * MIB, () => server.kill());
    const source = {
      bytes,
      open: () => {
        opened += 1;
        return openSource();
      },
    };
    await destination.put('app.db', source);
    // Each part that was lost is sent again, and nothing else.
    expect(new Set(paused)).toEqual(new Set([500]));
    expect(opened).toBe(1);
    expect(await digest(await destination.get('app.db'))).toEqual(await digest(sourceOf(data).open()));
    expect(await listedNames(destination)).toEqual(['app.db']);
    expect(await openUploads(bucket)).toEqual([]);
  });

  test('the answer to the end of an upload in parts is lost: it is there, once', {
    timeout: 60_000,
  }, async () => {
    const bucket = await ownBucket();
    const isEnd = (method: string, path: string) => method === 'POST' && path.includes('uploadId=');
    const { endpoint, lost } = await loseAnswer(server.endpoint, isEnd);
    const content = sampleBytes(ONE_PUT_BYTES + MIB);
    await open(bucket, { endpoint }).put('app.db.gz', sourceOf(content));
    expect(lost).toHaveLength(1);
    expect(await openUploads(bucket)).toEqual([]);
    const stored = await open(bucket).stat('app.db.gz');
    expect(stored?.bytes).toBe(content.length);
  });

  test('the answer to the beginning of an upload in parts is lost: nothing is left of what it began', {
    timeout: 60_000,
  }, async () => {
    const bucket = await ownBucket();
    const isBegin = (method: string, path: string) => method === 'POST' && path.includes('uploads');
    const { endpoint, lost } = await loseAnswer(server.endpoint, isBegin);
    await open(bucket, { endpoint }).put('app.db.gz', sourceOf(sampleBytes(ONE_PUT_BYTES + MIB)));
    expect(lost).toHaveLength(1);
    expect(await openUploads(bucket)).toEqual([]);
  });

  test('a file in one request is read and sent again from its start when the server is killed in the middle', {
    timeout: 60_000,
  }, async () => {
    const bucket = await ownBucket();
    const data = sampleBytes(40 * MIB);
    let back: Promise<void> | undefined;
    const destination = open(bucket, {}, undefined, {
      pause: async () => {
        back ??= server.restart();
        await back;
      },
    });
    const breaking = sourceWithEvent(data, 20 * MIB, () => server.kill());
    let opened = 0;
    const told: number[] = [];
    const source = { bytes: data.length, open: () => (opened++ === 0 ? breaking : sourceOf(data)).open() };
    await destination.put('app.db', source, { onProgress: (bytes) => void told.push(bytes) });
    expect(opened).toBe(2);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(data.length);
    expect(await digest(await destination.get('app.db'))).toEqual(await digest(sourceOf(data).open()));
    expect(await openUploads(bucket)).toEqual([]);
  });

  test('the server is away', { timeout: 60_000 }, async () => {
    const bucket = await ownBucket();
    await server.kill();
    try {
      const paused: number[] = [];
      const pause = async (milliseconds: number) => void paused.push(milliseconds);
      const error = await failure(open(bucket, {}, undefined, { pause }).list());
      expect(paused).toEqual([500, 1000, 2000]);
      expect(error.toBody()).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
      expect(error.message).toContain(new URL(server.endpoint).host);
    } finally {
      await server.restart();
    }
  });

  test('multipart uploads of other programs and machines are not aborted', async () => {
    const bucket = await ownBucket();
    const begin = async (Key: string): Promise<void> => {
      const { UploadId } = await server.client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }));
      await server.client.send(new UploadPartCommand({ Bucket: bucket, Key, UploadId, PartNumber: 1, Body: 'part' }));
    };
    for (const key of ['laptop/a.db', 'laptop/b.db', 'other/c.db']) await begin(key);
    const destination = open(bucket, { prefix: 'laptop' });
    expect(await destination.sweep(({ name }) => name === 'a.db' || name === 'c.db')).toBe(1);
    expect(await openUploads(bucket)).toEqual(['laptop/b.db', 'other/c.db']);
    await begin('laptop/h.history/0009/base.ltx');
    expect(await destination.sweep(({ name }) => name === 'h.history/0009/base.ltx')).toBe(0);
    expect(await destination.sweep(({ name }) => name === 'h.history/0009/base.ltx', 'h.history/0009')).toBe(1);
    expect(await openUploads(bucket)).toEqual(['laptop/b.db', 'other/c.db']);
  });

  test('a wrong secret and an unknown key', async () => {
    const bucket = await ownBucket();
    for (const keys of [
      { accessKeyId: 'test:tester', secretAccessKey: 'wrong' },
      { accessKeyId: 'test:nobody', secretAccessKey: 'testing' },
    ]) {
      const report = await selfTest(open(bucket, {}, keys));
      expect(report.passed).toBe(false);
      expect(report.steps).toMatchObject([{ step: 'write', error: { code: 'BAD_KEY', retryable: false } }]);
      expect((await failure(open(bucket, {}, keys).stat('app.db'))).code).toBe('BAD_KEY');
    }
  });

  test('a bucket that is not there', async () => {
    const destination = open('no-such-bucket');
    const asked = [destination.list(), destination.stat('a'), destination.put('a', sourceOf(Buffer.from('x')))];
    for (const error of await Promise.all(asked.map(failure))) {
      expect(error).toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringContaining('Bucket no-such-bucket not found'),
      });
    }
  });

  test('a bucket is created when asked for', async () => {
    await expectCreatable(open('made-by-a-test'));
    expect((await selfTest(open('no-such-bucket', {}, server.readerKeys))).passed).toBe(false);
  });

  test('keys that may only read: reading works, writing and deleting are refused, nothing is left', async () => {
    const bucket = await ownBucket();
    await open(bucket).put('app.db', sourceOf(Buffer.from('content')));
    const reader = open(bucket, {}, server.readerKeys);
    expect(await listedNames(reader)).toEqual(['app.db']);
    expect((await digest(await reader.get('app.db'))).bytes).toBe(7);
    for (const size of [100, 20 * MIB]) {
      expect((await failure(reader.put('new.db', sourceOf(sampleBytes(size))))).code).toBe('PERMISSION');
    }
    expect((await failure(reader.delete('app.db'))).code).toBe('PERMISSION');
    expect((await selfTest(reader)).steps).toMatchObject([{ step: 'write', error: { code: 'PERMISSION' } }]);
    expect(await listedNames(reader)).toEqual(['app.db']);
    expect(await openUploads(bucket)).toEqual([]);
  });

  test('a clock that is wrong by hours is made up for', async () => {
    const bucket = await ownBucket();
    const destination = open(bucket, {}, undefined, { clockOffset: 5 * 3_600_000 });
    await destination.put('app.db', sourceOf(Buffer.from('content')));
    expect(await listedNames(destination)).toEqual(['app.db']);
  });

  test('what is not encrypted on its way is warned about', async () => {
    expect(await open('any-bucket').warnings()).toEqual([expect.stringContaining('Unencrypted connection')]);
  });
});

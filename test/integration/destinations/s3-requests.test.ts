import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { openDriver } from '../../../src-main/core/destinations/drivers/open-driver.ts';
import { ONE_PUT_BYTES } from '../../../src-main/core/destinations/drivers/s3-upload.ts';
import { S3Settings } from '../../../src-shared/model/destination.ts';
import { failure, sourceOf } from '../../support/destination-contract.ts';

interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

interface Asked {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
}

const EMPTY_LIST = '<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>';

/**
 * Writes down what the driver asks of a server, which answers what the test says: for what no server at hand knows.
 * Where nothing is to be answered, the connection breaks.
 */
async function listen(answers: Record<string, Answer | ((path: string) => Answer | undefined)>) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    asked.push({ method, path: url, headers });
    request.resume().on('end', () => {
      const given = answers[method] ?? { status: 200, body: EMPTY_LIST };
      const answer = typeof given === 'function' ? given(url) : given;
      if (answer === undefined) return request.socket.destroy();
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { asked, endpoint: `http://127.0.0.1:${address.port}` };
}

async function open(endpoint: string, changes: Partial<S3Settings>) {
  const plain = { kind: 's3', provider: 'custom', endpoint, region: 'us-east-1', bucket: 'backups' };
  const keys = { accessKeyId: 'key', secretAccessKey: 'secret' };
  const destination = await openDriver(S3Settings.parse({ ...plain, ...changes }), { s3: keys });
  onTestFinished(() => destination.close());
  return destination;
}

/** The head of an object, as every server tells it. */
const headOf = (bytes: number): Record<string, string> => ({
  'content-length': String(bytes),
  'last-modified': 'Fri, 27 Nov 2026 12:00:00 GMT',
  etag: '"object"',
});
const REFUSED = { status: 412, body: '<Error><Code>PreconditionFailed</Code><Message>There</Message></Error>' };

test('encryption, lock and condition are asked for, and a checksum with a lock alone', async () => {
  const { asked, endpoint } = await listen({ HEAD: { status: 404 }, PUT: REFUSED });
  const put = async (changes: Partial<S3Settings>) =>
    failure((await open(endpoint, changes)).put('app.db', sourceOf(Buffer.from('content'))));
  const error = await put({
    conditionalWrites: true,
    encryption: { kind: 'kms', keyId: 'our-key' },
    objectLock: { mode: 'COMPLIANCE', days: 30 },
  });
  expect(error).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('app.db') });
  await put({});
  const [locked, plain] = asked.filter(({ method }) => method === 'PUT');
  expect(locked?.headers).toMatchObject({
    'if-none-match': '*',
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'our-key',
    'x-amz-object-lock-mode': 'COMPLIANCE',
    'x-amz-checksum-crc32': expect.any(String),
  });
  const until = Date.parse(String(locked?.headers['x-amz-object-lock-retain-until-date']));
  expect(Math.abs(until - Date.now() - 30 * 86_400_000)).toBeLessThan(60_000);
  const special = /checksum|lock|encryption|if-none-match/;
  expect(Object.keys(plain?.headers ?? {}).filter((name) => special.test(name))).toEqual([]);
});

test('an upload in parts that was finished, and whose answer was lost, is said to be there', async () => {
  let ends = 0;
  const { asked, endpoint } = await listen({
    HEAD: () => (ends === 0 ? { status: 404 } : { status: 200, headers: headOf(ONE_PUT_BYTES + 1) }),
    PUT: { status: 200, headers: { etag: '"part"' } },
    POST: (path) => {
      if (!path.includes('uploadId='))
        return {
          status: 200,
          body: '<InitiateMultipartUploadResult><UploadId>7</UploadId></InitiateMultipartUploadResult>',
        };
      ends += 1;
      if (ends === 1) return undefined;
      return { status: 404, body: '<Error><Code>NoSuchUpload</Code><Message>Gone</Message></Error>' };
    },
  });
  const content = Buffer.alloc(ONE_PUT_BYTES + 1);
  const error = await failure((await open(endpoint, {})).put('app.db.gz', sourceOf(content)));
  expect(error).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('app.db.gz') });
  expect(ends).toBe(2);
  expect(asked.filter(({ method }) => method === 'PUT').length).toBeGreaterThan(1);
});

test('a file of 20 MB is one request, whose content is not hashed once more', async () => {
  let puts = 0;
  const { asked, endpoint } = await listen({
    HEAD: () => (puts === 0 ? { status: 404 } : { status: 200, headers: headOf(20_000_000) }),
    PUT: () => {
      puts += 1;
      return { status: 200, headers: { etag: '"whole"' } };
    },
  });
  await (await open(endpoint, {})).put('app.db.gz', sourceOf(Buffer.alloc(20_000_000)));
  expect(asked.filter(({ method }) => method === 'POST')).toEqual([]);
  const sent = asked.filter(({ method }) => method === 'PUT');
  expect(sent).toHaveLength(1);
  expect(sent[0]?.headers).toMatchObject({ 'content-length': '20000000', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' });
});

test.each([
  ['one request', { conditionalWrites: true }],
  ['a checksum', { objectLock: { mode: 'COMPLIANCE', days: 30 } }],
] as const)(
  'the answer to %s is lost: what is there by then is a conflict, which whoever stores it looks into',
  async (_, changes) => {
    let puts = 0;
    const { asked, endpoint } = await listen({
      HEAD: () => (puts === 0 ? { status: 404 } : { status: 200, headers: headOf(7) }),
      PUT: () => {
        puts += 1;
        return puts === 1 ? undefined : REFUSED;
      },
    });
    const error = await failure((await open(endpoint, changes)).put('app.db', sourceOf(Buffer.from('content'))));
    expect(error).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('app.db') });
    expect(asked.filter(({ method }) => method === 'PUT')).toHaveLength(2);
  },
);

test('a server that knows conditions replaces only what was compared, and locks nothing that is replaced', async () => {
  const { asked, endpoint } = await listen({
    HEAD: { status: 200, headers: headOf(5) },
    GET: { status: 200, headers: headOf(5), body: 'known' },
    PUT: REFUSED,
  });
  const changes = { conditionalWrites: true, objectLock: { mode: 'COMPLIANCE', days: 30 } } as const;
  const destination = await open(endpoint, changes);
  const source = sourceOf(Buffer.from('content'));
  const modifiedAt = new Date('2026-11-28T12:00:00.120Z');
  const error = await failure(destination.replace('a/b.json', source, { ifSame: Buffer.from('known'), modifiedAt }));
  expect(error.code).toBe('CONFLICT');
  expect((await failure(destination.replace('a/b.json', source, { ifSame: Buffer.from('other') }))).code).toBe(
    'CONFLICT',
  );
  await failure(destination.replace('a/b.json', source));
  const puts = asked.filter(({ method }) => method === 'PUT').map(({ headers }) => headers);
  expect(puts).toHaveLength(2);
  expect(puts[0]).toMatchObject({
    'if-match': '"object"',
    'x-amz-meta-litestream-timestamp': '2026-11-28T12:00:00.120Z',
  });
  expect(Object.keys(puts[1] ?? {}).filter((name) => /^if-|lock/.test(name))).toEqual([]);
});

test('what was replaced, and whose answer was lost, is replaced', async () => {
  let puts = 0;
  const { endpoint } = await listen({
    HEAD: () => ({ status: 200, headers: headOf(puts === 0 ? 5 : 7) }),
    GET: () => ({ status: 200, headers: headOf(puts === 0 ? 5 : 7), body: puts === 0 ? 'known' : 'content' }),
    PUT: () => {
      puts += 1;
      return puts === 1 ? undefined : REFUSED;
    },
  });
  const destination = await open(endpoint, { conditionalWrites: true });
  const stored = await destination.replace('a/b.json', sourceOf(Buffer.from('content')), {
    ifSame: Buffer.from('known'),
  });
  expect(stored).toMatchObject({ name: 'a/b.json', bytes: 7 });
  expect(puts).toBe(2);
});

test('what is locked is not deleted, not even from sight', async () => {
  const headers = { ...headOf(7), 'x-amz-object-lock-retain-until-date': '2999-01-01T00:00:00Z' };
  const { asked, endpoint } = await listen({ HEAD: { status: 200, headers } });
  const error = await failure((await open(endpoint, {})).delete('app.db'));
  expect(error).toMatchObject({ code: 'PERMISSION', message: expect.stringContaining('locked until 2999-01-01') });
  expect(asked.map(({ method }) => method)).toEqual(['HEAD']);
});

test('keys that should be stored and are not are never made up for by those of the environment', async () => {
  const { asked, endpoint } = await listen({});
  const settings = S3Settings.parse({
    kind: 's3',
    provider: 'custom',
    endpoint,
    region: 'us-east-1',
    bucket: 'backups',
  });
  await expect(async () => openDriver(settings, {})).rejects.toMatchObject({ code: 'BAD_KEY' });
  expect(asked).toEqual([]);
});

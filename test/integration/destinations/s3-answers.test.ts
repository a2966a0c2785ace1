import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { S3Destination } from '../../../src-main/core/destinations/drivers/s3.ts';
import { S3Settings } from '../../../src-shared/model/destination.ts';
import { failure, sourceOf } from '../../support/destination-contract.ts';

interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** A server that is no S3 server: it answers everything with one page. */
async function openAt({ status, type, body }: Page): Promise<S3Destination> {
  const server = createServer((_, answer) => {
    answer.writeHead(status, { 'content-type': type });
    answer.end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = S3Settings.parse({
    kind: 's3',
    provider: 'custom',
    endpoint,
    region: 'us-east-1',
    bucket: 'backups',
  });
  const keys = { accessKeyId: 'key', secretAccessKey: 'secret' };
  const destination = new S3Destination(settings, keys, { pause: async () => undefined });
  onTestFinished(async () => {
    await destination.close();
    server.closeAllConnections();
    server.close();
  });
  return destination;
}

const text = 'text/plain';
const html = 'text/html';
const PAGES: Record<string, Page> = {
  'a login page': { status: 200, type: html, body: '<html><body><h1>Log in</h1></body></html>' },
  'a page that is not well-formed': { status: 200, type: html, body: '<!doctype html><meta charset=utf-8><p>Hello' },
  'a text': { status: 200, type: text, body: 'OK' },
  nothing: { status: 200, type: text, body: '' },
  JSON: { status: 200, type: 'application/json', body: '{"objects":[]}' },
  'a redirect': { status: 302, type: html, body: '' },
  'a refusal in plain text': { status: 400, type: text, body: 'Invalid path: /backups' },
  'a block by a proxy': { status: 403, type: text, body: 'Blocked' },
  'a page that is not found': { status: 404, type: html, body: '<html><h1>Not Found</h1></html>' },
  'nothing that is found': { status: 404, type: text, body: '' },
  'a gateway without its server': { status: 502, type: text, body: 'Bad gateway' },
  'a page about maintenance': { status: 503, type: html, body: '<!doctype html><meta charset=utf-8><p>Later' },
};

describe('what no S3 server answers is told as that, and never taken for a bucket or an object', () => {
  test.each(Object.entries(PAGES))('%s', async (_, page) => {
    const destination = await openAt(page);
    const asked = [
      destination.list(),
      destination.folders(),
      destination.stat('app.db'),
      destination.get('app.db'),
      destination.put('app.db', sourceOf(Buffer.from('content'))),
      destination.delete('app.db'),
      destination.sweep(() => true),
    ];
    for (const error of await Promise.all(asked.map(failure))) {
      expect(error.toBody()).toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(/^127\.0\.0\.1:\d+ does not respond as an S3 server \(status \d+\)\.$/),
        hint: expect.stringContaining('Check the endpoint'),
      });
    }
  });

  test('an error without a name and without a body is a server that is unavailable', async () => {
    const destination = await openAt({ status: 500, type: text, body: '' });
    expect(await failure(destination.list())).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/is temporarily unavailable \(500\)\.$/),
    });
  });
});

test('folders and uploads without an end are ended', async () => {
  const more = '<NextContinuationToken>t</NextContinuationToken><NextKeyMarker>k</NextKeyMarker>';
  const body = `<?xml version="1.0"?><Result><IsTruncated>true</IsTruncated>${more}</Result>`;
  const destination = await openAt({ status: 200, type: 'application/xml', body });
  for (const asked of [destination.folders(), destination.sweep(() => true)])
    expect(await failure(asked)).toMatchObject({
      code: 'UNSUPPORTED',
      message: 'the bucket backups contains more than 1000 pages of files.',
    });
});

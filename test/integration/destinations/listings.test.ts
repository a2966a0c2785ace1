import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readDescribed } from '../../../src-main/core/copies/described-snapshots.ts';
import type { Destination, StoredObject } from '../../../src-main/core/destinations/drivers/destination.ts';
import { listAll } from '../../../src-main/core/destinations/drivers/list-all.ts';

const object = (name: string): StoredObject => ({ name, bytes: 2, modifiedAt: new Date(0) });

/** A destination that lists what a server could say; only what is asked for here is there. */
const destinationWith = (list: Destination['list']): Destination =>
  ({
    label: 's3://bucket',
    list,
    stat: async (name: string) => object(name),
    get: async () => Readable.from([Buffer.from('{}')]),
  }) as unknown as Destination;

test('a listing without an end is ended, with a word about it', async () => {
  const page = Array.from({ length: 1000 }, (_, index) => object(`file-${index}`));
  const endless = destinationWith(async () => ({ objects: page, next: 'the same again' }));
  await expect(listAll(endless, undefined)).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringContaining('s3://bucket contains more than 100000 files'),
    hint: expect.any(String),
  });
});

test('keys that no file could have are told, and keep nothing from the rest', async () => {
  const names = ['..\\evil.manifest.json', 'a\u001b[2Jb.manifest.json', 'good.db.gz.manifest.json'];
  const { manifests, problems } = await readDescribed(
    destinationWith(async () => ({ objects: names.map(object), next: null })),
    undefined,
  );
  expect(manifests).toEqual([]);
  expect(problems.map(({ name }) => name)).toEqual(names);
});

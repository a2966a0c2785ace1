import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readDescribed } from '../../../src-main/core/copies/described-snapshots.ts';
import type { Destination, StoredObject } from '../../../src-main/core/destinations/drivers/destination.ts';
import { listAll, objectsAt } from '../../../src-main/core/destinations/drivers/list-all.ts';
import { selfTest } from '../../../src-main/core/destinations/drivers/self-test.ts';
import { SftpChannel } from '../../../src-main/core/destinations/drivers/sftp-channel.ts';
import { listBackups } from '../../../src-main/core/import/list-backups.ts';

const object = (name: string): StoredObject => ({ name, bytes: 2, modifiedAt: new Date(0) });

/** A destination that lists what a server could say; only what is asked for here is there. */
const destinationWith = (list: Destination['list']): Destination =>
  ({
    label: 's3://bucket',
    list,
    stat: async (name: string) => object(name),
    get: async () => Readable.from([Buffer.from('{}')]),
    put: async (name: string) => object(name),
    delete: async () => {},
    space: async () => null,
    warnings: async () => [],
    folders: async () => [],
  }) as unknown as Destination;

/** What a server does that lists the same files again and again, or nothing, and always says that there is more. */
const endlessly = (files: number): Destination => {
  const page = Array.from({ length: files }, (_, index) => object(`file-${index}`));
  return destinationWith(async () => ({ objects: page, next: 'the same again' }));
};
const ENDED = {
  code: 'UNSUPPORTED',
  message: 's3://bucket contains more than 1000 pages of files.',
  hint: expect.any(String),
};

test('a listing without an end is ended, with a word about it', async () => {
  const endless = endlessly(1000);
  await expect(listAll(endless, undefined)).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringContaining('s3://bucket contains more than 100000 files'),
    hint: expect.any(String),
  });
});

test.each([0, 3])('pages with %i files without an end are ended, whoever reads them', async (files) => {
  const read = async (): Promise<number> => {
    // What re-attaching counts: names that it has not met.
    const names = new Set<string>();
    for await (const { name } of objectsAt(endlessly(files))) names.add(name);
    return names.size;
  };
  await expect(read()).rejects.toMatchObject(ENDED);
  expect((await selfTest(endlessly(files))).steps).toContainEqual(
    expect.objectContaining({ step: 'list', error: expect.objectContaining(ENDED) }),
  );
});

test('an import ends with pages of folders alone, and with folders in folders that are ever more', async () => {
  const signal = new AbortController().signal;
  const judge = async () => [];
  await expect(listBackups(endlessly(0), new Map(), judge, signal)).rejects.toMatchObject(ENDED);
  const wide = destinationWith(async () => ({ objects: [], next: null }));
  wide.folders = async () => Array.from({ length: 30 }, (_, index) => `folder-${index}`);
  const { notes } = await listBackups(wide, new Map(), judge, signal);
  expect(notes).toEqual([expect.stringContaining('only the first were checked')]);
});

test.each([0, 100])(
  'a folder on a server that replies with %i more entries for ever is not read for ever',
  async (length) => {
    const info = { size: 1, mtime: 0, isFile: () => true, isDirectory: () => false };
    const entries = Array.from({ length }, (_, index) => ({ filename: `file-${index}`, attrs: info }));
    let open = 0;
    const answer = (given: unknown, done: (error: undefined, answer: unknown) => void) =>
      queueMicrotask(() => done(undefined, given));
    const wrapper = {
      on: () => {},
      opendir: (_folder: string, done: never) => {
        open += 1;
        answer(Buffer.from('handle'), done);
      },
      readdir: (_handle: Buffer, done: never) => answer(entries, done),
      close: (_handle: Buffer, done: never) => {
        open -= 1;
        answer(undefined, done);
      },
    };
    await expect(new SftpChannel(wrapper as never).list('/backups')).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: '/backups contains more than can be listed.',
    });
    expect(open).toBe(0);
  },
);

test('keys that no file could have are told, and keep nothing from the rest', async () => {
  const names = ['..\\evil.manifest.json', 'a\u001b[2Jb.manifest.json', 'good.db.gz.manifest.json'];
  const { manifests, problems } = await readDescribed(
    destinationWith(async () => ({ objects: names.map(object), next: null })),
    undefined,
  );
  expect(manifests).toEqual([]);
  expect(problems.map(({ name }) => name)).toEqual(names);
});

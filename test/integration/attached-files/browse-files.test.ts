import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Core } from '../../../src-main/core/core.ts';
import { setFilesScene } from '../../support/files-scene.ts';
import { bucketOn, folderOn, save, settle, storeTo } from '../../support/places.ts';
import { startS3Server, whyNoS3 } from '../../support/servers/s3.ts';
import { startSftpServer, whyNoSftp } from '../../support/servers/sftp.ts';
import { succeed } from '../../support/test-core.ts';
import { workerProcesses } from '../../support/worker-processes.ts';

const LONG = `${'0123456789'.repeat(400)}end`;

/** A folder with files, folders and a link. */
function makeDocs(app: string) {
  mkdirSync(join(app, 'docs', 'letters', 'old'), { recursive: true });
  writeFileSync(join(app, 'docs', 'readme.txt'), 'Grüße');
  writeFileSync(join(app, 'docs', 'letters', 'one.txt'), LONG);
  writeFileSync(join(app, 'docs', 'letters', 'old', 'two.bin'), Buffer.from([0, 255, 1]));
  symlinkSync('readme.txt', join(app, 'docs', 'link'));
  return [{ name: 'docs', path: join(app, 'docs'), kind: 'folder' as const, exclude: [] }];
}

async function backedUp(plan: Parameters<typeof setFilesScene>[0]) {
  const scene = await setFilesScene({ files: makeDocs, ...plan });
  const run = await succeed(scene.core, 'backups.start', { planId: scene.plan.id });
  return { ...scene, snapshotId: run.snapshotId ?? '' };
}

async function listed(core: Core, snapshotId: string, folder = ''): Promise<string[]> {
  const { entries } = await core.call('browse.files', { snapshotId, attachedFile: 'docs', folder });
  return entries.map(({ name, kind, files, bytes, target }) =>
    `${kind} ${name} ${files} ${bytes} ${target ?? ''}`.trim(),
  );
}

async function part(core: Core, snapshotId: string, path: string, range: { offset?: number; length?: number } = {}) {
  const found = await core.call('browse.file', { snapshotId, attachedFile: 'docs', path, ...range });
  return [found.class, found.bytes, Buffer.from(found.part, 'base64').toString()];
}

const WAYS = [
  ['a linked folder', {}],
  [
    'an encrypted archive',
    { plan: { encryption: { kind: 'passphrase' as const }, encryptionSecrets: { passphrase: 'a long passphrase' } } },
  ],
] as const;

describe.each(WAYS)('%s', (_way, given) => {
  test('is listed folder by folder with sizes, and its files are read part by part', async () => {
    const { core, snapshotId } = await backedUp(given as never);
    expect(await listed(core, snapshotId)).toEqual([
      'folder letters 2 4006',
      'link link 0 0 readme.txt',
      'file readme.txt 1 7',
    ]);
    expect(await listed(core, snapshotId, 'letters')).toEqual(['folder old 1 3', 'file one.txt 1 4003']);
    expect(await part(core, snapshotId, 'readme.txt')).toEqual(['text', 7, 'Grüße']);
    expect(await part(core, snapshotId, 'letters/one.txt', { offset: 3998 })).toEqual(['text', 4003, '89end']);
    expect(await part(core, snapshotId, 'letters/one.txt', { offset: 12, length: 3 })).toEqual(['text', 4003, '234']);
    expect((await part(core, snapshotId, 'letters/old/two.bin')).slice(0, 2)).toEqual(['blob', 3]);
    expect(workerProcesses()).toEqual([]);
  });

  test('what it does not contain is said, and nothing beside it is read', async () => {
    const { core, snapshotId } = await backedUp(given as never);
    for (const path of ['nothing.txt', '../config', '/etc/passwd', 'letters', 'link'])
      expect(await core.answer('browse.file', { snapshotId, attachedFile: 'docs', path })).toMatchObject({
        ok: false,
        error: { code: 'NOT_FOUND', hint: expect.any(String) },
      });
    for (const folder of ['readme.txt', '..', 'nothing'])
      expect(await core.answer('browse.files', { snapshotId, attachedFile: 'docs', folder })).toMatchObject({
        ok: false,
        error: { code: 'NOT_FOUND' },
      });
    expect(await core.answer('browse.files', { snapshotId, attachedFile: 'other' })).toMatchObject({
      ok: false,
      error: { code: 'NOT_FOUND' },
    });
  });
});

test('an archive in whose place another one was put is not listed', async () => {
  const scene = await backedUp(WAYS[1][1] as never);
  const { core, snapshotId, plan, destination, app } = scene;
  const archives = () => readdirSync(destination).filter((name) => name.includes('docs'));
  const [first = ''] = archives();
  writeFileSync(join(app, 'docs', 'readme.txt'), 'Other words');
  await succeed(core, 'backups.start', { planId: plan.id });
  const [second = ''] = archives().filter((name) => name !== first);
  copyFileSync(join(destination, second), join(destination, first));
  expect(await core.answer('browse.files', { snapshotId, attachedFile: 'docs' })).toMatchObject({
    ok: false,
    error: { code: 'CORRUPT', hint: expect.any(String) },
  });
});

test('files that are gone from the destination are said to be', async () => {
  const { core, snapshotId, destination } = await backedUp({});
  for (const name of readdirSync(destination).filter((each) => each.includes('docs')))
    rmSync(join(destination, name), { recursive: true });
  expect(await core.answer('browse.files', { snapshotId, attachedFile: 'docs' })).toMatchObject({
    ok: false,
    error: { code: 'NOT_FOUND' },
  });
});

/** Where files are fetched from before they can be read. */
const FAR = [
  {
    where: 'in a bucket',
    why: whyNoS3,
    start: async () => {
      const server = await startS3Server();
      return { place: () => bucketOn(server, 'Bucket'), stop: () => server.stop() };
    },
  },
  {
    where: 'on an SSH server',
    why: whyNoSftp,
    start: async () => {
      const server = await startSftpServer();
      return { place: () => folderOn(server, 'Server'), stop: () => server.stop() };
    },
  },
];

describe.each(FAR)('$where', ({ why, start }) => {
  let far: Awaited<ReturnType<typeof start>> | undefined;
  beforeAll(async () => {
    if (why === undefined) far = await start();
  });
  afterAll(() => far?.stop());

  async function storedFar() {
    const scene = await setFilesScene({ files: makeDocs });
    const { core, plan } = scene;
    if (far === undefined) throw new Error(why);
    await storeTo(scene, await save(core, await far.place()));
    const run = await succeed(core, 'backups.start', { planId: plan.id });
    await settle(core);
    const opened = async () => (await core.call('runs.list', {})).filter(({ kind }) => kind === 'browse');
    return { ...scene, snapshotId: run.snapshotId ?? '', opened };
  }

  test.skipIf(why !== undefined)(
    'files are fetched once, by a run, listed and read, and the fetched archive goes with the service',
    async () => {
      const { core, snapshotId, home, opened } = await storedFar();
      const [first, second] = await Promise.all([listed(core, snapshotId), listed(core, snapshotId, 'letters')]);
      expect(first).toEqual(['folder letters 2 4006', 'link link 0 0 readme.txt', 'file readme.txt 1 7']);
      expect(second).toEqual(['folder old 1 3', 'file one.txt 1 4003']);
      expect(await part(core, snapshotId, 'letters/one.txt', { offset: 12, length: 3 })).toEqual(['text', 4003, '234']);
      const runs = await opened();
      expect(runs.every(({ state, snapshotId: about }) => state === 'succeeded' && about === snapshotId)).toBe(true);
      const count = runs.length;
      await listed(core, snapshotId);
      expect(await opened()).toHaveLength(count);
      expect(readdirSync(join(home, 'browse'))).toHaveLength(1);
      await core.close();
      expect(existsSync(join(home, 'browse'))).toBe(false);
    },
  );

  test.skipIf(why !== undefined)('a request that is cancelled cancels the run, and nothing is kept', async () => {
    const { core, snapshotId, home, opened } = await storedFar();
    const cancelling = new AbortController();
    core.on('run.changed', ({ run }) => run.kind === 'browse' && cancelling.abort());
    const params = { snapshotId, attachedFile: 'docs', folder: '' };
    expect(await core.answer('browse.files', params, cancelling.signal)).toMatchObject({
      ok: false,
      error: { code: 'CANCELLED' },
    });
    expect((await opened()).map(({ state }) => state)).toEqual(['cancelled']);
    expect(readdirSync(join(home, 'browse'))).toEqual([]);
  });
});

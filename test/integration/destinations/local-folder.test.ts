import { readdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LocalFolder } from '../../../src-main/core/destinations/drivers/local-folder.ts';
import { selfTest } from '../../../src-main/core/destinations/drivers/self-test.ts';
import { canMount } from '../../support/can-mount.ts';
import {
  expectCreatable,
  failure,
  listedNames,
  plantFile,
  sampleBytes,
  sourceOf,
  testDestinationContract,
} from '../../support/destination-contract.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const openFolder = (path: string) => new LocalFolder({ kind: 'folder', path, bytesPerSecond: null });

describe('a folder', () => {
  testDestinationContract(async () => {
    const folder = temporaryFolder();
    return {
      destination: openFolder(folder),
      leftovers: async () => readdirSync(folder).filter((name) => name.endsWith('.partial')),
      plant: async (path, content) => plantFile(folder, path, content),
    };
  });

  test('lists no folder through a link', async () => {
    const folder = temporaryFolder();
    plantFile(folder, '2024-01-15/soundbox.db', 'x');
    symlinkSync('2024-01-15', join(folder, 'latest'));
    symlinkSync('..', join(folder, '2024-01-15', 'up'));
    expect(await openFolder(folder).folders()).toEqual(['2024-01-15']);
    expect(await openFolder(folder).folders('2024-01-15')).toEqual([]);
    expect((await failure(openFolder(folder).folders('2024-01-16'))).code).toBe('NOT_FOUND');
  });

  test('follows no link to or within a folder below', async () => {
    const folder = temporaryFolder();
    const elsewhere = temporaryFolder();
    plantFile(elsewhere, 'ltx/a.ltx', 'x');
    symlinkSync(elsewhere, join(folder, 'h.history'));
    plantFile(folder, 'g.history/a.ltx', 'x');
    symlinkSync(join(elsewhere, 'ltx', 'a.ltx'), join(folder, 'g.history', 'b.ltx'));
    const destination = openFolder(folder);
    const path = 'h.history/ltx/a.ltx';
    const asked = [
      destination.put('h.history/b.ltx', sourceOf(Buffer.from('x'))),
      destination.replace(path, sourceOf(Buffer.from('y'))),
      destination.stat(path),
      destination.get(path),
      destination.delete(path),
      destination.list(null, 10, 'h.history/ltx'),
      destination.removeFolder('h.history/ltx'),
      destination.sweep(() => true, 'h.history'),
    ];
    for (const { code } of await Promise.all(asked.map(failure))) expect(code).toBe('UNSUPPORTED');
    expect(await destination.stat('g.history/b.ltx')).toBeUndefined();
    expect(readdirSync(elsewhere, { recursive: true }).sort()).toEqual(['ltx', 'ltx/a.ltx']);
  });

  test('lists more than a thousand files', async () => {
    const folder = temporaryFolder();
    const names = Array.from({ length: 1205 }, (_, index) => `app-${String(index).padStart(4, '0')}.db`);
    for (const name of names) writeFileSync(join(folder, name), name);
    const page = await openFolder(folder).list();
    expect(page.objects).toHaveLength(1000);
    expect(await listedNames(openFolder(folder))).toEqual(names);
  });

  test('is created when asked for, but none around it: a mount that is missing stays missing', async () => {
    const folder = temporaryFolder();
    await expectCreatable(openFolder(join(folder, 'new')));
    expect(await failure(openFolder(join(folder, 'mnt', 'new')).create())).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining(join(folder, 'mnt')),
    });
    expect(readdirSync(folder)).toEqual(['new']);
  });

  test('that is away is never made up for, and its files do not look gone', async () => {
    const folder = join(temporaryFolder(), 'disk');
    const destination = openFolder(folder);
    const asked = [
      destination.put('app.db', sourceOf(Buffer.from('x'))),
      destination.stat('app.db'),
      destination.delete('app.db'),
      destination.list(),
      destination.space(),
      destination.sweep(() => true),
    ];
    for (const { code } of await Promise.all(asked.map(failure))) expect(code).toBe('UNAVAILABLE');
    const report = await selfTest(destination);
    expect(report).toMatchObject({ passed: false, steps: [{ step: 'write', error: { code: 'UNAVAILABLE' } }] });
    expect(report.steps).toHaveLength(1);
  });

  test('is swept of what its own runs have left, and of nothing else, however old', async () => {
    const folder = temporaryFolder();
    for (const name of ['a.db.0123abcd.partial', 'b.db.89abcdef.partial', 'own notes.partial', 'c.db']) {
      writeFileSync(join(folder, name), 'x');
      utimesSync(join(folder, name), 1, 1);
    }
    expect(await openFolder(folder).sweep(({ tag }) => tag === '0123abcd')).toBe(1);
    expect(readdirSync(folder).sort()).toEqual(['b.db.89abcdef.partial', 'c.db', 'own notes.partial']);
    for (const name of ['a.ltx.0123abcd.partial', 'b.ltx.89abcdef.partial']) plantFile(folder, `h/ltx/${name}`, 'x');
    expect(await openFolder(folder).sweep(({ tag }) => tag === '0123abcd', 'h/ltx')).toBe(1);
    expect(readdirSync(join(folder, 'h', 'ltx'))).toEqual(['b.ltx.89abcdef.partial']);
  });

  test.runIf(canMount)(
    'on a small disk in memory: said to be so, and full is said at once or when it happens',
    async () => {
      const folder = join(temporaryFolder(), 'disk');
      const disk = mountSmallDisk(folder, 4 * 1024 * 1024);
      const destination = openFolder(folder);
      expect((await selfTest(destination)).warnings).toEqual([expect.stringContaining('is in memory (tmpfs)')]);
      expect(await destination.space()).toEqual({ freeBytes: 4 * 1024 * 1024, totalBytes: 4 * 1024 * 1024 });
      expect((await failure(destination.put('a.db', sourceOf(sampleBytes(5_000_000))))).code).toBe('NO_SPACE');
      const filling = {
        ...sourceOf(sampleBytes(3_000_000)),
        open: () => {
          disk.fill(1_000_000);
          return sourceOf(sampleBytes(3_000_000)).open();
        },
      };
      expect((await failure(destination.put('a.db', filling))).code).toBe('NO_SPACE');
      expect(readdirSync(folder)).toEqual(['ballast-0']);
      disk.makeReadOnly();
      expect((await failure(destination.put('a.db', sourceOf(Buffer.from('x'))))).code).toBe('PERMISSION');
    },
  );

  test('moved away in the middle: the upload fails and nothing is left where it comes back', async () => {
    const folder = join(temporaryFolder(), 'disk');
    const root = join(folder, '..');
    renameSync(temporaryFolder(), folder);
    const destination = openFolder(folder);
    const moving = {
      bytes: 10,
      open: () => {
        renameSync(folder, join(root, 'away'));
        return sourceOf(Buffer.from('0123456789')).open();
      },
    };
    expect((await failure(destination.put('a.db', moving))).code).toBe('NOT_FOUND');
    renameSync(join(root, 'away'), folder);
    expect(await listedNames(destination)).toEqual([]);
  });
});

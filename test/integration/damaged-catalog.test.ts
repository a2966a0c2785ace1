import { closeSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { restoreCatalog } from '../../src-main/core/catalog/restore-catalog.ts';
import { createCore } from '../../src-main/core/create-core.ts';
import { startWithCatalog } from '../../src-main/electron/catalog-rescue.ts';
import { type Scene, setScene, takeBackup } from '../support/scene.ts';
import { runToEnd, startTestCore, testPorts } from '../support/test-core.ts';

/** A closed data folder with a plan, a snapshot, and so many automatic copies of the catalog. */
async function setClosed({ copies = 1 } = {}): Promise<Scene & { catalogFile: string }> {
  const scene = await setScene({ plan: { schedule: { kind: 'manual' } } });
  await takeBackup(scene);
  if (copies > 0) await scene.core.serveDue();
  await scene.core.close();
  const folder = join(scene.home, 'catalog-copies');
  const [name] = copies > 0 ? readdirSync(folder) : [];
  for (let n = 2; n <= copies; n++)
    writeFileSync(join(folder, `catalog-00000${n}-${Date.now()}.db`), readFileSync(join(folder, name ?? '')));
  return { ...scene, catalogFile: join(scene.home, 'catalog.db') };
}

/** Overwrites the first page of a table, and the first pages of its indexes. */
function damage(file: string, table: string): void {
  const catalog = new Database(file);
  const pageSize = catalog.pragma('page_size', { simple: true }) as number;
  const pages = catalog.prepare('SELECT rootpage FROM sqlite_schema WHERE tbl_name = ? AND rootpage > 0').pluck();
  const roots = pages.all(table) as number[];
  catalog.close();
  const descriptor = openSync(file, 'r+');
  for (const root of roots) writeSync(descriptor, Buffer.alloc(pageSize, 0x5a), 0, pageSize, (root - 1) * pageSize);
  closeSync(descriptor);
}

const damaged = (file: string) => ({
  code: 'CORRUPT',
  message: expect.stringMatching(new RegExp(`catalog of plans and runs is damaged: ${file}`)),
  hint: expect.stringContaining('snapkeep catalog restore'),
});

const start = (home: string) => createCore({ dataFolder: home, ports: testPorts });
const keptNames = (home: string): string[] => readdirSync(home).filter((name) => name.startsWith('catalog-damaged-'));

describe('damage that is met after the catalog was opened', () => {
  test('ends a backup with the error of the catalog, and not of the source; so does the next start', async () => {
    const { home, catalogFile, plan } = await setClosed();
    damage(catalogFile, 'snapshots');
    const core = await start(home);
    const run = await runToEnd(core, 'backups.start', { planId: plan.id });
    expect(run.error).toMatchObject(damaged(catalogFile));
    await expect(core.call('snapshots.list', {})).rejects.toMatchObject(damaged(catalogFile));
    await core.close();
    await expect(start(home)).rejects.toMatchObject(damaged(catalogFile));

    const { keptAt, copyOf } = await restoreCatalog(home, 'cli', 'copy');
    expect(copyOf).toBeGreaterThan(0);
    expect(readFileSync(keptAt ?? '').includes(Buffer.alloc(4096, 0x5a))).toBe(true);
    const again = await startTestCore(home);
    expect((await again.call('plans.list', {})).map((each) => each.plan.id)).toEqual([plan.id]);
    expect(await again.call('snapshots.list', {})).toHaveLength(1);
  });

  test('is forgotten when the catalog turns out to be sound', async () => {
    const { home, catalogFile } = await setClosed();
    const sound = readFileSync(catalogFile);
    damage(catalogFile, 'snapshots');
    const core = await start(home);
    await expect(core.call('snapshots.list', {})).rejects.toMatchObject(damaged(catalogFile));
    await core.close();
    await expect(start(home)).rejects.toMatchObject(damaged(catalogFile));
    // Somebody puts the right file back.
    for (const suffix of ['-wal', '-shm']) writeFileSync(catalogFile + suffix, '');
    writeFileSync(catalogFile, sound);
    const again = await startTestCore(home);
    expect(await again.call('plans.list', {})).toHaveLength(1);
    expect(readdirSync(home)).not.toContain('catalog.damaged');
  });
});

test('the damaged file is kept, with its log, and the next sound copy is taken where the newest is damaged', async () => {
  const { home, catalogFile, plan } = await setClosed({ copies: 2 });
  writeFileSync(catalogFile, 'garbage '.repeat(700));
  const newest = readdirSync(join(home, 'catalog-copies')).sort().at(-1) ?? '';
  damage(join(home, 'catalog-copies', newest), 'plans');
  await expect(start(home)).rejects.toMatchObject(damaged(catalogFile));
  writeFileSync(`${catalogFile}-wal`, 'log');
  await restoreCatalog(home, 'cli', 'copy');
  expect(keptNames(home)).toEqual(expect.arrayContaining(['catalog-damaged-1.db', 'catalog-damaged-1.db-wal']));
  expect(readFileSync(join(home, 'catalog-damaged-1.db'), 'utf8')).toBe('garbage '.repeat(700));
  expect(readFileSync(join(home, 'catalog-damaged-1.db-wal'), 'utf8')).toBe('log');
  const core = await startTestCore(home);
  expect((await core.call('plans.list', {})).map((each) => each.plan.id)).toEqual([plan.id]);
});

test('without a copy the catalog begins empty, and the plans come back from the destination', async () => {
  const { home, catalogFile, destination, plan } = await setClosed({ copies: 0 });
  writeFileSync(catalogFile, 'garbage '.repeat(700));
  await expect(start(home)).rejects.toMatchObject({ hint: expect.stringMatching(/No automatic copy.*--empty/) });
  await expect(restoreCatalog(home, 'cli', 'copy')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(keptNames(home)).toEqual([]);
  expect(await restoreCatalog(home, 'cli', 'empty')).toMatchObject({ copyOf: null });
  expect(keptNames(home)).toEqual(['catalog-damaged-1.db']);
  const core = await startTestCore(home);
  const { plans } = await core.call('recoveries.scan', { path: destination });
  expect(plans.map(({ name }) => name)).toEqual([plan.name]);
});

test('a sound catalog is not replaced, nor one that is in use', async () => {
  const { home, catalogFile } = await setClosed();
  const before = readFileSync(catalogFile);
  for (const replacement of ['copy', 'empty'] as const)
    await expect(restoreCatalog(home, 'cli', replacement)).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(readFileSync(catalogFile).equals(before)).toBe(true);
  await startTestCore(home);
  await expect(restoreCatalog(home, 'cli', 'copy')).rejects.toMatchObject({ code: 'BUSY' });
});

test('the desktop application asks what takes the place of a damaged catalog, and starts with it', async () => {
  const { home, catalogFile } = await setClosed();
  const asked: string[][] = [];
  const choosing = (button: number) => (question: { buttons: string[] }) => {
    asked.push(question.buttons);
    return Promise.resolve(button);
  };
  const open = () => startTestCore(home);
  writeFileSync(catalogFile, 'garbage '.repeat(700));
  expect(await startWithCatalog(open, home, choosing(2))).toBeNull();
  expect(readFileSync(catalogFile, 'utf8')).toBe('garbage '.repeat(700));
  const core = await startWithCatalog(open, home, choosing(0));
  expect(await core?.call('plans.list', {})).toHaveLength(1);
  expect(asked).toEqual([
    [expect.stringMatching(/^Restore Copy of \d{4}-/), 'Start with Empty Catalog', 'Quit'],
    [expect.stringMatching(/^Restore Copy of \d{4}-/), 'Start with Empty Catalog', 'Quit'],
  ]);
  await core?.close();
  const other = () => Promise.reject(new Error('other'));
  await expect(startWithCatalog(other, home, choosing(0))).rejects.toThrow('other');
});

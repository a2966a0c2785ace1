import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { exchangeDatabaseFile } from '../../src-main/core/restore/replace/restore-by-file.ts';
import { countEntries, makeDatabase } from '../support/databases.ts';
import { quietContext } from '../support/quiet-context.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

/** What another program does right before a file is renamed to this path, and whether files can have a second name. */
const other = vi.hoisted(() => ({ path: '', acts: () => {}, noLinks: false }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const rename: typeof real.rename = async (from, to) => {
    if (to === other.path && String(from).endsWith('.partial')) {
      other.path = '';
      other.acts();
    }
    await real.rename(from, to);
  };
  const link: typeof real.link = (from, to) =>
    other.noLinks ? Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM' })) : real.link(from, to);
  return { ...real, rename, link };
});

/** A database that SQLite cannot read, with its log, and the exchange of it. */
function setExchange() {
  const folder = temporaryFolder();
  const [targetPath, imagePath] = [join(folder, 'app.db'), join(folder, 'image.db')];
  writeFileSync(targetPath, 'what no known key opens');
  writeFileSync(`${targetPath}-wal`, 'its log');
  makeDatabase(imagePath, { rows: 9 });
  const file = { imagePath, targetPath, sidecarsOf: null, runId: 'run', rights: null, mode: null };
  const steps = { keep: async () => {}, noteLeftWal: async () => {} };
  return { folder, targetPath, exchange: () => exchangeDatabaseFile(file, null, steps, quietContext(folder)) };
}

test.each([false, true])('a database that nobody writes to is exchanged (no links: %s)', async (noLinks) => {
  const { folder, targetPath, exchange } = setExchange();
  Object.assign(other, { path: '', noLinks });
  expect(await exchange()).toBeNull();
  expect(readdirSync(folder).sort()).toEqual(['app.db', 'image.db']);
  expect(countEntries(targetPath)).toBe(9);
});

test.each([
  ['the file', '', false],
  ['the file', '', true],
  ['the log', '-wal', false],
])(
  'a program that commits to %s in the moment of the exchange loses nothing: it is BUSY (%s, no links: %s)',
  async (_, suffix, noLinks) => {
    const { folder, targetPath, exchange } = setExchange();
    // It has the files open, whatever their names are by then.
    const moved = suffix === '' && !noLinks ? targetPath : `${targetPath}${suffix || '-old'}.run.partial`;
    Object.assign(other, { path: targetPath, noLinks, acts: () => appendFileSync(moved, ' and a commit') });
    await expect(exchange()).rejects.toMatchObject({ code: 'BUSY', message: expect.stringContaining('app.db') });
    expect(readFileSync(`${targetPath}${suffix}`, 'utf8')).toMatch(/ and a commit$/);
    expect(readFileSync(`${targetPath}-wal`, 'utf8')).toMatch(/^its log/);
    expect(readFileSync(targetPath, 'utf8')).toMatch(/^what no known key opens/);
    expect(readdirSync(folder).sort()).toEqual(['app.db', 'app.db-wal', 'image.db']);
  },
);

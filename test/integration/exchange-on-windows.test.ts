import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { exchangeDatabaseFile } from '../../src-main/core/restore/replace/restore-by-file.ts';
import { countEntries, makeDatabase } from '../support/databases.ts';
import { quietContext } from '../support/quiet-context.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

/** Where a file that is open cannot be replaced, as on Windows: what renaming over it ends with. */
const refused = vi.hoisted(() => ({ path: '', code: '' }));
vi.mock('../../src-main/platform/file-system.ts', async (original) => {
  const { fileSystem } = await original<typeof import('../../src-main/platform/file-system.ts')>();
  return { fileSystem: { ...fileSystem, replacesOpenFiles: false } };
});
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const rename: typeof real.rename = async (from, to) => {
    if (to === refused.path) throw Object.assign(new Error(refused.code), { code: refused.code });
    await real.rename(from, to);
  };
  return { ...real, rename };
});

function setExchange(rows: { target: number; image: number }) {
  const folder = temporaryFolder();
  const [targetPath, imagePath] = [join(folder, 'app.db'), join(folder, 'image.db')];
  makeDatabase(targetPath, { rows: rows.target });
  makeDatabase(imagePath, { rows: rows.image });
  const file = { imagePath, targetPath, sidecarsOf: null, runId: 'run', rights: null, mode: null };
  const steps = { keep: async () => {}, noteLeftWal: async () => {} };
  return { targetPath, exchange: () => exchangeDatabaseFile(file, { unlocking: null }, steps, quietContext(folder)) };
}

test('a file that is closed before it is renamed over is exchanged', async () => {
  const { targetPath, exchange } = setExchange({ target: 5, image: 9 });
  refused.path = '';
  expect(await exchange()).toBeNull();
  expect(countEntries(targetPath)).toBe(9);
});

test.each(['EPERM', 'EBUSY', 'EACCES'])(
  'one that a program has opened meanwhile (%s) is BUSY, and nothing has changed',
  async (code) => {
    const { targetPath, exchange } = setExchange({ target: 5, image: 9 });
    Object.assign(refused, { path: targetPath, code });
    await expect(exchange()).rejects.toMatchObject({ code: 'BUSY', message: expect.stringContaining('app.db') });
    refused.path = '';
    expect(countEntries(targetPath)).toBe(5);
  },
);

import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { captureHistory } from '../../../src-main/core/engine/history/capture-history.ts';
import { captureImage } from '../../../src-main/core/engine/history/capture-image.ts';
import { appendEntries, makeDatabase } from '../../support/databases.ts';
import { MARKER, makeEncrypted, openEncrypted, SQLCIPHER_4 } from '../../support/encrypted-databases.ts';
import { HistoryFiles, sha256Of } from '../../support/history-files.ts';
import { quietContext } from '../../support/quiet-context.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const KEY = { text: 'its key', fingerprint: 'test', settings: [], salts: [] };

interface Scene {
  folder: string;
  source: string;
  history: HistoryFiles;
}

function scene(rows = 5000): Scene {
  const folder = temporaryFolder();
  const source = join(folder, 'app.db');
  makeDatabase(source, { rows });
  return { folder, source, history: new HistoryFiles(folder, source) };
}

function run(source: string, sql: string): void {
  const database = new Database(source);
  database.exec(sql);
  database.close();
}

async function expectAllRestorable({ history, folder }: Pick<Scene, 'history' | 'folder'>): Promise<void> {
  const target = join(folder, 'rebuilt.db');
  for (const point of history.points) {
    const { rootHash } = await history.rebuild(point, target);
    expect([rootHash, sha256Of(target)]).toEqual([point.rootHash, point.sha256]);
  }
}

test('a capture has the pages that changed, page 1 and what was added', async () => {
  const made = scene();
  const first = await made.history.capture();
  expect(first).toMatchObject({ changed: true, txid: 1, base: 'first', pages: first.commit });
  run(made.source, 'UPDATE entries SET amount = -1 WHERE id IN (1, 5000)');
  const second = await made.history.capture();
  expect(second).toMatchObject({ changed: true, txid: 2, base: null });
  if (!second.changed) throw new Error('Nothing was captured.');
  expect(second.pages).toBeLessThan(6);
  expect(second.sha256).toBe(sha256Of(made.history.files.at(-1)?.path ?? ''));
  appendEntries(made.source, 500);
  const third = await made.history.capture();
  expect(third.commit).toBeGreaterThan(second.commit);
  run(made.source, 'DELETE FROM entries WHERE id > 4000');
  await made.history.capture();
  await expectAllRestorable(made);
});

test('where nothing has changed, there is no file', async () => {
  const { history } = scene();
  const { rootHash } = await history.capture();
  const again = await history.capture();
  expect(again).toMatchObject({ changed: false, rootHash });
  expect(history.files).toHaveLength(1);
  expect(existsSync(`${history.hashes}.next`)).toBe(false);
  expect(existsSync(join(history.folder, 'capture.partial'))).toBe(false);
});

test('VACUUM and another page size make a base, and say why', async () => {
  const made = scene();
  await made.history.capture();
  run(made.source, 'DELETE FROM entries WHERE id % 5 = 0; VACUUM');
  expect(await made.history.capture()).toMatchObject({ base: 'most-pages' });
  run(made.source, 'PRAGMA journal_mode = DELETE; PRAGMA page_size = 1024; VACUUM');
  expect(await made.history.capture()).toMatchObject({ base: 'page-size', pageSize: 1024, txid: 3 });
  appendEntries(made.source, 3);
  expect(await made.history.capture()).toMatchObject({ base: null, txid: 4 });
  await expectAllRestorable(made);
});

test.each<[string, (hashes: string) => void]>([
  ['missing', (hashes) => rmSync(hashes)],
  ['cut', (hashes) => truncateSync(hashes, 200)],
  ['longer', (hashes) => writeFileSync(hashes, 'more', { flag: 'a' })],
  [
    'damaged',
    (hashes) => {
      const bytes = readFileSync(hashes);
      bytes[100] = (bytes[100] ?? 0) ^ 1;
      writeFileSync(hashes, bytes);
    },
  ],
])('hashes that are %s are not compared with', async (_, spoil) => {
  const made = scene(300);
  await made.history.capture();
  spoil(made.history.hashes);
  appendEntries(made.source, 1);
  expect(await made.history.capture()).toMatchObject({ base: 'no-hashes', txid: 2 });
  await expectAllRestorable(made);
});

test('a page that changed and changed back is not missed where the hashes are of an older capture', async () => {
  const made = scene();
  await made.history.capture();
  const old = join(made.folder, 'old-hashes');
  copyFileSync(made.history.hashes, old);
  run(made.source, 'UPDATE entries SET amount = -1 WHERE id = 5000');
  await made.history.capture();
  renameSync(old, made.history.hashes);
  run(made.source, 'UPDATE entries SET amount = 4999 WHERE id = 5000');
  expect(await made.history.capture()).toMatchObject({ base: 'no-hashes' });
  await expectAllRestorable(made);
});

test('a crash between the file of a capture and its hashes costs no base', async () => {
  const made = scene();
  await made.history.capture();
  const before = join(made.folder, 'hashes-before');
  copyFileSync(made.history.hashes, before);
  appendEntries(made.source, 1);
  await made.history.capture();
  renameSync(made.history.hashes, `${made.history.hashes}.next`);
  renameSync(before, made.history.hashes);
  appendEntries(made.source, 1);
  expect(await made.history.capture()).toMatchObject({ base: null, txid: 3 });
  await expectAllRestorable(made);
});

test('an encrypted database is captured as it is stored', async () => {
  const folder = temporaryFolder();
  const source = join(folder, 'app.db');
  makeEncrypted(source, 'its key', 3000);
  const history = new HistoryFiles(folder, source, { keys: [KEY] });
  await history.capture();
  const database = openEncrypted(source, 'its key', SQLCIPHER_4);
  database.exec('UPDATE entries SET note = note WHERE id = 7');
  database.close();
  const second = await history.capture();
  expect(second).toMatchObject({ changed: true, base: null });
  expect(second.changed && second.pages).toBeLessThan(20);
  await expectAllRestorable({ history, folder });
  for (const { path } of history.files) expect(readFileSync(path).includes(MARKER)).toBe(false);
});

test('a history is not rebuilt from what is missing, damaged or of something else', async () => {
  const { history, source, folder } = scene(1000);
  await history.capture();
  for (let n = 0; n < 3; n++) {
    appendEntries(source, 50);
    await history.capture();
  }
  const target = join(folder, 'rebuilt.db');
  const [base, second, third, last] = history.files;
  const point = history.points.at(-1);
  if (!base || !second || !third || !last || !point) throw new Error('Captures are missing.');
  const withFiles = (files: (typeof base)[]) => {
    history.chainTo = () => files;
    return history.rebuild(point, target);
  };
  const damaged = (message: string) => ({ code: 'CORRUPT', message: expect.stringContaining(message) });
  await expect(withFiles([base, third, last])).rejects.toMatchObject(damaged('does not follow'));
  await expect(withFiles([base, second, second, third, last])).rejects.toMatchObject(damaged('does not follow'));
  await expect(withFiles([base, third, second, last])).rejects.toMatchObject(damaged('does not follow'));
  await expect(withFiles([second, third, last])).rejects.toMatchObject(damaged('nothing before it has the others'));
  await expect(withFiles([base, second, third])).rejects.toMatchObject(damaged('is not the one that was captured'));
  writeFileSync(third.path, 'more', { flag: 'a' });
  await expect(withFiles([base, second, third, last])).rejects.toMatchObject(damaged('bytes stand behind its end'));
  expect(existsSync(target)).toBe(false);
});

test('an image without pages, or with part of one, is refused', async () => {
  const folder = temporaryFolder();
  const image = join(folder, 'image.db');
  const request = { image, pageSize: 512, historyId: '0'.repeat(32), previous: null, takenAt: 0, encryptor: null };
  const files = { hashes: join(folder, 'hashes'), out: join(folder, 'out') };
  const capture = () => captureImage({ ...request, ...files }, quietContext(folder));
  writeFileSync(image, '');
  await expect(capture()).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  writeFileSync(image, Buffer.alloc(700));
  await expect(capture()).rejects.toMatchObject({ code: 'CORRUPT', message: `${image} ends within a page.` });
});

test('a capture that is cancelled leaves no file', async () => {
  const { folder, source, history } = scene();
  const throwIfCancelled = () => {
    if (existsSync(join(folder, 'out'))) throw new Error('cancelled');
  };
  const { id: historyId, hashes } = history;
  const request = { sourcePath: source, historyId, previous: null, hashes, encryption: null };
  const context = quietContext(folder, { throwIfCancelled });
  await expect(captureHistory({ ...request, out: join(folder, 'out') }, context)).rejects.toThrow('cancelled');
  expect(existsSync(join(folder, 'out'))).toBe(false);
  expect(existsSync(join(folder, 'captured.db'))).toBe(false);
  const captured = await captureHistory({ ...request, out: join(folder, 'out') }, quietContext(folder));
  expect(captured).toMatchObject({ changed: true, journalMode: 'wal' });
});

test('a source that is replaced, restored from outside or cut costs no point, and is captured as it is then', async () => {
  const made = scene(800);
  const { folder, source, history } = made;
  const older = join(folder, 'older.db');
  run(source, 'PRAGMA wal_checkpoint(TRUNCATE)');
  copyFileSync(source, older);
  await history.capture();
  appendEntries(source, 400);
  await history.capture();
  const replace = (from: string): void => {
    for (const suffix of ['-wal', '-shm']) rmSync(`${source}${suffix}`, { force: true });
    copyFileSync(from, source);
  };
  replace(older);
  expect(await history.capture()).toMatchObject({ changed: true, txid: 3 });
  const other = join(folder, 'other.db');
  makeDatabase(other, { rows: 60 });
  run(other, 'PRAGMA wal_checkpoint(TRUNCATE)');
  replace(other);
  expect(await history.capture()).toMatchObject({ changed: true, txid: 4 });
  truncateSync(source, 5000);
  await expect(history.capture()).rejects.toMatchObject({
    code: expect.any(String),
    message: expect.stringContaining(source),
  });
  replace(older);
  expect(await history.capture()).toMatchObject({ changed: true, txid: 5 });
  expect(history.points).toHaveLength(5);
  await expectAllRestorable(made);
});

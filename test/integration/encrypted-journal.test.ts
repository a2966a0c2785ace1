import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openForReading } from '../../src-main/core/engine/sqlite/open-database.ts';
import { countEncrypted, MARKER, makeEncrypted, openEncrypted, SQLCIPHER_4 } from '../support/encrypted-databases.ts';
import { quietContext } from '../support/quiet-context.ts';
import { contentsOf, expectNothingLeft, setScene, takeBackup } from '../support/scene.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const WITH_SALT = `x'${'0123456789abcdef'.repeat(4)}${'cd'.repeat(16)}'`;
const CASES: Array<[name: string, key: string, pragmas: string[]]> = [
  ['with a passphrase', 'correct horse battery staple', SQLCIPHER_4],
  ['with a plaintext header', WITH_SALT, [...SQLCIPHER_4, 'plaintext_header_size=32']],
];

/** An encrypted database as a crash in the middle of a transaction leaves it: half overwritten, the old pages in its journal. */
function makeCrashed(path: string, scratch: string, key: string, pragmas: string[]): void {
  mkdirSync(scratch);
  const live = join(scratch, 'live.db');
  const writer = openEncrypted(live, key, pragmas);
  writer.exec('CREATE TABLE entries (id INTEGER PRIMARY KEY, note TEXT NOT NULL)');
  const insert = writer.prepare('INSERT INTO entries (note) VALUES (?)');
  writer.transaction(() => {
    for (let n = 0; n < 5000; n++) insert.run(`${MARKER} ${n}`);
  })();
  // So few pages in memory that changed ones are written before the end.
  writer.pragma('cache_size = 10');
  writer.exec("BEGIN; UPDATE entries SET note = 'half done ' || note; DELETE FROM entries WHERE id % 2 = 0");
  for (const suffix of ['', '-journal']) execFileSync('cp', [live + suffix, path + suffix]);
  writer.exec('ROLLBACK');
  writer.close();
  rmSync(scratch, { recursive: true });
}

test('a database that is opened again is not read past SQLite, which would give free the locks that are held on it', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'locked.db');
  makeEncrypted(path, WITH_SALT, 10);
  const key = { text: WITH_SALT, fingerprint: `scrypt:${'0'.repeat(32)}:${'0'.repeat(64)}`, settings: [], salts: [] };
  const context = { ...quietContext(folder), keys: [key], opened: [] };
  (await openForReading(path, context)).database.close();
  const holder = openEncrypted(path, WITH_SALT, SQLCIPHER_4);
  holder.pragma('journal_mode = DELETE');
  holder.exec('BEGIN IMMEDIATE');
  const lockElsewhere = (): string => {
    const program = `const database = new (require('better-sqlite3-multiple-ciphers'))(${JSON.stringify(path)}, { timeout: 0 });
      for (const pragma of ${JSON.stringify(SQLCIPHER_4)}) database.pragma(pragma);
      database.key(Buffer.from(${JSON.stringify(WITH_SALT)}));
      try { database.exec('BEGIN IMMEDIATE'); console.log('locked'); } catch ({ code }) { console.log(code); }`;
    return execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }).trim();
  };
  expect(lockElsewhere()).toBe('SQLITE_BUSY');
  (await openForReading(path, context)).database.close();
  expect(lockElsewhere()).toBe('SQLITE_BUSY');
  holder.close();
  expect(lockElsewhere()).toBe('locked');
});

test.each(CASES)(
  'a crashed encrypted database %s is backed up as it was before, and keys that are not its own do it no harm',
  async (_name, key, pragmas) => {
    const scene = await setScene();
    rmSync(scene.source);
    makeCrashed(scene.source, join(scene.folder, 'scratch'), key, pragmas);
    expect(existsSync(`${scene.source}-journal`)).toBe(true);
    const crashed = contentsOf(join(scene.folder, 'app'));
    // A wrong key would play the journal back wrongly: it must not be tried in place.
    for (const wrong of ['not this one', 'nor this one'])
      await expect(
        scene.core.call('plans.update', { planId: scene.plan.id, key: { value: wrong } }),
      ).rejects.toMatchObject({ code: 'BAD_KEY' });
    expect(contentsOf(join(scene.folder, 'app'))).toEqual(crashed);

    await scene.core.call('plans.update', { planId: scene.plan.id, key: { value: key } });
    const { path } = await takeBackup(scene);
    execFileSync('sh', ['-c', 'gunzip -c "$0" > "$1"', path, join(scene.folder, 'unpacked.db')]);
    expect(countEncrypted(join(scene.folder, 'unpacked.db'), key, pragmas)).toBe(5000);
    expect(countEncrypted(scene.source, key, pragmas)).toBe(5000);
    expectNothingLeft(scene);
  },
);

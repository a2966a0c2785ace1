import { appendFileSync, copyFileSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { copyImage } from '../../src-main/core/engine/sqlite/copy-image.ts';
import { countEntries, integrityOf, makeDatabase } from '../support/databases.ts';
import { openElsewhere } from '../support/elsewhere.ts';
import { quietContext } from '../support/quiet-context.ts';
import {
  contentsOf,
  expectFailure,
  expectNothingLeft,
  prepareRestore,
  restore,
  setScene,
  takeBackup,
} from '../support/scene.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

describe('a database that another program has open', () => {
  test.each(['wal', 'delete'] as const)(
    'with exclusive locks (%s) is refused as locked, and backed up once they are gone',
    async (journalMode) => {
      const scene = await setScene({ journalMode });
      const other = await openElsewhere(scene.source, 'locking_mode = EXCLUSIVE');
      await other.exec('INSERT INTO entries (account, amount) VALUES (1, 1)');
      expectFailure(await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id }), 'LOCKED', scene.source);
      expectNothingLeft(scene);
      await other.close();
      await takeBackup(scene);
      expect(countEntries(scene.source)).toBe(101);
    },
  );

  test('with mapped memory is restored in place, and the program goes on with what was restored', async () => {
    const scene = await setScene({ journalMode: 'delete' });
    const { path } = await takeBackup(scene);
    const other = await openElsewhere(scene.source, 'mmap_size = 100000000');
    await other.exec('DELETE FROM entries WHERE id > 10');
    expect(await restore(scene.core, path, scene.source)).toMatchObject({ state: 'succeeded' });
    expect(await other.get('SELECT count(*) FROM entries')).toBe(100);
    await other.exec('INSERT INTO entries (account, amount) VALUES (1, 1)');
    await other.close();
    expect([countEntries(scene.source), integrityOf(scene.source)]).toEqual([101, 'ok']);
  });

  test('under a symbolic link is backed up with its log, and the link stays a link after a restore', async () => {
    const scene = await setScene();
    const link = join(scene.folder, 'link.db');
    symlinkSync(join('app', 'app.db'), link);
    const other = await openElsewhere(scene.source, 'wal_autocheckpoint = 0');
    await other.exec('INSERT INTO entries (account, amount) VALUES (1, 1)');
    const run = await succeed(scene.core, 'backups.start', { source: link, to: scene.destination });
    const { snapshot } = await scene.core.call('snapshots.get', { snapshotId: run.snapshotId ?? '' });
    await other.exec('DELETE FROM entries');
    const { check } = await prepareRestore(scene.core, snapshot.path ?? '', link);
    expect(check.target.notes).toEqual([`${link} is a link: ${scene.source} is replaced, and the link stays.`]);
    expect(await restore(scene.core, snapshot.path ?? '', link)).toMatchObject({ state: 'succeeded' });
    expect(await other.get('SELECT count(*) FROM entries')).toBe(101);
    await other.close();
    expect(Object.keys(contentsOf(scene.folder)).filter((name) => name.startsWith('link'))).toEqual([]);
  });

  test('with a log of 200 MB is copied in memory that does not grow with it', async () => {
    const folder = temporaryFolder();
    const [source, path] = [join(folder, 'source.db'), join(folder, 'copy.db')];
    makeDatabase(source, { rows: 10 });
    const program = new Database(source);
    program.pragma('wal_autocheckpoint = 0');
    program.pragma('synchronous = OFF');
    program.exec('CREATE TABLE files (b); INSERT INTO files VALUES (zeroblob(20000000))');
    for (let n = 0; n < 10; n++) program.exec('UPDATE files SET b = randomblob(20000000)');
    expect(statSync(`${source}-wal`).size).toBeGreaterThan(200_000_000);
    const expected = program.prepare('SELECT b FROM files').pluck().get() as Buffer;
    const before = process.memoryUsage().rss;
    let most = 0;
    const context = quietContext(folder, {
      progress: () => {
        most = Math.max(most, process.memoryUsage().rss - before);
      },
    });
    await copyImage(source, path, context);
    program.close();
    expect(most).toBeLessThan(60_000_000);
    const copy = new Database(path, { readonly: true });
    expect((copy.prepare('SELECT b FROM files').pluck().get() as Buffer).equals(expected)).toBe(true);
    copy.close();
  });
});

/** The end of a journal that belongs to a transaction over several files: where their common journal is. */
function superJournalRecord(path: string): Buffer {
  const name = Buffer.from(path);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(name.length, 0);
  numbers.writeUInt32BE(
    name.reduce((sum, byte) => sum + byte, 0),
    4,
  );
  // The page that locks lie on, which no journal holds.
  const page = Buffer.alloc(4);
  page.writeUInt32BE(2 ** 30 / 4096 + 1);
  return Buffer.concat([page, name, numbers, Buffer.from('d9d505f920a163d7', 'hex')]);
}

describe('a database that was in a transaction over several files when its program crashed', () => {
  /** Its journal has the pages as they were; its file those that were to be. */
  async function crash() {
    const scene = await setScene({ rows: 500, journalMode: 'delete' });
    const other = await openElsewhere(scene.source);
    const most = await other.get('SELECT max(amount) FROM entries');
    expect(most).toBeGreaterThan(-1);
    await other.exec('BEGIN; UPDATE entries SET amount = -1');
    const journal = join(scene.folder, 'journal');
    copyFileSync(`${scene.source}-journal`, journal);
    await other.exec('COMMIT');
    await other.close();
    // While pages are in its cache alone, the program has not said how many the journal has.
    const bytes = readFileSync(journal);
    const common = `${scene.source}-mj01234567`;
    const recordBytes = 4096 + 8;
    bytes.write('d9d505f920a163d7', 0, 'hex');
    bytes.writeUInt32BE(Math.floor((bytes.length - 512) / recordBytes), 8);
    writeFileSync(`${scene.source}-journal`, bytes.subarray(0, 512 + bytes.readUInt32BE(8) * recordBytes));
    appendFileSync(`${scene.source}-journal`, superJournalRecord(common));
    return { scene, common, most };
  }

  const amountsIn = (path: string): unknown => {
    const image = join(temporaryFolder(), 'image.db');
    writeFileSync(image, gunzipSync(readFileSync(path)));
    const database = new Database(image, { readonly: true });
    const found = database.prepare('SELECT count(*), max(amount) FROM entries').raw().get();
    database.close();
    return found;
  };

  test('is read as it was before, while the common journal is there, and all of it is left as it is', async () => {
    const { scene, common, most } = await crash();
    writeFileSync(common, `${scene.source}-journal\0${join(scene.folder, 'app', 'second.db')}-journal\0`);
    const before = contentsOf(join(scene.folder, 'app'));
    const { path } = await takeBackup(scene);
    expect(amountsIn(path)).toEqual([500, most]);
    expect(contentsOf(join(scene.folder, 'app'))).toEqual(before);
  });

  test('is read as it was committed, once the common journal is gone', async () => {
    const { scene } = await crash();
    const { path } = await takeBackup(scene);
    expect(amountsIn(path)).toEqual([500, -1]);
  });
});

/** Names that a shell, an address, a pattern or a system takes for something else. */
const ODD_NAMES = [
  ...['what?mode=ro.db', 'a#b.db', '100%25.db', '100%.db', 'with space.db', 'new\nline.db', 'smile😀.db', '-dash.db'],
  ...[
    "quo'te.db",
    'dou"ble.db',
    'back\\slash.db',
    'file:uri.db',
    'semi;colon$HOME`x`.db',
    'tab\there.db',
    '.hidden.db',
  ],
  ...['ünïcödé.db', 'e\u0301.db', 'UPPER.DB', 'no-extension', ':memory:', '*.db', `${'a'.repeat(240)}.db`, 'dots..'],
  ...['db-wal', 'x.gz', 'y.db-journal'],
];

test.each(ODD_NAMES)('a database called %j is backed up and restored, and nothing else is touched', async (name) => {
  const scene = await setScene();
  const folder = temporaryFolder();
  const source = join(folder, name);
  // Made and read under other names, so that how SQLite reads the name has no part in it.
  const [made, other, found] = ['made', 'other', 'found'].map((each) => join(scene.folder, each)) as [
    string,
    string,
    string,
  ];
  makeDatabase(made, { rows: 3, journalMode: 'delete' });
  makeDatabase(other, { rows: 8, journalMode: 'delete' });
  copyFileSync(made, source);
  const run = await succeed(scene.core, 'backups.start', { source, to: scene.destination, verify: false });
  const { snapshot } = await scene.core.call('snapshots.get', { snapshotId: run.snapshotId ?? '' });
  copyFileSync(other, source);
  expect(await restore(scene.core, snapshot.path ?? '', source)).toMatchObject({ state: 'succeeded' });
  expect(Object.keys(contentsOf(folder))).toEqual([name]);
  copyFileSync(source, found);
  expect(countEntries(found)).toBe(3);
  expectNothingLeft(scene);
});

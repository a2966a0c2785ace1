import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { stageAndVerify } from '../../src-main/core/verify/verify-file.ts';
import {
  CHECKED_IN_FULL,
  makeProgramDatabase,
  PROGRAM_DATABASES,
  type ProgramDatabase,
  rewrite,
} from '../support/program-databases.ts';
import { quietContext } from '../support/quiet-context.ts';
import { restore, setScene, takeBackup } from '../support/scene.ts';
import { verify } from '../support/stored-files.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const MANY = "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT 'word ' || i FROM n";

/** Tables of several pages that SQLite's own checks cannot open, and what of them is stored in a tree of pages. */
const LARGE: Array<{ what: string; trees: string[]; rowids: boolean; make: ProgramDatabase['make'] }> = [
  {
    what: 'a table with a collation in an index',
    trees: ['words', 'by_word'],
    rowids: true,
    make: (database) => {
      database.exec('CREATE TABLE words (id INTEGER PRIMARY KEY, w TEXT COLLATE NOCASE)');
      database.exec(`CREATE INDEX by_word ON words(w); INSERT INTO words(w) ${MANY}`);
      rewrite(database, 'words', 'NOCASE', 'dictionary');
    },
  },
  {
    what: 'a table without rowids',
    trees: ['tags', 'by_use'],
    rowids: false,
    make: (database) => {
      database.exec('CREATE TABLE tags (tag TEXT COLLATE NOCASE PRIMARY KEY, used TEXT) WITHOUT ROWID');
      database.exec(`CREATE INDEX by_use ON tags(used); INSERT INTO tags(tag) ${MANY}`);
      rewrite(database, 'tags', 'NOCASE', 'dictionary');
    },
  },
  {
    what: 'a table with functions',
    trees: ['people', 'by_fold'],
    rowids: true,
    make: (database) => {
      database.function('fold', { deterministic: true }, (text: unknown) => String(text).toLowerCase());
      database.exec("CREATE TABLE people (name TEXT CHECK (fold(name) <> ''), low TEXT AS (fold(name)) STORED)");
      database.exec(`CREATE INDEX by_fold ON people(fold(name)); INSERT INTO people(name) ${MANY}`);
    },
  },
];

/** The bytes of a database, but for the counters that a backup changes in its header. */
const pagesOf = (path: string): string => createHash('sha256').update(readFileSync(path).subarray(100)).digest('hex');

describe('a sound database with', () => {
  test.each(PROGRAM_DATABASES)(
    '$what is backed up, verified for all that can be checked, kept and restored',
    async ({ make, except, uncounted = [] }) => {
      const scene = await setScene();
      rmSync(scene.source);
      makeProgramDatabase(scene.source, make);
      const { path } = await takeBackup(scene);
      const found = await verify(scene, path);
      expect(found).toMatchObject({ valid: true, stored: 'same', content: 'partial' });
      expect(found.message).toMatch(/^Verified, except /);
      expect(found.message).toMatch(except);
      expect(found.tables.filter(({ rows }) => rows === null).map(({ name }) => name)).toEqual(uncounted);
      const [kept] = await scene.core.call('snapshots.list', { planId: scene.plan.id });
      expect(kept?.verification).toMatchObject({
        valid: true,
        level: 'checked',
        except: expect.stringMatching(except),
      });
      expect(kept?.keptBy).not.toEqual([]);

      const target = join(scene.folder, 'restored.db');
      expect(await restore(scene.core, path, target)).toMatchObject({ state: 'succeeded', error: null });
      expect(pagesOf(target)).toBe(pagesOf(scene.source));
      // Into a database that is there, of which SQLite cannot count everything either.
      expect(await restore(scene.core, path, scene.source)).toMatchObject({ state: 'succeeded', error: null });
    },
  );

  test.each(CHECKED_IN_FULL)('$what is verified in full', async ({ make }) => {
    const scene = await setScene();
    rmSync(scene.source);
    makeProgramDatabase(scene.source, make);
    const { path } = await takeBackup(scene);
    expect(await verify(scene, path)).toMatchObject({ valid: true, content: 'sound', unchecked: [] });
  });

  test('rows in a table without rowids are counted without its collation', async () => {
    const scene = await setScene();
    rmSync(scene.source);
    const tags = PROGRAM_DATABASES.find(({ what }) => what.includes('without rowids'));
    makeProgramDatabase(scene.source, tags?.make ?? (() => {}));
    const { path } = await takeBackup(scene);
    expect((await verify(scene, path)).tables).toEqual([
      { name: 'ordinary', rows: 2000 },
      { name: 'tags', rows: 900 },
    ]);
  });
});

describe('damage in a database that SQLite cannot check in full stays damage', () => {
  const [withCollation] = PROGRAM_DATABASES;

  async function checked(damage: (path: string) => void) {
    const path = join(temporaryFolder(), 'app.db');
    makeProgramDatabase(path, withCollation?.make ?? (() => {}));
    damage(path);
    return (await stageAndVerify({ path }, quietContext(temporaryFolder()))).verification;
  }

  /** Changes the last leaf of a table or an index, and checks the database. */
  async function checkedLeaf(make: ProgramDatabase['make'], tree: string, change: (leaf: Buffer) => void) {
    const path = join(temporaryFolder(), 'app.db');
    makeProgramDatabase(path, make);
    const reading = new Database(path, { readonly: true });
    const leaves = reading.prepare("SELECT max(pageno) FROM dbstat WHERE name = ? AND pagetype = 'leaf'");
    const last = Number(leaves.pluck().get(tree));
    reading.close();
    const bytes = readFileSync(path);
    change(bytes.subarray((last - 1) * 4096, last * 4096));
    writeFileSync(path, bytes);
    return (await stageAndVerify({ path }, quietContext(temporaryFolder()))).verification;
  }

  test('in an ordinary table beside it', async () => {
    const found = await checked((path) => {
      const reading = new Database(path, { readonly: true });
      const last = Number(
        reading.prepare("SELECT max(pageno) FROM dbstat WHERE name = 'ordinary' AND pagetype = 'leaf'").pluck().get(),
      );
      reading.close();
      const bytes = readFileSync(path);
      bytes.fill(0xee, (last - 1) * 4096, (last - 1) * 4096 + 100);
      writeFileSync(path, bytes);
    });
    expect(found).toMatchObject({ valid: false, content: 'damaged' });
  });

  test('but where only the number of free pages is wrong', async () => {
    const found = await checked((path) => {
      const writing = new Database(path);
      writing.exec('CREATE TABLE passing (b); INSERT INTO passing VALUES (zeroblob(200000)); DROP TABLE passing');
      writing.close();
      const bytes = readFileSync(path);
      bytes.writeUInt32BE(bytes.readUInt32BE(36) - 1, 36);
      writeFileSync(path, bytes);
    });
    expect(found).toMatchObject({ valid: true, content: 'repairable', message: expect.stringContaining('free pages') });
  });

  /** A table with an index in a collation that is not here, beside others. */
  const words = (table: string) => (path: string) => {
    const writing = new Database(path);
    const made = 'CREATE TABLE words (id INTEGER PRIMARY KEY, w TEXT COLLATE NOCASE, n INT, m TEXT)';
    writing.exec(`DROP TABLE words; ${made}; CREATE INDEX by_w ON words(w); CREATE INDEX by_n ON words(n, m)`);
    writing.exec('CREATE INDEX late ON words(n) WHERE n > 1');
    writing.exec("INSERT INTO words(w, n, m) VALUES ('a', 1, 'x'), ('b', NULL, 'second'), ('c', 3, NULL)");
    rewrite(writing, 'words', made, table);
    writing.close();
  };
  const WORDS = 'CREATE TABLE words (id INTEGER PRIMARY KEY, w TEXT COLLATE dictionary, n INT, m TEXT)';

  test('but indexes beside the one that needs it are checked', async () => {
    expect((await checked(words(WORDS))).message).toMatch(
      /^Verified, except 1 index that uses the collation dictionary \(by_w\) and 1 index \(late: the collation dictionary is not available here\):/,
    );
  });

  test('an index that lacks a row beside one that cannot be checked', async () => {
    const found = await checked((path) => {
      words(WORDS)(path);
      const reading = new Database(path, { readonly: true });
      const root = Number(reading.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'by_n'").pluck().get());
      reading.close();
      const bytes = readFileSync(path);
      bytes.write('sixth!', bytes.indexOf('second', (root - 1) * 4096));
      writeFileSync(path, bytes);
    });
    expect(found).toMatchObject({
      content: 'repairable',
      message: expect.stringContaining('Index by_n is missing 1 row. Run REINDEX by_n to repair it.'),
    });
  });

  test('rows against NOT NULL of a table that SQLite cannot open with its indexes', async () => {
    const found = await checked(words(WORDS.replace('n INT', 'n INT NOT NULL')));
    expect(found).toMatchObject({ valid: true, stored: 'unknown' });
    expect(found.message).toContain('1 row has NULL in words.n, which is declared NOT NULL.');
  });

  const BY_TREE = LARGE.flatMap(({ what, trees, make }) => trees.map((tree) => ({ what, tree, make })));

  test.each(BY_TREE)('a page of $tree that is filled with garbage, of $what', async ({ make, tree }) => {
    const found = await checkedLeaf(make, tree, (leaf) => leaf.fill(0xee));
    expect(found).toMatchObject({ valid: false, content: 'damaged' });
  });

  test.each(BY_TREE)('rows of $tree whose places are lost, of $what', async ({ make, tree }) => {
    const found = await checkedLeaf(make, tree, (leaf) => leaf.fill(0, 8, 8 + 2 * leaf.readUInt16BE(3)));
    expect(found).toMatchObject({ valid: false, content: 'damaged' });
  });

  test.each(LARGE.filter(({ rowids }) => rowids))('rows that leave their page, of $what', async ({ make, trees }) => {
    const found = await checkedLeaf(make, trees[0] ?? '', (leaf) => leaf.fill(0xfe, 9, 10).fill(0x0f, 8, 9));
    expect(found).toMatchObject({ valid: false, content: 'damaged' });
  });

  test.each([
    { by: -1, says: 'Index by_word is missing 1 row.' },
    { by: 1, says: 'Index by_word has entries for rows that are not in its table.' },
  ])('an index that cannot be read and has $by entries more than its table rows', async ({ by, says }) => {
    const [kind] = LARGE;
    const found = await checkedLeaf(kind?.make ?? (() => {}), 'by_word', (leaf) => {
      const count = leaf.readUInt16BE(3);
      leaf.copyWithin(8 + 2 * count, 8 + 2 * count - 2, 8 + 2 * count);
      leaf.writeUInt16BE(count + by, 3);
    });
    expect(found).toMatchObject({ content: 'repairable', message: expect.stringContaining(says) });
  });

  test('rows and schema that differ from the manifest', async () => {
    const scene = await setScene();
    rmSync(scene.source);
    makeProgramDatabase(scene.source, withCollation?.make ?? (() => {}));
    const { path } = await takeBackup(scene);
    const described = `${path}.manifest.json`;
    const manifest = JSON.parse(readFileSync(described, 'utf8'));
    manifest.database.tables[0].rows += 1;
    writeFileSync(described, JSON.stringify(manifest));
    expect(await verify(scene, path)).toMatchObject({ valid: false, stored: 'different' });
  });
});

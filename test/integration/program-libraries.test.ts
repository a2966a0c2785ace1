import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { load as loadVectors } from 'sqlite-vec';
import { getLoadablePath as htmlTokenizer } from 'sqlite3-fts5-html';
import { describe, expect, test } from 'vitest';
import { ICU_COLLATIONS } from '../../tools/icu-collations.mjs';
import { expectNothingLeft, prepareRestore, setScene } from '../support/scene.ts';
import { verify } from '../support/stored-files.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

/*
 * Databases of programs that bring libraries of their own, made and asked by those libraries themselves. Snapkeep has
 * none of them.
 */

/** Where Debian and others put the library. */
const SPATIALITE = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/local/lib']
  .map((folder) => join(folder, 'mod_spatialite.so'))
  .find((path) => existsSync(path));

interface Library {
  what: string;
  /** Why the tests of a machine cannot load it; in CI they have to. */
  missing?: string | undefined;
  load(database: Database.Database): void;
  make: string;
  question: string;
}

const LIBRARIES: Library[] = [
  {
    what: 'vectors (sqlite-vec)',
    load: loadVectors,
    make: `CREATE VIRTUAL TABLE items USING vec0(embedding float[3], label TEXT);
      INSERT INTO items(rowid, embedding, label) VALUES (1, '[1,0,0]', 'x'), (2, '[0,1,0]', 'y'), (7, '[0,0,1]', 'z')`,
    question:
      "SELECT rowid, label, distance FROM items WHERE embedding MATCH '[0,0.9,0.1]' AND k = 2 ORDER BY distance",
  },
  {
    what: 'places on earth (SpatiaLite)',
    missing: SPATIALITE === undefined ? 'libsqlite3-mod-spatialite is not installed' : undefined,
    load: (database) => database.loadExtension(SPATIALITE ?? ''),
    make: `SELECT InitSpatialMetaData(1, 'WGS84');
      CREATE TABLE towns (id INTEGER PRIMARY KEY, name TEXT);
      SELECT AddGeometryColumn('towns', 'place', 4326, 'POINT', 'XY');
      SELECT CreateSpatialIndex('towns', 'place');
      INSERT INTO towns VALUES (1, 'Bern', MakePoint(7.44, 46.95, 4326)), (2, 'Oslo', MakePoint(10.75, 59.91, 4326))`,
    question: `SELECT name, AsText(place), round(Distance(place, MakePoint(7, 47, 4326)), 3) FROM towns WHERE rowid IN (
      SELECT rowid FROM SpatialIndex WHERE f_table_name = 'towns' AND search_frame = BuildMbr(5, 45, 9, 48, 4326))`,
  },
  {
    what: 'words in the order of a language (ICU collations)',
    missing: existsSync(ICU_COLLATIONS) ? undefined : 'the package sqlite-icu could not be had',
    load: (database) => {
      database.loadExtension(ICU_COLLATIONS);
      database.prepare("SELECT icu_load_collation('sv_SE', 'swedish')").get();
    },
    make: `CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT COLLATE swedish NOT NULL);
      CREATE UNIQUE INDEX by_word ON words(word);
      CREATE TABLE glossary (word TEXT COLLATE swedish PRIMARY KEY, meaning TEXT) WITHOUT ROWID;
      INSERT INTO words(word) VALUES ('öl'), ('zon'), ('ål'), ('ananas'), ('äpple');
      INSERT INTO glossary SELECT word, 'meaning of ' || word FROM words`,
    question: `SELECT words.word, meaning, lower(upper(words.word)) FROM words JOIN glossary USING (word)
      WHERE words.word > 'zon' ORDER BY words.word`,
  },
  {
    what: 'full text of HTML (a tokenizer for FTS5)',
    load: (database) => database.loadExtension(htmlTokenizer()),
    make: `CREATE VIRTUAL TABLE notes USING fts5(body, tokenize = 'html unicode61');
      INSERT INTO notes(rowid, body) VALUES (3, '<p class="other">Hello <b>world</b></p>'), (9, '<i>Other</i> words')`,
    question: "SELECT rowid, highlight(notes, 0, '[', ']') AS found FROM notes WHERE notes MATCH 'other'",
  },
];

function ask({ load, question }: Library, path: string): unknown[] {
  const database = new Database(path);
  try {
    load(database);
    return database.prepare(question).all();
  } finally {
    database.close();
  }
}

function make({ load, make: sql }: Library, path: string): void {
  const database = new Database(path);
  load(database);
  for (const statement of sql.split(';\n')) {
    const prepared = database.prepare(statement);
    if (prepared.reader) prepared.all();
    else prepared.run();
  }
  database.close();
}

describe('the database of a program with its own library for', () => {
  test.for(LIBRARIES)(
    '$what is backed up by every method that can be, and answers as before',
    async (library, { skip }) => {
      skip(library.missing !== undefined && process.env.CI === undefined, library.missing);
      const scene = await setScene({ plan: { compression: 'none' } });
      const { core, plan, source, destination } = scene;
      rmSync(source);
      make(library, source);
      const answer = ask(library, source);
      expect(answer.length).toBeGreaterThan(0);
      const outcomes: Record<string, string> = {};
      for (const method of ['online', 'compact', 'dump'] as const) {
        const before = readdirSync(destination);
        const run = await runToEnd(core, 'backups.start', { planId: plan.id, method });
        if (run.state === 'failed') {
          expect(run.error, method).toMatchObject({
            code: 'UNSUPPORTED',
            hint: expect.stringMatching(/method|online/i),
          });
          expect(readdirSync(destination)).toEqual(before);
          outcomes[method] = 'refused';
          continue;
        }
        const { snapshot } = await core.call('snapshots.get', { snapshotId: run.snapshotId ?? '' });
        const path = snapshot.path ?? '';
        expect(await verify(scene, path)).toMatchObject({ valid: true, stored: 'same' });
        const target = join(scene.folder, `${method}.db`);
        const { start } = await prepareRestore(core, path, target);
        await succeed(core, 'restores.start', start);
        expect(ask(library, target), method).toEqual(answer);
        outcomes[method] = 'equal';
      }
      expect(outcomes.online).toBe('equal');
      expectNothingLeft(scene);
    },
  );
});

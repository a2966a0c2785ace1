import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { restoreDump } from '../../src-main/core/engine/dump/restore-dump.ts';
import { openDatabase, openForReading } from '../../src-main/core/engine/sqlite/open-database.ts';
import { setScene, takeBackup } from '../support/scene.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { runToEnd } from '../support/test-core.ts';

/** A schema that reaches for a table whose use SQLite calls unsafe in the schema of a database nobody vouches for. */
const HARMFUL = `
  CREATE TABLE notes(text);
  CREATE VIEW harmful AS SELECT name FROM pragma_function_list;
  CREATE TRIGGER harm AFTER INSERT ON notes BEGIN DELETE FROM notes WHERE text IN (SELECT name FROM harmful); END;`;
const QUESTION = 'SELECT count(*) FROM harmful';

function makeHarmful(path: string): void {
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.exec(HARMFUL);
  database.close();
}

function harmfulDatabase(): string {
  const path = join(temporaryFolder(), 'harmful.db');
  makeHarmful(path);
  return path;
}

test('a program that trusts the schema is harmed by it', () => {
  const database = new Database(harmfulDatabase());
  onTestFinished(() => void database.close());
  database.pragma('trusted_schema = ON');
  expect(Number(database.prepare(QUESTION).pluck().get())).toBeGreaterThan(0);
  database.exec("INSERT INTO notes VALUES ('abs')");
  expect(database.prepare('SELECT count(*) FROM notes').pluck().get()).toBe(0);
});

describe('no connection trusts a schema', () => {
  const inUse = (path: string): string => {
    const program = new Database(path);
    onTestFinished(() => void program.close());
    program.exec("CREATE TABLE other AS SELECT 'in the log' AS text");
    return path;
  };
  const toRead = async (path: string) =>
    (await openForReading(path, { stagingFolder: temporaryFolder(), keys: [], opened: [] })).database;

  test.each([
    ['that writes', async (path: string) => openDatabase(path)],
    ['that only reads', async (path: string) => openDatabase(path, { readonly: true })],
    ['to a source', toRead],
    ['to a source that another program has open', (path: string) => toRead(inUse(path))],
  ])('%s', async (_what, open) => {
    const database = await open(harmfulDatabase());
    onTestFinished(() => void database.close());
    expect(database.pragma('trusted_schema', { simple: true })).toBe(0);
    expect(() => database.prepare(QUESTION).get()).toThrow(/unsafe use/);
    if (!database.readonly) expect(() => database.prepare("INSERT INTO notes VALUES ('abs')")).toThrow(/unsafe use/);
  });

  test('that loads a dump, which can neither use such a schema nor have it trusted', async () => {
    const load = (sql: string) =>
      restoreDump([Buffer.from(`BEGIN;\n${sql}\nCOMMIT;\n`)], join(temporaryFolder(), 'new.db'));
    await expect(load(`${HARMFUL}\nINSERT INTO notes VALUES ('abs');`)).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringContaining('unsafe use'),
    });
    await expect(load('PRAGMA trusted_schema = ON;')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  test('that a restore test asks its questions on', async () => {
    const checks = [{ name: 'view', sql: QUESTION, operator: '>' as const, value: '0' }];
    const scene = await setScene({ plan: { restoreTest: { schedule: { kind: 'manual' }, withinDays: null, checks } } });
    makeHarmful(scene.source);
    const snapshot = await takeBackup(scene);
    expect(snapshot.verification.valid).toBe(true);
    const run = await runToEnd(scene.core, 'restoreTests.start', { planId: scene.plan.id });
    expect(JSON.stringify(run.result ?? run.error)).toContain('unsafe use');
    expect(run.state).toBe('failed');
  });

  test('for one file alone opens databases', () => {
    const product = resolve(import.meta.dirname, '../../src-main');
    const opening = readdirSync(product, { recursive: true, encoding: 'utf8' }).filter(
      (path) =>
        path.endsWith('.ts') &&
        /from '(better-sqlite3[\w-]*|node:sqlite)'|new SqliteDatabase\(/.test(
          readFileSync(join(product, path), 'utf8'),
        ),
    );
    expect(opening).toEqual([join('core', 'engine', 'sqlite', 'open-database.ts')]);
  });
});

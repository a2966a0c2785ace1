import { copyFileSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { canBePutBack, type Run } from '../../../src-shared/model/run.ts';
import { countEntries } from '../../support/databases.ts';
import { openElsewhere } from '../../support/elsewhere.ts';
import {
  countEncrypted,
  filesWith,
  MARKER,
  makeEncrypted,
  openEncrypted,
  RAW_KEY,
  SQLCIPHER_4,
} from '../../support/encrypted-databases.ts';
import { killBeforeStep } from '../../support/killed.ts';
import {
  changeLive,
  confirmed,
  orderOf,
  type PutBackScene,
  preview,
  previewOf,
  rowsOf,
  scriptOf,
  setPutBackScene,
} from '../../support/put-back-scene.ts';
import { setScene, takeBackup } from '../../support/scene.ts';
import { runToEnd, startTestCore, succeed } from '../../support/test-core.ts';

const LOST = 'PRAGMA foreign_keys = OFF; DELETE FROM accounts WHERE id = 1; DELETE FROM entries WHERE account = 1';
const ACCOUNT = { table: 'accounts', keys: [[1]] };
const CONTENT = 'SELECT * FROM accounts, entries ORDER BY 1, 3';

const putBack = (scene: PutBackScene, check: Run): Promise<Run> =>
  confirmed(scene.core, check).then((params) => runToEnd(scene.core, 'rows.putBack', params));

describe.each(['wal', 'delete'] as const)('in journal mode %s', (journalMode) => {
  test('a lost row comes back with its children while another program has the database open, and Undo takes them away', async () => {
    const scene = await setPutBackScene(LOST, { journalMode });
    const { core, source } = scene;
    const before = rowsOf(source, CONTENT);
    const other = await openElsewhere(source);
    expect(await other.get('SELECT count(*) FROM entries')).toBe(50);
    const alone = await previewOf(scene, await preview(scene, ACCOUNT));
    expect(alone).toMatchObject({
      problems: [],
      changes: 1,
      related: [{ id: 'entries(account)', table: 'entries', to: 'accounts', rows: 50, detached: 0 }],
    });
    const check = await preview(scene, ACCOUNT, { include: ['entries(account)'] });
    expect(await previewOf(scene, check)).toMatchObject({
      problems: [],
      related: [],
      changes: 51,
      effects: [],
      triggers: [],
    });
    expect((await previewOf(scene, check)).tables).toMatchObject([
      { name: 'accounts', because: 'chosen', insert: 1 },
      { name: 'entries', because: 'children', insert: 50 },
    ]);
    expect(await scriptOf(scene, check)).toContain('INSERT INTO main."accounts" ("id", "name") VALUES (1, \'cash\');');
    const run = await putBack(scene, check);
    expect(run).toMatchObject({ state: 'succeeded', result: { kind: 'putBackRows', rows: 51, tables: 2 } });
    expect(await other.get('SELECT count(*) FROM entries')).toBe(100);
    const writtenSince = async () =>
      (await core.call('restores.previewUndo', { runId: run.id })).database?.writtenSince;
    expect(await writtenSince()).toBe(false);
    await other.exec("UPDATE entries SET note = 'after' WHERE id = 2");
    expect(await writtenSince()).toBe(true);
    await other.close();
    expect(rowsOf(source, 'PRAGMA foreign_key_check')).toEqual([]);
    await succeed(core, 'restores.undo', { runId: run.id });
    expect(rowsOf(source, CONTENT)).toEqual(before);
    expect(readdirSync(dirname(source)).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('what has changed since the preview is refused, and nothing is written', async () => {
    const changes: Array<[what: string, sql: string]> = [
      ['the row', "INSERT INTO accounts VALUES (1, 'other')"],
      ['a row that refers to it', 'INSERT INTO entries(id, account, amount) VALUES (1, 2, 3)'],
      ['the schema', 'CREATE INDEX more ON entries(note)'],
      ['a trigger', "CREATE TRIGGER t AFTER INSERT ON accounts BEGIN UPDATE entries SET note = 'x'; END"],
    ];
    for (const [what, sql] of changes) {
      const scene = await setPutBackScene(LOST, { journalMode });
      const check = await preview(scene, ACCOUNT, { include: 'all' });
      changeLive(scene.source, sql);
      const before = rowsOf(scene.source, CONTENT);
      const run = await putBack(scene, check);
      expect(run, what).toMatchObject({
        state: 'failed',
        error: { code: 'CONFLICT', message: expect.stringContaining('has changed since the preview') },
        result: null,
      });
      expect(rowsOf(scene.source, CONTENT)).toEqual(before);
      expect(readdirSync(join(scene.home, 'safety')).filter((name) => !name.startsWith('.'))).toEqual([]);
    }
  });

  test('a lock that is not given free leaves everything as it was', async () => {
    const scene = await setPutBackScene(LOST, { journalMode });
    const check = await preview(scene, ACCOUNT);
    const other = await openElsewhere(scene.source);
    await other.exec('BEGIN IMMEDIATE');
    expect(await putBack(scene, check)).toMatchObject({ state: 'failed', error: { code: 'LOCKED' } });
    await other.exec('COMMIT');
    await other.close();
    expect(countEntries(scene.source)).toBe(50);
    expect(await putBack(scene, check)).toMatchObject({ state: 'succeeded' });
  });
});

test('the statements come in pieces, and run as they are', async () => {
  const long =
    "INSERT INTO entries(id, account, amount, note) VALUES (1, 2, 3, 'a'), (3, 2, 3, replace(hex(zeroblob(300000)), '0', '😀é')), (5, 2, 3, 'c')";
  const scene = await setScene();
  await scene.core.call('settings.update', { lockWaitSeconds: 1 });
  changeLive(scene.source, `DELETE FROM entries WHERE id IN (1, 3, 5); ${long}`);
  const before = rowsOf(scene.source, 'SELECT * FROM entries ORDER BY id');
  const snapshot = await takeBackup(scene);
  changeLive(scene.source, 'DELETE FROM entries WHERE id IN (1, 3, 5)');
  const check = await preview({ ...scene, snapshot }, { table: 'entries', keys: [[1], [3], [5]] });
  const first = await scene.core.call('rows.putBackSql', { checkRunId: check.id });
  expect(first.next).toBe(1);
  changeLive(scene.source, await scriptOf(scene, check));
  expect(rowsOf(scene.source, 'SELECT * FROM entries ORDER BY id')).toEqual(before);
});

test('triggers do what the preview says, or nothing is written', async () => {
  const scene = await setPutBackScene(`${LOST}; CREATE TABLE totals(n); INSERT INTO totals VALUES (1), (2);
    CREATE TRIGGER t AFTER INSERT ON accounts BEGIN UPDATE totals SET n = n + 1; END`);
  const check = await preview(scene, ACCOUNT);
  expect(await previewOf(scene, check)).toMatchObject({
    changes: 3,
    triggers: [{ name: 't', table: 'accounts', event: 'INSERT' }],
    effects: [{ table: 'totals', inserted: 0, updated: 2, deleted: 0 }],
  });
  changeLive(scene.source, 'INSERT INTO totals VALUES (3)');
  expect(await putBack(scene, check)).toMatchObject({ state: 'failed', error: { code: 'CONFLICT' } });
  expect(rowsOf(scene.source, 'SELECT n FROM totals')).toEqual([[1], [2], [3]]);
  expect(await putBack(scene, await preview(scene, ACCOUNT))).toMatchObject({
    state: 'succeeded',
    result: { rows: 4 },
  });
});

test('another file in the place of the database is refused', async () => {
  const scene = await setPutBackScene(LOST);
  const check = await preview(scene, ACCOUNT);
  copyFileSync(scene.source, `${scene.source}.new`);
  renameSync(`${scene.source}.new`, scene.source);
  expect(await putBack(scene, check)).toMatchObject({ state: 'failed', error: { code: 'CONFLICT' } });
  expect(countEntries(scene.source)).toBe(50);
});

test('what is not confirmed, has problems or changes nothing does not start', async () => {
  const scene = await setPutBackScene(LOST);
  const refused = async (params: { checkRunId: string; confirmation: string }) => {
    const answer = await scene.core.answer('rows.putBack', params);
    return answer.ok ? 'started' : answer.error.message;
  };
  const check = await preview(scene, ACCOUNT);
  expect(await refused({ checkRunId: check.id, confirmation: 'other' })).toMatch(/must be reviewed/);
  expect(await refused(await confirmed(scene.core, await preview(scene, { table: 'accounts', keys: [[2]] })))).toMatch(
    /already has/,
  );
  changeLive(scene.source, 'DROP TABLE entries; DROP TABLE accounts');
  expect(await refused(await confirmed(scene.core, await preview(scene, ACCOUNT)))).toBe(
    'The live database has no table accounts.',
  );
});

test('rows of an encrypted database come back without anything being written decrypted', async () => {
  const scene = await setScene();
  const { core, folder } = scene;
  const source = join(folder, 'secret.db');
  makeEncrypted(source, RAW_KEY, 60);
  const plan = await core.call('plans.create', {
    name: 'Secret',
    sourcePath: source,
    destinations: [{ path: scene.destination }],
    key: { value: RAW_KEY },
  });
  const snapshot = await takeBackup({ core, plan });
  const live = openEncrypted(source, RAW_KEY, SQLCIPHER_4);
  const [table] = live.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
  live.exec(`DELETE FROM ${table} WHERE rowid <= 10`);
  live.close();
  const secret: PutBackScene = { ...scene, source, plan, snapshot };
  const check = await preview(secret, { table: table ?? '' });
  expect(await previewOf(secret, check)).toMatchObject({ problems: [], changes: 10 });
  const run = await putBack(secret, check);
  expect(run.state).toBe('succeeded');
  expect(countEncrypted(source, RAW_KEY)).toBe(60);
  await succeed(core, 'restores.undo', { runId: run.id });
  expect(countEncrypted(source, RAW_KEY)).toBe(50);
  await core.close();
  expect(filesWith(folder, MARKER)).toEqual([]);
});

describe('killed at any step, the rows are all there or none is', () => {
  const ENDED = { worker: 'failed', all: 'interrupted' };

  async function killed(step: number | 'replacing the database' | 'answer', who: 'worker' | 'all') {
    const scene = await setPutBackScene(LOST);
    const params = orderOf(scene, ACCOUNT, { include: 'all' });
    await scene.core.close();
    await killBeforeStep(step, who, scene.home, 'rows.putBack', params);
    const core = await startTestCore(scene.home);
    const run = (await core.call('runs.list', {})).find(({ kind }) => kind === 'putBackRows');
    return { ...scene, core, run: run as Run };
  }

  describe.each(['worker', 'all'] as const)('%s', (who) => {
    test.each([1, 2, 'replacing the database'] as const)('before %s', async (step) => {
      const { run, source } = await killed(step, who);
      expect(countEntries(source)).toBe(50);
      expect(run.state).toBe(ENDED[who]);
      expect(canBePutBack(run.result)).toBe(false);
    });

    test('before the answer', async () => {
      const { run, source, core } = await killed('answer', who);
      expect(countEntries(source)).toBe(100);
      expect(run).toMatchObject({ state: 'succeeded', result: { rows: 51 } });
      await succeed(core, 'restores.undo', { runId: run.id });
      expect(countEntries(source)).toBe(50);
    });
  });
});

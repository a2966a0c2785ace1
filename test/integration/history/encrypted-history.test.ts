import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { HistorySettings } from '../../../src-shared/model/history/history-settings.ts';
import {
  countEncrypted,
  filesWith,
  MARKER,
  makeEncrypted,
  openEncrypted,
  RAW_KEY,
  SQLCIPHER_4,
} from '../../support/encrypted-databases.ts';
import { contentsOf, type Scene, setScene } from '../../support/scene.ts';
import { runToEnd, startTestCore, succeed } from '../../support/test-core.ts';

const KEEP = { minutesForHours: 0, hoursForDays: 0, daysForDays: 0, monthsForMonths: 0 };
const HISTORY = HistorySettings.parse({ storage: 'both', keep: KEEP });
const IDENTITY = await generateIdentity();
const RECIPIENT = await identityToRecipient(IDENTITY);
const FOR_US = {
  encryption: { kind: 'recipients' as const, recipients: [RECIPIENT] },
  encryptionSecrets: { identity: IDENTITY },
};
const SECRET = 'SONG-THAT-NOBODY-MAY-READ';

const insert = (path: string, name: string): void => {
  const database = new Database(path);
  database.exec('CREATE TABLE IF NOT EXISTS songs (name TEXT)');
  database.prepare('INSERT INTO songs VALUES (?)').run(name);
  database.close();
};
const namesOf = (path: string): unknown[] => {
  const database = new Database(path, { readonly: true });
  const names = database.prepare('SELECT name FROM songs ORDER BY rowid').pluck().all();
  database.close();
  return names;
};
const captureWith = async ({ core, plan, source }: Scene, name: string): Promise<void> => {
  insert(source, name);
  await succeed(core, 'history.capture', { planId: plan.id });
};
/** The LTX files at the destination, by the ends of their paths. */
const filesAt = (destination: string): string[] =>
  Object.keys(contentsOf(destination)).flatMap((path) => /\d\/[^/]*\.ltx.*$/.exec(path)?.[0] ?? []);

/** A plan that encrypts for a recipient, with points of one, two and three songs. */
async function setEncrypted(): Promise<Scene> {
  const scene = await setScene({ rows: 200 });
  const plan = await scene.core.call('plans.update', { planId: scene.plan.id, history: HISTORY, ...FOR_US });
  for (const name of [SECRET, 'b', 'c']) await captureWith(scene, name);
  return { ...scene, plan };
}

describe('the history of a plan that encrypts', () => {
  test('is encrypted file by file, and its points are verified, merged and restored', async () => {
    const scene = await setEncrypted();
    const { core, plan, source, home, folder, destination } = scene;
    expect(filesAt(destination)).toEqual([
      '0/0000000000000002-0000000000000002.ltx.age',
      '0/0000000000000003-0000000000000003.ltx.age',
      '9/0000000000000001-0000000000000001.ltx.age',
    ]);
    const { 1: first } = Object.fromEntries(
      (await core.call('history.points', { planId: plan.id })).map((point) => [point.txid, point]),
    );
    expect(Object.values(contentsOf(destination))).toContain(first?.sha256);
    await captureWith(scene, 'd');
    for (const txid of [1, 3]) await core.call('history.pin', { planId: plan.id, txid, pinned: true });
    await succeed(core, 'history.prune', { planId: plan.id });
    await succeed(core, 'history.prune', { planId: plan.id });
    expect(filesAt(destination)).toEqual([
      '0/0000000000000004-0000000000000004.ltx.age',
      expect.stringMatching(/^\d\/0000000000000002-0000000000000003\.ltx\.age$/),
      '9/0000000000000001-0000000000000001.ltx.age',
    ]);
    for (const txid of [1, 3]) {
      const { result } = await succeed(core, 'verifications.start', { planId: plan.id, txid });
      expect(result).toMatchObject({ verification: { valid: true } });
    }
    const check = await succeed(core, 'restores.check', { source: { planId: plan.id, txid: 1 }, targetPath: source });
    if (check.result?.kind !== 'restore-check') throw new Error('No check.');
    const { confirmation } = check.result.check;
    await succeed(core, 'restores.start', { checkRunId: check.id, confirmation });
    expect(namesOf(source)).toEqual([SECRET]);
    await core.close();
    // Beside the database itself, and the safety snapshot on the same machine, the content can be read nowhere.
    rmSync(join(home, 'safety'), { recursive: true });
    expect(filesWith(folder, SECRET)).toEqual([source]);
  }, 60_000);

  test('asks for what opens it where that is not known', async () => {
    const { core, plan, source, home, folder } = await setEncrypted();
    await core.close();
    const catalog = new Database(join(home, 'catalog.db'));
    catalog.exec('DELETE FROM plan_secrets; DELETE FROM secrets');
    catalog.close();
    const elsewhere = await startTestCore(home);
    const check = { source: { planId: plan.id, txid: 2 }, targetPath: join(folder, 'app', 'then.db') };
    const asked = await runToEnd(elsewhere, 'restores.check', check);
    expect(asked.error).toMatchObject({ code: 'BAD_KEY', details: { asks: 'identity' } });
    await succeed(elsewhere, 'restores.check', { ...check, key: { value: IDENTITY } });
    await succeed(elsewhere, 'verifications.start', { planId: plan.id, txid: 2 });
    expect(namesOf(source)).toHaveLength(3);
  });

  test('begins again with the whole database when the encryption changes, and earlier points stay', async () => {
    const scene = await setEncrypted();
    const { core, plan, destination } = scene;
    await core.call('plans.update', { planId: plan.id, encryption: null });
    await captureWith(scene, 'd');
    expect(filesAt(destination)).toContain('9/0000000000000001-0000000000000004.ltx');
    const encryption = { kind: 'passphrase' as const };
    await core.call('plans.update', {
      planId: plan.id,
      encryption,
      encryptionSecrets: { passphrase: 'a long one, 1' },
    });
    await captureWith(scene, 'e');
    await core.call('plans.update', { planId: plan.id, encryptionSecrets: { passphrase: 'a long one, 2' } });
    await captureWith(scene, 'f');
    expect(filesAt(destination).slice(-3)).toEqual([
      '9/0000000000000001-0000000000000004.ltx',
      '9/0000000000000001-0000000000000005.ltx.age',
      '9/0000000000000001-0000000000000006.ltx.age',
    ]);
    const json = readdirSync(destination).find((name) => name.endsWith('.history')) ?? '';
    expect(JSON.parse(readFileSync(join(destination, json, 'history.json'), 'utf8'))).toMatchObject({ encryption });
    for (const txid of [2, 6]) await succeed(core, 'verifications.start', { planId: plan.id, txid });
  }, 60_000);

  test('is refused where its files could not be merged, for want of an identity', async () => {
    const { core, plan } = await setScene();
    const change = { planId: plan.id, history: HISTORY, encryption: FOR_US.encryption };
    await expect(core.call('plans.update', change)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      hint: expect.stringContaining('identity'),
    });
  });
});

test('the history of an encrypted database has its pages as they are stored, and nothing plain', async () => {
  const scene = await setScene();
  const { core, destination, folder } = scene;
  const source = join(folder, 'app', 'locked.db');
  makeEncrypted(source, RAW_KEY);
  const plan = await core.call('plans.create', {
    name: 'Locked',
    sourcePath: source,
    destinations: [{ path: destination }],
    key: { value: RAW_KEY },
    history: HISTORY,
  });
  await succeed(core, 'history.capture', { planId: plan.id });
  const database = openEncrypted(source, RAW_KEY, SQLCIPHER_4);
  database.exec('DELETE FROM entries WHERE id > 400');
  const { result } = await succeed(core, 'history.capture', { planId: plan.id });
  database.close();
  expect(result).toMatchObject({ kind: 'capture', txid: 2, changedPages: expect.any(Number) });
  for (const [txid, rows] of [
    [1, 500],
    [2, 400],
  ] as const) {
    const target = join(folder, 'app', `then-${txid}.db`);
    const check = await succeed(core, 'restores.check', { source: { planId: plan.id, txid }, targetPath: target });
    if (check.result?.kind !== 'restore-check') throw new Error('No check.');
    const { confirmation } = check.result.check;
    await succeed(core, 'restores.start', { checkRunId: check.id, confirmation });
    expect(countEncrypted(target, RAW_KEY)).toBe(rows);
  }
  const points = await core.call('history.points', { planId: plan.id });
  expect(points.map(({ changedPages, pages }) => changedPages < pages)).toEqual([true, false]);
  expect(filesWith(folder, MARKER)).toEqual([]);
});

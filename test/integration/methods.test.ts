import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { SnapshotEncryption } from '../../src-shared/model/encryption.ts';
import { hasAge } from '../support/age-command-line.ts';
import { appendEntries, countEntries } from '../support/databases.ts';
import { differences, everythingIn, hasSqliteTools, makeOddDatabase } from '../support/dump-databases.ts';
import { countEncrypted, filesWith, MARKER, makeEncrypted, RAW_KEY } from '../support/encrypted-databases.ts';
import {
  expectFailure,
  expectNothingLeft,
  prepareRestore,
  restore,
  type Scene,
  setScene,
  takeBackup,
} from '../support/scene.ts';
import { databaseOf, manifestOf } from '../support/stored-files.ts';
import { storedIn } from '../support/stored-names.ts';
import { runToEnd, startTestCore, succeed } from '../support/test-core.ts';

const IDENTITY = await generateIdentity();
const FOR_US: SnapshotEncryption = { kind: 'recipients', recipients: [await identityToRecipient(IDENTITY)] };

/** Verifies a file and answers what was found. */
async function verificationOf({ core }: Pick<Scene, 'core'>, path: string) {
  const run = await succeed(core, 'verifications.start', { path });
  if (run.result?.kind !== 'verify') throw new Error('no verification');
  return run.result.verification;
}

/** Backs up a database without a plan and answers where the snapshot is. */
async function backUp(
  scene: Scene,
  source: string,
  how: { method: 'online' | 'compact' | 'dump'; compression?: 'zst' },
) {
  const to = join(scene.folder, 'elsewhere');
  mkdirSync(to, { recursive: true });
  const run = await succeed(scene.core, 'backups.start', { source, to, ...how });
  const { snapshot } = await scene.core.call('snapshots.get', { snapshotId: run.snapshotId ?? '' });
  return snapshot.path ?? '';
}

describe('a plan with a method', () => {
  test('that compacts leaves the free pages out, and everything else is the same', async () => {
    const scene = await setScene({ rows: 3000, plan: { method: 'compact', compression: 'none' } });
    const database = new Database(scene.source);
    database.exec('DELETE FROM entries WHERE id > 100');
    database.close();
    const { path } = await takeBackup(scene);
    const manifest = manifestOf(path);
    expect(manifest).toMatchObject({ format: 1, method: 'vacuum-into', databaseEncryption: null });
    const pages = new Database(scene.source, { readonly: true });
    expect(databaseOf(manifest).pageCount).toBeLessThan(Number(pages.pragma('page_count', { simple: true })) / 2);
    pages.close();
    const target = join(scene.folder, 'restored.db');
    expect((await restore(scene.core, path, target)).state).toBe('succeeded');
    expect(everythingIn(target)).toEqual(everythingIn(scene.source));
  });

  test.each(['gz', 'zst', 'none'] as const)(
    'that dumps stores SQL as %s, verifies it, tests its restore and restores it',
    async (compression) => {
      const plan = { method: 'dump', compression } as const;
      const scene = await setScene({ rows: 2000, plan });
      const { core, source, folder } = scene;
      const { path, verification } = await takeBackup(scene);
      const packed = compression === 'none' ? '' : `.${compression}`;
      expect(path.endsWith(`.sql${packed}`)).toBe(true);
      expect(verification).toMatchObject({ valid: true, level: 'checked' });
      const manifest = manifestOf(path);
      expect(manifest).toMatchObject({
        format: 1,
        method: 'sql-dump',
        database: { userVersion: 7, journalMode: 'wal' },
      });
      expect(databaseOf(manifest).tables).toContainEqual({ name: 'entries', rows: 2000 });
      const restoreTest = await succeed(core, 'restoreTests.start', { planId: scene.plan.id });
      expect(restoreTest.result).toMatchObject({ valid: true });
      const before = everythingIn(source);
      appendEntries(source, 50);
      const { check, start } = await prepareRestore(core, path, source);
      expect(check.tables).toContainEqual({ name: 'entries', now: 2050, after: 2000 });
      await succeed(core, 'restores.start', start);
      expect(everythingIn(source)).toEqual(before);
      await succeed(core, 'restores.undo', {});
      expect(countEntries(source)).toBe(2050);
      const there = join(folder, 'new.db');
      expect((await restore(core, path, there)).state).toBe('succeeded');
      const journal = new Database(there);
      expect(journal.pragma('journal_mode', { simple: true })).toBe('wal');
      journal.close();
      expectNothingLeft(scene);
    },
  );

  test('may be another one for once', async () => {
    const scene = await setScene();
    const run = await succeed(scene.core, 'backups.start', { planId: scene.plan.id, method: 'dump', name: 'mine' });
    const { snapshot } = await scene.core.call('snapshots.get', { snapshotId: run.snapshotId ?? '' });
    expect(snapshot.name).toBe('mine.sql.gz');
    const other = { planId: scene.plan.id, method: 'dump', name: 'mine.db.gz' } as const;
    expectFailure(await runToEnd(scene.core, 'backups.start', other), 'INVALID_PARAMS', /\.db\.gz/);
  });
});

describe.skipIf(!hasSqliteTools)('one of everything', () => {
  test.each(['compact', 'dump'] as const)('comes back by %s without a difference', async (method) => {
    const scene = await setScene();
    const odd = join(scene.folder, 'odd.db');
    makeOddDatabase(odd);
    const database = new Database(odd);
    // A row that breaks a check is no sound database to SQLite, whichever way it is stored.
    database.exec('DELETE FROM checked WHERE v < 100');
    database.close();
    const path = await backUp(scene, odd, { method, compression: 'zst' });
    const target = join(scene.folder, 'restored.db');
    expect((await restore(scene.core, path, target)).state).toBe('succeeded');
    expect(differences(odd, target)).toBe(differences(odd, odd));
    if (method === 'dump') expect(everythingIn(target)).toEqual(everythingIn(odd));
  });

  test('a dump by SQLite’s shell is known by its content, packed or not, and restored', async () => {
    const scene = await setScene({ rows: 500 });
    const text = execFileSync('sqlite3', [scene.source, '.dump']);
    const target = join(scene.folder, 'new.db');
    for (const [name, bytes] of [
      ['a.sql', text],
      ['b.gz', gzipSync(text)],
      ['c.bak', zstdCompressSync(text)],
    ] as const) {
      const path = join(scene.folder, name);
      writeFileSync(path, bytes);
      expect(await scene.core.call('files.identify', { path })).toMatchObject({ restorable: true });
      expect(await verificationOf(scene, path)).toMatchObject({ valid: true });
      const to = `${target}-${name}`;
      expect((await restore(scene.core, path, to)).state).toBe('succeeded');
      expect(countEntries(to)).toBe(500);
    }
  });
});

test.skipIf(!hasAge || !hasSqliteTools)(
  'a dump that age has encrypted elsewhere is restored with its identity',
  async () => {
    const scene = await setScene({ rows: 120 });
    const path = join(scene.folder, 'theirs.bin');
    const line = 'sqlite3 "$1" .dump | gzip | age -r "$2" > "$3"';
    execFileSync('sh', ['-c', line, 'sh', scene.source, await identityToRecipient(IDENTITY), path]);
    const target = join(scene.folder, 'new.db');
    const given = { source: { path }, targetPath: target, key: { value: IDENTITY } };
    const run = await succeed(scene.core, 'restores.check', given);
    if (run.result?.kind !== 'restore-check') throw new Error('no check');
    const { confirmation } = run.result.check;
    await succeed(scene.core, 'restores.start', { checkRunId: run.id, confirmation });
    expect(countEntries(target)).toBe(120);
  },
);

describe.skipIf(!hasSqliteTools)('strings in double quotes', () => {
  const SCHEMA = `CREATE TABLE old(kind TEXT CHECK (kind IN ("it's", "b""c")), note TEXT AS (kind || "!") /* "it's" */, other DEFAULT "x");
    CREATE UNIQUE INDEX by_kind ON old(kind || "-") WHERE kind <> "none";
    INSERT INTO old(kind) VALUES ('it''s'), ('b"c');`;

  test('in a schema come back as they were', async () => {
    const scene = await setScene();
    const old = join(scene.folder, 'old.db');
    // SQLite's shell still takes them.
    execFileSync('sqlite3', [old], { input: SCHEMA });
    const path = await backUp(scene, old, { method: 'dump' });
    expect(await verificationOf(scene, path)).toMatchObject({ valid: true });
    const target = join(scene.folder, 'restored.db');
    expect((await restore(scene.core, path, target)).state).toBe('succeeded');
    expect(everythingIn(target)).toEqual(everythingIn(old));
  });

  test('that mean a column which is not there are refused with their line', async () => {
    const scene = await setScene();
    const path = join(scene.folder, 'bad.sql');
    writeFileSync(path, 'BEGIN;\nCREATE TABLE t(a);\nCREATE INDEX i ON t(missing);\nCOMMIT;\n');
    const verification = await verificationOf(scene, path);
    expect(verification.valid).toBe(false);
    expect(verification.message).toContain('line 3');
  });
});

describe('a dump that is not sound', () => {
  test('is found by its hash, and one that is cut off by its end', async () => {
    const scene = await setScene({ plan: { method: 'dump', compression: 'none' } });
    const { path } = await takeBackup(scene);
    const text = readFileSync(path);
    const cut = join(scene.folder, 'cut.sql');
    writeFileSync(cut, text.subarray(0, text.length - 200));
    expect(await verificationOf(scene, cut)).toMatchObject({
      valid: false,
      message: expect.stringMatching(/truncated/),
    });
    const changed = Buffer.from(text.toString('latin1').replace('note 1 ', 'NOTE 1 '), 'latin1');
    writeFileSync(path, changed);
    expect(await verificationOf(scene, path)).toMatchObject({
      valid: false,
      message: expect.stringMatching(/changed/),
    });
    expectNothingLeft(scene);
  });

  test('does not replace anything', async () => {
    const scene = await setScene({ rows: 10 });
    const path = join(scene.folder, 'cut.sql');
    writeFileSync(path, 'BEGIN;\nCREATE TABLE entries(a);\n');
    const run = await runToEnd(scene.core, 'restores.check', { source: { path }, targetPath: scene.source });
    expectFailure(run, 'CORRUPT', /cut\.sql/);
    expect(countEntries(scene.source)).toBe(10);
  });

  test('of a later format is refused as too new', async () => {
    const scene = await setScene({ plan: { method: 'dump' } });
    const { path } = await takeBackup(scene);
    const text = readFileSync(`${path}.manifest.json`, 'utf8');
    writeFileSync(`${path}.manifest.json`, text.replace('"format": 1', '"format": 2'));
    const run = await runToEnd(scene.core, 'verifications.start', { path });
    expectFailure(run, 'TOO_NEW', /manifest format 2/);
  });
});

describe('an encrypted database', () => {
  const setEncrypted = async () => {
    const scene = await setScene();
    const source = join(scene.folder, 'hone.db');
    makeEncrypted(source, RAW_KEY, 300);
    const plan = await scene.core.call('plans.create', {
      name: 'hone',
      sourcePath: source,
      destinations: [{ path: scene.destination }],
      key: { value: RAW_KEY },
      method: 'dump',
      encryption: FOR_US,
      encryptionSecrets: { identity: IDENTITY },
    });
    return { ...scene, source, plan };
  };

  test('is not dumped in plain, neither by a plan nor once', async () => {
    const scene = await setEncrypted();
    const { core, folder, source, plan } = scene;
    const to = join(folder, 'elsewhere');
    mkdirSync(to);
    const once = await runToEnd(core, 'backups.start', { source, to, method: 'dump', key: { value: RAW_KEY } });
    expectFailure(once, 'UNSUPPORTED', /plain text/);
    const decrypted = core.call('plans.update', { planId: plan.id, encryption: null });
    await expect(decrypted).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/plain text/),
    });
    await core.call('plans.update', { planId: plan.id, encryption: null, method: 'online' });
    const back = core.call('plans.update', { planId: plan.id, method: 'dump' });
    await expect(back).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect(storedIn(to)).toEqual([]);
    expect(filesWith(folder, MARKER)).toEqual([]);
    expectNothingLeft(scene);
  });

  test('is dumped into an encryption, and nothing plain reaches a disk on the way there and back', async () => {
    const scene = await setEncrypted();
    const { core, folder, source } = scene;
    const plain = new Set<string>();
    const seen = new Set<string>();
    core.on('run.changed', ({ run: { kind, progress } }) => {
      if (seen.has(kind + progress.phase)) return;
      seen.add(kind + progress.phase);
      for (const path of filesWith(folder, MARKER)) plain.add(path);
    });
    const { path, verification } = await takeBackup(scene);
    expect(path.endsWith('.sql.gz.age')).toBe(true);
    expect(verification).toMatchObject({ valid: true });
    const target = join(folder, 'restored.db');
    expect((await restore(core, path, target)).state).toBe('succeeded');
    expect(countEncrypted(target, RAW_KEY)).toBe(300);
    expect((await restore(core, path, source)).state).toBe('succeeded');
    expect(countEncrypted(source, RAW_KEY)).toBe(300);
    expect([...plain]).toEqual([]);
    expect([...seen]).toEqual(
      expect.arrayContaining(['backupcompressing', 'backupchecking', 'restore-checkcomparing']),
    );
    expect(filesWith(folder, MARKER)).toEqual([]);
  });

  test('whose key is not known here is not made of a dump', async () => {
    const scene = await setEncrypted();
    const { path } = await takeBackup(scene);
    const other = await startTestCore(join(scene.folder, 'other home'));
    const key = { value: IDENTITY };
    const run = await runToEnd(other, 'verifications.start', { path, key });
    expectFailure(run, 'BAD_KEY', /dump of an encrypted database/);
    expect(filesWith(scene.folder, MARKER)).toEqual([]);
  });

  test.skipIf(!hasAge || !hasSqliteTools)('opens manually with age and SQLite’s shell', async () => {
    const scene = await setEncrypted();
    const { path } = await takeBackup(scene);
    const identity = join(scene.folder, 'identity.txt');
    const made = join(scene.folder, 'manually.db');
    writeFileSync(identity, `${IDENTITY}\n`);
    execFileSync('sh', ['-c', 'age -d -i "$1" "$2" | gunzip -c | sqlite3 "$3"', 'sh', identity, path, made]);
    expect(countEntries(made)).toBe(300);
  });
});

test('writers go on while a dump is written', async () => {
  const scene = await setScene({ rows: 20_000, plan: { method: 'dump' } });
  let wrote = 0;
  scene.core.on('run.changed', ({ run }) => {
    if (run.kind !== 'backup' || run.progress.phase !== 'compressing' || wrote > 0) return;
    appendEntries(scene.source, 10);
    wrote += 1;
  });
  const { path } = await takeBackup(scene);
  expect(wrote).toBe(1);
  expect(databaseOf(manifestOf(path)).tables).toContainEqual({ name: 'entries', rows: 20_000 });
});

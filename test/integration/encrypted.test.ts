import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CipherSettings } from '../../src-shared/model/database-encryption.ts';
import { Manifest } from '../../src-shared/model/manifest.ts';
import type { Verification } from '../../src-shared/model/verification.ts';
import { SQLCIPHER_DEFAULTS } from '../../src-shared/rules/sqlite/cipher-settings.ts';
import { countEntries, makeDatabase } from '../support/databases.ts';
import {
  countEncrypted,
  filesWith,
  hasSqlcipher,
  MARKER,
  makeEncrypted,
  makeWithCommandLine,
  openEncrypted,
  SQLCIPHER_4,
  sqlcipher,
} from '../support/encrypted-databases.ts';
import {
  checkOf,
  expectFailure,
  expectNothingLeft,
  prepareRestore,
  restore,
  type Scene,
  setScene,
  takeBackup,
} from '../support/scene.ts';
import { runToEnd, startTestCore, succeed } from '../support/test-core.ts';

const KEY = 'a pä$$ "phrase" that\'s long';
const OTHER_KEY = 'quite another one';
const RAW_DIGITS = '2dd29ca851e7b56e4697b0e1f08507293d761a05ce4d1b628663f411a8086d99';
/** For what is not about passphrases: each takes SQLCipher 4 a quarter of a second, and a raw key no time. */
const RAW_KEY = `x'${RAW_DIGITS}'`;
const OTHER_RAW_KEY = `x'${RAW_DIGITS.replaceAll('d', 'e')}'`;

/** A scene whose source has been exchanged for an encrypted one, and a plan that knows its key. */
async function setEncryptedScene(
  make: (path: string) => void = (path) => makeEncrypted(path, RAW_KEY),
  key = RAW_KEY,
  compression: 'gz' | 'none' = 'none',
): Promise<Scene> {
  const scene = await setScene({ plan: { compression } });
  rmSync(scene.source);
  make(scene.source);
  return {
    ...scene,
    plan: await scene.core.call('plans.update', { planId: scene.plan.id, key: { value: key } }),
  };
}

async function verificationOf(scene: Scene, path: string): Promise<Verification> {
  const run = await succeed(scene.core, 'verifications.start', { path });
  if (run.result?.kind !== 'verify') throw new Error('no verification');
  return run.result.verification;
}

const fingerprintOf = (path: string): string =>
  Manifest.parse(JSON.parse(readFileSync(`${path}.manifest.json`, 'utf8'))).databaseEncryption?.key ?? '';

const flip = (path: string, offset: number): void => {
  const bytes = readFileSync(path);
  bytes[offset] = (bytes[offset] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
};

describe('the whole way', () => {
  test.skipIf(!hasSqlcipher)('of a database made by the command line of SQLCipher 3', async () => {
    const scene = await setEncryptedScene((path) => makeWithCommandLine(path, KEY), KEY, 'gz');
    expect(scene.plan.key).toMatchObject({ settings: SQLCIPHER_DEFAULTS[3], from: { kept: true } });
    const { path } = await takeBackup(scene);
    expect((await verificationOf(scene, path)).valid).toBe(true);
    const unpacked = join(scene.folder, 'unpacked.db');
    writeFileSync(unpacked, gunzipSync(readFileSync(path)));
    expect(sqlcipher(unpacked, KEY, 'SELECT count(*) FROM entries; PRAGMA integrity_check;')).toMatch(/^500\s+ok$/);

    sqlcipher(scene.source, KEY, 'DELETE FROM entries WHERE id > 20;');
    expect(await restore(scene.core, path, scene.source)).toMatchObject({
      state: 'succeeded',
      result: { method: 'replace-file', rows: 500, note: null },
    });
    expect(sqlcipher(scene.source, KEY, 'SELECT count(*) FROM entries;')).toBe('500');
    await succeed(scene.core, 'restores.undo', {});
    expect(sqlcipher(scene.source, KEY, 'SELECT count(*) FROM entries;')).toBe('20');
    expectNothingLeft(scene);
  });

  test.skipIf(!hasSqlcipher)('of one with a raw key, whose digits are given bare', async () => {
    const make = (path: string): void => makeWithCommandLine(path, RAW_KEY);
    const scene = await setEncryptedScene(make, RAW_DIGITS);
    const { path } = await takeBackup(scene);
    expect(sqlcipher(path, RAW_KEY, 'SELECT count(*) FROM entries;')).toBe('500');
  });

  test('of a database of SQLCipher 4 under a writer, with no plain byte on any disk and the key nowhere', async () => {
    const scene = await setEncryptedScene((path) => makeEncrypted(path, KEY, 20_000), KEY);
    const { core, folder, source, plan } = scene;
    const told: unknown[] = [];
    const seen = new Set<string>();
    core.on('run.changed', ({ run }) => {
      told.push(run);
      for (const file of [...filesWith(folder, MARKER), ...filesWith(folder, KEY)]) seen.add(file);
    });
    const writer = openEncrypted(source, KEY, SQLCIPHER_4);
    onTestFinished(() => void writer.close());
    const insert = writer.prepare('INSERT INTO entries (note) VALUES (?)');
    const writing = setInterval(() => insert.run(`${MARKER} more`), 2);
    const { path, databaseEncryption } = await takeBackup(scene);
    clearInterval(writing);
    const after = Number(writer.prepare('SELECT count(*) FROM entries').pluck().get());
    writer.close();
    expect(databaseEncryption).toMatchObject({ settings: SQLCIPHER_DEFAULTS[4], key: plan.key?.fingerprint });
    const rows = countEncrypted(path, KEY);
    expect(rows).toBeGreaterThanOrEqual(20_000);
    expect(rows).toBeLessThanOrEqual(after);

    expect((await verificationOf(scene, path)).valid).toBe(true);
    await succeed(core, 'restoreTests.start', { planId: plan.id });
    expect(await restore(core, path, source)).toMatchObject({ state: 'succeeded', result: { rows } });
    expect(countEncrypted(source, KEY)).toBe(rows);
    await succeed(core, 'restores.undo', {});
    expect(countEncrypted(source, KEY)).toBe(after);

    for (const run of await core.call('runs.list', {})) told.push(await core.call('runs.get', { runId: run.id }));
    told.push(await core.call('plans.list', {}), await core.call('snapshots.list', {}));
    // In JSON the key would be written with its quotes escaped.
    expect(JSON.stringify(told)).not.toContain(JSON.stringify(KEY).slice(1, -1));
    await core.close();
    expect([...seen, ...filesWith(folder, MARKER), ...filesWith(folder, KEY)]).toEqual([]);
    expectNothingLeft(scene);
  });

  test.each<[CipherSettings, string[]]>([
    [{ ...SQLCIPHER_DEFAULTS[3], pageSize: 4096 }, ["cipher='sqlcipher'", 'legacy=3', 'legacy_page_size=4096']],
    [SQLCIPHER_DEFAULTS[2], ["cipher='sqlcipher'", 'legacy=2']],
    [SQLCIPHER_DEFAULTS[1], ["cipher='sqlcipher'", 'legacy=1']],
    [{ ...SQLCIPHER_DEFAULTS[4], cipher: 'sqlcipher-mc' }, ["cipher='sqlcipher'", 'legacy=0']],
    [{ cipher: 'chacha20', rawKey: false }, ["cipher='chacha20'"]],
    [{ cipher: 'sqleet', rawKey: false }, ["cipher='chacha20'", 'legacy=1']],
    [{ cipher: 'aegis', rawKey: false }, ["cipher='aegis'"]],
    [{ cipher: 'ascon128', rawKey: false }, ["cipher='ascon128'"]],
    [{ cipher: 'aes256cbc', rawKey: false }, ["cipher='aes256cbc'"]],
    [{ cipher: 'aes128cbc', rawKey: false }, ["cipher='aes128cbc'"]],
    [{ cipher: 'rc4', rawKey: false }, ["cipher='rc4'"]],
  ])('of a database in %o', async (settings, pragmas) => {
    const scene = await setEncryptedScene((path) => makeEncrypted(path, KEY, 50, pragmas), KEY);
    expect(scene.plan.key).toMatchObject({ settings });
    const { path } = await takeBackup(scene);
    expect(countEncrypted(path, KEY, pragmas)).toBe(50);
    expect(await restore(scene.core, path, scene.source)).toMatchObject({ state: 'succeeded' });
    expect(countEncrypted(scene.source, KEY, pragmas)).toBe(50);
  });
});

describe('what is wrong is told apart', () => {
  test('a wrong key, and a damaged first page', async () => {
    const scene = await setEncryptedScene((path) => makeEncrypted(path, KEY), KEY);
    const { core } = scene;
    const { path, name } = await takeBackup(scene);

    const wrong = await runToEnd(core, 'verifications.start', { path, key: { value: OTHER_KEY } });
    expectFailure(wrong, 'BAD_KEY', `Wrong key: ${name} is intact, byte for byte as stored.`);

    flip(path, 200);
    const first = await verificationOf(scene, path);
    expect(first).toMatchObject({ valid: false, message: expect.stringMatching(/changed .* first page is damaged/) });
  });

  test('a damaged page in the middle', async () => {
    const scene = await setEncryptedScene();
    const { core, source } = scene;
    const { path } = await takeBackup(scene);
    flip(path, Math.floor(readFileSync(path).length / 2));
    const middle = await verificationOf(scene, path);
    expect(middle).toMatchObject({
      valid: false,
      message: expect.stringMatching(/changed .* pages after the first are damaged/),
    });
    expectFailure(
      await runToEnd(core, 'restores.check', { source: { path }, targetPath: source }),
      'CORRUPT',
      'cannot be restored',
    );
  });

  test('a key changed since', async () => {
    const scene = await setEncryptedScene();
    const { core, source } = scene;
    const { path } = await takeBackup(scene);
    const live = openEncrypted(source, RAW_KEY, SQLCIPHER_4);
    live.pragma('journal_mode = DELETE');
    live.rekey(Buffer.from(OTHER_RAW_KEY));
    live.close();
    expectFailure(await runToEnd(core, 'backups.start', { planId: scene.plan.id }), 'BAD_KEY', source);
    const changed = await core.call('plans.update', { planId: scene.plan.id, key: { value: OTHER_RAW_KEY } });
    expect(changed.key?.fingerprint).not.toBe(scene.plan.key?.fingerprint);
    expect((await verificationOf(scene, path)).valid).toBe(true);
    const { check, start } = await prepareRestore(core, path, source);
    expect(check.keyNote).toMatch(
      /will have the key [0-9a-f]{8} that this snapshot was taken with, and no longer the key/,
    );
    expect(await runToEnd(core, 'restores.start', start)).toMatchObject({ state: 'succeeded' });
    expect(countEncrypted(source, RAW_KEY)).toBe(500);
    await succeed(core, 'restores.undo', {});
    expect(countEncrypted(source, OTHER_RAW_KEY)).toBe(500);
    expectNothingLeft(scene);
  });

  test('a key that does not open the database is neither taken nor kept', async () => {
    const scene = await setEncryptedScene();
    const { core, plan, source } = scene;
    await expect(core.call('plans.update', { planId: plan.id, key: { value: OTHER_RAW_KEY } })).rejects.toMatchObject({
      code: 'BAD_KEY',
    });
    expect(await core.call('plans.get', { planId: plan.id })).toMatchObject({ plan: { key: plan.key } });
    await expect(core.call('sources.describe', { path: source, key: { value: OTHER_RAW_KEY } })).rejects.toMatchObject({
      code: 'BAD_KEY',
    });
    expect(await core.call('sources.describe', { path: source })).toMatchObject({
      databaseEncryption: { locked: false, settings: { ...SQLCIPHER_DEFAULTS[4], kdfIterations: null } },
      tables: [{ name: 'entries', rows: 500 }],
    });
  });
});

describe('on another machine', () => {
  test('a dropped snapshot asks for its key, with its manifest and without, and is restored with it', async () => {
    const scene = await setEncryptedScene();
    const { path } = await takeBackup(scene);
    const elsewhere = await startTestCore(join(scene.folder, 'home2'));
    const bare = join(scene.folder, 'bare.db');
    writeFileSync(bare, readFileSync(path));
    const files = [path, bare].map((file) => {
      const targetPath = join(scene.folder, 'app', `${statSync(file).ino}.db`);
      return { file, targetPath, check: { source: { path: file }, targetPath } };
    });
    for (const { file, check } of files) {
      expect(await elsewhere.call('files.identify', { path: file })).toMatchObject({ restorable: true });
      expectFailure(await runToEnd(elsewhere, 'restores.check', check), 'BAD_KEY', 'its key is unknown');
      const wrong = await runToEnd(elsewhere, 'restores.check', { ...check, key: { value: OTHER_RAW_KEY } });
      expectFailure(wrong, 'BAD_KEY', file === path ? 'Wrong key' : 'another key, or its first page is damaged');
    }
    for (const { targetPath, check } of files) {
      const right = await succeed(elsewhere, 'restores.check', { ...check, key: { value: RAW_KEY } });
      const made = fingerprintOf(path).slice(-64, -56);
      expect(checkOf(right).keyNote).toBe(`The database will have the key ${made} that this snapshot was taken with.`);
      const start = { checkRunId: right.id, confirmation: checkOf(right).confirmation };
      await succeed(elsewhere, 'restores.start', start);
      expect(countEncrypted(targetPath, RAW_KEY)).toBe(500);
    }
    // It is kept now, and known from here on.
    await succeed(elsewhere, 'verifications.start', { path });
  }, 60_000);

  test('an encrypted database is put over a plain one and the other way round, and it is said', async () => {
    const scene = await setEncryptedScene();
    const { path } = await takeBackup(scene);
    const plain = join(scene.folder, 'app', 'plain.db');
    makeDatabase(plain, { rows: 10 });
    const over = await prepareRestore(scene.core, path, plain);
    expect(over.check.keyNote).toMatch(/not encrypted now and will be/);
    const restored = await succeed(scene.core, 'restores.start', over.start);
    expect(countEncrypted(plain, RAW_KEY)).toBe(500);
    const back = await succeed(scene.core, 'restores.undo', { runId: restored.id });
    expect(countEntries(plain)).toBe(10);
    expect(back.result).toMatchObject({ method: 'replace-file' });
  });
});

test('what stands at the target and opens with no known key is kept byte for byte', async () => {
  const scene = await setScene();
  const { path } = await takeBackup(scene);
  rmSync(scene.source);
  makeEncrypted(scene.source, OTHER_RAW_KEY);
  const before = readFileSync(scene.source);
  const { check, start } = await prepareRestore(scene.core, path, scene.source);
  expect(check.target).toMatchObject({ method: 'replace-file', damage: expect.stringContaining('is encrypted') });
  await succeed(scene.core, 'restores.start', start);
  expect(countEntries(scene.source)).toBe(100);
  await succeed(scene.core, 'restores.undo', {});
  expect(readFileSync(scene.source).equals(before)).toBe(true);
  expect(filesWith(scene.folder, MARKER)).toEqual([]);
});

describe('where a key comes from', () => {
  test('the environment and a command, read anew for each backup', async () => {
    const scene = await setEncryptedScene();
    const { core, plan, folder } = scene;
    process.env.SNAPKEEP_TEST_KEY = RAW_KEY;
    onTestFinished(() => void delete process.env.SNAPKEEP_TEST_KEY);
    const fromEnvironment = { environment: 'SNAPKEEP_TEST_KEY' };
    const keyFile = join(folder, 'printed.txt');
    writeFileSync(keyFile, `${RAW_KEY}\nmore\n`);
    for (const key of [fromEnvironment, { command: ['cat', keyFile] }, { command: `cat "${keyFile}" | head -n 1` }]) {
      expect((await core.call('plans.update', { planId: plan.id, key })).key).toMatchObject({ from: key });
      await takeBackup(scene);
    }
    rmSync(keyFile);
    const unread = await runToEnd(core, 'backups.start', { planId: plan.id });
    expect(unread.state).toBe('succeeded');
    const { log } = await core.call('runs.get', { runId: unread.id });
    const words = 'The key command printed no key. Trying the stored key instead.';
    expect(log).toContainEqual(expect.objectContaining({ level: 'warning', message: words }));
    const command = ['sh', '-c', `printf '%s' 'secret-output'; exit 3`];
    const refused = core.call('plans.update', { planId: plan.id, key: { command } });
    await expect(refused).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/ended with 3/),
    });
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('secret-output') });
  });

  test('keys that cannot be decrypted any more keep up nothing that needs none, and are asked for where they are needed', async () => {
    const scene = await setEncryptedScene();
    const { path } = await takeBackup(scene);
    await scene.core.close();
    writeFileSync(join(scene.home, 'secrets.key'), Buffer.alloc(32, 1));
    const core = await startTestCore(scene.home);
    const plain = join(scene.folder, 'app', 'plain.db');
    makeDatabase(plain, { rows: 10 });
    await succeed(core, 'backups.start', { source: plain, to: scene.destination });
    expectFailure(await runToEnd(core, 'verifications.start', { path }), 'BAD_KEY', 'its key is unknown');
    expectFailure(await runToEnd(core, 'backups.start', { planId: scene.plan.id }), 'BAD_KEY', scene.source);
  });

  test('a key for a database that needs none is refused', async () => {
    const { core, plan } = await setScene();
    await expect(core.call('plans.update', { planId: plan.id, key: { value: RAW_KEY } })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
    });
  });
});

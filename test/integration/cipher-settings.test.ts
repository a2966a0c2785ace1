import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { KeyInput } from '../../src-shared/model/database-encryption.ts';
import { parseCipherSettings, SQLCIPHER_DEFAULTS } from '../../src-shared/rules/sqlite/cipher-settings.ts';
import {
  countEncrypted,
  filesWith,
  hasSqlcipher,
  MARKER,
  makeEncrypted,
  openEncrypted,
  sqlcipher,
} from '../support/encrypted-databases.ts';
import { expectFailure, expectNothingLeft, restore, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { runToEnd, startTestCore, succeed } from '../support/test-core.ts';

const KEY = 'correct horse';
const SALT = 'cd'.repeat(16);
const RAW = '0123456789abcdef'.repeat(4);
const RAW_KEY = `x'${RAW}'`;
const WITH_SALT = `x'${RAW}${SALT}'`;
const V4 = ["cipher='sqlcipher'", 'legacy=4'];
const HEADER = [...V4, 'plaintext_header_size=32'];

/** A scene whose database is encrypted, and whose plan was given its key. */
async function setEncrypted(
  make: (path: string) => void,
  key: KeyInput,
  plan: Parameters<typeof setScene>[0] = { plan: { compression: 'none' } },
): Promise<Scene> {
  const scene = await setScene(plan);
  rmSync(scene.source);
  make(scene.source);
  return { ...scene, plan: await scene.core.call('plans.update', { planId: scene.plan.id, key }) };
}

interface Case {
  name: string;
  pragmas: string[];
  /** As the database has it. */
  key: string;
  /** As it is given. */
  given: KeyInput;
  settings: object;
}

const cases: Case[] = [
  {
    name: 'fewer iterations and small pages, as Zoom has them',
    pragmas: [...V4, 'kdf_iter=4000', 'legacy_page_size=1024'],
    key: KEY,
    given: { value: KEY },
    settings: { kdfIterations: 4000, pageSize: 1024 },
  },
  {
    name: 'pages of 8192 bytes',
    pragmas: [...V4, 'legacy_page_size=8192'],
    key: KEY,
    given: { value: KEY },
    settings: { pageSize: 8192 },
  },
  {
    name: 'no HMAC',
    pragmas: [...V4, 'hmac_use=0'],
    key: KEY,
    given: { value: KEY },
    settings: { hmacAlgorithm: null },
  },
  {
    name: 'a raw key, as Signal has it',
    pragmas: V4,
    key: RAW_KEY,
    given: { value: RAW },
    settings: { kdfIterations: null },
  },
  {
    name: 'a raw key with its salt',
    pragmas: V4,
    key: WITH_SALT,
    given: { value: WITH_SALT },
    settings: { kdfIterations: null },
  },
  {
    name: 'a plaintext header and a raw key with its salt, as GRDB has them on iOS',
    pragmas: HEADER,
    key: WITH_SALT,
    given: { value: WITH_SALT },
    settings: { kdfIterations: null, plaintextHeaderSize: 32 },
  },
  {
    name: 'a plaintext header, a raw key, and the salt beside it',
    pragmas: [...HEADER, `cipher_salt='${SALT}'`],
    key: RAW_KEY,
    given: { value: RAW_KEY, salt: SALT },
    settings: { kdfIterations: null, plaintextHeaderSize: 32 },
  },
  {
    name: 'a plaintext header, a passphrase, its salt, no HMAC, and iterations nobody could guess',
    pragmas: [...HEADER, 'kdf_iter=1234', 'hmac_use=0', `cipher_salt='${SALT}'`],
    key: KEY,
    given: { value: KEY, ...parseCipherSettings(`kdf_iter=1234 salt=${SALT.toUpperCase()}`) },
    settings: { kdfIterations: 1234, plaintextHeaderSize: 32, hmacAlgorithm: null },
  },
];

describe('a database is backed up, verified, restored and put back with its own settings', () => {
  test.each(cases)('$name', async ({ pragmas, key, given, settings }) => {
    const scene = await setEncrypted((path) => makeEncrypted(path, key, 500, pragmas), given);
    const { core, folder, source, plan } = scene;
    const seen = new Set<string>();
    core.on('run.changed', () => {
      for (const file of filesWith(folder, MARKER)) seen.add(file);
    });
    const expected = { ...SQLCIPHER_DEFAULTS[4], ...settings };
    expect(plan.key?.settings).toEqual(expected);
    const { path, databaseEncryption } = await takeBackup(scene, { verify: true });
    expect(databaseEncryption).toEqual({ settings: expected, key: plan.key?.fingerprint });
    expect(JSON.parse(readFileSync(`${path}.manifest.json`, 'utf8'))).toMatchObject({ databaseEncryption });
    expect(countEncrypted(path, key, pragmas)).toBe(500);
    await succeed(core, 'restoreTests.start', { planId: plan.id });

    const live = openEncrypted(source, key, pragmas);
    live.exec('DELETE FROM entries WHERE id > 20');
    live.close();
    // Over the database that is there, and where nothing is.
    expect(await restore(core, path, source)).toMatchObject({ state: 'succeeded', result: { method: 'replace-file' } });
    expect(countEncrypted(source, key, pragmas)).toBe(500);
    await succeed(core, 'restores.undo', {});
    expect(countEncrypted(source, key, pragmas)).toBe(20);
    const elsewhere = join(folder, 'app', 'new.db');
    expect(await restore(core, path, elsewhere)).toMatchObject({ state: 'succeeded' });
    expect(countEncrypted(elsewhere, key, pragmas)).toBe(500);

    expectNothingLeft(scene);
    await core.close();
    expect([
      ...seen,
      ...filesWith(folder, MARKER),
      ...filesWith(folder, key),
      ...filesWith(join(folder, 'home'), SALT),
    ]).toEqual([]);
  });

  const onlyGiven = parseCipherSettings('compatibility=3 kdf_iter=12345').settings;
  test.skipIf(!hasSqlcipher).each([
    ['12345 iterations', ['kdf_iter = 12345'], { value: KEY, settings: onlyGiven }],
    ['pages of 8192 bytes and no HMAC', ['cipher_page_size = 8192', 'cipher_use_hmac = OFF'], { value: KEY }],
    ['version 2', ['kdf_iter = 4000'], { value: KEY }],
    ['version 1', ['kdf_iter = 4000', 'cipher_use_hmac = OFF'], { value: KEY }],
  ] satisfies [string, string[], KeyInput][])(
    'one that the shell of SQLCipher made: %s',
    async (_name, pragmas, given) => {
      const setUp = pragmas.map((pragma) => `PRAGMA ${pragma};`).join('\n');
      const ask = (path: string, sql: string): string => sqlcipher(path, KEY, `${setUp}\n${sql}`);
      const fill = `CREATE TABLE entries (id INTEGER PRIMARY KEY, note TEXT NOT NULL);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
      INSERT INTO entries (note) SELECT '${MARKER} ' || i FROM n;`;
      const scene = await setEncrypted((path) => ask(path, fill), given);
      const { path } = await takeBackup(scene, { verify: true });
      expect(ask(path, 'SELECT count(*) FROM entries; PRAGMA integrity_check;')).toMatch(/^300\s+ok$/);
      ask(scene.source, 'DELETE FROM entries WHERE id > 20;');
      expect(await restore(scene.core, path, scene.source)).toMatchObject({ state: 'succeeded' });
      expect(ask(scene.source, 'SELECT count(*) FROM entries;')).toBe('300');
      await succeed(scene.core, 'restores.undo', {});
      expect(ask(scene.source, 'SELECT count(*) FROM entries;')).toBe('20');
      expect(filesWith(scene.folder, MARKER)).toEqual([]);
    },
  );
});

test('a database that a program has open, with rows in its log alone, is copied with them', async () => {
  const scene = await setEncrypted((path) => makeEncrypted(path, WITH_SALT, 100, HEADER), { value: WITH_SALT });
  const live = openEncrypted(scene.source, WITH_SALT, HEADER);
  live.pragma('wal_autocheckpoint = 0');
  live.exec(`INSERT INTO entries (note) VALUES ('${MARKER} in the log')`);
  const { path } = await takeBackup(scene, { verify: true });
  expect(countEncrypted(path, WITH_SALT, HEADER)).toBe(101);
  live.exec(`INSERT INTO entries (note) VALUES ('${MARKER} later')`);
  live.close();
  expect(countEncrypted(scene.source, WITH_SALT, HEADER)).toBe(102);
});

describe('the other methods', () => {
  const custom = [...V4, 'kdf_iter=4000', 'legacy_page_size=1024'];

  test('a compacted copy has the same settings', async () => {
    const plan = { plan: { compression: 'none' as const, method: 'compact' as const } };
    const scene = await setEncrypted((path) => makeEncrypted(path, WITH_SALT, 500, HEADER), { value: WITH_SALT }, plan);
    const { path } = await takeBackup(scene, { verify: true });
    expect(countEncrypted(path, WITH_SALT, HEADER)).toBe(500);
  });

  test.each([
    ['of a passphrase', KEY, KEY, custom],
    ['of a raw key given bare', RAW_KEY, RAW, custom],
    ['of a plaintext header', WITH_SALT, WITH_SALT, HEADER],
  ])('an encrypted SQL dump makes a database with the settings %s', async (_name, key, value, pragmas) => {
    const encryption = {
      plan: {
        method: 'dump' as const,
        encryption: { kind: 'passphrase' as const },
        encryptionSecrets: { passphrase: 'of the encryption' },
      },
    };
    const scene = await setEncrypted((path) => makeEncrypted(path, key, 200, pragmas), { value }, encryption);
    const { path } = await takeBackup(scene, { verify: true });
    rmSync(scene.source);
    expect(await restore(scene.core, path, scene.source)).toMatchObject({ state: 'succeeded' });
    expect(countEncrypted(scene.source, key, pragmas)).toBe(200);
    expect(filesWith(scene.folder, MARKER)).toEqual([]);
  });

  test('a SQL dump is refused where it would lose the salt, before anything is stored', async () => {
    const encryption = {
      plan: {
        method: 'dump' as const,
        encryption: { kind: 'passphrase' as const },
        encryptionSecrets: { passphrase: 'of the encryption' },
      },
    };
    const given = { value: KEY, salt: SALT };
    const scene = await setEncrypted(
      (path) => makeEncrypted(path, KEY, 20, [...HEADER, `cipher_salt='${SALT}'`]),
      given,
      encryption,
    );
    expectFailure(
      await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id }),
      'UNSUPPORTED',
      'its own salt',
    );
    expect(await scene.core.call('snapshots.list', {})).toEqual([]);
    expectNothingLeft(scene);
  });
});

describe('what a key has opened is known from then on', () => {
  const settings = parseCipherSettings('kdf_iter=1234').settings;
  const pragmas = [...HEADER, 'kdf_iter=1234', `cipher_salt='${SALT}'`];

  test('settings and salt are kept with it, for databases and snapshots that nobody gives it for', async () => {
    const scene = await setEncrypted((path) => makeEncrypted(path, KEY, 20, pragmas), {
      value: KEY,
      settings,
      salt: SALT,
    });
    const { path } = await takeBackup(scene);
    rmSync(`${path}.manifest.json`);
    await scene.core.close();
    const core = await startTestCore(scene.home);
    await succeed(core, 'verifications.start', { path });
    const other = join(scene.folder, 'app', 'other.db');
    makeEncrypted(other, KEY, 20, pragmas);
    expect(await core.call('sources.describe', { path: other })).toMatchObject({
      databaseEncryption: { locked: false },
    });
  });

  test('a database that was encrypted anew with the same key is found, and the plan remembers how', async () => {
    const scene = await setEncrypted((path) => makeEncrypted(path, KEY, 20, V4), { value: KEY });
    rmSync(scene.source);
    makeEncrypted(scene.source, KEY, 20, [...V4, 'kdf_iter=100000', 'hmac_algorithm=1']);
    const { databaseEncryption } = await takeBackup(scene);
    const expected = { ...SQLCIPHER_DEFAULTS[4], kdfIterations: 100_000, hmacAlgorithm: 'sha256' };
    expect(databaseEncryption?.settings).toEqual(expected);
    const { plan } = await scene.core.call('plans.get', { planId: scene.plan.id });
    expect(plan.key?.settings).toEqual(expected);
  });

  test('elsewhere they are asked for with the key, and what is missing is said', async () => {
    const scene = await setEncrypted((path) => makeEncrypted(path, KEY, 20, pragmas), {
      value: KEY,
      settings,
      salt: SALT,
    });
    const { path } = await takeBackup(scene);
    const core = await startTestCore(join(scene.folder, 'home2'));
    const targetPath = join(scene.folder, 'app', 'elsewhere.db');
    const check = { source: { path }, targetPath };
    // The manifest says the settings; the salt goes with the key.
    expectFailure(
      await runToEnd(core, 'restores.check', { ...check, key: { value: KEY } }),
      'BAD_KEY',
      'Wrong key or salt',
    );
    await succeed(core, 'restores.check', { ...check, key: { value: KEY, salt: SALT } });
    await succeed(core, 'verifications.start', { path });
  });

  test('a plan that reads its key from the environment has the salt that was given with it', async () => {
    process.env.SNAPKEEP_TEST_KEY = KEY;
    const given = { environment: 'SNAPKEEP_TEST_KEY', settings, salt: SALT };
    const scene = await setEncrypted((path) => makeEncrypted(path, KEY, 20, pragmas), given);
    expect(scene.plan.key?.from).toEqual({ environment: 'SNAPKEEP_TEST_KEY' });
    await takeBackup(scene);
    delete process.env.SNAPKEEP_TEST_KEY;
  });
});

test('a database with a plaintext header asks for its key, and for its salt where only that is missing', async () => {
  const scene = await setScene();
  const path = join(scene.folder, 'app', 'header.db');
  makeEncrypted(path, KEY, 20, [...HEADER, `cipher_salt='${SALT}'`]);
  expect(await scene.core.call('sources.describe', { path })).toMatchObject({ databaseEncryption: { locked: true } });
  const refused = scene.core.call('sources.describe', { path, key: { value: KEY } });
  await expect(refused).rejects.toMatchObject({ code: 'BAD_KEY', hint: expect.stringContaining('salt') });
  expect(await scene.core.call('sources.describe', { path, key: { value: KEY, salt: SALT } })).toMatchObject({
    databaseEncryption: { locked: false, settings: { plaintextHeaderSize: 32 } },
  });
});

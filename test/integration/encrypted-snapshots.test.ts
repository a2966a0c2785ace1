import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import type { EncryptionSecretsInput, SnapshotEncryption } from '../../src-shared/model/encryption.ts';
import { Manifest } from '../../src-shared/model/manifest.ts';
import type { Verification } from '../../src-shared/model/verification.ts';
import { age, hasAge, withTypedPassphrase } from '../support/age-command-line.ts';
import { appendEntries, countEntries } from '../support/databases.ts';
import { countEncrypted, filesWith, makeEncrypted } from '../support/encrypted-databases.ts';
import {
  checkOf,
  expectFailure,
  expectNothingLeft,
  OK_HERE,
  restore,
  type Scene,
  type SceneOptions,
  setScene,
  takeBackup,
} from '../support/scene.ts';
import { runToEnd, startTestCore, succeed } from '../support/test-core.ts';

const PASSPHRASE = 'drei Wörter und 1 $eil';
const OTHER_PASSPHRASE = 'nothing like the first';
const IDENTITY = await generateIdentity();
const OTHER_IDENTITY = await generateIdentity();
const RECIPIENT = await identityToRecipient(IDENTITY);
const FOR_US: SnapshotEncryption = { kind: 'recipients', recipients: [RECIPIENT] };

async function setEncryptedScene(
  encryption: SnapshotEncryption,
  encryptionSecrets: EncryptionSecretsInput | undefined,
  options: SceneOptions = {},
): Promise<Scene> {
  const scene = await setScene(options);
  const { core, plan } = scene;
  const secrets = encryptionSecrets === undefined ? {} : { encryptionSecrets };
  return { ...scene, plan: await core.call('plans.update', { planId: plan.id, encryption, ...secrets }) };
}

const byPassphrase = (options?: SceneOptions): Promise<Scene> =>
  setEncryptedScene({ kind: 'passphrase' }, { passphrase: PASSPHRASE }, options);

async function verificationOf(core: Core, path: string, key?: string): Promise<Verification> {
  const given = key === undefined ? {} : { key: { value: key } };
  const run = await succeed(core, 'verifications.start', { path, ...given });
  if (run.result?.kind !== 'verify') throw new Error('no verification');
  return run.result.verification;
}

const pathOf = (snapshot: { path: string | null }): string => {
  if (snapshot.path === null) throw new Error('It is not on this machine.');
  return snapshot.path;
};

/** Changes one byte of a file. */
function flip(path: string, offset: number): void {
  const bytes = readFileSync(path);
  bytes[offset] = (bytes[offset] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

describe('the whole way', () => {
  test('by a passphrase: backup, verification, restore test, restore and undo, with the secret nowhere to be read', async () => {
    const scene = await byPassphrase();
    const { core, folder, plan, source } = scene;
    const told: unknown[] = [plan];
    for (const event of ['run.changed', 'plans.changed', 'snapshots.changed', 'destinations.changed'] as const)
      core.on(event, (payload) => told.push(payload));
    const snapshot = await takeBackup(scene);
    const path = pathOf(snapshot);
    expect(snapshot).toMatchObject({ encrypted: 'passphrase', verification: { valid: true, level: 'read-back' } });
    expect(path).toMatch(/\.db\.gz\.age$/);
    expect(Manifest.parse(JSON.parse(readFileSync(`${path}.manifest.json`, 'utf8')))).toMatchObject({
      format: 1,
      encryption: { kind: 'passphrase' },
      databaseEncryption: null,
    });
    await succeed(core, 'restoreTests.start', { planId: plan.id });
    appendEntries(source, 50);
    expect(await restore(core, path, source)).toMatchObject({ state: 'succeeded', result: { method: 'into-live' } });
    expect(countEntries(source)).toBe(100);
    await succeed(core, 'restores.undo', {});
    expect(countEntries(source)).toBe(150);
    told.push(await core.call('plans.list', {}), await core.call('recoveryKit.make', {}));
    for (const run of await core.call('runs.list', {})) told.push(await core.call('runs.get', { runId: run.id }));
    expect(JSON.stringify(told)).not.toContain(JSON.stringify(PASSPHRASE).slice(1, -1));
    expect(filesWith(folder, PASSPHRASE)).toEqual([]);
    expectNothingLeft(scene);
  }, 60_000);

  test('for recipients, of a database that is encrypted itself: both are looked up in what is kept', async () => {
    const scene = await setScene({ plan: { compression: 'zst' } });
    const { core, folder, destination } = scene;
    const source = join(folder, 'app', 'locked.db');
    makeEncrypted(source, 'the key of the database');
    const plan = await core.call('plans.create', {
      name: 'Locked',
      sourcePath: source,
      destinations: [{ path: destination }],
      key: { value: 'the key of the database' },
      encryption: FOR_US,
      encryptionSecrets: { identity: IDENTITY },
    });
    const snapshot = await takeBackup({ ...scene, plan });
    const path = pathOf(snapshot);
    expect(snapshot).toMatchObject({ encrypted: 'recipients', verification: { valid: true, level: 'read-back' } });
    const target = join(folder, 'app', 'back.db');
    expect(await restore(core, path, target)).toMatchObject({ state: 'succeeded' });
    expect(countEncrypted(target, 'the key of the database')).toBe(500);
    expect(filesWith(folder, IDENTITY)).toEqual([]);

    // Elsewhere each is asked for in its turn, and kept.
    const elsewhere = await startTestCore(join(folder, 'home2'));
    const check = { source: { path }, targetPath: join(folder, 'app', 'elsewhere.db') };
    expectFailure(
      await runToEnd(elsewhere, 'restores.check', check),
      'BAD_KEY',
      'encrypted for recipients whose identities are unknown',
    );
    const decrypted = await runToEnd(elsewhere, 'restores.check', { ...check, key: { value: IDENTITY } });
    expectFailure(decrypted, 'BAD_KEY', /Wrong key|its key is unknown/);
    const opened = await succeed(elsewhere, 'restores.check', { ...check, key: { value: 'the key of the database' } });
    expect(checkOf(opened).verification.valid).toBe(true);
    expect((await verificationOf(elsewhere, path)).valid).toBe(true);
  }, 60_000);
});

describe.skipIf(!hasAge)('without Snapkeep', () => {
  test('age opens what is stored, by a typed passphrase and by an identity', async () => {
    const phrased = await byPassphrase();
    const byPhrase = pathOf(await takeBackup(phrased));
    const opened = join(phrased.folder, 'opened.gz');
    expect(withTypedPassphrase(PASSPHRASE, ['age', '-d', '-o', opened, byPhrase])).toBe(0);
    writeFileSync(join(phrased.folder, 'opened.db'), gunzipSync(readFileSync(opened)));
    expect(countEntries(join(phrased.folder, 'opened.db'))).toBe(100);

    const scene = await setEncryptedScene(FOR_US, undefined, { plan: { compression: 'none' } });
    const path = pathOf(await takeBackup(scene));
    const keyFile = join(scene.folder, 'identity.txt');
    writeFileSync(keyFile, `${IDENTITY}\n`);
    age('-d', '-i', keyFile, '-o', join(scene.folder, 'opened.db'), path);
    expect(countEntries(join(scene.folder, 'opened.db'))).toBe(100);
  }, 60_000);

  test('what age has encrypted is restored here, also in letters and without a manifest', async () => {
    const { core, folder, source } = await setScene();
    const encrypted = join(folder, 'app.db.age');
    age('-a', '-r', RECIPIENT, '-o', encrypted, source);
    expect(await core.call('files.identify', { path: encrypted })).toMatchObject({ content: 'age', restorable: true });
    const targetPath = join(folder, 'app', 'back.db');
    const check = { source: { path: encrypted }, targetPath, key: { value: IDENTITY } };
    const run = await succeed(core, 'restores.check', check);
    await succeed(core, 'restores.start', { checkRunId: run.id, confirmation: checkOf(run).confirmation });
    expect(countEntries(targetPath)).toBe(100);
  });
});

describe('secrets that change', () => {
  test('old snapshots open after the passphrase was changed, and after the plan is gone', async () => {
    const scene = await byPassphrase();
    const { core, plan } = scene;
    const first = pathOf(await takeBackup(scene));
    await core.call('plans.update', { planId: plan.id, encryptionSecrets: { passphrase: OTHER_PASSPHRASE } });
    const second = pathOf(await takeBackup(scene));
    if (hasAge) {
      const opened = join(scene.folder, 'opened.gz');
      expect(withTypedPassphrase(OTHER_PASSPHRASE, ['age', '-d', '-o', opened, second])).toBe(0);
    }
    for (const path of [first, second]) expect((await verificationOf(core, path)).valid).toBe(true);
    await core.call('plans.remove', { planId: plan.id });
    for (const path of [first, second]) expect((await verificationOf(core, path)).valid).toBe(true);
  }, 60_000);

  test('a plan without encryption from now on stores plain files beside the encrypted ones', async () => {
    const scene = await setEncryptedScene(FOR_US, { identity: IDENTITY });
    const encrypted = pathOf(await takeBackup(scene));
    await scene.core.call('plans.update', { planId: scene.plan.id, encryption: null });
    const plain = await takeBackup(scene);
    expect(plain.encrypted).toBeNull();
    expect(pathOf(plain)).toMatch(/\.db\.gz$/);
    expect((await verificationOf(scene.core, encrypted)).valid).toBe(true);
  });

  test('an encryption without its secret, or with one that does not fit, is refused', async () => {
    const { core, plan } = await setScene();
    const refused = [
      { encryption: { kind: 'passphrase' as const } },
      { encryption: FOR_US, encryptionSecrets: { passphrase: PASSPHRASE } },
      { encryption: FOR_US, encryptionSecrets: { identity: OTHER_IDENTITY } },
      { encryption: FOR_US, encryptionSecrets: { identity: `${IDENTITY}X` } },
      { encryption: { kind: 'recipients' as const, recipients: [IDENTITY] } },
      { encryptionSecrets: { identity: IDENTITY } },
    ];
    for (const change of refused) {
      const error = await core.call('plans.update', { planId: plan.id, ...change }).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'INVALID_PARAMS' });
      expect(String(error)).not.toContain(IDENTITY);
    }
    expect((await core.call('plans.get', { planId: plan.id })).plan.encryption).toBeNull();
  });

  test('a passphrase that cannot be decrypted any more stops the backup rather than store it decrypted', async () => {
    const scene = await byPassphrase();
    await scene.core.close();
    writeFileSync(join(scene.home, 'secrets.key'), Buffer.alloc(32, 1));
    const core = await startTestCore(scene.home);
    expectFailure(
      await runToEnd(core, 'backups.start', { planId: scene.plan.id }),
      'BAD_KEY',
      'passphrase for encrypting snapshots is unknown',
    );
    expect(await core.call('snapshots.list', {})).toEqual([]);
  });
});

describe('without the identity', () => {
  test('a whole snapshot counts as stored and not as verified, and the identity verifies it later', async () => {
    const scene = await setEncryptedScene(FOR_US, undefined);
    const { core, plan } = scene;
    // It would only fail.
    expect(plan.restoreTest.schedule).toEqual({ kind: 'manual' });
    const snapshot = await takeBackup(scene);
    expect(snapshot.verification).toMatchObject({
      valid: null,
      level: 'none',
      message: expect.stringContaining('content could not be verified'),
    });
    expect(await core.call('plans.get', { planId: plan.id })).toMatchObject({
      state: 'unverified',
      reason: expect.stringContaining('identity'),
    });
    const run = await succeed(core, 'verifications.start', { snapshotId: snapshot.id });
    expect(run.result).toMatchObject({ verification: { level: 'none', tables: [] } });
    await expect(core.call('restoreTests.start', { planId: plan.id })).rejects.toMatchObject({
      code: 'BAD_KEY',
      message: expect.stringContaining('whose identities are unknown'),
    });

    const key = { value: OTHER_IDENTITY };
    expectFailure(
      await runToEnd(core, 'verifications.start', { snapshotId: snapshot.id, key }),
      'BAD_KEY',
      'Wrong identity',
    );
    await core.call('plans.update', { planId: plan.id, encryptionSecrets: { identity: IDENTITY } });
    await succeed(core, 'verifications.start', { snapshotId: snapshot.id });
    expect(await core.call('plans.get', { planId: plan.id })).toMatchObject({ state: OK_HERE });
  }, 30_000);

  test('damage to the stored file is found anyway', async () => {
    const scene = await setEncryptedScene(FOR_US, undefined);
    const path = pathOf(await takeBackup(scene));
    flip(path, readFileSync(path).length - 5);
    expect(await verificationOf(scene.core, path)).toMatchObject({ valid: false, level: 'none' });
  });
});

describe('what is wrong with an encrypted file is told', () => {
  test('a wrong passphrase from damage, in the header and after it, and from what is cut off', async () => {
    const scene = await byPassphrase();
    const path = pathOf(await takeBackup(scene));
    const good = readFileSync(path);
    const elsewhere = await startTestCore(join(scene.folder, 'home2'));
    const at = { path };
    expectFailure(
      await runToEnd(elsewhere, 'verifications.start', at),
      'BAD_KEY',
      'encrypted with an unknown passphrase',
    );
    const wrong = await runToEnd(elsewhere, 'verifications.start', { ...at, key: { value: 'quite wrong' } });
    expectFailure(wrong, 'BAD_KEY', 'Wrong passphrase');
    expect(wrong.error?.message).toContain('byte for byte as stored');
    const damages: [() => void, RegExp][] = [
      [() => flip(path, 40), /stored file has changed.*header is damaged|stored file is not the one that was written/],
      [() => flip(path, good.length - 100), /The stored file is not the one that was written/],
      [() => writeFileSync(path, good.subarray(0, -50)), /The stored file is not the one that was written/],
    ];
    for (const [damage, message] of damages) {
      damage();
      const verification = await verificationOf(scene.core, path);
      expect(verification.valid).toBe(false);
      expect(JSON.stringify(verification)).toMatch(message);
      writeFileSync(path, good);
    }
    expect(await verificationOf(elsewhere, path, PASSPHRASE)).toMatchObject({ valid: true });
    // It is kept once it has opened something.
    expect(await verificationOf(elsewhere, path)).toMatchObject({ valid: true });
  }, 90_000);
});

test('a scan of a destination enters what is encrypted without any secret', async () => {
  const scene = await byPassphrase();
  await takeBackup(scene);
  const elsewhere = await startTestCore(join(scene.folder, 'home2'));
  onTestFinished(() => elsewhere.close());
  const { run } = await elsewhere.call('destinations.rescan', { path: scene.destination });
  await elsewhere.runEnded(run.id);
  expect(await elsewhere.call('snapshots.list', {})).toMatchObject([{ encrypted: 'passphrase', tableCount: 2 }]);
});

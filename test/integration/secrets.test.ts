import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Keychain } from '../../src-main/core/ports.ts';
import { makeEncrypted } from '../support/encrypted-databases.ts';
import { setScene } from '../support/scene.ts';
import { runToEnd, startTestCore, succeed } from '../support/test-core.ts';

const KEY = `x'${'2d'.repeat(32)}'`;
const keychain: Keychain = {
  words: 'In the keychain.',
  wrap: (key) => Buffer.from(key).reverse(),
  unwrap: (wrapped) => Buffer.from(wrapped).reverse().toString(),
};

/** A plan of an encrypted database whose snapshots are encrypted too, made by a desktop application. */
async function setDesktopScene() {
  const scene = await setScene({ plan: { compression: 'none' }, ports: { keychain } });
  rmSync(scene.source);
  makeEncrypted(scene.source, KEY);
  const plan = await scene.core.call('plans.update', {
    planId: scene.plan.id,
    key: { value: KEY },
    encryption: { kind: 'passphrase' },
    encryptionSecrets: { passphrase: 'correct horse' },
  });
  await succeed(scene.core, 'backups.start', { planId: plan.id });
  return { ...scene, plan };
}

test('keys and passphrases that one host stored open databases and snapshots in another', async () => {
  const { core, home, plan } = await setDesktopScene();
  await core.close();
  const other = await startTestCore(home);
  await succeed(other, 'backups.start', { planId: plan.id });
  const snapshots = await other.call('snapshots.list', { planId: plan.id });
  expect(snapshots).toHaveLength(2);
  for (const { id } of snapshots) {
    const { result } = await succeed(other, 'verifications.start', { snapshotId: id });
    expect(result).toMatchObject({ kind: 'verify', verification: { valid: true, level: 'checked' } });
  }
});

test('with the key in the keychain, another host ends with UNAVAILABLE and the reason; what needs no secret goes on', async () => {
  const { core, home, plan, folder } = await setDesktopScene();
  await core.call('secrets.useKeychain', { use: true });
  await core.close();
  const other = await startTestCore(home);
  const [snapshot] = await other.call('snapshots.list', { planId: plan.id });
  const ended = [
    await runToEnd(other, 'backups.start', { planId: plan.id }),
    await runToEnd(other, 'verifications.start', { snapshotId: snapshot?.id ?? '' }),
  ];
  for (const { state, error } of ended) {
    expect(state).toBe('failed');
    expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('keychain') });
    expect(error?.hint).toMatch(/desktop application/);
  }
  const plain = await setScene();
  await succeed(other, 'backups.start', {
    source: plain.source,
    to: join(folder, 'backups'),
  });
});

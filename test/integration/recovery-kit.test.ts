import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { describe, expect, test } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import type { PlanInput } from '../../src-shared/model/plan.ts';
import { parseCipherSettings } from '../../src-shared/rules/sqlite/cipher-settings.ts';
import { hasAge } from '../support/age-command-line.ts';
import { hasCompressors } from '../support/command-line-tools.ts';
import { countEntries, integrityOf, makeDatabase } from '../support/databases.ts';
import { filesWith, hasSqlcipher, sqlcipher } from '../support/encrypted-databases.ts';
import { setFilesScene } from '../support/files-scene.ts';
import { hashOf, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { makeTree, readTree } from '../support/trees.ts';

const IDENTITY = await generateIdentity();
const RECIPIENT = await identityToRecipient(IDENTITY);
const KEY = "the owner's key";
const HOST_KEY = `ssh-ed25519 SHA256:${'k'.repeat(43)}`;

const hasSqlite = ((): boolean => {
  try {
    execFileSync('sqlite3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** All commands of the kit's part on the plan, in their order. */
async function commandsOf(core: Core): Promise<string> {
  const { text } = await core.call('recoveryKit.make', {});
  return [...text.matchAll(/^```\n([\s\S]*?)\n```$/gm)].map(([, block]) => block).join('\n');
}

/** Does what the kit says as a person would who has put in the name of the snapshot and the key. */
async function followKit(
  { core, folder }: Pick<Scene, 'core' | 'folder'>,
  snapshotPath: string,
  prepare: (workFolder: string) => void = () => {},
) {
  const workFolder = join(folder, 'recovered');
  mkdirSync(workFolder);
  prepare(workFolder);
  const commands = (await commandsOf(core))
    .replace(/^SNAPSHOT='.*'$/m, `SNAPSHOT='${basename(snapshotPath)}'`)
    .replace('THE KEY', KEY.replaceAll("'", "''"));
  return execFileSync('bash', ['-euo', 'pipefail', '-c', commands], {
    cwd: workFolder,
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

const pathOf = (snapshot: { path: string | null }): string => snapshot.path ?? '';

describe.skipIf(!hasCompressors || !hasSqlite)('who follows the kit gets the database back', () => {
  const cases: [string, Partial<PlanInput>, boolean][] = [
    ['gzip', { compression: 'gz' }, true],
    ['zstd', { compression: 'zst' }, true],
    ['the database itself', { compression: 'none' }, true],
    ['age for a recipient', { encryption: { kind: 'recipients', recipients: [RECIPIENT] } }, hasAge],
  ];
  for (const [name, plan, possible] of cases) {
    test.skipIf(!possible)(name, async () => {
      const scene = await setScene({ sourceName: "the owner's $app.db", plan });
      const path = pathOf(await takeBackup(scene));
      rmSync(scene.source);
      writeFileSync(scene.source, 'spoilt');
      writeFileSync(`${scene.source}-wal`, 'a log of before');
      const out = await followKit(scene, path, (folder) =>
        writeFileSync(join(folder, 'identity.txt'), `${IDENTITY}\n`),
      );
      expect(out).toMatch(/: OK\nok\n/);
      expect(countEntries(scene.source)).toBe(100);
      expect(integrityOf(scene.source)).toBe('ok');
      expect(readFileSync(`${scene.source}.before`, 'utf8')).toBe('spoilt');
      expect(readFileSync(`${scene.source}.before-wal`, 'utf8')).toBe('a log of before');
    });
  }

  test.skipIf(!hasSqlcipher).each([
    ['defaults', []],
    ['custom settings', ['cipher_page_size = 8192', 'kdf_iter = 12345', 'cipher_use_hmac = OFF']],
  ])('SQLCipher with %s', async (_name, custom) => {
    const setUp = custom.map((pragma) => `PRAGMA ${pragma};`).join('\n');
    const scene = await setScene();
    const source = join(scene.folder, 'app', 'locked.db');
    const made = 'CREATE TABLE entries (id INTEGER PRIMARY KEY); INSERT INTO entries VALUES (1), (2), (3);';
    sqlcipher(source, KEY, `${setUp}\n${made}`);
    await scene.core.call('plans.remove', { planId: scene.plan.id });
    const plan = await scene.core.call('plans.create', {
      name: 'Locked',
      sourcePath: source,
      destinations: [{ path: scene.destination }],
      key: { value: KEY, ...(custom.length === 0 ? {} : parseCipherSettings(`compatibility=3; ${setUp}`)) },
    });
    const path = pathOf(await takeBackup({ ...scene, plan }));
    rmSync(source);
    expect(await followKit(scene, path)).toMatch(/: OK\n(?:.*\n)*ok\n/);
    expect(sqlcipher(source, KEY, `${setUp}\nSELECT count(*) FROM entries;`)).toBe('3');
  });

  test('and sees that a snapshot has changed', async () => {
    const scene = await setScene({ plan: { compression: 'none' } });
    const path = pathOf(await takeBackup(scene));
    writeFileSync(path, readFileSync(path).fill(7, 5000, 5010));
    await expect(followKit(scene, path)).rejects.toThrow(/FAILED|did NOT match/);
    expect(countEntries(scene.source)).toBe(100);
  });
});

describe.skipIf(!hasCompressors)('who follows the kit gets files back', () => {
  const cases: [string, Partial<PlanInput>, boolean][] = [
    ['from folders', {}, true],
    [
      'from archives encrypted with age',
      { compression: 'zst', encryption: { kind: 'recipients', recipients: [RECIPIENT] } },
      hasAge,
    ],
  ];
  for (const [name, plan, possible] of cases) {
    test.skipIf(!possible)(name, async () => {
      const scene = await setFilesScene({
        plan: { name: 'Vault', ...plan },
        files: (app) => {
          makeTree(join(app, 'the vault'), { 'a.txt': 'one', 'deep/b.txt': 'two' });
          writeFileSync(join(app, 'config.toml'), 'a = 1');
          writeFileSync(join(app, 'card.img'), Buffer.alloc(300_000, 'sectors'));
          return [
            { name: 'vault', path: join(app, 'the vault'), kind: 'folder', exclude: [] },
            { name: 'config', path: join(app, 'config.toml'), kind: 'file', exclude: [] },
            { name: 'card', path: join(app, 'card.img'), kind: 'image', exclude: [] },
          ];
        },
      });
      const { app } = scene;
      const before = [readTree(join(app, 'the vault')), hashOf(join(app, 'card.img'))];
      const path = pathOf(await takeBackup(scene));
      writeFileSync(join(app, 'the vault', 'a.txt'), 'spoilt');
      writeFileSync(join(app, 'config.toml'), 'spoilt');
      writeFileSync(join(app, 'card.img'), Buffer.alloc(300_000));
      const out = await followKit(scene, path, (folder) =>
        writeFileSync(join(folder, 'identity.txt'), `${IDENTITY}\n`),
      );
      expect(out).toContain(': OK\n');
      expect(out).not.toContain('CHANGED');
      expect([readTree(join(app, 'the vault')), hashOf(join(app, 'card.img'))]).toEqual(before);
      expect(readFileSync(join(app, 'config.toml'), 'utf8')).toBe('a = 1');
      expect(readFileSync(join(app, 'config.toml.before'), 'utf8')).toBe('spoilt');
      expect(readFileSync(join(app, 'the vault.before', 'a.txt'), 'utf8')).toBe('spoilt');
    });
  }
});

test('the kit names what is needed, and no secret that was given', async () => {
  const { core, folder, destination } = await setScene();
  const secrets = {
    accessKeyId: 'AKIA-SECRET-ONE',
    secretAccessKey: 'secret-two/ABC',
    password: 'secret three',
    passphrase: 'secret four of the key file',
    encryption: 'secret five, a passphrase',
    database: 'secret six',
  };
  const [s3, sftp] = await Promise.all([
    core.call('destinations.save', {
      name: 'Cloud',
      settings: {
        kind: 's3',
        provider: 'custom',
        endpoint: 'http://127.0.0.1:1',
        region: 'eu-1',
        bucket: 'my-bucket',
        prefix: 'a',
      },
      secrets: { accessKeyId: secrets.accessKeyId, secretAccessKey: secrets.secretAccessKey },
      saveAnyway: true,
    }),
    core.call('destinations.save', {
      name: 'Shed',
      settings: {
        kind: 'sftp',
        host: '127.0.0.1',
        port: 1,
        user: 'me',
        path: 'backups',
        login: { kind: 'password' },
        hostKey: HOST_KEY,
      },
      secrets: { password: secrets.password, passphrase: secrets.passphrase },
      saveAnyway: true,
    }),
  ]);
  const source = join(folder, 'app', 'two.db');
  makeDatabase(source);
  await core.call('plans.create', {
    name: 'Two',
    sourcePath: source,
    destinations: [
      { path: destination },
      ...[s3, sftp].map(({ destination: made }) => ({ destinationId: made?.destination.id ?? '' })),
    ],
    encryption: { kind: 'passphrase' },
    encryptionSecrets: { passphrase: secrets.encryption },
  });
  const kit = await core.call('recoveryKit.make', {});
  for (const fact of ['s3://my-bucket/a', 'http://127.0.0.1:1', 'me@127.0.0.1', destination, source])
    expect(kit.text).toContain(fact);
  for (const secret of Object.values(secrets)) {
    expect(kit.text).not.toContain(secret);
    expect(kit.html).not.toContain(secret);
  }
  const folderOfKits = join(folder, 'kits');
  mkdirSync(folderOfKits);
  await core.call('recoveryKit.save', { folder: folderOfKits });
  for (const secret of Object.values(secrets)) expect(filesWith(folder, secret)).toEqual([]);
});

describe('whether the kit is saved', () => {
  test('it is asked for once there is a plan, and again when what it says has changed, not with each backup', async () => {
    const scene = await setScene();
    const { core, plan, folder } = scene;
    const announced: unknown[] = [];
    core.on('recoveryKit.saved', ({ status }) => announced.push(status));
    const state = async () => (await core.call('recoveryKit.status', {})).state;
    expect(await state()).toBe('unsaved');
    const { digest } = await core.call('recoveryKit.make', {});
    const marked = await core.call('recoveryKit.markSaved', { digest });
    expect(marked).toMatchObject({ state: 'saved', folder: null });
    expect(announced).toEqual([marked]);
    await takeBackup(scene);
    expect(await state()).toBe('saved');
    const encryption = { kind: 'passphrase' as const };
    await core.call('plans.update', {
      planId: plan.id,
      encryption,
      encryptionSecrets: { passphrase: 'the first one' },
    });
    expect(await state()).toBe('outdated');
    const kits = join(folder, 'kits');
    mkdirSync(kits);
    await core.call('recoveryKit.save', { folder: kits });
    const saved = await core.call('recoveryKit.status', {});
    expect(saved).toMatchObject({ state: 'saved', folder: kits });
    expect(announced).toEqual([marked, saved]);
    // What was written manually on the page is no longer the passphrase.
    await core.call('plans.update', { planId: plan.id, encryptionSecrets: { passphrase: 'the second one' } });
    expect(await state()).toBe('outdated');
    await core.call('plans.remove', { planId: plan.id });
    expect(await state()).toBe('none');
  });

  test('saving never overwrites, and never saves where it is lost together with Snapkeep', async () => {
    const { core, folder, home } = await setScene();
    const kits = join(folder, 'kits');
    mkdirSync(kits);
    const first = await core.call('recoveryKit.save', { folder: kits });
    const before = first.paths.map((path) => readFileSync(path, 'utf8'));
    await core.call('recoveryKit.save', { folder: kits });
    expect(first.paths.map((path) => readFileSync(path, 'utf8'))).toEqual(before);
    expect(readdirSync(kits).filter((name) => /^snapkeep-recovery-kit-[\d-]+\.(html|txt)$/.test(name))).toHaveLength(4);
    await expect(core.call('recoveryKit.save', { folder: home })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(core.call('recoveryKit.save', { folder: join(folder, 'gone') })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });
});

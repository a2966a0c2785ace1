import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cancelledError } from '../../src-main/core/engine/task-context.ts';
import { emptyReport, type FindResult } from '../../src-main/core/find-databases/find-databases.ts';
import { FoundFiles } from '../../src-main/core/find-databases/found-files.ts';
import { makeDatabase } from '../support/databases.ts';
import { pathsOf, search } from '../support/find-scene.ts';
import { ENCRYPTED, FOLDED_DATABASES, makeHome, PROGRAM_DATABASES } from '../support/made-up-home.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const ALONE = resolve(import.meta.dirname, '../support/find-alone.ts');
const hasStrace = spawnSync('strace', ['-V']).status === 0;

/** A folder with a home in which there is one database. */
function smallHome(): { root: string; home: string; database: string } {
  const root = temporaryFolder();
  const home = join(root, 'home');
  mkdirSync(home);
  const database = join(home, 'app.db');
  makeDatabase(database, { rows: 3, journalMode: 'delete' });
  return { root, home, database };
}

describe('a made-up home with 40 databases of known programs among 5,000 files', () => {
  test('all are found, with their programs; caches are folded away', async () => {
    const root = temporaryFolder();
    makeHome(root, 5000);
    const { databases, report } = await search(root);
    const found = (path: string) => databases.find((each) => each.path === join(root, path));
    for (const [path, program] of [...PROGRAM_DATABASES, ENCRYPTED])
      expect([path, found(path)?.program, found(path)?.foldedAs]).toEqual([path, program, null]);
    for (const path of FOLDED_DATABASES) expect([path, found(path)?.foldedAs]).not.toEqual([path, null]);
    expect(databases).toHaveLength(PROGRAM_DATABASES.length + 1 + FOLDED_DATABASES.length);
    expect(PROGRAM_DATABASES.length + 1).toBe(40);
    expect(databases.filter(({ encryption }) => encryption === 'possible').map(({ path }) => path)).toEqual([
      join(root, ENCRYPTED[0]),
    ]);
    expect(report).toMatchObject({ limits: [], skipped: { unreadable: 0 } });
    expect(report.filesRead).toBeGreaterThan(5000);
  });

  test.skipIf(!hasStrace)('nothing is opened for writing, made or changed', () => {
    const root = temporaryFolder();
    makeHome(root, 500);
    const calls = join(temporaryFolder(), 'calls');
    const traced = ['-f', '-qq', '-e', 'trace=%file', '-o', calls, process.execPath, ALONE, root];
    const { databases } = JSON.parse(execFileSync('strace', traced, { encoding: 'utf8' })) as { databases: unknown[] };
    expect(databases.length).toBeGreaterThan(40);
    const lines = readFileSync(calls, 'utf8').split('\n');
    const here = lines.filter((line) => line.includes(`"${root}/`));
    expect(here.length).toBeGreaterThan(500);
    expect(
      here.filter((line) => !/(open(at)?\(.*O_RDONLY|statx?\(|l?stat\(|newfstatat\(|readlink(at)?\()/.test(line)),
    ).toEqual([]);
    expect(here.filter((line) => /O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)/.test(line))).toEqual([]);
  });
});

describe('what is met on the way', () => {
  test.skipIf(process.platform === 'win32')('links, pipes, sockets and loops are passed over and counted', async () => {
    const { root, home, database } = smallHome();
    execFileSync('mkfifo', [join(home, 'pipe.db')]);
    symlinkSync('loop', join(home, 'loop'));
    symlinkSync(home, join(home, 'home-again'));
    symlinkSync('/', join(home, 'z:'));
    symlinkSync(database, join(home, 'link.db'));
    const server = createServer().listen(join(home, 'socket.db'));
    const { databases, report } = await search(root);
    server.close();
    expect(databases.map(({ path }) => path)).toEqual([database]);
    expect(report.skipped).toMatchObject({ links: 4, special: 2, unreadable: 0 });
  });

  test('shares and mounts of the system are not touched, also where a searched folder lies on one', async () => {
    const { root, home, database } = smallHome();
    for (const name of ['nas', 'proc', 'remote']) {
      mkdirSync(join(home, name));
      makeDatabase(join(home, name, 'there.db'), { journalMode: 'delete' });
    }
    const mounts = new Map([
      [join(home, 'nas'), 'network' as const],
      [join(home, 'proc'), 'virtual' as const],
      [join(root, 'srv'), 'network' as const],
    ]);
    const { databases, report } = await search(root, { machine: { mounts, remote: [join(home, 'remote')] } });
    expect(databases.map(({ path }) => path)).toEqual([database]);
    expect(report.skipped).toMatchObject({ networkMounts: 2, virtualMounts: 1, byRule: 1 });
    // A person who names the share wants it searched.
    const asked = await search(root, { request: { folders: [join(home, 'nas')] }, machine: { mounts } });
    expect(pathsOf(asked, root)).toEqual(['home/nas/there.db']);
  });

  test('folders of tools, and those that hold snapshots, are passed over', async () => {
    const { root, home, database } = smallHome();
    for (const path of ['node_modules/pkg', '.git/x', 'backups']) {
      mkdirSync(join(home, path), { recursive: true });
      makeDatabase(join(home, path, 'x.db'), { journalMode: 'delete' });
    }
    makeDatabase(join(home, 'app-2026-01-01-020000-abcdef.db'), { journalMode: 'delete' });
    writeFileSync(join(home, 'app-2026-01-01-020000-abcdef.db.manifest.json'), '{}');
    const { databases, report } = await search(root, { request: { exclude: [join(home, 'backups')] } });
    expect(databases.map(({ path }) => path)).toEqual([database]);
    expect(report.skipped.byRule).toBe(3);
  });

  test.skipIf(process.platform !== 'linux')('a name that is not UTF-8 is found under its exact name', async () => {
    const { root, home, database } = smallHome();
    const name = Buffer.concat([Buffer.from(join(home, 'caf')), Buffer.of(0xe9), Buffer.from('.db')]);
    writeFileSync(name, readFileSync(database));
    const folder = Buffer.concat([Buffer.from(join(home, 'f')), Buffer.of(0xff)]);
    mkdirSync(folder);
    writeFileSync(Buffer.concat([folder, Buffer.from('/deep.db')]), readFileSync(database));
    expect(pathsOf(await search(root), root)).toEqual(['home/app.db', 'home/caf\udce9.db', 'home/f\udcff/deep.db']);
  });

  test('a folder of many files is read in pieces, and an order to stop is heard in it', async () => {
    const { root, home } = smallHome();
    const many = join(home, 'many');
    mkdirSync(many);
    for (let number = 0; number < 10_000; number++) writeFileSync(join(many, `${number}`), '');
    let progress = 0;
    const count = (): void => {
      progress += 1;
    };
    const throwIfCancelled = (): void => {
      if (progress >= 3) throw cancelledError();
    };
    const stopped = search(root, { context: { progress: count, throwIfCancelled } });
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await search(root)).report).toMatchObject({ filesRead: 10_001, limits: [] });
  });

  test.skipIf(process.getuid?.() !== 0)('what may not be read is counted, and nothing of it is told', () => {
    const { root, home, database } = smallHome();
    for (const path of [root, home]) chmodSync(path, 0o755);
    mkdirSync(join(home, 'private'), { mode: 0o700 });
    makeDatabase(join(home, 'private', 'own.db'), { journalMode: 'delete' });
    writeFileSync(join(home, 'own.db'), readFileSync(database), { mode: 0o600 });
    chmodSync(database, 0o444);
    const nobody = { uid: 65_534, gid: 65_534, encoding: 'utf8' } as const;
    const { databases, report } = JSON.parse(execFileSync(process.execPath, [ALONE, root], nobody)) as FindResult;
    expect(databases.map(({ path }) => path)).toEqual([database]);
    expect(report.skipped.unreadable).toBe(2);
  });

  test('what has vanished since its folder was read is passed over', async () => {
    const { root, home } = smallHome();
    const report = emptyReport();
    const found = new FoundFiles(report, [], home);
    for (const path of ['gone.db', 'app.db/gone.db']) found.look(join(home, path));
    expect(found.all()).toEqual([]);
    const walked = await search(root, { request: { folders: [join(home, 'gone'), home] } });
    expect(walked.databases).toHaveLength(1);
    expect([report.skipped.unreadable, walked.report.skipped.unreadable]).toEqual([0, 0]);
  });

  test.each([
    ['files', { files: 10 }],
    ['depth', { depth: 0 }],
    ['time', { milliseconds: 0 }],
  ] as const)('a search that reaches its limit of %s says so', async (limit, limits) => {
    const root = temporaryFolder();
    makeHome(root, 100);
    const { report } = await search(root, { limits });
    expect(report.limits).toEqual([limit]);
  });
});

describe('what a file is', () => {
  test('its first bytes decide, never its ending', async () => {
    const { root, home, database } = smallHome();
    writeFileSync(join(home, 'holiday.jpg'), readFileSync(database));
    writeFileSync(join(home, 'text.sqlite'), 'SQLite format 4\0'.repeat(100));
    writeFileSync(join(home, 'short.db'), readFileSync(database).subarray(0, 100));
    writeFileSync(join(home, 'empty.db'), '');
    writeFileSync(join(home, 'zeros.db'), Buffer.alloc(4096));
    writeFileSync(join(home, 'odd-random.db'), crypto.getRandomValues(new Uint8Array(5000)));
    writeFileSync(join(home, 'noise'), crypto.getRandomValues(new Uint8Array(4096)));
    expect(pathsOf(await search(root), root)).toEqual(['home/app.db', 'home/holiday.jpg']);
  });

  test('random bytes in whole pages may be an encrypted database where a name, a log or a template says so', async () => {
    const { root, home } = smallHome();
    const random = (name: string): string => {
      writeFileSync(join(home, name), crypto.getRandomValues(new Uint8Array(8192)));
      return join(home, name);
    };
    random('secret.db');
    random('messages');
    writeFileSync(join(home, 'messages-wal'), 'log');
    const templates = [{ path: random('vault'), templateId: 'own', program: 'Own', encrypted: true }];
    random('nothing');
    const { databases } = await search(root, { request: { templates } });
    const possible = databases.filter(({ encryption }) => encryption === 'possible');
    expect(possible.map(({ path }) => path.slice(home.length + 1)).sort()).toEqual(['messages', 'secret.db', 'vault']);
    expect(databases.find(({ path }) => path.endsWith('vault'))).toMatchObject({ templateId: 'own', program: 'Own' });
  });

  test('a file with several names is listed once, by the name that has a log', async () => {
    const { root, home, database } = smallHome();
    linkSync(database, join(home, 'a-second-name.db'));
    linkSync(database, join(home, 'z-third-name.db'));
    writeFileSync(`${join(home, 'z-third-name.db')}-wal`, 'x'.repeat(40));
    const { databases } = await search(root);
    expect(databases.map(({ path, walBytes }) => [path, walBytes])).toEqual([[join(home, 'z-third-name.db'), 40]]);
  });

  test('programs that have a database open are named, and what is open elsewhere is found', async () => {
    const { root, database } = smallHome();
    const elsewhere = join(root, 'elsewhere.db');
    makeDatabase(elsewhere, { journalMode: 'delete' });
    const holder = { pid: 7, name: 'anki' };
    const openFiles = async () => [
      { path: database, identity: null, holder },
      { path: database, identity: null, holder },
      { path: elsewhere, identity: null, holder: { pid: 8, name: 'other' } },
      { path: join(root, 'tmp/short-lived.db'), identity: null, holder },
      // A program in a container means another file by its path.
      { path: join(root, 'not-here.db'), identity: '1:2', holder },
    ];
    const temporary = join(root, 'tmp');
    mkdirSync(temporary);
    makeDatabase(join(temporary, 'short-lived.db'), { journalMode: 'delete' });
    const { databases } = await search(root, { machine: { openFiles, temporary: [temporary] } });
    expect(databases.map(({ path, openBy, program }) => [path, openBy, program])).toEqual([
      [database, [holder], 'anki'],
      [elsewhere, [{ pid: 8, name: 'other' }], 'other'],
    ]);
  });

  test('folders that containers have mounted are searched', async () => {
    const { root, database } = smallHome();
    const volume = join(root, 'volume');
    mkdirSync(volume);
    makeDatabase(join(volume, 'db.sqlite3'), { journalMode: 'delete' });
    const { databases } = await search(root, {
      machine: { containerFolders: async () => [volume, join(root, 'gone')] },
    });
    expect(databases.map(({ path }) => path).sort()).toEqual([database, join(volume, 'db.sqlite3')]);
  });
});

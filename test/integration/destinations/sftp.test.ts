import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { selfTest } from '../../../src-main/core/destinations/drivers/self-test.ts';
import { SftpDestination } from '../../../src-main/core/destinations/drivers/sftp.ts';
import { readHostKey, type SftpSecrets } from '../../../src-main/core/destinations/drivers/sftp-connection.ts';
import type { Pause } from '../../../src-main/core/process/retry.ts';
import { SftpSettings } from '../../../src-shared/model/destination.ts';
import {
  digest,
  expectCreatable,
  failure,
  listedNames,
  plantFile,
  sampleBytes,
  sourceOf,
  sourceWithEvent,
  testDestinationContract,
} from '../../support/destination-contract.ts';
import { freePorts } from '../../support/servers/processes.ts';
import { type SftpServer, startSftpServer, whyNoSftp } from '../../support/servers/sftp.ts';

const MIB = 1024 * 1024;

describe.skipIf(whyNoSftp !== undefined)(
  `a folder on an SSH server${whyNoSftp === undefined ? '' : ` (${whyNoSftp})`}`,
  () => {
    let server: SftpServer;
    let hostKey: string;
    beforeAll(async () => {
      server = await startSftpServer();
      hostKey = await readHostKey({ host: '127.0.0.1', port: server.port });
    }, 30_000);
    afterAll(() => server?.stop());

    function open(path: string, changes: Partial<SftpSettings> = {}, secrets: SftpSecrets = {}, pause?: Pause) {
      const { port, user, keyFile } = server;
      const plain = {
        kind: 'sftp',
        host: '127.0.0.1',
        port,
        user,
        path,
        login: { kind: 'key', path: keyFile },
        hostKey,
      };
      const destination = new SftpDestination(SftpSettings.parse({ ...plain, ...changes }), secrets, undefined, pause);
      onTestFinished(() => destination.close());
      return destination;
    }

    const ownFolder = (): string => mkdtempSync(join(server.root, 'test-'));
    const partials = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.partial'));

    testDestinationContract(async () => {
      const folder = ownFolder();
      mkdirSync(join(folder, 'a folder'));
      writeFileSync(join(folder, 'other.db.0123abcd.partial'), 'somebody else is writing');
      const own = (): string[] => partials(folder).filter((name) => !name.startsWith('other'));
      return {
        destination: open(folder),
        leftovers: async () => own(),
        plant: async (path, content) => plantFile(folder, path, content),
      };
    });

    test('100 MB go up and come down byte for byte', { timeout: 120_000 }, async () => {
      const destination = open(ownFolder());
      const data = sampleBytes(100 * 1000 * 1000);
      await destination.put('large.db', sourceOf(data, MIB));
      expect(await digest(await destination.get('large.db'))).toEqual(await digest(sourceOf(data, MIB).open()));
    });

    test('files are for their owner alone', async () => {
      const folder = ownFolder();
      await open(folder).put('app.db', sourceOf(sampleBytes(100), 100));
      expect(statSync(join(folder, 'app.db')).mode & 0o777).toBe(0o600);
    });

    test('lists more than a thousand files', async () => {
      const folder = ownFolder();
      const names = Array.from({ length: 1105 }, (_, index) => `app-${String(index).padStart(4, '0')}.db`);
      for (const name of names) writeFileSync(join(folder, name), name);
      expect((await open(folder).list()).objects).toHaveLength(1000);
      expect(await listedNames(open(folder))).toEqual(names);
    });

    test('the server is killed in the middle and comes back: stored once, nothing left behind', async () => {
      const folder = ownFolder();
      const data = sampleBytes(40 * MIB);
      const source = sourceWithEvent(data, 30 * MIB, () => server.kill());
      const paused: number[] = [];
      const destination = open(folder, {}, {}, async (milliseconds) => {
        paused.push(milliseconds);
        expect(partials(folder)).toHaveLength(1);
        await server.restart();
      });
      await destination.put('app.db', source);
      expect(paused).toEqual([500]);
      expect(await digest(await destination.get('app.db'))).toEqual(await digest(sourceOf(data).open()));
      expect(readdirSync(folder)).toEqual(['app.db']);
    });

    test('a connection that is lost is made anew once, and what it was for fails then', async () => {
      const folder = ownFolder();
      const logins: Socket[] = [];
      // Lies between the driver and the server, and hangs up on every connection but the first.
      const between = createServer((socket) => {
        logins.push(socket);
        socket.on('error', () => undefined);
        if (logins.length > 1) return socket.destroy();
        const server = connect(hostPort, '127.0.0.1').on('error', () => undefined);
        socket.pipe(server).pipe(socket);
      });
      const hostPort = server.port;
      between.listen(0, '127.0.0.1');
      await once(between, 'listening');
      onTestFinished(() => void between.close());
      const { port } = between.address() as AddressInfo;
      const destination = open(folder, { port }, {}, async () => undefined);
      const source = sourceWithEvent(sampleBytes(20 * MIB), 10 * MIB, () => logins[0]?.destroy());
      expect((await failure(destination.put('app.db', source, { runId: '0123abcd' }))).code).toBe('UNAVAILABLE');
      expect(logins).toHaveLength(2);
      // What it has left is known by its run and swept later.
      expect(partials(folder)).toEqual(['app.db.0123abcd.partial']);
      expect(await open(folder).sweep(({ tag }) => tag === '0123abcd')).toBe(1);
      expect(readdirSync(folder)).toEqual([]);
    });

    test('the server is killed while it is read from', async () => {
      const destination = open(ownFolder());
      await destination.put('app.db', sourceOf(sampleBytes(30 * MIB)));
      const stream = await destination.get('app.db', undefined, {
        onProgress: () => {
          stream.pause();
        },
      });
      await server.kill();
      expect((await failure(digest(stream))).toBody()).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
      expect((await failure(destination.list())).code).toBe('UNAVAILABLE');
      await server.restart();
      expect(await listedNames(destination)).toEqual(['app.db']);
    });

    test('the key of the host is shown before anything is sent, and one that has changed is refused', async () => {
      const folder = ownFolder();
      expect(hostKey).toMatch(/^ssh-ed25519 SHA256:[\w+/]{43}$/);
      const unknown = await failure(open(folder, { hostKey: null }).list());
      expect(unknown).toMatchObject({ code: 'CONFLICT', details: { hostKey } });
      await server.restart({ newKey: true });
      try {
        const changed = await failure(open(folder).put('app.db', sourceOf(Buffer.from('secret'))));
        expect(changed).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('has changed') });
        const report = await selfTest(open(folder));
        expect(report.steps).toMatchObject([
          { step: 'write', error: { code: 'CONFLICT', details: { pinned: hostKey } } },
        ]);
        expect(readdirSync(folder)).toEqual([]);
        const newKey = String(changed.details?.hostKey);
        expect(newKey).not.toBe(hostKey);
        expect(await listedNames(open(folder, { hostKey: newKey }))).toEqual([]);
      } finally {
        await server.restart();
      }
      // A host that has no key of the pinned kind any more is another host as well.
      const otherKind = hostKey.replace('ssh-ed25519', 'ecdsa-sha2-nistp256');
      expect((await failure(open(folder, { hostKey: otherKind }).list())).code).toBe('CONFLICT');
    });

    test('the ways to log in, and those that are refused', async () => {
      const folder = ownFolder();
      const { keyFile, lockedKeyFile, strangerKeyFile, agentSocket } = server;
      const key = (path: string) => ({ login: { kind: 'key', path } as const });
      const agent = (socket: string) => ({ login: { kind: 'agent', socket } as const });
      expect(await listedNames(open(folder, key(keyFile)))).toEqual([]);
      expect(await listedNames(open(folder, key(lockedKeyFile), { passphrase: 'open sesame' }))).toEqual([]);
      expect(await listedNames(open(folder, agent(agentSocket)))).toEqual([]);
      const { password } = server;
      if (password !== undefined) {
        expect(await listedNames(open(folder, { login: { kind: 'password' } }, { password }))).toEqual([]);
      }
      const refused = [
        open(folder, key(lockedKeyFile), { passphrase: 'wrong' }),
        open(folder, key(lockedKeyFile)),
        open(folder, key(strangerKeyFile)),
        open(folder, { login: { kind: 'password' } }, { password: 'wrong' }),
        open(folder, agent(join(folder, 'no agent'))),
        open(folder, { user: 'no-such-user' }),
      ];
      for (const destination of refused) expect((await failure(destination.list())).code).toBe('BAD_KEY');
    });

    test('a login that may only read', async () => {
      const folder = ownFolder();
      await open(folder).put('app.db', sourceOf(Buffer.from('content')));
      await server.restart({ readOnly: true });
      try {
        const reader = open(folder);
        expect((await digest(await reader.get('app.db'))).bytes).toBe(7);
        expect((await failure(reader.put('new.db', sourceOf(sampleBytes(2 * MIB))))).code).toBe('PERMISSION');
        expect((await failure(reader.delete('app.db'))).code).toBe('PERMISSION');
        expect(readdirSync(folder)).toEqual(['app.db']);
      } finally {
        await server.restart();
      }
    });

    test('a folder is created when asked for, but none around it', async () => {
      const folder = ownFolder();
      await expectCreatable(open(join(folder, 'new')));
      expect((await failure(open(join(folder, 'missing', 'new')).create())).code).toBe('NOT_FOUND');
      expect(readdirSync(folder)).toEqual(['new']);
      expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o700);
    });

    test('a folder that is not there, and a host that does not answer', async () => {
      const missing = open(join(server.root, 'no such folder'));
      const asked = [missing.list(), missing.stat('a'), missing.put('a', sourceOf(Buffer.from('x'))), missing.space()];
      for (const { code } of await Promise.all(asked.map(failure))) expect(code).toBe('NOT_FOUND');
      const [port = 0] = await freePorts(1);
      const away = open('/', { port });
      expect((await failure(away.list())).toBody()).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    });

    test('what others have left is not swept, however old', async () => {
      const folder = ownFolder();
      for (const name of ['a.db.0123abcd.partial', 'b.db.89abcdef.partial', 'own.partial']) {
        writeFileSync(join(folder, name), 'x');
        utimesSync(join(folder, name), 1, 1);
      }
      expect(await open(folder).sweep(({ tag }) => tag === '0123abcd')).toBe(1);
      expect(readdirSync(folder).sort()).toEqual(['b.db.89abcdef.partial', 'own.partial']);
    });

    test('follows no link to or within a folder below', async () => {
      const folder = ownFolder();
      const elsewhere = ownFolder();
      plantFile(elsewhere, 'ltx/a.ltx', 'x');
      symlinkSync(elsewhere, join(folder, 'h.history'));
      const destination = open(folder);
      const path = 'h.history/ltx/a.ltx';
      const asked = [
        destination.put('h.history/b.ltx', sourceOf(Buffer.from('x'))),
        destination.replace(path, sourceOf(Buffer.from('y'))),
        destination.stat(path),
        destination.delete(path),
        destination.list(null, 10, 'h.history/ltx'),
        destination.removeFolder('h.history/ltx'),
      ];
      for (const { code } of await Promise.all(asked.map(failure))) expect(code).toBe('UNSUPPORTED');
      expect(readdirSync(elsewhere, { recursive: true }).sort()).toEqual(['ltx', 'ltx/a.ltx']);
    });

    test('free space is known, and a folder can be named from where a login starts', async () => {
      const folder = ownFolder();
      const { freeBytes = 0, totalBytes = 0 } = (await open(folder).space()) ?? {};
      expect(freeBytes).toBeGreaterThan(0);
      expect(totalBytes).toBeGreaterThanOrEqual(freeBytes);
      const home = open('.');
      expect((await home.space())?.freeBytes).toBeGreaterThan(0);
      expect(basename(folder)).toMatch(/^test-/);
    });
  },
);

import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readHolder } from '../../src-main/core/process/holder.ts';
import { carryFrames } from '../../src-main/core/service/carry-frames.ts';
import { helloOf, introduce, PROTOCOL, welcome } from '../../src-main/core/service/hello.ts';
import { joinService, socketTransport } from '../../src-main/core/service/join.ts';
import { type Client, createClient } from '../../src-shared/contract/client.ts';
import type { CoreFrame } from '../../src-shared/contract/frames.ts';
import { capturedLog } from '../support/captured-log.ts';
import { setScene } from '../support/scene.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { startTestCore } from '../support/test-core.ts';

/** Joins the service of a folder, which must be there. */
async function joinIn(home: string, stream?: string): Promise<Socket> {
  const socket = await joinService(home, 'cli', stream);
  if (socket === undefined) throw new Error('Nobody listens.');
  onTestFinished(() => void socket.destroy());
  return socket;
}

const clientOf = async (home: string): Promise<Client> => createClient(socketTransport(await joinIn(home)));

/** Sends bytes without a handshake, and waits until the service has hung up. */
async function sendAndWait(home: string, bytes: string): Promise<string> {
  const socket = connect(readHolder(home)?.endpoint?.address ?? '');
  socket.on('error', () => {});
  socket.write(bytes);
  return text(socket).catch(() => 'reset');
}

describe('the socket of a data folder', () => {
  test('is for its owner alone, carries requests, answers and events, and goes with its core', async () => {
    const home = join(temporaryFolder(), 'home');
    const core = await startTestCore(home);
    const path = join(home, 'service.sock');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(home).mode & 0o777).toBe(0o700);
    const client = await clientOf(home);
    expect(await client.call('app.info', {})).toMatchObject({ dataFolder: home });
    const paused = new Promise((resolve) => client.on('schedules.changed', resolve));
    await client.call('schedules.pause', { until: null });
    expect(await paused).toMatchObject({ paused: { until: null } });
    await expect(client.call('runs.get', { runId: crypto.randomUUID() })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(core.hasClients()).toBe(true);
    const lost = client.call('schedules.runDue', {}).catch((error: unknown) => error);
    await core.close();
    expect(await lost).toMatchObject({ code: 'UNAVAILABLE' });
    expect(existsSync(path)).toBe(false);
    expect(await joinService(home, 'cli')).toBeUndefined();
  });

  test('outlives clients that send nonsense, too much, or hang up', async () => {
    const home = join(temporaryFolder(), 'home');
    await startTestCore(home);
    const client = await clientOf(home);
    for (const bytes of [
      'GET / HTTP/1.1\n',
      '{}\n',
      'x'.repeat(10_000),
      `${JSON.stringify({ ...helloOf('cli'), protocol: 99 })}\n`,
    ])
      expect(await sendAndWait(home, bytes)).not.toContain('"type"');
    (await joinIn(home)).destroy();
    const endless = await joinIn(home);
    const closed = new Promise((resolve) => endless.once('close', resolve));
    endless.resume().write('x'.repeat(1_100_000));
    await closed;
    const odd = await joinIn(home);
    const answer = new Promise((resolve) => odd.once('data', (data) => resolve(JSON.parse(String(data)))));
    odd.write('no frame\n');
    expect(await answer).toMatchObject({ type: 'response', id: -1, answer: { ok: false } });
    expect(await client.call('plans.list', {})).toEqual([]);
  });

  test('left behind by a holder that was killed is replaced by the next holder', async () => {
    const home = join(temporaryFolder(), 'home');
    mkdirSync(home, { mode: 0o700 });
    writeFileSync(join(home, 'service.sock'), '');
    const endpoint = { address: 'service.sock', secret: null };
    writeFileSync(join(home, 'holder.json'), JSON.stringify({ host: 'cli', pid: 1, machine: 'here', endpoint }));
    expect(await joinService(home, 'cli')).toBeUndefined();
    await startTestCore(home);
    expect(await (await clientOf(home)).call('plans.list', {})).toEqual([]);
  });

  test('of a folder whose path is too long is in a private folder that the data folder names, as the log says', async () => {
    const home = join(temporaryFolder(), 'long'.repeat(30));
    const { log, lines } = capturedLog();
    const core = await startTestCore(home, { log });
    const { address = '' } = readHolder(home)?.endpoint ?? {};
    expect(dirname(address)).not.toBe(home);
    expect(statSync(dirname(address)).mode & 0o777).toBe(0o700);
    expect(lines.map(({ message }) => message)).toEqual([
      expect.stringContaining(`at ${address}. The path of ${home} is too long`),
    ]);
    expect(await (await clientOf(home)).call('plans.list', {})).toEqual([]);
    await core.close();
    expect(existsSync(dirname(address))).toBe(false);
  });

  test('is not found through a copy of the data folder', async () => {
    const folder = temporaryFolder();
    await startTestCore(join(folder, 'home'));
    cpSync(join(folder, 'home', 'holder.json'), join(folder, 'copy', 'holder.json'));
    expect(await joinService(join(folder, 'copy'), 'cli')).toBeUndefined();
  });

  test('carries the bytes of one run over a second connection, and none for a run that wants none', async () => {
    const { home, plan, source } = await setScene({ rows: 2000 });
    const client = await clientOf(home);
    const { run } = await client.call('exports.start', { planId: plan.id, compression: 'none' });
    const bytes = await joinIn(home, run.id);
    const pieces: Buffer[] = [];
    for await (const piece of bytes) pieces.push(piece as Buffer);
    expect(await client.call('runs.ended', { runId: run.id })).toMatchObject({ state: 'succeeded' });
    expect(Buffer.concat(pieces).length).toBe(readFileSync(source).length);
    expect(await text(await joinIn(home, crypto.randomUUID()))).toBe('');
  });
});

test('a client that reads too slowly is disconnected, before what waits for it fills the memory', () => {
  let carry: (frame: CoreFrame) => void = () => {};
  const event: CoreFrame = { type: 'event', revision: 1, name: 'plans.changed', payload: {} };
  const seen: string[] = [];
  let waiting = 0;
  const connect = (send: typeof carry) => {
    carry = send;
    return { receive: () => {}, close: () => {} };
  };
  carryFrames(
    { connect },
    { send: (frame) => void seen.push(frame), waiting: () => waiting, destroy: () => void seen.push('destroyed') },
  );
  carry(event);
  waiting = 100 * 1024 * 1024;
  carry(event);
  expect(seen).toEqual([JSON.stringify(event), 'destroyed']);
});

/** Two connected sockets, and what became of the handshake on both. */
async function shakeHands(service: (socket: Socket) => Promise<unknown>, client: (socket: Socket) => Promise<unknown>) {
  const path = join(temporaryFolder(), 'a.sock');
  const served = Promise.withResolvers<unknown>();
  const server = createServer((socket) => {
    socket.on('error', () => {});
    void service(socket).then((answer) => {
      if (answer === undefined) socket.destroySoon();
      served.resolve(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const socket = connect(path);
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  const joined = await client(socket).catch((error: unknown) => error);
  socket.destroy();
  return { joined, served: await served.promise };
}

describe('a handshake', () => {
  test('with a secret needs both sides to know it', async () => {
    const own = helloOf('cli');
    const good = await shakeHands(
      (socket) => welcome(socket, 'server', 'secret'),
      (socket) => introduce(socket, own, 'secret'),
    );
    expect(good.joined).toMatchObject({ host: 'server', protocol: PROTOCOL });
    expect(good.served).toMatchObject({ host: 'cli', pid: process.pid });
    const wrong = await shakeHands(
      (socket) => welcome(socket, 'server', 'secret'),
      (socket) => introduce(socket, own, 'another'),
    );
    expect(wrong).toEqual({ joined: undefined, served: undefined });
    const none = await shakeHands(
      (socket) => welcome(socket, 'server', 'secret'),
      (socket) => introduce(socket, own, null),
    );
    expect(none.served).toBeUndefined();
  });

  test.each([
    [PROTOCOL + 1, 'TOO_NEW', /Update this Snapkeep/],
    [PROTOCOL - 1, 'BUSY', /Restart the other one/],
  ])('with protocol %s ends with %s, in words', async (protocol, code, hint) => {
    const { joined } = await shakeHands(
      async (socket) => socket.write(`${JSON.stringify({ ...helloOf('desktop'), protocol })}\n`),
      (socket) => introduce(socket, helloOf('cli'), null),
    );
    expect(joined).toMatchObject({
      code,
      hint: expect.stringMatching(hint),
      message: expect.stringContaining('desktop'),
    });
  });
});

test('streams and runs find each other, whichever comes first', async () => {
  const { core, plan } = await setScene();
  const output = new PassThrough();
  const { run } = await core.call('exports.start', { planId: plan.id });
  const size = text(output);
  core.giveOutput(run.id, output);
  expect(await core.runEnded(run.id)).toMatchObject({ state: 'succeeded' });
  expect((await size).length).toBeGreaterThan(0);
});

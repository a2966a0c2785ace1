import { once } from 'node:events';
import type { Socket } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { startHttpServer } from '../../support/http-scene.ts';
import { answerTo, closed, frameOf, OPCODE, send, upgrade } from '../../support/raw-http.ts';

const { binary, close, continuation, ping, text, unknown } = OPCODE;

/** How many connections without a session stay open. */
const MOST = 100;

/** Tells how many of these connections have ended. */
const ended = (sockets: Socket[]): number => sockets.filter((socket) => socket.closed).length;

test('connections that are opened and left close the oldest ones, and never those that have shown a session', async () => {
  const { port, origin, session, post } = await startHttpServer();
  const known = await send(port, upgrade(port, origin));
  await once(known, 'data');
  known.write(frameOf(text, JSON.stringify({ type: 'session', token: session })));
  await once(known, 'data');
  const head = `POST /api/app.info HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${session}\r\n`;
  const kept = await send(port, `${head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`);
  await once(kept, 'data');
  const left: Socket[] = [];
  for (let count = 0; count < 3 * MOST; count++) {
    // Silent ones, half requests, and sockets that show no session.
    left.push(await send(port, ['', 'GET / HTTP/1.1\r\n', upgrade(port, origin)][count % 3] as string));
    left.at(-1)?.resume();
  }
  await Promise.all(left.slice(0, 2 * MOST).map(closed));
  expect(ended(left)).toBe(2 * MOST);
  expect((await post('/api/app.info', {})).status).toBe(200);
  expect(ended([known, kept])).toBe(0);
});

test('answers that nobody reads do not pile up: who asks ahead is cut off', async () => {
  const { port, post } = await startHttpServer();
  const ask = `GET /assets/index.js HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
  const socket = await send(port, ask.repeat(10_000));
  socket.pause();
  await closed(socket);
  // One after the other, on one connection, is what browsers do.
  const polite = await send(port, ask);
  for (let count = 0; count < 5; count++) {
    expect(String((await once(polite, 'data'))[0])).toMatch(/^HTTP\/1\.1 200 /);
    polite.write(ask);
  }
  expect((await post('/api/app.info', {})).status).toBe(200);
});

test('no frame before a session costs more than it has to, and each ends its socket alone', async () => {
  const { port, origin, session, post } = await startHttpServer();
  const hello = JSON.stringify({ type: 'session', token: 'wrong' });
  const piece = frameOf(continuation, 'x', { final: false });
  const bomb = deflateRawSync(Buffer.alloc(50_000_000, 'x'));
  const cases: Record<string, Uint8Array> = {
    'no session': frameOf(text, hello),
    'thousands of requests': Buffer.concat(
      Array(5000).fill(frameOf(text, '{"type":"request","id":1,"method":"plans.list","params":{}}')),
    ),
    'deep JSON': frameOf(text, '['.repeat(900_000)),
    'a large token': frameOf(text, JSON.stringify({ type: 'session', token: 'x'.repeat(900_000) })),
    'keys of prototypes': frameOf(text, '{"__proto__":{"type":"session"},"constructor":{"token":"x"}}'),
    'a frame that is too large': frameOf(text, Buffer.alloc(2_000_000, 'x')),
    'a frame without an end': Buffer.from([0x81, ...Array(13).fill(0xff)]),
    'many pieces': Buffer.concat([frameOf(text, 'x', { final: false }), ...Array(1000).fill(piece)]),
    'a piece of nothing': piece,
    'a compressed bomb': frameOf(text, bomb, { compressed: true }),
    'bytes that are no text': frameOf(text, Buffer.from([0xff, 0xfe, 0xc0])),
    'binary bytes': frameOf(binary, Buffer.from([0xff, 0xfe, 0xc0])),
    'a kind that does not exist': frameOf(unknown, 'x'),
    'no mask': frameOf(text, hello, { masked: false }),
    'a close without a code': frameOf(close, 'x'),
    'a close with a wrong code': frameOf(close, Buffer.from([0, 1])),
    'a ping that is too large': frameOf(ping, Buffer.alloc(200)),
    'nothing at all': frameOf(text, ''),
  };
  for (const [what, bytes] of Object.entries(cases)) {
    const socket = await send(port, upgrade(port, origin, '/ws', 'Sec-WebSocket-Extensions: permessage-deflate\r\n'));
    expect([what, String((await once(socket, 'data'))[0])]).toEqual([what, expect.stringMatching(/^HTTP\/1\.1 101 /)]);
    const heard: Buffer[] = [];
    socket.on('data', (data: Buffer) => heard.push(data));
    socket.write(bytes);
    // The closing frame, or the end of the connection: no answer, no event.
    await Promise.race([closed(socket), new Promise((heardFirst) => socket.once('data', heardFirst))]);
    expect([what, Buffer.concat(heard).toString('latin1')]).toEqual([what, expect.not.stringContaining('{')]);
    socket.destroy();
  }
  const asked = await fetch(`${origin}/api/app.info`, { method: 'POST', headers: { Authorization: session } });
  expect(asked.status).toBe(401);
  expect((await post('/api/app.info', {})).status).toBe(200);
});

test('pings that are never read end their socket', async () => {
  const { port, origin, post } = await startHttpServer();
  const socket = await send(port, upgrade(port, origin));
  socket.pause();
  const many = Buffer.concat(Array(2000).fill(frameOf(ping, Buffer.alloc(125))));
  while (!socket.destroyed)
    if (!socket.write(many)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {});
  expect((await post('/api/app.info', {})).status).toBe(200);
});

test('a login takes no more than a token, and a file outside of the window is not answered', async () => {
  const { port, origin, post, folder, bearer } = await startHttpServer();
  const large = await post('/login', { token: 'x'.repeat(5_000) }, {});
  expect([large.status, (await large.json()) as unknown]).toMatchObject([413, { error: { code: 'INVALID_PARAMS' } }]);
  for (let count = 0; count < 200; count++) expect((await post('/login', { token: `${count}` }, {})).status).toBe(401);
  const outside = ['../index.html', '..%2f..%2fhome%2fsecrets.key', '%2e%2e/%2e%2e/home/catalog.db', '%00', '..%5cx'];
  for (const path of [...outside, `%2f${folder}/home/secrets.key`, '.', ''])
    expect(
      await answerTo(port, `GET /assets/${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`),
    ).toMatch(/^HTTP\/1\.1 4\d\d /);
  for (const path of ['/download', '/download/1', '/staging/uploads/x', '/upload/x', '/home/catalog.db'])
    expect((await fetch(origin + path, { headers: bearer })).status).toBe(404);
});

import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startHttpServer } from '../../support/http-scene.ts';
import { answerTo, send, upgrade } from '../../support/raw-http.ts';

const QUICK = { headers: 200, body: 200, uploadPause: 200, session: 200 };

test('refused and accepted upgrades that are reset, at any moment, end nothing but themselves', async () => {
  const { port, origin, post } = await startHttpServer();
  const requests = [
    upgrade(port, 'http://evil.example'),
    upgrade(port, origin),
    upgrade(port, origin, '/elsewhere'),
    upgrade(port, origin).slice(0, 60),
    upgrade(port, origin).replace('13', '12'),
    'CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: x\r\n\r\n',
    `POST /api/app.info HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 100\r\n\r\n{`,
    '\u0000\u0001 no HTTP at all\r\n\r\n',
  ];
  for (let round = 0; round < 400; round++) {
    const socket = await send(port, requests[round % requests.length] as string);
    // Some wait for the answer first, some are gone while it is written, some before.
    if (round % 3 === 0) await Promise.race([once(socket, 'data'), new Promise((resolve) => setImmediate(resolve))]);
    socket.resetAndDestroy();
  }
  const open = await Promise.all(Array.from({ length: 200 }, () => send(port, upgrade(port, 'http://evil.example'))));
  for (const socket of open) socket.resetAndDestroy();
  expect((await post('/api/app.info', {})).status).toBe(200);
});

test('a refused upgrade whose peer never closes its half is closed by the server', async () => {
  const { port } = await startHttpServer();
  expect(await answerTo(port, upgrade(port, 'http://evil.example'))).toMatch(/^HTTP\/1\.1 403 /);
});

test('headers and bodies that do not come in time end, and so do sockets that show no session', async () => {
  const { port, origin, session, post } = await startHttpServer({ timeLimits: QUICK });
  const head = `POST /api/app.info HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`;
  const known = `Authorization: Bearer ${session}\r\n`;
  const json = 'Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{';
  const [silent, headers, body, unknown, upload, socket] = await Promise.all([
    answerTo(port, ''),
    answerTo(port, head),
    answerTo(port, head + known + json),
    answerTo(port, head + json),
    answerTo(port, head.replace('/api/app.info', '/upload') + known + json),
    answerTo(port, upgrade(port, origin)),
  ]);
  expect(silent).toMatch(/^(HTTP\/1\.1 408 |$)/);
  expect(headers).toMatch(/^HTTP\/1\.1 408 /);
  expect(body).toMatch(/^HTTP\/1\.1 408 /);
  expect(unknown).toMatch(/^HTTP\/1\.1 401 /);
  expect(upload).not.toMatch(/^HTTP\/1\.1 200 /);
  expect(socket).toMatch(/^HTTP\/1\.1 101 /);
  expect((await post('/api/app.info', {})).status).toBe(200);
});

test('a request that is only slow to be answered is not ended', async () => {
  const { core, port, post } = await startHttpServer({ timeLimits: QUICK });
  const answer = core.answer;
  core.answer = async (...given) => {
    // Longer than every limit: until one that began later has passed.
    await answerTo(port, 'GET');
    return answer(...given);
  };
  expect((await post('/api/app.info', {})).status).toBe(200);
});

test('what is malformed is the caller’s fault, and says so', async () => {
  const { port, origin, bearer, session } = await startHttpServer();
  const json = { ...bearer, 'Content-Type': 'application/json' };
  const cases: Array<[string, RequestInit]> = [
    ['/api/app.info', { method: 'POST', headers: json, body: '{"a":' }],
    ['/api/app.info', { method: 'POST', headers: json, body: '' }],
    ['/api/app.info', { method: 'POST', headers: json, body: '{"__proto__": {"a": 1}}' }],
    ['/api/app.info', { method: 'POST', headers: json, body: JSON.stringify('x'.repeat(1_100_000)) }],
    ['/api/app.info', { method: 'POST', headers: { ...bearer, 'Content-Type': 'image/png' }, body: 'x' }],
    ['/api/app.info', { method: 'POST', headers: { ...bearer, 'Content-Type': 'text/plain' }, body: 'x' }],
    ['/api/app.info', { method: 'POST', headers: { ...bearer, 'Content-Type': '///' }, body: 'x' }],
    ['/api/app.info', { method: 'GET', headers: bearer }],
    ['/api/app.info', { method: 'DELETE', headers: bearer }],
    ['/api/%E0%A4%A', { method: 'POST', headers: json, body: '{}' }],
    ['/api/%00', { method: 'POST', headers: json, body: '{}' }],
    [`/api/${'x'.repeat(500)}`, { method: 'POST', headers: json, body: '{}' }],
    ['/assets/%ff', { headers: bearer }],
    ['/upload?name=a&name=b', { method: 'POST', headers: bearer, body: 'x' }],
    ['/login', { method: 'POST', headers: json, body: '[]' }],
    ['/%', {}],
  ];
  for (const [path, init] of cases) {
    const answer = await fetch(origin + path, init);
    const { error } = (await answer.json()) as { error: { code: string } };
    expect([path, init.method, String(init.body).slice(0, 40), answer.status >= 400 && answer.status < 500]).toEqual([
      path,
      init.method,
      String(init.body).slice(0, 40),
      true,
    ]);
    expect(error.code).not.toBe('INTERNAL');
  }
  const raw = [
    'NONSENSE / HTTP/1.1\r\nHost: x\r\n\r\n',
    'no HTTP\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    `POST /api/app.info HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${session}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `GET // HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`,
    `GET http://[ HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`,
    'GET / HTTP/1.1\r\nConnection: close\r\n\r\n',
  ];
  for (const text of raw) {
    const answer = await answerTo(port, text);
    expect([text.slice(0, 40), answer]).toEqual([text.slice(0, 40), expect.stringMatching(/^HTTP\/1\.1 4\d\d /)]);
    expect(answer).not.toContain('INTERNAL');
  }
});

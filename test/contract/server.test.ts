import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { makeDatabase } from '../support/databases.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startHttpServer } from '../support/http-scene.ts';
import { startTestCore } from '../support/test-core.ts';

/** fetch does not let a Host be made up. */
async function statusWith(origin: string, headers: Record<string, string>, path = '/'): Promise<number> {
  const call = request(origin + path, { headers });
  call.end();
  const [response] = (await once(call, 'response')) as [{ statusCode: number; resume(): void }];
  response.resume();
  return response.statusCode;
}

test('a printed token is exchanged once, and the window itself holds no secret', async () => {
  const { origin, auth, post } = await startHttpServer();
  const token = auth.createLoginToken();
  const login = await post('/login', { token }, {});
  expect(login.status).toBe(200);
  expect(login.headers.get('cache-control')).toBe('no-store');
  expect(login.headers.get('set-cookie')).toBeNull();
  const { result } = (await login.json()) as { result: { session: string } };
  expect((await post('/api/app.info', {}, { Authorization: `Bearer ${result.session}` })).status).toBe(200);
  const again = await post('/login', { token }, {});
  expect([again.status, await again.json()]).toEqual([
    401,
    { ok: false, error: expect.objectContaining({ code: 'PERMISSION', hint: expect.any(String) }) },
  ]);
  expect((await post('/login', { token: 'wrong' }, {})).status).toBe(401);
  expect((await post('/login', {}, {})).status).toBe(400);
  expect((await post('/login', { token: auth.createLoginToken() }, { Origin: 'http://127.0.0.1:1' })).status).toBe(403);

  const page = await fetch(origin);
  expect(page.headers.get('set-cookie')).toBeNull();
  const policy = page.headers.get('content-security-policy') ?? '';
  const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? 'none';
  expect(await page.text()).toContain(nonce);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toContain('unsafe');
});

test('figures are answered to whoever is on this machine, and only when Snapkeep was meant', async () => {
  const { origin, port } = await startHttpServer();
  const answer = await fetch(`${origin}/metrics`);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(await answer.text()).toContain('# TYPE snapkeep_overdue gauge');
  expect(await statusWith(origin, { Host: `evil.example:${port}` }, '/metrics')).toBe(403);
  expect((await fetch(`${origin}/metrics`, { method: 'POST' })).status).toBe(401);
});

test('however often figures are asked for, plans are read every few seconds, and too many requests are refused', async () => {
  const clock = new FakeClock();
  const { origin, core } = await startHttpServer({ clock });
  let read = 0;
  const call = core.call;
  core.call = (method, params, signal) => {
    read += 1;
    return call(method, params, signal);
  };
  const statuses = new Set<number>();
  for (let index = 0; index < 60; index++) statuses.add((await fetch(`${origin}/metrics`)).status);
  expect([...statuses]).toEqual([200]);
  const refused = await fetch(`${origin}/metrics`);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
  expect(read).toBe(1);
  clock.jump(10_000);
  expect((await fetch(`${origin}/metrics`)).status).toBe(200);
  expect(read).toBe(2);
});

test('nobody unknown gets anything, and nothing that was meant for others is answered', async () => {
  const { origin, bearer, post, port } = await startHttpServer();
  expect((await fetch(`${origin}/anything`)).status).toBe(401);
  expect((await post('/api/app.info', {}, {})).status).toBe(401);
  expect((await post('/upload?name=x', {}, {})).status).toBe(401);
  expect((await post('/api/app.info', {}, { ...bearer, Origin: 'http://evil.example' })).status).toBe(403);
  expect(await statusWith(origin, { ...bearer, Host: `evil.example:${port}` })).toBe(403);
  expect(await statusWith(origin, bearer, '/assets/..%2findex.html')).toBeGreaterThanOrEqual(400);
  expect(await statusWith(origin, bearer, '/assets/../../home/catalog.db')).toBeGreaterThanOrEqual(400);
});

test('methods answer with the envelope and the status that says the same', async () => {
  const { post } = await startHttpServer();
  const info = await post('/api/app.info', {});
  expect(info.status).toBe(200);
  expect(await info.json()).toMatchObject({ ok: true, result: { host: 'server' } });
  const unknown = await post('/api/no.such', {});
  expect([unknown.status, ((await unknown.json()) as { error: { code: string } }).error.code]).toEqual([
    404,
    'NOT_FOUND',
  ]);
  const wrong = await post('/api/plans.get', { planId: 'x' });
  expect([wrong.status, ((await wrong.json()) as { error: { code: string } }).error.code]).toEqual([
    400,
    'INVALID_PARAMS',
  ]);
});

test('an upload keeps its bytes and only the last part of its name', async () => {
  const { origin, bearer, folder } = await startHttpServer();
  const bytes = Buffer.alloc(300_000, 7);
  const answer = await fetch(`${origin}/upload?name=${encodeURIComponent('../../etc/päss wörd.db.gz')}`, {
    method: 'POST',
    body: bytes,
    headers: { ...bearer, 'Content-Type': 'application/octet-stream' },
  });
  const { path } = (await answer.json()) as { path: string };
  expect(path.startsWith(join(folder, 'home/staging/uploads'))).toBe(true);
  expect(path.endsWith('/päss wörd.db.gz')).toBe(true);
  expect(readFileSync(path)).toEqual(bytes);
});

test('an upload is discarded by whoever has a session; no other path is', async () => {
  const { origin, bearer, folder } = await startHttpServer();
  const answer = await fetch(`${origin}/upload?name=app.db`, {
    method: 'POST',
    body: Buffer.alloc(1000, 7),
    headers: { ...bearer, 'Content-Type': 'application/octet-stream' },
  });
  const { path } = (await answer.json()) as { path: string };
  const discard = async (given: string, headers: Record<string, string> = bearer): Promise<number> =>
    (await fetch(`${origin}/upload?${given}`, { method: 'DELETE', headers })).status;
  const own = join(folder, 'home/catalog.db');
  expect(await discard(`path=${encodeURIComponent(path)}`, {})).toBe(401);
  expect(await discard('')).toBe(400);
  expect(await discard('path=a&path=b')).toBe(400);
  expect(await discard(`path=${encodeURIComponent(own)}`)).toBe(200);
  expect([existsSync(path), existsSync(own)]).toEqual([true, true]);
  expect(await discard(`path=${encodeURIComponent(path)}`)).toBe(200);
  expect(readdirSync(join(folder, 'home/staging/uploads'))).toEqual([]);
});

test('an upload that a run reads outlives its window, and goes when the run has ended', async () => {
  const clock = new FakeClock();
  const { origin, bearer, session, core, folder } = await startHttpServer({ clock });
  const file = join(folder, 'ledger.db');
  makeDatabase(file, { rows: 100 });
  const answer = await fetch(`${origin}/upload?name=ledger.db`, {
    method: 'POST',
    body: readFileSync(file),
    headers: { ...bearer, 'Content-Type': 'application/octet-stream' },
  });
  const { path } = (await answer.json()) as { path: string };
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/ws`, { headers: { Origin: origin } });
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'session', token: session }));
  await once(socket, 'message');
  const { run } = await core.call('verifications.start', { path });
  expect(core.isInUse(path)).toBe(true);
  await fetch(`${origin}/upload?path=${encodeURIComponent(path)}`, { method: 'DELETE', headers: bearer });
  expect(await core.runEnded(run.id)).toMatchObject({ state: 'succeeded', result: { verification: { valid: true } } });
  await clock.advance(60_000, async () => {});
  await expect.poll(() => existsSync(path)).toBe(false);
  socket.close();
});

test('uploads of a server that was killed are gone at the next start', async () => {
  const { folder } = await startHttpServer();
  const home = join(folder, 'next home');
  const left = join(home, 'staging/uploads/0123');
  mkdirSync(left, { recursive: true });
  writeFileSync(join(left, 'app.db'), 'left');
  await startTestCore(home, { host: 'server' });
  expect(existsSync(left)).toBe(false);
});

test('an upload that is broken off leaves nothing', async () => {
  const { origin, bearer, folder } = await startHttpServer();
  const call = request(`${origin}/upload?name=x.db`, {
    method: 'POST',
    headers: { ...bearer, 'Content-Type': 'application/octet-stream', 'Content-Length': '1000000' },
  });
  call.on('error', () => {});
  call.write(Buffer.alloc(1000));
  const uploads = join(folder, 'home/staging/uploads');
  await expect.poll(() => existsSync(uploads) && readdirSync(uploads).length).toBe(1);
  call.destroy();
  await expect.poll(() => readdirSync(uploads).length).toBe(0);
});

test('frames go over a WebSocket for those with a session and the right Origin alone', async () => {
  const { origin, session, core } = await startHttpServer();
  const address = `${origin.replace('http', 'ws')}/ws`;
  for (const headers of [{ Origin: 'http://evil.example' }, { Origin: 'http://127.0.0.1:1' }, {}]) {
    const refused = new WebSocket(address, { headers });
    const [error] = (await once(refused, 'error')) as [Error];
    expect(error.message).toContain('403');
  }
  const request = { type: 'request', id: 1, method: 'settings.get', params: {} };
  for (const first of [{ type: 'session', token: 'wrong' }, request, { type: 'session', token: session, more: 1 }]) {
    const refused = new WebSocket(address, { headers: { Origin: origin } });
    await once(refused, 'open');
    const heard: unknown[] = [];
    refused.on('message', (data) => heard.push(String(data)));
    refused.send(JSON.stringify(first));
    const [code] = await once(refused, 'close');
    expect([code, heard]).toEqual([4401, []]);
  }
  const socket = new WebSocket(address, { headers: { Origin: origin } });
  await once(socket, 'open');
  const frames: unknown[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data))));
  socket.send(JSON.stringify({ type: 'session', token: session }));
  await expect.poll(() => frames).toEqual([{ type: 'session-accepted' }]);
  socket.send(JSON.stringify(request));
  socket.send('this is no frame');
  await core.call('settings.update', { theme: 'dark' });
  await expect.poll(() => frames.length).toBe(4);
  expect(frames).toContainEqual(
    expect.objectContaining({ type: 'response', id: 1, answer: { ok: true, result: expect.anything() } }),
  );
  expect(frames).toContainEqual(expect.objectContaining({ type: 'response', id: -1 }));
  expect(frames).toContainEqual(expect.objectContaining({ type: 'event', revision: 1, name: 'settings.changed' }));
  socket.close();
  await once(socket, 'close');
});

import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { Auth } from '../../src-main/server/auth.ts';
import { createHttpServer } from '../../src-main/server/http-server.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { startTestCore } from '../support/test-core.ts';

async function startServer() {
  const folder = temporaryFolder();
  const rendererFolder = join(folder, 'renderer');
  mkdirSync(join(rendererFolder, 'assets'), { recursive: true });
  writeFileSync(join(rendererFolder, 'index.html'), '<meta name="csp-nonce" content="__CSP_NONCE__">');
  writeFileSync(join(rendererFolder, 'assets/index.js'), 'export {};');
  const core = await startTestCore(join(folder, 'home'), { host: 'server' });
  const auth = new Auth();
  const server = await createHttpServer({ core, auth, rendererFolder });
  onTestFinished(() => server.close());
  const origin = await server.listen({ host: '127.0.0.1', port: 0 });
  const bearer = { Authorization: `Bearer ${auth.token}` };
  const post = (path: string, body: unknown, headers: Record<string, string> = bearer) =>
    fetch(origin + path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', ...headers },
    });
  return { folder, core, auth, origin, bearer, post, port: Number(new URL(origin).port) };
}

/** fetch does not let a Host be made up. */
async function statusWith(origin: string, headers: Record<string, string>, path = '/'): Promise<number> {
  const call = request(origin + path, { headers });
  call.end();
  const [response] = (await once(call, 'response')) as [{ statusCode: number; resume(): void }];
  response.resume();
  return response.statusCode;
}

test('the start address gives a cookie and leaves no token behind', async () => {
  const { origin, auth } = await startServer();
  const login = await fetch(`${origin}/?token=${auth.token}`, { redirect: 'manual' });
  expect(login.status).toBe(303);
  expect(login.headers.get('location')).toBe('/');
  const cookie = login.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/^snapkeep_session=[^;]+; Path=\/; HttpOnly; SameSite=Strict$/);
  const page = await fetch(origin, { headers: { Cookie: cookie.split(';')[0] ?? '' } });
  const policy = page.headers.get('content-security-policy') ?? '';
  const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? 'none';
  expect(await page.text()).toContain(nonce);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toContain('unsafe');
  expect((await fetch(`${origin}/?token=wrong`)).status).toBe(401);
});

test('figures are answered to whoever is on this machine, and only when Snapkeep was meant', async () => {
  const { origin, port } = await startServer();
  const answer = await fetch(`${origin}/metrics`);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(await answer.text()).toContain('# TYPE snapkeep_overdue gauge');
  expect(await statusWith(origin, { Host: `evil.example:${port}` }, '/metrics')).toBe(403);
  expect((await fetch(`${origin}/metrics`, { method: 'POST' })).status).toBe(401);
});

test('nobody unknown gets anything, and nothing that was meant for others is answered', async () => {
  const { origin, bearer, post, port } = await startServer();
  expect((await fetch(origin)).status).toBe(401);
  expect((await fetch(`${origin}/assets/index.js`)).status).toBe(401);
  expect((await post('/api/app.info', {}, {})).status).toBe(401);
  expect((await post('/upload?name=x', {}, {})).status).toBe(401);
  expect((await post('/api/app.info', {}, { ...bearer, Origin: 'http://evil.example' })).status).toBe(403);
  expect(await statusWith(origin, { ...bearer, Host: `evil.example:${port}` })).toBe(403);
  expect(await statusWith(origin, bearer, '/assets/..%2findex.html')).toBeGreaterThanOrEqual(400);
  expect(await statusWith(origin, bearer, '/assets/../../home/catalog.db')).toBeGreaterThanOrEqual(400);
});

test('methods answer with the envelope and the status that says the same', async () => {
  const { post } = await startServer();
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
  const { origin, bearer, folder } = await startServer();
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

test('an upload that is broken off leaves nothing', async () => {
  const { origin, bearer, folder } = await startServer();
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

test('frames go over a WebSocket for those with the cookie and the right Origin alone', async () => {
  const { origin, auth, core } = await startServer();
  const cookie = `snapkeep_session=${auth.exchange({ token: auth.token })}`;
  const address = `${origin.replace('http', 'ws')}/ws`;
  for (const headers of [{ Origin: origin }, { Cookie: cookie, Origin: 'http://evil.example' }, { Cookie: cookie }]) {
    const refused = new WebSocket(address, { headers });
    const [error] = (await once(refused, 'error')) as [Error];
    expect(error.message).toContain('403');
  }
  const socket = new WebSocket(address, { headers: { Cookie: cookie, Origin: origin } });
  await once(socket, 'open');
  const frames: unknown[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data))));
  socket.send(JSON.stringify({ type: 'request', id: 1, method: 'settings.get', params: {} }));
  socket.send('this is no frame');
  await core.call('settings.update', { theme: 'dark' });
  await expect.poll(() => frames.length).toBe(3);
  expect(frames).toContainEqual(
    expect.objectContaining({ type: 'response', id: 1, answer: { ok: true, result: expect.anything() } }),
  );
  expect(frames).toContainEqual(expect.objectContaining({ type: 'response', id: -1 }));
  expect(frames).toContainEqual(expect.objectContaining({ type: 'event', revision: 1, name: 'settings.changed' }));
  socket.close();
  await once(socket, 'close');
});

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Auth } from '../../src-main/server/auth.ts';
import { createHttpServer, type ServerOptions } from '../../src-main/server/http-server.ts';
import { temporaryFolder } from './temp-folder.ts';
import { startTestCore } from './test-core.ts';

/** A listening server with a window of two small files, and a session on it. */
export async function startHttpServer(given: Pick<ServerOptions, 'timeLimits' | 'clock'> = {}) {
  const folder = temporaryFolder();
  const rendererFolder = join(folder, 'renderer');
  mkdirSync(join(rendererFolder, 'assets'), { recursive: true });
  writeFileSync(join(rendererFolder, 'index.html'), '<meta name="csp-nonce" content="__CSP_NONCE__">');
  writeFileSync(join(rendererFolder, 'assets/index.js'), 'export {};');
  const core = await startTestCore(join(folder, 'home'), { host: 'server' });
  const auth = new Auth();
  const server = await createHttpServer({ core, auth, rendererFolder, ...given });
  onTestFinished(() => server.close());
  const origin = await server.listen({ host: '127.0.0.1', port: 0 });
  const session = auth.logIn(auth.createLoginToken()) ?? '';
  const bearer = { Authorization: `Bearer ${session}` };
  const post = (path: string, body: unknown, headers: Record<string, string> = bearer) =>
    fetch(origin + path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', ...headers },
    });
  return { folder, core, auth, origin, session, bearer, post, port: Number(new URL(origin).port) };
}

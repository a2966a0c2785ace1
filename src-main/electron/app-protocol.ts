import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { type Protocol, protocol } from 'electron';
import {
  contentSecurityPolicy,
  NONCE_PLACEHOLDER,
  SECURITY_HEADERS,
} from '../../src-shared/rules/content-security-policy.ts';
import { errorCode } from '../core/engine/engine-errors.ts';
import { APP_SCHEME, filePath } from './app-address.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** Makes the scheme a proper one; before the application is ready, and once. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the built window under its scheme, and nothing outside its folder. */
export function serveApp(on: Protocol, rendererFolder: string): void {
  on.handle(APP_SCHEME, async (request) => {
    const path = filePath(request.url, rendererFolder);
    if (path === undefined || request.method !== 'GET')
      return new Response('Not found', { status: 404, headers: SECURITY_HEADERS });
    try {
      return await respond(path);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'EISDIR') throw error;
      return new Response('Not found', { status: 404, headers: SECURITY_HEADERS });
    }
  });
}

async function respond(path: string): Promise<Response> {
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  const headers = { ...SECURITY_HEADERS, 'Content-Type': type };
  if (extname(path) !== '.html') return new Response(new Uint8Array(await readFile(path)), { headers });
  const nonce = randomBytes(16).toString('base64');
  const text = (await readFile(path, 'utf8')).replaceAll(NONCE_PLACEHOLDER, nonce);
  return new Response(text, { headers: { ...headers, 'Content-Security-Policy': contentSecurityPolicy(nonce) } });
}

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import cookie from '@fastify/cookie';
import statics from '@fastify/static';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import {
  contentSecurityPolicy,
  NONCE_PLACEHOLDER,
  SECURITY_HEADERS,
} from '../../src-shared/rules/content-security-policy.ts';
import { metricsOf } from '../../src-shared/rules/metrics.ts';
import type { Core } from '../core/core.ts';
import { explainError } from '../core/engine/engine-errors.ts';
import { type Auth, isMeantForUs, SESSION_COOKIE } from './auth.ts';
import { statusOf } from './http-status.ts';
import { takeUpload } from './uploads.ts';
import { serveWebSockets } from './web-socket.ts';

/** What a server is made of. */
export interface ServerOptions {
  core: Core;
  auth: Auth;
  /** The built window. */
  rendererFolder: string;
}

const BODY_LIMIT = 1_000_000;

/**
 * Makes the server; it does not listen yet. It answers on the loopback address only, and only to those who show the
 * cookie or the token.
 */
export async function createHttpServer({ core, auth, rendererFolder }: ServerOptions): Promise<FastifyInstance> {
  const server = fastify({ bodyLimit: BODY_LIMIT, forceCloseConnections: true, requestTimeout: 0 });
  const index = await readFile(join(rendererFolder, 'index.html'), 'utf8');
  await server.register(cookie);

  server.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (!isMeantForUs(request.headers, portOf(request)))
      return reply.code(403).send(refusal('PERMISSION', 'This request was not meant for Snapkeep.'));
    if (isLogin(request) || isMetrics(request)) return;
    if (!auth.isKnown(request.cookies[SESSION_COOKIE], request.headers.authorization)) {
      return reply.code(401).send(refusal('PERMISSION', 'Open Snapkeep with the address it printed when it started.'));
    }
  });
  server.setErrorHandler((error, _request, reply) => {
    const explained = explainError(error, 'the request');
    const status =
      typeof (error as { statusCode?: unknown }).statusCode === 'number'
        ? (error as { statusCode: number }).statusCode
        : undefined;
    return reply
      .code(status ?? statusOf({ ok: false, error: explained.toBody() }))
      .send({ ok: false, error: explained.toBody() });
  });

  server.get('/', (request, reply) =>
    isLogin(request) ? logIn(request, reply, auth) : sendIndex(request, reply, index),
  );
  server.get('/metrics', async (_request, reply) =>
    reply
      .type('text/plain; version=0.0.4; charset=utf-8')
      .send(metricsOf(await core.call('plans.list', {}), Date.now())),
  );
  await server.register(statics, {
    root: join(rendererFolder, 'assets'),
    prefix: '/assets/',
    index: false,
    dotfiles: 'deny',
    cacheControl: false,
  });
  server.post('/api/:method', async (request, reply) => {
    const { method } = request.params as { method: string };
    const abort = new AbortController();
    reply.raw.on('close', () => abort.abort());
    const answer = await core.answer(method, request.body ?? {}, abort.signal);
    return reply.code(statusOf(answer)).send(answer);
  });
  await server.register((scope, _options, done) => {
    // A backup may be of any size: its bytes go from the network to the disk and are not held.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.post('/upload', { bodyLimit: Number.MAX_SAFE_INTEGER }, async (request, reply) => {
      const { name = 'file' } = request.query as { name?: string };
      try {
        return { path: await takeUpload(core.dataFolder, name, request.raw) };
      } catch (error) {
        const body = explainError(error, name).toBody();
        return reply.code(statusOf({ ok: false, error: body })).send({ ok: false, error: body });
      }
    });
    done();
  });
  const closeSockets = serveWebSockets(server.server, core, ({ headers, socket }) => {
    const cookies = server.parseCookie(headers.cookie ?? '');
    // A browser always says where a socket comes from; without an Origin it is none.
    return (
      headers.origin !== undefined &&
      isMeantForUs(headers, socket.localPort ?? 0) &&
      auth.isKnown(cookies[SESSION_COOKIE], undefined)
    );
  });
  server.addHook('preClose', async () => closeSockets());
  return server;
}

const portOf = (request: FastifyRequest): number => request.socket.localPort ?? 0;

function isLogin(request: FastifyRequest): boolean {
  const url = new URL(request.url, 'http://localhost');
  return (
    request.method === 'GET' && url.pathname === '/' && (url.searchParams.has('token') || url.searchParams.has('code'))
  );
}

/** Names of plans and figures, for a collector on this machine that cannot know the token of each start. */
function isMetrics(request: FastifyRequest): boolean {
  return request.method === 'GET' && request.url === '/metrics';
}

/** Exchanges what is in the address for a cookie, and takes it out of the address. */
function logIn(request: FastifyRequest, reply: FastifyReply, auth: Auth): FastifyReply {
  const { token, code } = request.query as { token?: string; code?: string };
  const session = auth.exchange({ token, code });
  if (session === undefined)
    return reply
      .code(401)
      .send(refusal('PERMISSION', 'This address has been used or is too old. Start Snapkeep again for a new one.'));
  return reply
    .setCookie(SESSION_COOKIE, session, { path: '/', httpOnly: true, sameSite: 'strict' })
    .header('Cache-Control', 'no-store')
    .redirect('/', 303);
}

function sendIndex(request: FastifyRequest, reply: FastifyReply, index: string): FastifyReply {
  const nonce = randomBytes(16).toString('base64');
  return reply
    .header('Content-Security-Policy', contentSecurityPolicy(nonce, `ws://${request.headers.host}`))
    .header('Cache-Control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(index.replaceAll(NONCE_PLACEHOLDER, nonce));
}

function refusal(code: 'PERMISSION', message: string): unknown {
  return { ok: false, error: new SnapkeepError(code, message).toBody() };
}

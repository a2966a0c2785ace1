import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import statics from '@fastify/static';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import { LoginRequest } from '../../src-shared/contract/session.ts';
import {
  contentSecurityPolicy,
  NONCE_PLACEHOLDER,
  SECURITY_HEADERS,
} from '../../src-shared/rules/content-security-policy.ts';
import type { Core } from '../core/core.ts';
import { type Clock, systemClock } from '../core/ports.ts';
import { type Auth, isMeantForUs } from './auth.ts';
import { ConnectionLimit } from './connection-limit.ts';
import { statusOf } from './http-status.ts';
import { MetricsPage } from './metrics-page.ts';
import { limitBodyTime, refuse, refuseConnection, sendError } from './refusals.ts';
import { Uploads } from './uploads.ts';
import { serveWebSockets } from './web-socket.ts';

/** How long a peer may take, each in milliseconds. */
export interface TimeLimits {
  /** Until the headers of a request have arrived. */
  readonly headers: number;
  /** Until the body of a request has arrived; uploads excepted. */
  readonly body: number;
  /** Between two pieces of an upload. */
  readonly uploadPause: number;
  /** Until a WebSocket has shown its session. */
  readonly session: number;
}

const TIME_LIMITS: TimeLimits = { headers: 15_000, body: 30_000, uploadPause: 60_000, session: 10_000 };

/** What a server is made of. */
export interface ServerOptions {
  core: Core;
  auth: Auth;
  /** The built window. */
  rendererFolder: string;
  timeLimits?: TimeLimits;
  clock?: Clock;
}

/** In bytes; uploads excepted. */
const BODY_LIMIT = 1_000_000;
/** What nobody known may send, in bytes. */
const LOGIN_LIMIT = 1_000;

/**
 * Makes the server; it does not listen yet. It answers on the loopback address only. The window itself is the same for
 * everybody; what it shows is answered to those who show a session.
 */
export async function createHttpServer(options: ServerOptions): Promise<FastifyInstance> {
  const { core, auth, rendererFolder, timeLimits = TIME_LIMITS, clock = systemClock } = options;
  const server = fastify({
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: true,
    // An upload of any size is one request: its time is limited piece by piece instead.
    requestTimeout: 0,
    http: { headersTimeout: timeLimits.headers, connectionsCheckingInterval: Math.min(5_000, timeLimits.headers) },
    frameworkErrors: (error, _request, reply) => sendError(error, reply),
    clientErrorHandler: refuseConnection,
  });
  const connections = new ConnectionLimit();
  server.server.on('connection', (socket) => {
    // For its whole life: Node takes its own listener away when it hands a socket over, and a reset without any listener
    // would end the process.
    socket.on('error', () => {});
    connections.add(socket);
  });
  server.setErrorHandler((error, _request, reply) => sendError(error, reply));
  server.setNotFoundHandler((_request, reply) =>
    sendError(new SnapkeepError('NOT_FOUND', 'Address not found.', { hint: 'Open / instead.' }), reply),
  );
  server.addHook('onRequest', async (request, reply) => {
    // No answer goes out before the one to the request before it is read. No browser asks ahead, and such answers would
    // pile up.
    if (reply.raw.socket === null) {
      request.raw.socket.destroy();
      return reply.hijack();
    }
    reply.headers(SECURITY_HEADERS);
    if (!isMeantForUs(request.headers, portOf(request)))
      return refuse(reply, 403, new SnapkeepError('PERMISSION', 'This request is not for this Snapkeep.'));
    if (auth.isAuthorized(request.headers)) connections.release(request.raw.socket);
    else if (request.routeOptions.config.isPublic !== true) return refuse(reply, 401, noSession());
    if (request.routeOptions.config.isUpload === true) request.raw.setTimeout(timeLimits.uploadPause);
    else limitBodyTime(request, reply, timeLimits.body);
  });
  const index = await readFile(join(rendererFolder, 'index.html'), 'utf8');
  await servePublic(server, { ...options, index, clock });
  const { dataFolder, log } = core;
  const uploads = new Uploads({ dataFolder, clock, log, isInUse: (path) => core.isInUse(path) });
  await serveSessions(server, core, uploads);
  const closeSockets = serveWebSockets(server.server, core, {
    // A browser always says where a socket comes from; without an Origin it is none.
    isMeantForUs: ({ headers, socket }) => headers.origin !== undefined && isMeantForUs(headers, socket.localPort ?? 0),
    isSession: (token) => auth.isSession(token),
    sessionTimeLimit: timeLimits.session,
    onWindow: (connection) => {
      connections.release(connection);
      return uploads.windowOpened();
    },
  });
  server.addHook('preClose', async () => {
    uploads.close();
    closeSockets();
  });
  return server;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered without a session. */
    isPublic?: true;
    /** Takes a body of any size. */
    isUpload?: true;
  }
}

/** What needs no session: the window's own files, figures, and the login. */
async function servePublic(
  server: FastifyInstance,
  { core, auth, rendererFolder, index, clock }: ServerOptions & { index: string; clock: Clock },
): Promise<void> {
  const config = { isPublic: true } as const;
  server.get('/', { config }, (request, reply) => sendIndex(request, reply, index));
  const metrics = new MetricsPage(core, () => Number(clock.now()));
  server.get('/metrics', { config }, (_request, reply) => metrics.send(reply));
  server.post('/login', { config, bodyLimit: LOGIN_LIMIT }, async (request, reply) => {
    const asked = LoginRequest.safeParse(request.body);
    if (!asked.success)
      throw new SnapkeepError('INVALID_PARAMS', 'The login request has no token.', { hint: 'Send {"token": "…"}.' });
    const session = auth.logIn(asked.data.token);
    if (session === undefined) return refuse(reply, 401, usedToken());
    return reply.header('Cache-Control', 'no-store').send({ ok: true, result: { session } });
  });
  await server.register((scope, _options, done) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, ...config };
    });
    void scope.register(statics, {
      root: join(rendererFolder, 'assets'),
      prefix: '/assets/',
      index: false,
      dotfiles: 'deny',
      cacheControl: false,
    });
    done();
  });
}

/** What is answered to those with a session. */
async function serveSessions(server: FastifyInstance, core: Core, uploads: Uploads): Promise<void> {
  server.post('/api/:method', async (request, reply) => {
    const { method } = request.params as { method: string };
    const abort = new AbortController();
    reply.raw.on('close', () => abort.abort());
    const answer = await core.answer(method, request.body ?? {}, abort.signal);
    return reply.code(statusOf(answer)).send(answer);
  });
  server.delete('/upload', async ({ query }) => {
    const { path } = query as { path?: unknown };
    if (typeof path !== 'string')
      throw new SnapkeepError('INVALID_PARAMS', 'The request names no upload.', { hint: 'Send one path.' });
    await uploads.discard(path);
    return { ok: true };
  });
  await server.register((scope, _options, done) => {
    // A backup may be of any size: its bytes go from the network to the disk and are not held.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.post(
      '/upload',
      { bodyLimit: Number.MAX_SAFE_INTEGER, config: { isUpload: true } },
      async ({ query, raw }) => {
        const { name = 'file', beside } = query as { name?: unknown; beside?: unknown };
        if (typeof name !== 'string' || (beside !== undefined && typeof beside !== 'string'))
          throw new SnapkeepError('INVALID_PARAMS', 'The upload has several names.', { hint: 'Send one name.' });
        return { path: await uploads.take(name, raw, beside) };
      },
    );
    done();
  });
}

const portOf = (request: FastifyRequest): number => request.socket.localPort ?? 0;

function sendIndex(request: FastifyRequest, reply: FastifyReply, index: string): FastifyReply {
  const nonce = randomBytes(16).toString('base64');
  return reply
    .header('Content-Security-Policy', contentSecurityPolicy(nonce, `ws://${request.headers.host}`))
    .header('Cache-Control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(index.replaceAll(NONCE_PLACEHOLDER, nonce));
}

const noSession = (): SnapkeepError =>
  new SnapkeepError('PERMISSION', 'This request has no session on this server.', {
    hint: 'Log in with the last address that Snapkeep printed.',
  });

const usedToken = (): SnapkeepError =>
  new SnapkeepError('PERMISSION', 'The login token was used already, has expired, or is from another server.', {
    hint: 'Use the last address that Snapkeep printed.',
  });

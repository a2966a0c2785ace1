import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import { explainError } from '../core/engine/engine-errors.ts';
import { statusOf } from './http-status.ts';

/** Sends an error in the envelope that methods answer with. */
export function sendError(error: unknown, reply: FastifyReply): FastifyReply {
  const { status, explained } = explainRequest(error);
  const body = { ok: false, error: explained.toBody() } as const;
  return reply.code(status ?? statusOf(body)).send(body);
}

/** Errors of the HTTP layer carry the status they are answered with; below 500 the request is to blame. */
function explainRequest(error: unknown): { status?: number; explained: SnapkeepError } {
  if (error instanceof SnapkeepError) return { explained: error };
  const { statusCode, message } = error as Partial<FastifyError>;
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500)
    return { explained: explainError(error, 'the request') };
  const code = statusCode === 404 ? 'NOT_FOUND' : 'INVALID_PARAMS';
  const why = message === undefined ? '' : `: ${message.replace(/\.$/, '')}`;
  return {
    status: statusCode,
    explained: new SnapkeepError(code, `Malformed request${why}.`, {
      hint: 'Send JSON with the content type application/json to POST /api/<method>.',
    }),
  };
}

/** Refuses a request and closes its connection, so that nobody goes on sending a body that is not read. */
export function refuse(reply: FastifyReply, status: number, error: SnapkeepError): FastifyReply {
  return reply.code(status).header('Connection', 'close').send({ ok: false, error: error.toBody() });
}

/** Answers what is not even HTTP, or came too slowly, and ends the connection. */
export function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const status = late ? 408 : error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  const explained = new SnapkeepError(
    'INVALID_PARAMS',
    late ? 'The request timed out.' : 'The request is not valid HTTP.',
    { hint: 'Send it again.' },
  );
  const body = JSON.stringify({ ok: false, error: explained.toBody() });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

/** Ends requests whose body does not arrive in time. @param limit milliseconds */
export function limitBodyTime(request: FastifyRequest, reply: FastifyReply, limit: number): void {
  const timer = setTimeout(() => {
    if (!reply.sent)
      refuse(reply, 408, new SnapkeepError('INVALID_PARAMS', 'The request timed out.', { hint: 'Send it again.' }));
  }, limit);
  const stop = (): void => clearTimeout(timer);
  request.raw.once('end', stop);
  reply.raw.once('close', stop);
}

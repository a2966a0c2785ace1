import { once } from 'node:events';
import { type ClientRequest, createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * Stands between a client and an HTTP server, on loopback, until the test ends. The first request that `isLost` chooses
 * reaches the server, whose answer is lost: the connection of the client breaks instead.
 */
export async function loseAnswer(endpoint: string, isLost: (method: string, path: string) => boolean) {
  const { hostname, port } = new URL(endpoint);
  const lost: string[] = [];
  const proxy = createServer((asked, answer) => {
    const { method = '', url: path = '', headers } = asked;
    const isThis = lost.length === 0 && isLost(method, path);
    if (isThis) lost.push(`${method} ${path}`);
    const onward: ClientRequest = request(
      { hostname, port, method, path, headers, agent: false },
      (response: IncomingMessage) => {
        if (isThis) {
          response.resume().on('end', () => asked.socket.destroy());
          return;
        }
        answer.writeHead(response.statusCode ?? 500, response.headers);
        response.pipe(answer);
      },
    );
    // A server may send a text that has no place in an answer to HEAD; the answer itself is there by then.
    onward.on('error', () => answer.headersSent || asked.socket.destroy());
    asked.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return { endpoint: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, lost };
}

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Sends bytes as they are, on a connection of their own, which ends with the test. */
export async function send(port: number, bytes: string | Uint8Array): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

/** Waits until a connection has ended, however it does. */
export async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}

/** Returns what the server sends before it closes the connection. */
export async function answerTo(port: number, bytes: string | Uint8Array): Promise<string> {
  const socket = await send(port, bytes);
  let answer = '';
  socket.setEncoding('latin1').on('data', (data: string) => {
    answer += data;
  });
  await once(socket, 'close');
  return answer;
}

/** Returns a request for a WebSocket. @param headers further lines, each with its line end */
export const upgrade = (port: number, origin: string, path = '/ws', headers = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: ${origin}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers}\r\n`;

/** The kinds of WebSocket frames. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, unknown: 3, close: 8, ping: 9 } as const;

/** Returns a frame of a WebSocket, right or wrong. Its mask is zero, so its payload can be read as it is. */
export function frameOf(
  opcode: number,
  payload: string | Uint8Array,
  { final = true, masked = true, compressed = false } = {},
): Buffer {
  const bytes = Buffer.from(payload);
  const long = bytes.length > 0xffff;
  const head = Buffer.alloc(bytes.length < 126 ? 2 : long ? 10 : 4);
  head[0] = (final ? 0x80 : 0) | (compressed ? 0x40 : 0) | opcode;
  head[1] = (masked ? 0x80 : 0) | (bytes.length < 126 ? bytes.length : long ? 127 : 126);
  if (head.length === 4) head.writeUInt16BE(bytes.length, 2);
  else if (long) head.writeBigUInt64BE(BigInt(bytes.length), 2);
  return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0), bytes]);
}

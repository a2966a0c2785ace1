import type { Socket } from 'node:net';

const LINE_FEED = 10;

/**
 * Reads one line, and leaves what follows it to the next reader of the socket.
 * @param limit the longest line, in bytes
 * @returns `undefined` when the socket closes before, or the line is longer
 */
export function readLine(socket: Socket, limit: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const pieces: Buffer[] = [];
  const end = (line?: string): void => {
    socket.off('readable', read).off('close', closed).off('end', closed);
    resolve(line);
  };
  const closed = (): void => end();
  let size = 0;
  const read = (): void => {
    for (let piece: Buffer | null = socket.read(); piece !== null; piece = socket.read()) {
      const at = piece.indexOf(LINE_FEED);
      pieces.push(at === -1 ? piece : piece.subarray(0, at));
      size += pieces.at(-1)?.length ?? 0;
      if (size > limit) {
        end();
        return;
      }
      if (at === -1) continue;
      if (at + 1 < piece.length) socket.unshift(piece.subarray(at + 1));
      end(Buffer.concat(pieces).toString('utf8'));
      return;
    }
  };
  socket.on('readable', read).once('close', closed).once('end', closed);
  read();
  return promise;
}

/**
 * Hands each line of a socket to a listener from now on. A socket that sends a longer one is destroyed.
 * @param limit the longest line, in bytes
 */
export function onLines(socket: Socket, limit: number, listener: (line: string) => void): void {
  let pieces: Buffer[] = [];
  let size = 0;
  socket.on('data', (data: Buffer) => {
    let from = 0;
    for (let at = data.indexOf(LINE_FEED); at !== -1; at = data.indexOf(LINE_FEED, from)) {
      pieces.push(data.subarray(from, at));
      size += at - from;
      if (size > limit) return void socket.destroy();
      const line = Buffer.concat(pieces).toString('utf8');
      pieces = [];
      size = 0;
      from = at + 1;
      listener(line);
      if (socket.destroyed) return;
    }
    pieces.push(data.subarray(from));
    size += data.length - from;
    if (size > limit) socket.destroy();
  });
  socket.resume();
}

/** Reads JSON; `undefined` for what is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

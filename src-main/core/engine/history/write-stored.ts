import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { writeFully } from '../files/durable-files.ts';
import type { WriteBytes } from '../ltx/encode-ltx.ts';
import { type Encryptor, encryptPieces } from '../packing/encryption.ts';

/** A file of a history as it is stored. */
export interface StoredLtx {
  bytes: number;
  sha256: string;
}

/**
 * Writes a file of a history as it is stored: encrypted if so wished, before anything of it is on a disk. Its modification
 * time is its timestamp, which nobody can read in an encrypted one.
 * @param path nothing may be there
 * @param timestamp in milliseconds since 1970
 * @param encode hands over the file, and returns what is to be returned
 */
export async function writeStored<T>(
  { path, encryptor }: { path: string; encryptor: Encryptor | null },
  encode: (write: WriteBytes) => Promise<T>,
  timestamp: (encoded: T) => number,
): Promise<{ encoded: T; stored: StoredLtx }> {
  await using file = await open(path, 'wx', 0o600);
  const { write, written } = countedWriter(file);
  const encoded = encryptor === null ? await encode(write) : await encrypted(encryptor, encode, write);
  const at = new Date(timestamp(encoded));
  await file.utimes(at, at);
  await file.sync();
  return { encoded, stored: written() };
}

/** Writes to a file from its start. `written`: what it came to, asked for once, at the end. */
export function countedWriter(file: FileHandle): { write(piece: Uint8Array): void; written(): StoredLtx } {
  const sha256 = createHash('sha256');
  let bytes = 0;
  const write = (piece: Uint8Array): void => {
    sha256.update(piece);
    writeFully(file, piece);
    bytes += piece.length;
  };
  return { write, written: () => ({ bytes, sha256: sha256.digest('hex') }) };
}

/** Encrypts what is handed over on its way: no more of it is in memory than one piece. */
async function encrypted<T>(
  encryptor: Encryptor,
  encode: (write: WriteBytes) => Promise<T>,
  write: (piece: Uint8Array) => void,
): Promise<T> {
  const { readable, writable } = new TransformStream<Buffer, Buffer>();
  const plain = writable.getWriter();
  const written = (async () => {
    for await (const piece of encryptPieces(piecesOf(readable), encryptor)) write(piece);
  })();
  // Where encrypting or writing fails, nobody takes the next piece any more.
  const failed = written.then(() => new Promise<never>(() => {}));
  const encoding = encode((piece) => Promise.race([plain.write(Buffer.from(piece)), failed]));
  try {
    const encoded = await encoding;
    await Promise.race([plain.close(), failed]);
    await written;
    return encoded;
  } catch (error) {
    await Promise.allSettled([plain.abort(error), written]);
    throw error;
  }
}

async function* piecesOf(stream: ReadableStream<Buffer>): AsyncGenerator<Buffer> {
  yield* stream;
}

import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { FileContent } from '../../../../src-shared/model/restore/restore.ts';
import { readPieces, writeFully } from '../files/durable-files.ts';
import { EarlySync } from '../files/early-sync.ts';
import { contentOf } from '../identify/identify-file.ts';
import { type FileDigest, PIECE_BYTES, type StoredDigest } from './compress.ts';
import { decrypt } from './decrypt.ts';
import type { EncryptionSecret } from './encryption.ts';
import { MEMBER_HEADER_BYTES } from './gzip-members.ts';
import { isDamage, unpackedPieces } from './packed-pieces.ts';
import { damagedData, PieceReader } from './piece-reader.ts';
import type { OnTrailing, Trailing } from './trailing.ts';
import type { UnpackLimit } from './unpack-limit.ts';

/** What opens an encrypted file, and the callback for the secret that did. */
export interface Decryption {
  secrets: readonly EncryptionSecret[];
  onDecrypted(secret: EncryptionSecret): void;
}

/** What a stored file unpacked to, and why the one who took it refused it, if so. */
export interface Unpacked extends StoredDigest {
  /** What the stored file is inside its encryption. */
  packed: FileContent;
  refusal: SnapkeepError | undefined;
  /** What follows the packed data of the stored file, which is left out. */
  trailing: Trailing | undefined;
}

/**
 * Unpacks a stored snapshot, or any gzip, zstd or xz file or bare image, encrypted or not, into a file: see {@link unpackInto}.
 */
export async function unpackFile(
  storedPath: string,
  content: FileContent,
  imagePath: string,
  onProgress: (bytes: number) => void,
  decryption: Decryption = { secrets: [], onDecrypted: () => {} },
): Promise<StoredDigest> {
  const take = (pieces: PieceReader) => writePieces(pieces, imagePath);
  const { image, stored } = await unpackInto(storedPath, content, take, onProgress, decryption);
  return { image, stored };
}

/**
 * Writes what comes in pieces into a new file. For workers.
 * @param onWritten given the pieces that are needed no more
 * @param stays it will be synced, so the disk writes it while it is made
 */
export async function writePieces(
  pieces: PieceReader,
  path: string,
  onWritten: (piece: Buffer) => void = () => {},
  stays = false,
): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  const disk = new EarlySync(file);
  for await (const piece of pieces.rest()) {
    const { length } = piece;
    writeFully(file, piece);
    onWritten(piece);
    if (stays) disk.wrote(length);
  }
  await disk.settle();
}

/**
 * Unpacks a stored snapshot, or any gzip, zstd or xz file or bare image, encrypted or not, and hashes both sides. Files that
 * Snapkeep stored are unpacked several pieces at a time.
 * @param take gets what it unpacks to; what it refuses as `CORRUPT` or `UNSUPPORTED` is read to its end anyway
 * @param onProgress told the stored bytes read so far; may throw to stop
 * @param limit told the unpacked bytes so far; throws to stop
 * @throws SnapkeepError `CORRUPT` when the compressed or encrypted data is damaged or truncated; `BAD_KEY` when it is encrypted
 * and nothing that is known opens it, which a damaged header may look like
 */
export async function unpackInto(
  storedPath: string,
  content: FileContent,
  take: (pieces: PieceReader) => Promise<void>,
  onProgress: (bytes: number) => void,
  decryption: Decryption,
  limit: UnpackLimit = () => {},
): Promise<Unpacked> {
  const imageHash = createHash('sha256');
  let imageBytes = 0;
  await using stored = await openHashed(storedPath, onProgress);
  let packed = content;
  let trailing: Trailing | undefined;
  const pieces = plainPieces(stored.reader, content, decryption, {
    onInside: (inside) => {
      packed = inside;
    },
    onTrailing: (found) => {
      trailing = found;
    },
  });
  const unpacking: Failing = { pieces, error: undefined };
  try {
    const taken = new PieceReader(orItsError(unpacking), (piece) => {
      imageHash.update(piece);
      imageBytes += piece.length;
      limit(imageBytes);
    });
    let refusal: SnapkeepError | undefined;
    try {
      await take(taken);
    } catch (error) {
      if (unpacking.error !== undefined) throw unpacking.error;
      limit(imageBytes);
      if (!(error instanceof SnapkeepError) || !['CORRUPT', 'UNSUPPORTED'].includes(error.code)) throw error;
      refusal = error;
      for await (const _rest of taken.rest());
    }
    const image = { bytes: imageBytes, sha256: imageHash.digest('hex') };
    return { image, stored: await stored.digest(), packed, refusal, trailing };
  } finally {
    await unpacking.pieces.return(undefined);
  }
}

/** Pieces, and the error that ended them: the consumer may report it as its own. */
interface Failing {
  pieces: AsyncGenerator<Buffer>;
  error: unknown;
}

async function* orItsError(failing: Failing): AsyncGenerator<Buffer> {
  try {
    yield* failing.pieces;
  } catch (error) {
    failing.error = isDamage(error) ? damagedData(error) : error;
    throw failing.error;
  }
}

/** Reads and hashes a file, and says how far it is, without unpacking anything. */
export async function hashFile(path: string, onProgress: (bytes: number) => void): Promise<FileDigest> {
  await using stored = await openHashed(path, onProgress);
  return await stored.digest();
}

async function openHashed(path: string, onProgress: (bytes: number) => void) {
  const hash = createHash('sha256');
  const handle = await open(path, 'r');
  const reader = new PieceReader(readPieces(handle, PIECE_BYTES), (taken, position) => {
    hash.update(taken);
    onProgress(position);
  });
  return {
    reader,
    /** Of the whole file: what has not been read yet is read now. */
    digest: async () => {
      for await (const _piece of reader.rest());
      return { bytes: reader.position, sha256: hash.digest('hex') };
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

/**
 * What is in an encryption is again one of the others, whatever its name says.
 * @param onInside told what it is
 * @param onTrailing told what follows what is packed
 */
async function* plainPieces(
  reader: PieceReader,
  content: FileContent,
  { secrets, onDecrypted }: Decryption,
  { onInside, onTrailing }: { onInside: (content: FileContent) => void; onTrailing: OnTrailing },
): AsyncGenerator<Buffer> {
  if (content !== 'age') {
    yield* unpackedPieces(reader, content, onTrailing);
    return;
  }
  const { pieces, secret } = await decrypt(reader, secrets);
  onDecrypted(secret);
  const inside = new PieceReader(pieces);
  try {
    const found = contentOf(await inside.peek(MEMBER_HEADER_BYTES));
    onInside(found);
    yield* unpackedPieces(inside, found, onTrailing);
  } finally {
    await pieces.return(undefined);
  }
}

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Destination, StoredObject, UploadSource } from '../destinations/drivers/destination.ts';
import { explainError } from '../engine/engine-errors.ts';

/** What a stored snapshot has to be. */
export interface ExpectedContent {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/**
 * A stored file as something to be put, hashed on the way. Its last piece is held back until it is known to be what the
 * manifest says, so that no upload of other bytes is ever complete.
 */
export function checkedSource(path: string, expected: ExpectedContent): UploadSource {
  return { bytes: expected.sizeBytes, open: () => Readable.from(checkedPieces(path, expected), { objectMode: false }) };
}

async function* checkedPieces(path: string, { name, sizeBytes, sha256 }: ExpectedContent): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let bytes = 0;
  let held: Buffer | undefined;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
      const piece: Buffer = chunk;
      if (held !== undefined) yield held;
      hash.update(piece);
      bytes += piece.length;
      held = piece;
      if (bytes > sizeBytes) break;
    }
  } catch (error) {
    throw explainError(error, path);
  }
  if (bytes !== sizeBytes || hash.digest('hex') !== sha256) throw changed(name);
  if (held !== undefined) yield held;
}

function changed(name: string): SnapkeepError {
  return new SnapkeepError('CORRUPT', `${name} no longer matches its manifest and was not copied.`, {
    hint: 'Verify it, and back up again.',
  });
}

/** Whether an object of a destination is just this: bytes, or what has this size and hash. */
export async function hasContent(
  driver: Destination,
  there: StoredObject,
  expected: Buffer | Omit<ExpectedContent, 'name'>,
  signal: AbortSignal,
): Promise<boolean> {
  const [bytes, sha256] = Buffer.isBuffer(expected)
    ? [expected.length, createHash('sha256').update(expected).digest('hex')]
    : [expected.sizeBytes, expected.sha256];
  if (there.bytes !== bytes) return false;
  const hash = createHash('sha256');
  for await (const piece of await driver.get(there.name, undefined, { signal })) hash.update(piece as Buffer);
  return hash.digest('hex') === sha256;
}

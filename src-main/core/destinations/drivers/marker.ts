import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { explainError } from '../../engine/engine-errors.ts';
import { type Destination, MARKER_NAME } from './destination.ts';

const Marker = z.object({ snapkeepDestination: z.uuid() });
/** A marker is far smaller; what is larger is no marker, and is not read. */
const MOST_BYTES = 4096;

/**
 * Reads the id that marks a destination.
 * @returns `null`: there is no marker. `unreadable`: there is a file of that name which is none
 * @throws SnapkeepError as the driver does
 */
export async function readMarker(driver: Destination): Promise<string | 'unreadable' | null> {
  const found = await driver.stat(MARKER_NAME);
  if (found === undefined) return null;
  const content = await startOf(await driver.get(MARKER_NAME));
  if (content.length > MOST_BYTES) return 'unreadable';
  try {
    return Marker.parse(JSON.parse(content.toString('utf8'))).snapkeepDestination;
  } catch {
    return 'unreadable';
  }
}

/** The content of a small file; of a larger one, whatever size the server claims, a little more than a marker may have. */
async function startOf(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stream as AsyncIterable<Buffer>) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > MOST_BYTES) break;
  }
  return Buffer.concat(pieces);
}

/**
 * Marks a destination for good, or takes over the id that marks it already: machines can share a destination.
 * @returns the id that marks it now
 * @throws SnapkeepError `CONFLICT` when a file of the marker's name is none, and as the driver does
 */
export async function mark(driver: Destination): Promise<string> {
  const known = await readMarker(driver);
  if (known === 'unreadable') {
    throw new SnapkeepError('CONFLICT', `${MARKER_NAME} in ${driver.label} is damaged or belongs to another program.`, {
      hint: 'Check the file and move it away, then add or re-attach the destination again.',
    });
  }
  if (known !== null) return known;
  const content = Buffer.from(`${JSON.stringify({ snapkeepDestination: randomUUID() })}\n`);
  try {
    await driver.put(MARKER_NAME, { bytes: content.length, open: () => Readable.from([content]) });
  } catch (error) {
    // Another machine may have been quicker; then its marker holds.
    if (explainError(error, driver.label).code !== 'CONFLICT') throw error;
  }
  const stored = await readMarker(driver);
  if (stored !== null && stored !== 'unreadable') return stored;
  throw new SnapkeepError('CORRUPT', `${driver.label} does not keep stored files.`, {
    hint: 'Check the disk or server before you store backups there.',
  });
}

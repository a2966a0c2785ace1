import { readdirSync } from 'node:fs';
import { MARKER_NAME } from '../../src-main/core/destinations/drivers/destination.ts';

/** The names in the folder of a destination, without its marker and its trash. */
export function storedIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name !== MARKER_NAME && !name.startsWith('.snapkeep-trash-'));
}

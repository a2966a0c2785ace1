import { resolve } from 'node:path';
import type { Session } from './session.ts';

/** A destination, or a folder that need not be one. */
export type Place = { path: string } | { destinationId: string };

/** What a person names: a destination by its name, its id or its folder, or any folder. */
export async function placeOf(session: Session, given: string): Promise<Place> {
  const found = await session.findDestination(given);
  return found === undefined ? { path: resolve(given) } : { destinationId: found.destination.id };
}

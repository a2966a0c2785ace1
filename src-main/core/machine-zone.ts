import { readlinkSync } from 'node:fs';
import { errorCode } from './engine/engine-errors.ts';

/**
 * Follows the machine's time zone, which Node reads only once. A zone that a person gave in `TZ` stays. Where the system
 * does not name its zone by a link (Windows, some containers), the zone is the one of the start.
 */
export class MachineZone {
  readonly #read: () => string | null;
  readonly #isGiven: boolean;
  #last: string | null;

  constructor(read = zoneOfLink, given = process.env.TZ) {
    this.#read = read;
    this.#isGiven = Boolean(given);
    this.#last = read();
  }

  /** Takes over the zone that the machine has now. */
  look(): void {
    if (this.#isGiven) return;
    const zone = this.#read();
    if (zone === null || zone === this.#last) return;
    this.#last = zone;
    // Node forgets its cached zone when this is set.
    process.env.TZ = zone;
  }
}

function zoneOfLink(): string | null {
  try {
    return /zoneinfo\/(.+)$/.exec(readlinkSync('/etc/localtime'))?.[1] ?? null;
  } catch (error) {
    if (['ENOENT', 'EINVAL', 'EACCES'].includes(errorCode(error) ?? '')) return null;
    throw error;
  }
}

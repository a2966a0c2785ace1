import type { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { explainError } from '../engine/engine-errors.ts';
import type { Clock } from '../ports.ts';
import type { Background } from '../process/background.ts';
import { isTimeToRetry, RETRY_LATER } from '../process/retry.ts';

/** Who cancels a copy does not want it to begin again in a minute; milliseconds. */
const AFTER_CANCEL_MS = 3_600_000;

/** What the copier needs of the core. */
export interface CopierPorts {
  readonly clock: Clock;
  readonly background: Pick<Background, 'begin'>;
  /** The destinations that something waits to be copied to. */
  awaited(): string[];
  /** Why nothing is to be copied by itself now, as the end of a sentence; `null`: it may. */
  heldBack(): string | null;
  /** Whether a run copies to a destination. */
  isCopying(destinationId: string): boolean;
  /** Asks a destination whether it is there; what it answers otherwise. Never rejects. */
  probe(destinationId: string): Promise<SnapkeepError | null>;
  /** Starts to copy what waits; `null` when nothing does. */
  start(destinationId: string): Run | null;
  /** What waits for a destination waits for this. */
  explain(destinationId: string, why: SnapkeepError): void;
  /** When to look next may have changed. */
  looked(): void;
}

interface Standing {
  /** How often in a row it was away. */
  attempts: number;
  /** Milliseconds since 1970. */
  retryAt: number | null;
}

/**
 * Decides when copies are made: at once, and where a destination is unavailable again after pauses that grow, after the
 * machine has slept, and at the start. Each destination stands for itself. What holds back schedules, a pause of
 * everything or the battery, holds back copies too.
 */
export class Copier {
  readonly #ports: CopierPorts;
  readonly #standings = new Map<string, Standing>();
  #triesAgain = false;
  #closed = false;

  constructor(ports: CopierPorts) {
    this.#ports = ports;
  }

  /** From now on it is looked at again by itself. */
  serve(): void {
    this.#triesAgain = true;
  }

  /**
   * Starts what can be copied now.
   * @param atOnce what waits to be tried again is tried now; of one destination, if one is named
   */
  look({ atOnce = false, destinationId }: { atOnce?: boolean; destinationId?: string } = {}): void {
    if (this.#closed) return;
    const held = this.#ports.heldBack() !== null;
    for (const id of this.#ports.awaited()) {
      const standing = this.#standingOf(id);
      if (atOnce && (destinationId === undefined || destinationId === id)) standing.retryAt = null;
      if (held || this.#ports.isCopying(id) || !isTimeToRetry(standing.retryAt ?? 0, this.#now())) continue;
      this.#ports.background.begin(`copies to ${id}`, () => this.#lookAt(id));
    }
    this.#ports.looked();
  }

  /** When to look at the latest, in milliseconds since 1970. */
  nextLook(): number {
    const retries = this.#ports.awaited().flatMap((id) => this.#standings.get(id)?.retryAt ?? []);
    return Math.min(Number.POSITIVE_INFINITY, ...retries);
  }

  /** Takes in how a run ended, if it copied. */
  ended(run: Run): void {
    const { kind, destinationId } = run;
    if (kind !== 'copy' || destinationId === null) return;
    const left = run.result?.kind === 'copy' ? run.result.left : 0;
    if (run.state === 'succeeded' && left === 0) this.#standings.delete(destinationId);
    else if (run.state === 'cancelled')
      this.#standings.set(destinationId, { attempts: 0, retryAt: this.#now() + AFTER_CANCEL_MS });
    else this.#pause(destinationId);
    this.look();
  }

  /** Why nothing is copied by itself now, as the end of a sentence; `null`: it may. What goes on is finished. */
  heldBack(): string | null {
    return this.#ports.heldBack();
  }

  /** When copies to a destination are tried again by themselves; `null`: they do not wait for that. */
  nextTryAt(destinationId: string): Date | null {
    const retryAt = this.#standings.get(destinationId)?.retryAt ?? null;
    if (!this.#triesAgain || this.#ports.isCopying(destinationId) || this.heldBack() !== null) return null;
    return retryAt === null ? null : new Date(retryAt);
  }

  /** Stops; call it before the runs are cancelled. */
  close(): void {
    this.#closed = true;
    this.#triesAgain = false;
  }

  async #lookAt(id: string): Promise<void> {
    try {
      const away = await this.#ports.probe(id);
      if (this.#closed) return;
      if (away !== null) this.#putOff(id, away);
      else if (this.heldBack() === null && this.#ports.start(id) === null) this.#standings.delete(id);
    } catch (error) {
      this.#putOff(id, explainError(error, 'the destination'));
    }
  }

  #putOff(id: string, why: SnapkeepError): void {
    this.#pause(id);
    this.#ports.looked();
    this.#ports.explain(id, why);
  }

  #pause(id: string): void {
    const attempts = this.#standingOf(id).attempts + 1;
    this.#standings.set(id, { attempts, retryAt: this.#now() + RETRY_LATER.pauseAfter(attempts) });
  }

  #standingOf(id: string): Standing {
    const known = this.#standings.get(id) ?? { attempts: 0, retryAt: null };
    this.#standings.set(id, known);
    return known;
  }

  #now(): number {
    return this.#ports.clock.now().getTime();
  }
}

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

interface RetryState {
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
  readonly #retries = new Map<string, RetryState>();
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
   * @param ignoreBackoff what waits to be tried again is tried now; of one destination, if one is named
   */
  tick({ ignoreBackoff = false, destinationId }: { ignoreBackoff?: boolean; destinationId?: string } = {}): void {
    if (this.#closed) return;
    const held = this.#ports.heldBack() !== null;
    for (const id of this.#ports.awaited()) {
      const retry = this.#retryStateOf(id);
      if (ignoreBackoff && (destinationId === undefined || destinationId === id)) retry.retryAt = null;
      if (held || this.#ports.isCopying(id) || !isTimeToRetry(retry.retryAt ?? 0, this.#now())) continue;
      this.#ports.background.begin(`copies to ${id}`, () => this.#tickOne(id));
    }
    this.#ports.looked();
  }

  /** When to look at the latest, in milliseconds since 1970. */
  nextTick(): number {
    const retries = this.#ports.awaited().flatMap((id) => this.#retries.get(id)?.retryAt ?? []);
    return Math.min(Number.POSITIVE_INFINITY, ...retries);
  }

  /** Takes in how a run ended, if it copied. */
  ended(run: Run): void {
    const { kind, destinationId } = run;
    if (kind !== 'copy' || destinationId === null) return;
    const left = run.result?.kind === 'copy' ? run.result.left : 0;
    if (run.state === 'succeeded' && left === 0) this.#retries.delete(destinationId);
    else if (run.state === 'cancelled')
      this.#retries.set(destinationId, { attempts: 0, retryAt: this.#now() + AFTER_CANCEL_MS });
    else this.#pause(destinationId);
    this.tick();
  }

  /** Why nothing is copied by itself now, as the end of a sentence; `null`: it may. What goes on is finished. */
  heldBack(): string | null {
    return this.#ports.heldBack();
  }

  /** When copies to a destination are tried again by themselves; `null`: they do not wait for that. */
  nextTryAt(destinationId: string): Date | null {
    const retryAt = this.#retries.get(destinationId)?.retryAt ?? null;
    if (!this.#triesAgain || this.#ports.isCopying(destinationId) || this.heldBack() !== null) return null;
    return retryAt === null ? null : new Date(retryAt);
  }

  /** Stops; call it before the runs are cancelled. */
  close(): void {
    this.#closed = true;
    this.#triesAgain = false;
  }

  async #tickOne(id: string): Promise<void> {
    try {
      const away = await this.#ports.probe(id);
      if (this.#closed) return;
      if (away !== null) this.#backOff(id, away);
      else if (this.heldBack() === null && this.#ports.start(id) === null) this.#retries.delete(id);
    } catch (error) {
      this.#backOff(id, explainError(error, 'the destination'));
    }
  }

  #backOff(id: string, why: SnapkeepError): void {
    this.#pause(id);
    this.#ports.looked();
    this.#ports.explain(id, why);
  }

  #pause(id: string): void {
    const attempts = this.#retryStateOf(id).attempts + 1;
    this.#retries.set(id, { attempts, retryAt: this.#now() + RETRY_LATER.pauseAfter(attempts) });
  }

  #retryStateOf(id: string): RetryState {
    const known = this.#retries.get(id) ?? { attempts: 0, retryAt: null };
    this.#retries.set(id, known);
    return known;
  }

  #now(): number {
    return this.#ports.clock.now().getTime();
  }
}

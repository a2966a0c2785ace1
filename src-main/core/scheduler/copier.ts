import type { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { explainError } from '../engine/engine-errors.ts';
import type { Clock, Power } from '../ports.ts';

const MINUTE_MS = 60_000;
const LONGEST_PAUSE_MS = 60 * MINUTE_MS;
/** The clock is looked at no less often while something waits, so that one that jumps is noticed. */
const LONGEST_SLEEP_MS = 5 * MINUTE_MS;

/** What the copier needs of the core. */
export interface CopierPorts {
  readonly clock: Clock;
  readonly power: Power | undefined;
  /** The destinations that something waits to be copied to. */
  awaited(): string[];
  /** Why nothing is to be copied by itself now, as the end of a sentence; `null`: it may. */
  heldBack(): string | null;
  /** Asks a destination whether it is there; what it answers otherwise. Never rejects. */
  probe(destinationId: string): Promise<SnapkeepError | null>;
  /** Starts to copy what waits; `null` when nothing does. */
  start(destinationId: string): Run | null;
  ended(runId: string): Promise<Run>;
  /** What waits for a destination waits for this. */
  explain(destinationId: string, why: SnapkeepError): void;
}

interface Standing {
  /** How often in a row it was away. */
  attempts: number;
  /** Milliseconds since 1970. */
  retryAt: number | null;
}

/**
 * Decides when copies are made: at once, and where a destination is away again after pauses that double from a minute
 * to an hour, after the machine has slept, and at the start. Each destination stands for itself. What holds back
 * schedules, a pause of everything or the battery, holds back copies too.
 */
export class Copier {
  readonly #ports: CopierPorts;
  readonly #standings = new Map<string, Standing>();
  readonly #looking = new Map<string, Promise<void>>();
  readonly #running = new Set<string>();
  #forgetTimer = (): void => {};
  #stopListening = (): void => {};
  #serves = false;
  #closed = false;

  constructor(ports: CopierPorts) {
    this.#ports = ports;
  }

  /** Begins to try again by itself. */
  start(): void {
    this.#serves = true;
    this.#stopListening = this.#ports.power?.onResume(() => this.look({ atOnce: true })) ?? this.#stopListening;
    this.look();
  }

  /**
   * Starts what can be copied now.
   * @param atOnce what waits to be tried again is tried now; of one destination, if one is named
   */
  look({ atOnce = false, destinationId }: { atOnce?: boolean; destinationId?: string } = {}): void {
    if (this.#closed) return;
    this.#forgetTimer();
    const held = this.#ports.heldBack() !== null;
    for (const id of this.#ports.awaited()) {
      if (atOnce && (destinationId === undefined || destinationId === id)) this.#standingOf(id).retryAt = null;
      const { retryAt } = this.#standingOf(id);
      if (held) continue;
      if (retryAt === null || retryAt <= this.#now()) this.#lookAt(id);
    }
    this.#sleep();
  }

  /** Follows a run that somebody has started. */
  follow(destinationId: string, run: Run): void {
    if (this.#running.has(destinationId)) return;
    this.#running.add(destinationId);
    void this.#ports.ended(run.id).then((ended) => {
      this.#running.delete(destinationId);
      this.#takeIn(destinationId, ended);
    });
  }

  /** Why nothing is copied by itself now, as the end of a sentence; `null`: it may. What goes on is finished. */
  heldBack(): string | null {
    return this.#ports.heldBack();
  }

  /** When copies to a destination are tried again by themselves; `null`: they do not wait for that. */
  nextTryAt(destinationId: string): Date | null {
    const retryAt = this.#standings.get(destinationId)?.retryAt ?? null;
    if (!this.#serves || this.#running.has(destinationId) || this.heldBack() !== null) return null;
    return retryAt === null ? null : new Date(retryAt);
  }

  /** Waits until what a look has begun is under way. */
  async settled(): Promise<void> {
    while (this.#looking.size > 0) await Promise.all(this.#looking.values());
  }

  /** Stops; call it before the runs are cancelled. */
  close(): void {
    this.#closed = true;
    this.#serves = false;
    this.#forgetTimer();
    this.#stopListening();
  }

  #lookAt(id: string): void {
    if (this.#looking.has(id) || this.#running.has(id)) return;
    const looking = this.#try(id)
      .catch((error: unknown) => this.#putOff(id, explainError(error, 'the destination')))
      .finally(() => this.#looking.delete(id));
    this.#looking.set(id, looking);
  }

  async #try(id: string): Promise<void> {
    const away = await this.#ports.probe(id);
    if (this.#closed) return;
    if (away !== null) return this.#putOff(id, away);
    if (this.#ports.heldBack() !== null) return this.#sleep();
    const run = this.#ports.start(id);
    if (run === null) this.#standings.delete(id);
    else this.follow(id, run);
  }

  #putOff(id: string, why: SnapkeepError): void {
    this.#pause(id);
    try {
      this.#ports.explain(id, why);
    } catch {
      // The catalog cannot be written just now, for example on a full disk: the next try explains it.
    }
    this.#sleep();
  }

  #takeIn(id: string, run: Run): void {
    if (this.#closed) return;
    const left = run.result?.kind === 'copy' ? run.result.left : 0;
    if (run.state === 'succeeded' && left === 0) this.#standings.delete(id);
    // Who has cancelled it does not want it to begin again in a minute.
    else if (run.state === 'cancelled')
      this.#standings.set(id, { attempts: 0, retryAt: this.#now() + LONGEST_PAUSE_MS });
    else this.#pause(id);
    this.look();
  }

  #pause(id: string): void {
    const { attempts } = this.#standingOf(id);
    const pause = Math.min(MINUTE_MS * 2 ** attempts, LONGEST_PAUSE_MS);
    this.#standings.set(id, { attempts: attempts + 1, retryAt: this.#now() + pause });
  }

  #standingOf(id: string): Standing {
    const known = this.#standings.get(id) ?? { attempts: 0, retryAt: null };
    this.#standings.set(id, known);
    return known;
  }

  #sleep(): void {
    this.#forgetTimer();
    if (!this.#serves) return;
    const awaited = this.#ports.awaited();
    const held = awaited.length > 0 && this.#ports.heldBack() !== null;
    const retries = awaited.flatMap((id) => this.#standings.get(id)?.retryAt ?? []);
    if (retries.length === 0 && !held) return;
    // Nobody tells when the mains are back or a pause is over.
    const next = held ? LONGEST_SLEEP_MS : Math.max(0, Math.min(...retries) - this.#now());
    const wait = Math.min(LONGEST_SLEEP_MS, next);
    this.#forgetTimer = this.#ports.clock.wake(wait, () => this.look());
  }

  #now(): number {
    return this.#ports.clock.now().getTime();
  }
}

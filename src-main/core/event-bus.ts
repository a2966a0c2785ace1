import type { EventName, EventPayload } from '../../src-shared/contract/events.ts';
import type { Log } from './ports.ts';

type AnyListener = (name: EventName, payload: unknown) => void;

/**
 * Carries events from where things happen to whoever is connected. Nothing in the core depends on a listener, and no
 * listener on another one: what one throws is logged.
 */
export class EventBus {
  readonly #log: Log;
  readonly #listeners = new Set<AnyListener>();

  constructor(log: Log) {
    this.#log = log;
  }

  emit<E extends EventName>(name: E, payload: EventPayload<E>): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(name, payload);
      } catch (error) {
        this.#log.error(`A listener of ${name} failed.`, { error });
      }
    }
  }

  /** Listens to everything; the answer stops it. */
  onAny(listener: AnyListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  on<E extends EventName>(name: E, listener: (payload: EventPayload<E>) => void): () => void {
    return this.onAny((emitted, payload) => {
      if (emitted === name) listener(payload as EventPayload<E>);
    });
  }
}

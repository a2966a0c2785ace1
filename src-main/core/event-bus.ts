import type { EventName, EventPayload } from '../../src-shared/contract/events.ts';

type AnyListener = (name: EventName, payload: unknown) => void;

/** Carries events from where things happen to whoever is connected. */
export class EventBus {
  readonly #listeners = new Set<AnyListener>();

  emit<E extends EventName>(name: E, payload: EventPayload<E>): void {
    for (const listener of this.#listeners) listener(name, payload);
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

import { SnapkeepError } from './errors.ts';
import { type EventName, type EventPayload, events } from './events.ts';
import { type ClientFrame, CoreFrame } from './frames.ts';
import type { MethodName, Params, Result } from './methods.ts';

/** A two-way pipe for frames: Electron's IPC, a WebSocket, or a direct call. */
export interface Transport {
  send(frame: ClientFrame): void;
  /** Calls back for each frame that arrives, in order. Frames are checked by the client, not by the transport. */
  onFrame(listener: (frame: unknown) => void): void;
  /** Calls back each time the pipe is open (at once if it is) and each time it is lost. */
  onConnection(listener: (connected: boolean) => void): void;
}

/** The part of an `AbortSignal` that is needed; this layer knows neither the DOM nor Node. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
}

/** A result, and the revision of the events that are surely in it. */
export interface Answered<M extends MethodName> {
  result: Result<M>;
  revision: number;
}

export interface Client {
  /** Calls a method like `call`, and tells how new the result is. */
  ask<M extends MethodName>(method: M, params: Params<M>, options?: { signal?: CancelSignal }): Promise<Answered<M>>;
  /**
   * Calls a method.
   * @throws SnapkeepError what the core answered, `CANCELLED` after `signal`, `UNAVAILABLE` when the pipe is lost.
   */
  call<M extends MethodName>(method: M, params: Params<M>, options?: { signal?: CancelSignal }): Promise<Result<M>>;
  /** Listens to an event; the answer stops it. */
  on<E extends EventName>(name: E, listener: (payload: EventPayload<E>, revision: number) => void): () => void;
  /** Calls back whenever what is known may be out of date: on each connection, and on a gap in the events. */
  onResync(listener: () => void): () => void;
  onConnection(listener: (connected: boolean) => void): () => void;
}

interface Pending {
  resolve(answered: { result: unknown; revision: number }): void;
  reject(error: SnapkeepError): void;
}

/** Makes typed calls out of frames; the same for the window of every host. */
export function createClient(transport: Transport): Client {
  const pending = new Map<number, Pending>();
  const listeners = new Map<string, Set<(payload: never, revision: number) => void>>();
  const resyncListeners = new Set<() => void>();
  const connectionListeners = new Set<(connected: boolean) => void>();
  let nextId = 1;
  let connected = false;
  let revision: number | undefined;

  transport.onFrame((raw) => {
    const frame = CoreFrame.parse(raw);
    if (frame.type === 'response') resolveRequest(frame);
    else announce(frame.revision, frame.name, frame.payload);
  });

  transport.onConnection((now) => {
    connected = now;
    revision = undefined;
    if (!now) {
      for (const request of pending.values()) request.reject(connectionLost());
      pending.clear();
    }
    for (const listener of connectionListeners) listener(now);
    if (now) for (const listener of resyncListeners) listener();
  });

  function resolveRequest({ id, revision: arrivedAt, answer }: Extract<CoreFrame, { type: 'response' }>): void {
    const request = pending.get(id);
    pending.delete(id);
    if (answer.ok) request?.resolve({ result: answer.result, revision: arrivedAt });
    else request?.reject(SnapkeepError.fromBody(answer.error));
  }

  function announce(newRevision: number, name: string, payload: unknown): void {
    const gap = revision !== undefined && newRevision !== revision + 1;
    revision = newRevision;
    if (gap) for (const listener of resyncListeners) listener();
    if (!Object.hasOwn(events, name)) return;
    for (const listener of listeners.get(name) ?? []) listener(payload as never, newRevision);
  }

  const ask: Client['ask'] = (method, params, options = {}) =>
    new Promise((resolve, reject) => {
      if (!connected) return reject(connectionLost());
      if (options.signal?.aborted) return reject(cancelled());
      const id = nextId++;
      options.signal?.addEventListener('abort', () => {
        if (!pending.delete(id)) return;
        transport.send({ type: 'cancel', id });
        reject(cancelled());
      });
      pending.set(id, { resolve: (answered) => resolve(answered as never), reject });
      transport.send({ type: 'request', id, method, params });
    });

  return {
    ask,
    call: async (method, params, options) => (await ask(method, params, options)).result,
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener);
      return () => set.delete(listener);
    },
    onResync(listener) {
      resyncListeners.add(listener);
      if (connected) listener();
      return () => resyncListeners.delete(listener);
    },
    onConnection(listener) {
      connectionListeners.add(listener);
      listener(connected);
      return () => connectionListeners.delete(listener);
    },
  };
}

const connectionLost = () =>
  new SnapkeepError('UNAVAILABLE', 'The connection to Snapkeep was lost.', {
    hint: 'Snapkeep reconnects automatically. Check that it is running.',
  });

const cancelled = () => new SnapkeepError('CANCELLED', 'The request was cancelled.');

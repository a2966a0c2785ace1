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

export interface Client {
  /**
   * Calls a method.
   * @throws SnapkeepError what the core answered, `CANCELLED` after `signal`, `UNAVAILABLE` when the pipe is lost.
   */
  call<M extends MethodName>(method: M, params: Params<M>, options?: { signal?: CancelSignal }): Promise<Result<M>>;
  /** Listens to an event; the answer stops it. */
  on<E extends EventName>(name: E, listener: (payload: EventPayload<E>) => void): () => void;
  /** Calls back whenever what is known may be out of date: on each connection, and on a gap in the events. */
  onResync(listener: () => void): () => void;
  onConnection(listener: (connected: boolean) => void): () => void;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: SnapkeepError): void;
}

/** Makes typed calls out of frames; the same for the window of every host. */
export function createClient(transport: Transport): Client {
  const pending = new Map<number, Pending>();
  const listeners = new Map<string, Set<(payload: never) => void>>();
  const resyncListeners = new Set<() => void>();
  const connectionListeners = new Set<(connected: boolean) => void>();
  let nextId = 1;
  let connected = false;
  let revision: number | undefined;

  transport.onFrame((raw) => {
    const frame = CoreFrame.parse(raw);
    if (frame.type === 'response') resolveRequest(frame.id, frame.answer);
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

  function resolveRequest(id: number, answer: Extract<CoreFrame, { type: 'response' }>['answer']): void {
    const request = pending.get(id);
    pending.delete(id);
    if (answer.ok) request?.resolve(answer.result);
    else request?.reject(SnapkeepError.fromBody(answer.error));
  }

  function announce(newRevision: number, name: string, payload: unknown): void {
    const gap = revision !== undefined && newRevision !== revision + 1;
    revision = newRevision;
    if (gap) for (const listener of resyncListeners) listener();
    if (!Object.hasOwn(events, name)) return;
    for (const listener of listeners.get(name) ?? []) listener(payload as never);
  }

  return {
    call(method, params, options = {}) {
      return new Promise((resolve, reject) => {
        if (!connected) return reject(connectionLost());
        if (options.signal?.aborted) return reject(cancelled());
        const id = nextId++;
        options.signal?.addEventListener('abort', () => {
          if (!pending.delete(id)) return;
          transport.send({ type: 'cancel', id });
          reject(cancelled());
        });
        pending.set(id, { resolve: (result) => resolve(result as never), reject });
        transport.send({ type: 'request', id, method, params });
      });
    },
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener as (payload: never) => void);
      return () => set.delete(listener as (payload: never) => void);
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

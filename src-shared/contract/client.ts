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

/** Callbacks of one kind; what adds one answers what removes it. */
class Listeners<Args extends readonly unknown[]> {
  readonly #all = new Set<(...args: Args) => void>();

  add(listener: (...args: Args) => void): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  call(...args: Args): void {
    for (const listener of this.#all) listener(...args);
  }
}

/** Makes typed calls out of frames; the same for every client. */
export function createClient(
  transport: Transport,
  { lostHint = 'Snapkeep reconnects automatically. Check that it is running.' }: { lostHint?: string } = {},
): Client {
  const requests = new Requests(transport, lostHint);
  const listeners = new Map<string, Listeners<[payload: never, revision: number]>>();
  const onResync = new Listeners<[]>();
  const onConnection = new Listeners<[connected: boolean]>();
  let revision: number | undefined;

  transport.onFrame((raw) => {
    const frame = CoreFrame.parse(raw);
    if (frame.type === 'response') return requests.resolve(frame);
    const gap = revision !== undefined && frame.revision !== revision + 1;
    revision = frame.revision;
    if (gap) onResync.call();
    if (Object.hasOwn(events, frame.name)) listeners.get(frame.name)?.call(frame.payload as never, frame.revision);
  });
  transport.onConnection((connected) => {
    revision = undefined;
    requests.setConnected(connected);
    onConnection.call(connected);
    if (connected) onResync.call();
  });

  return {
    ask: (method, params, options) => requests.ask(method, params, options),
    call: async (method, params, options) => (await requests.ask(method, params, options)).result,
    on(name, listener) {
      const known = listeners.get(name) ?? new Listeners();
      listeners.set(name, known);
      return known.add(listener);
    },
    onResync(listener) {
      const remove = onResync.add(listener);
      if (requests.connected) listener();
      return remove;
    },
    onConnection(listener) {
      const remove = onConnection.add(listener);
      listener(requests.connected);
      return remove;
    },
  };
}

/** The requests that wait for their answers. */
class Requests {
  readonly #transport: Transport;
  readonly #pending = new Map<number, Pending>();
  readonly #lostHint: string;
  #nextId = 1;
  #connected = false;

  /** @param lostHint what to do when the connection is lost */
  constructor(transport: Transport, lostHint: string) {
    this.#transport = transport;
    this.#lostHint = lostHint;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Requests that are pending when the connection is lost fail. */
  setConnected(connected: boolean): void {
    this.#connected = connected;
    if (connected) return;
    for (const request of this.#pending.values()) request.reject(this.#connectionLost());
    this.#pending.clear();
  }

  ask<M extends MethodName>(
    method: M,
    params: Params<M>,
    { signal }: { signal?: CancelSignal } = {},
  ): Promise<Answered<M>> {
    return new Promise((resolve, reject) => {
      if (!this.#connected) return reject(this.#connectionLost());
      if (signal?.aborted) return reject(cancelled());
      const id = this.#nextId++;
      signal?.addEventListener('abort', () => {
        if (!this.#pending.delete(id)) return;
        this.#transport.send({ type: 'cancel', id });
        reject(cancelled());
      });
      this.#pending.set(id, { resolve: (answered) => resolve(answered as Answered<M>), reject });
      this.#transport.send({ type: 'request', id, method, params });
    });
  }

  resolve({ id, revision, answer }: Extract<CoreFrame, { type: 'response' }>): void {
    const request = this.#pending.get(id);
    this.#pending.delete(id);
    if (answer.ok) request?.resolve({ result: answer.result, revision });
    else request?.reject(SnapkeepError.fromBody(answer.error));
  }

  #connectionLost(): SnapkeepError {
    return new SnapkeepError('UNAVAILABLE', 'The connection to Snapkeep was lost.', { hint: this.#lostHint });
  }
}

const cancelled = () => new SnapkeepError('CANCELLED', 'The request was cancelled.');

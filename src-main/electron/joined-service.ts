import type { Socket } from 'node:net';
import { type Client, createClient } from '../../src-shared/contract/client.ts';
import { type Answer, ClientFrame, CoreFrame } from '../../src-shared/contract/frames.ts';
import type { MethodName, Params, Result } from '../../src-shared/contract/methods.ts';
import type { Capabilities } from '../../src-shared/model/app-info.ts';
import type { Connection, Core } from '../core/core.ts';
import { Dispatcher } from '../core/dispatcher.ts';
import { desktopHandlers } from '../core/files/handlers.ts';
import type { Handler } from '../core/handler.ts';
import type { HostPorts } from '../core/ports.ts';
import { readHolder } from '../core/process/holder.ts';
import { joinService, socketTransport } from '../core/service/join.ts';

/** What the window and the tray work with: the core of this process, or the service that holds the data folder. */
export type DesktopCore = Pick<
  Core,
  'dataFolder' | 'connect' | 'call' | 'on' | 'requestRestore' | 'requestPage' | 'activeRuns' | 'runEnded' | 'close'
>;

const HOST = 'desktop';

/** What this process does by itself: everything else is the service's. */
type OwnPorts = Pick<HostPorts, 'dialogs' | 'revealFile'> & { readonly capabilities: Capabilities };

/**
 * Joins the service that holds a data folder, if one that stays does; a command is about to end.
 * @param onLost called when the service has ended
 */
export async function joinDesktop(
  dataFolder: string,
  ports: OwnPorts,
  onLost: () => void,
): Promise<DesktopCore | undefined> {
  if (readHolder(dataFolder)?.host !== 'server') return undefined;
  const socket = await joinService(dataFolder, HOST);
  return socket === undefined ? undefined : new JoinedService(dataFolder, socket, ports, onLost);
}

/** A service in another process, as the window sees a core. */
class JoinedService implements DesktopCore {
  readonly dataFolder: string;
  readonly #client: Client;
  readonly #own: Dispatcher;
  readonly #ownMethods: ReadonlySet<string>;
  readonly #windows = new Set<WindowRelay>();
  readonly #sockets = new Set<Socket>();
  #closed = false;

  constructor(dataFolder: string, socket: Socket, ports: OwnPorts, onLost: () => void) {
    this.dataFolder = dataFolder;
    this.#client = createClient(socketTransport(this.#keep(socket)));
    socket.once('close', () => {
      if (!this.#closed) onLost();
    });
    const handlers = {
      ...desktopHandlers(ports),
      // The same machine and the same files, seen by a desktop.
      'app.info': async () => ({
        ...(await this.#client.call('app.info', {})),
        capabilities: { ...ports.capabilities, notifications: false },
      }),
    };
    this.#ownMethods = new Set(Object.keys(handlers));
    this.#own = new Dispatcher(
      async <M extends MethodName>(method: M) =>
        (handlers as Partial<Record<MethodName, unknown>>)[method] as Handler<M>,
    );
  }

  call<M extends MethodName>(method: M, params: Params<M>, signal?: AbortSignal): Promise<Result<M>> {
    if (this.#ownMethods.has(method)) return this.#own.call(method, params, signal ?? new AbortController().signal);
    return this.#client.call(method, params, signal === undefined ? {} : { signal });
  }

  on: DesktopCore['on'] = (name, listener) => this.#client.on(name, listener);

  connect(send: (frame: CoreFrame) => void): Connection {
    const relay = new WindowRelay(send, async (method, params, signal) =>
      this.#ownMethods.has(method) ? this.#own.answer(method, params, signal) : undefined,
    );
    this.#windows.add(relay);
    void joinService(this.dataFolder, HOST).then((socket) => {
      if (socket !== undefined) relay.attach(this.#keep(socket));
    });
    return {
      receive: (frame) => relay.receive(frame),
      close: () => {
        relay.close();
        this.#windows.delete(relay);
      },
    };
  }

  requestRestore(path: string): void {
    for (const window of this.#windows) window.tell('restore.requested', { path });
  }

  requestPage(page: string): void {
    for (const window of this.#windows) window.tell('page.requested', { page });
  }

  /** None that the end of this process would end. */
  activeRuns(): [] {
    return [];
  }

  runEnded(runId: string): Promise<Result<'runs.ended'>> {
    return this.#client.call('runs.ended', { runId });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    return socket.once('close', () => this.#sockets.delete(socket));
  }
}

/** Answers what this process does by itself; `undefined`: the service is asked. */
type AnswerOwn = (method: string, params: unknown, signal: AbortSignal) => Promise<Answer | undefined>;

/** Carries the frames of one window to the service and back, and adds what this process says. */
class WindowRelay {
  readonly #send: (frame: CoreFrame) => void;
  readonly #answerOwn: AnswerOwn;
  readonly #abort = new AbortController();
  /** What the window has said before the service was reached. */
  readonly #early: ClientFrame[] = [];
  #transport: ReturnType<typeof socketTransport> | undefined;
  #socket: Socket | undefined;
  /** How many events this process has added. */
  #added = 0;
  #revision = 0;

  constructor(send: (frame: CoreFrame) => void, answerOwn: AnswerOwn) {
    this.#send = send;
    this.#answerOwn = answerOwn;
  }

  attach(socket: Socket): void {
    if (this.#abort.signal.aborted) return void socket.destroy();
    this.#socket = socket;
    this.#transport = socketTransport(socket);
    this.#transport.onFrame((raw) => this.#pass(CoreFrame.parse(raw)));
    for (const frame of this.#early.splice(0)) this.#transport.send(frame);
  }

  receive(raw: unknown): void {
    const frame = ClientFrame.safeParse(raw);
    if (frame.success) void this.#take(frame.data);
  }

  tell(name: 'restore.requested' | 'page.requested', payload: unknown): void {
    this.#added += 1;
    this.#revision += 1;
    this.#send({ type: 'event', revision: this.#revision, name, payload });
  }

  close(): void {
    this.#abort.abort();
    this.#socket?.destroy();
  }

  async #take(frame: ClientFrame): Promise<void> {
    const own =
      frame.type === 'request' ? await this.#answerOwn(frame.method, frame.params, this.#abort.signal) : undefined;
    if (own !== undefined && frame.type === 'request')
      this.#send({ type: 'response', id: frame.id, revision: this.#revision, answer: own });
    else if (this.#transport === undefined) this.#early.push(frame);
    else this.#transport.send(frame);
  }

  #pass(frame: CoreFrame): void {
    const revision = frame.revision + this.#added;
    if (frame.type === 'event') this.#revision = revision;
    this.#send({ ...frame, revision });
  }
}

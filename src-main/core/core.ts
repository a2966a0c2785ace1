import type { EventName, EventPayload } from '../../src-shared/contract/events.ts';
import type { Answer, CoreFrame } from '../../src-shared/contract/frames.ts';
import type { MethodName, Params, Result } from '../../src-shared/contract/methods.ts';
import type { Run } from '../../src-shared/model/run.ts';
import type { ProcessLog, WorkerOutput } from './ports.ts';

/** One end of a transport: a window, a browser tab. */
export interface Connection {
  /** Takes a frame from the client, checks it, and answers through the `send` given to `connect`. Never throws. */
  receive(frame: unknown): void;
  /** The client is gone: its requests are cancelled, events stop. Runs go on. */
  close(): void;
}

/** The application without a host: databases, plans, runs. Made by `createCore`. */
export interface Core {
  /** Where the catalog, the staging area and the safety snapshots are. */
  readonly dataFolder: string;
  /** What had to be done so that nobody else reads it, as a sentence; `null`: nothing. */
  readonly tightened: string | null;
  readonly log: ProcessLog;
  /** Joins a client; it gets every event from now on and the answers to its requests. */
  connect(send: (frame: CoreFrame) => void): Connection;
  /** Answers one request that came over a transport. Never rejects: what went wrong is in the answer. */
  answer(method: string, params: unknown, signal?: AbortSignal): Promise<Answer>;
  /**
   * The same for code that has the types.
   * @throws SnapkeepError
   */
  call<M extends MethodName>(method: M, params: Params<M>, signal?: AbortSignal): Promise<Result<M>>;
  on<E extends EventName>(name: E, listener: (payload: EventPayload<E>) => void): () => void;
  /** Tells the windows that a file was opened with Snapkeep. */
  requestRestore(path: string): void;
  /** Asks the windows to show a page, for example `/databases/…`. */
  requestPage(page: string): void;
  /** Gives a run of `exports.start` what it writes to. */
  giveOutput(runId: string, output: WorkerOutput): void;
  /** Whether other processes use this core now. */
  hasClients(): boolean;
  /** Waits until no other process uses it. */
  clientsGone(): Promise<void>;
  /** Waits for a run to end, whatever its end. */
  runEnded(runId: string): Promise<Run>;
  /** Runs that wait or run now. */
  activeRuns(): Run[];
  /** Whether a run that waits or runs now uses a file, by its path without links. */
  isInUse(path: string): boolean;
  /** Waits until the work that the clock has started is under way and announced: scheduled times that are due, alerts. */
  idle(): Promise<void>;
  /** Does once what is due, and waits for the runs and what follows them; for hosts that end soon. */
  serveDue(): Promise<Run[]>;
  /** Cancels what runs, lets nothing more start, and waits for the workers. What is stored can still be read. */
  stop(): Promise<void>;
  /** Stops, and releases the data folder. */
  close(): Promise<void>;
}

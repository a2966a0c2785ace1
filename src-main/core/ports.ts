import type { Writable } from 'node:stream';
import type { Capabilities } from '../../src-shared/model/app-info.ts';

/** Tells the time and wakes up later; injected so that tests need not wait. */
export interface Clock {
  now(): Date;
  /** Calls back once after a number of milliseconds, at most a day; the answer cancels it. */
  wake(afterMs: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => new Date(),
  wake(afterMs, callback) {
    const timer = setTimeout(callback, afterMs);
    return () => clearTimeout(timer);
  },
};

/** What the process says for whoever looks for a fault. Secrets are taken out before anything is written. */
export interface Log {
  debug(message: string, facts?: LogFacts): void;
  info(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
}

/** The log of this process, as whoever opened it has it. */
export interface ProcessLog extends Log {
  /** From now on this secret stands in no line. */
  hide(secret: string): void;
  /** Writes what is still to be written. */
  close(): Promise<void>;
}

/** What belongs to a line of the log; `error` is written with its stack. */
export type LogFacts = Readonly<Record<string, unknown>>;

/** Native pickers. Each answers the chosen absolute path, or `null` when the person closed it. */
export interface Dialogs {
  pickDatabase(): Promise<string | null>;
  pickBackup(): Promise<string | null>;
  pickFolder(): Promise<string | null>;
  pickTarget(suggestion: string | undefined): Promise<string | null>;
}

/** A message to a person outside of the window. */
export interface DesktopNotification {
  title: string;
  body: string;
  /** The page of the window that a click opens, for example `/databases/…`. */
  page: string;
}

/** What the machine says of its power. */
export interface Power {
  onBattery(): boolean;
  /** Calls back after the machine has slept; the answer stops it. */
  onResume(listener: () => void): () => void;
}

/** The system's own keeper of secrets. */
export interface Keychain {
  /** How it keeps them, for people. */
  readonly words: string;
  wrap(key: string): Buffer;
  /** @throws when another user or machine wrapped it */
  unwrap(wrapped: Buffer): string;
}

/** How a worker process ended: with a code, by a signal, or because it could not be started. */
export type ProcessEnd = { code: number | null; signal: string | null } | { error: Error };

/** A child process of this service that does one task, and the channel to it. */
export interface WorkerProcess {
  /** Sends a structured clone; what can no longer arrive is dropped. */
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when the process is gone and everything that it sent has arrived. */
  onEnd(listener: (end: ProcessEnd) => void): void;
  /** Ends the process at once, without asking it. */
  kill(): void;
}

/** What a worker process has as its standard output: a descriptor of this process, or a stream that ends with it. */
export type WorkerOutput = number | Writable;

/**
 * Starts a worker process. Nothing about its task is in its arguments or its environment.
 * @param output where its standard output goes; `null`: nowhere
 */
export type StartWorkerProcess = (output: WorkerOutput | null) => WorkerProcess | Promise<WorkerProcess>;

/** What the host lends to the core. */
export interface HostPorts {
  readonly host: 'desktop' | 'server' | 'cli';
  readonly capabilities: Capabilities;
  readonly startWorkerProcess: StartWorkerProcess;
  readonly clock?: Clock;
  /** Without one, a file in the data folder is used. */
  readonly log?: ProcessLog;
  readonly dialogs?: Dialogs;
  readonly notify?: (notification: DesktopNotification) => void;
  readonly power?: Power;
  /** What a person may have the key of the secrets kept by, instead of a file in the data folder. */
  readonly keychain?: Keychain;
  /** What tells this machine from others; without it, the system is asked. */
  readonly machine?: string;
  /** Shows a file in the system's file manager. */
  readonly revealFile?: (path: string) => void;
}

import type { Capabilities } from '../../src-shared/contract/methods.ts';

/** Tells the time; injected so that tests need not wait. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** Native pickers. Each answers the chosen absolute path, or `null` when the person closed it. */
export interface Dialogs {
  pickDatabase(): Promise<string | null>;
  pickBackup(): Promise<string | null>;
  pickFolder(): Promise<string | null>;
  pickTarget(suggestion: string | undefined): Promise<string | null>;
}

/** What the host lends to the core. */
export interface HostPorts {
  readonly host: 'desktop' | 'server' | 'cli';
  readonly capabilities: Capabilities;
  /** The bundled worker that does the heavy work: an absolute path to a JavaScript file. */
  readonly workerFile: string;
  readonly clock?: Clock;
  readonly dialogs?: Dialogs;
  /** Shows a file in the system's file manager. */
  readonly revealFile?: (path: string) => void;
}

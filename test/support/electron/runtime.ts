import type { Chromium, DevTools } from './chromium.ts';

/** What was asked of the system, for tests to look at: what, and with which details. */
export const record: Array<{ what: string; [detail: string]: unknown }> = [];

/** Where the application is and how it was started. */
export interface Started {
  appFolder: string;
  /** What comes after the executable. */
  argv: readonly string[];
  chromium: Chromium;
}

let started: Started | undefined;

/** Called once, by boot.ts, before the application is loaded. */
export function setStarted(value: Started): void {
  started = value;
}

/** @throws Error before {@link setStarted} */
export function runtime(): Started {
  if (started === undefined) throw new Error('stand-in: not started');
  return started;
}

/** The browser. */
export const devTools = (): DevTools => runtime().chromium.devTools;

/** The value of a switch such as `--user-data-dir=…`; `undefined` without it. */
export function switchValue(name: string): string | undefined {
  const prefix = `--${name}=`;
  return runtime()
    .argv.find((argument) => argument.startsWith(prefix))
    ?.slice(prefix.length);
}

/** An event whose default can be prevented, as Electron hands them out. */
export interface PreventableEvent {
  defaultPrevented: boolean;
  preventDefault(): void;
}

export function preventable<T extends object>(more: T): PreventableEvent & T {
  return {
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true;
    },
    ...more,
  };
}

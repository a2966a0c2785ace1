import type { ValueCodec } from './value-codec.ts';

/*
 * Two functions that run inside the page, put there as text; so they use nothing from outside themselves. One plays
 * the far side of contextBridge in the page's own world, the other is what a sandboxed preload sees in its isolated
 * world. They share the page's events, and nothing else, as the two worlds of a real preload do.
 */

/** Names that only this page knows. */
export interface PageNames {
  /** The event both worlds speak through. */
  event: string;
}

/** What travels between the worlds. Functions are numbers there. */
type Bridged = { functionNumber: number } | unknown;
type Message =
  | { to: 'page'; kind: 'expose'; key: string; api: Bridged }
  | { to: 'page'; kind: 'returned'; value: Bridged; error: string | undefined }
  | { to: 'page'; kind: 'called'; functionNumber: number; args: Bridged[] }
  | { to: 'preload'; kind: 'call'; functionNumber: number; args: Bridged[] }
  | { to: 'preload'; kind: 'open'; url: string; frameName: string };

/** The page's own world. */
function pageWorld(names: PageNames): void {
  const functions: Array<(...args: unknown[]) => unknown> = [];
  let returned: Extract<Message, { kind: 'returned' }> | undefined;
  const post = (message: Message): unknown => dispatchEvent(new CustomEvent(names.event, { detail: message }));

  const wrap = (value: unknown): Bridged => {
    if (typeof value === 'function') return { functionNumber: functions.push(value as never) - 1 };
    return value;
  };
  const unwrap = (value: Bridged): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if ('functionNumber' in value)
      return (...args: unknown[]) => call((value as { functionNumber: number }).functionNumber, args);
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unwrap(item)])));
  };
  const call = (functionNumber: number, args: unknown[]): unknown => {
    returned = undefined;
    post({ to: 'preload', kind: 'call', functionNumber, args: args.map(wrap) });
    const answer = returned as Extract<Message, { kind: 'returned' }> | undefined;
    if (answer === undefined) throw new Error('An object could not be cloned.');
    if (answer.error !== undefined) throw new Error(answer.error);
    return unwrap(answer.value);
  };

  addEventListener(names.event, (event) => {
    const message = (event as CustomEvent<Message>).detail;
    if (message.to !== 'page') return;
    if (message.kind === 'expose')
      Object.defineProperty(window, message.key, { value: unwrap(message.api), enumerable: true });
    else if (message.kind === 'returned') returned = message;
    else functions[message.functionNumber]?.(...message.args.map(unwrap));
  });

  // The main process is asked before there is a window; the answer to a page that may not have one is null.
  window.open = (url = '', frameName = '') => {
    post({ to: 'preload', kind: 'open', url: new URL(url, location.href).href, frameName });
    return null;
  };
}

/** The isolated world of the preload. */
function preloadWorld(
  names: PageNames,
  codec: ValueCodec,
  preload: (require: (name: string) => unknown, module: { exports: object }, exports: object) => void,
): void {
  const scope = globalThis as unknown as {
    __standInSend(text: string): void;
    __standInReceive(
      message:
        | { kind: 'event'; channel: string; args: string }
        | { kind: 'reply'; id: number; value: string | undefined; error: string | undefined },
    ): void;
    __standInFile: unknown;
    __standInPath: string | undefined;
  };
  const functions: Array<(...args: unknown[]) => unknown> = [];
  const post = (message: Message): unknown => dispatchEvent(new CustomEvent(names.event, { detail: message }));
  const wrap = (value: unknown): Bridged => {
    if (typeof value === 'function') return { functionNumber: functions.push(value as never) - 1 };
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, wrap(item)]));
  };
  const unwrap = (value: Bridged): unknown => {
    if (typeof value !== 'object' || value === null || !('functionNumber' in value)) return value;
    const { functionNumber } = value as { functionNumber: number };
    return (...args: unknown[]) => post({ to: 'page', kind: 'called', functionNumber, args: args.map(wrap) });
  };
  addEventListener(names.event, (event) => {
    const message = (event as CustomEvent<Message>).detail;
    if (message.to !== 'preload') return;
    if (message.kind === 'open') {
      scope.__standInSend(JSON.stringify({ kind: 'open', url: message.url, frameName: message.frameName }));
      return;
    }
    try {
      post({
        to: 'page',
        kind: 'returned',
        value: wrap(functions[message.functionNumber]?.(...message.args.map(unwrap))),
        error: undefined,
      });
    } catch (error) {
      post({
        to: 'page',
        kind: 'returned',
        value: undefined,
        error: error instanceof Error ? error.message : String(error),
      });
    }
  });

  const listeners = new Map<string, Array<(event: object, ...args: unknown[]) => void>>();
  const invoked = new Map<number, { resolve(value: unknown): void; reject(error: Error): void; channel: string }>();
  let lastId = 0;
  const ipcRenderer = {
    send: (channel: string, ...args: unknown[]): void =>
      scope.__standInSend(JSON.stringify({ kind: 'send', channel, args: codec.encode(args) })),
    invoke: (channel: string, ...args: unknown[]): Promise<unknown> =>
      new Promise((resolve, reject) => {
        lastId += 1;
        invoked.set(lastId, { resolve, reject, channel });
        scope.__standInSend(JSON.stringify({ kind: 'invoke', id: lastId, channel, args: codec.encode(args) }));
      }),
    on: (channel: string, listener: (event: object, ...args: unknown[]) => void): void => {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
    },
    removeListener: (channel: string, listener: (event: object, ...args: unknown[]) => void): void => {
      listeners.set(
        channel,
        (listeners.get(channel) ?? []).filter((each) => each !== listener),
      );
    },
  };
  scope.__standInReceive = (message) => {
    if (message.kind === 'event') {
      for (const listener of listeners.get(message.channel) ?? [])
        listener({}, ...(codec.decode(message.args) as unknown[]));
      return;
    }
    const waiting = invoked.get(message.id);
    invoked.delete(message.id);
    if (message.error === undefined) waiting?.resolve(codec.decode(message.value ?? 'null'));
    else waiting?.reject(new Error(`Error invoking remote method '${waiting.channel}': ${message.error}`));
  };

  const contextBridge = {
    exposeInMainWorld: (key: string, api: unknown): unknown =>
      post({ to: 'page', kind: 'expose', key, api: wrap(api) }),
  };
  const webUtils = {
    getPathForFile: function __standInGetPath(file: File): string {
      scope.__standInFile = file;
      scope.__standInPath = undefined;
      // The debugger stops here and puts the path in: only it may know.
      // biome-ignore lint/suspicious/noDebugger: this is how the browser is asked while the page waits
      debugger;
      return scope.__standInPath ?? '';
    },
  };
  const modules: Record<string, unknown> = { electron: { contextBridge, ipcRenderer, webUtils } };
  const module = { exports: {} };
  const require = (name: string): unknown => {
    if (!(name in modules)) throw new Error(`stand-in: a sandboxed preload cannot require ${name}`);
    return modules[name];
  };
  preload(require, module, module.exports);
}

/** The text for the page's own world. */
export function pageWorldScript(names: PageNames): string {
  return `(${pageWorld.toString()})(${JSON.stringify(names)})`;
}

/** The text for the preload's world. @param makeCodec the text of a function that makes a codec */
export function preloadWorldScript(names: PageNames, makeCodec: string, preload: string): string {
  return `(${preloadWorld.toString()})(${JSON.stringify(names)}, (${makeCodec})(), function (require, module, exports) {\n${preload}\n})`;
}

/** The function in the preload's world that stops for a file's path. */
export const GET_PATH_FUNCTION = '__standInGetPath';

import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ProtocolObject } from './chromium.ts';
import { ipcMain } from './ipc-main.ts';
import { nativeTheme, preferredScheme } from './native-theme.ts';
import { serveRequest } from './navigation.ts';
import { GET_PATH_FUNCTION, pageWorldScript, preloadWorldScript } from './page-scripts.ts';
import { refuseUnknown } from './refuse.ts';
import { devTools, record } from './runtime.ts';
import { fromChromium, session, toChromium } from './session.ts';
import { makeValueCodec } from './value-codec.ts';

const ISOLATED_WORLD = 'Electron Isolated Context';
const codec = makeValueCodec();
const all = new Set<WebContents>();
let lastId = 0;

type OpenHandler = (details: { url: string; frameName: string }) => { action: 'allow' | 'deny' };

/** What a page sends. */
type PageMessage =
  | { kind: 'send'; channel: string; args: string }
  | { kind: 'invoke'; id: number; channel: string; args: string }
  | { kind: 'open'; url: string; frameName: string };

/** Electron's `webContents`: a page, its preload, and what goes between it and the main process. */
export class WebContents extends EventEmitter {
  readonly id: number;
  readonly session = session.defaultSession;
  /** What the window was made with, for tests. */
  readonly _preferences: ProtocolObject;
  /** Addresses the application itself loads; any other navigation is the page's own. */
  readonly _expected = new Set<string>();
  readonly _opened = Promise.withResolvers<void>();
  mainFrame = { url: '', parent: null, top: null as unknown };
  _url = '';
  _targetId = '';
  _sessionId = '';
  _destroyed = false;
  _isolatedContext: string | undefined;
  _openHandler: OpenHandler | undefined;
  _closeWindow: () => void = () => {};

  constructor(preferences: ProtocolObject) {
    super();
    lastId += 1;
    this.id = lastId;
    this._preferences = preferences;
    this.mainFrame.top = this.mainFrame;
    const refusing = refuseUnknown('webContents', this);
    all.add(refusing);
    // biome-ignore lint/correctness/noConstructorReturn: whoever has it must meet the refusal of what it does not know
    return refusing;
  }

  static fromDevToolsTargetId(targetId: string): WebContents | undefined {
    return [...all].find((contents) => contents._targetId === targetId);
  }

  static getAllWebContents(): WebContents[] {
    return [...all];
  }

  /** Takes over a page that Chromium has opened. */
  async _attach(sessionId: string, targetId: string): Promise<void> {
    this._sessionId = sessionId;
    this._targetId = targetId;
    this._listen();
    const names = { event: `stand-in-${randomUUID()}` };
    const preload =
      typeof this._preferences.preload === 'string' ? readFileSync(this._preferences.preload, 'utf8') : '';
    await Promise.all([
      this._send('Page.enable'),
      this._send('Runtime.enable'),
      this._send('DOM.enable'),
      this._send('Debugger.enable'),
      this._send('Runtime.addBinding', { name: '__standInSend', executionContextName: ISOLATED_WORLD }),
      this._send('Page.addScriptToEvaluateOnNewDocument', { source: pageWorldScript(names) }),
      this._send('Page.addScriptToEvaluateOnNewDocument', {
        source: preloadWorldScript(names, makeValueCodec.toString(), preload),
        worldName: ISOLATED_WORLD,
      }),
      this._send('Fetch.enable', {
        patterns: [{ urlPattern: 'https://*.stand-in/*' }, { urlPattern: '*', resourceType: 'Document' }],
      }),
      this._send('Runtime.runIfWaitingForDebugger'),
      this._applyTheme(),
    ]);
    nativeTheme.on('updated', () => void this._applyTheme());
    this._opened.resolve();
  }

  _send(method: string, params: ProtocolObject = {}): Promise<ProtocolObject> {
    return devTools().send(method, params, this._sessionId);
  }

  async loadURL(address: string): Promise<void> {
    await this._opened.promise;
    const inChromium = toChromium(address);
    this._expected.add(inChromium);
    const loaded = new Promise((resolve) => this.once('did-finish-load', resolve));
    const { errorText } = await this._send('Page.navigate', { url: inChromium });
    if (errorText) throw new Error(`${errorText} loading '${address}'`);
    await loaded;
  }

  send(channel: string, ...args: unknown[]): void {
    this._tellPage({ kind: 'event', channel, args: codec.encode(args) });
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this._openHandler = handler;
  }

  getURL(): string {
    return this._url;
  }

  isDestroyed(): boolean {
    return this._destroyed;
  }

  getLastWebPreferences(): ProtocolObject {
    return { ...this._preferences };
  }

  /** @param _options as Electron's; there is no unload handler to wait for here */
  close(_options?: object): void {
    this._closeWindow();
  }

  async executeJavaScript(code: string): Promise<unknown> {
    const { result, exceptionDetails } = await this._send('Runtime.evaluate', {
      expression: code,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? 'The script failed');
    return result.value;
  }

  /** Tells the page what a window that is shown or hidden tells it; the browser's own pages are always visible. */
  _setVisible(visible: boolean): void {
    const state = JSON.stringify(visible ? 'visible' : 'hidden');
    const expression = `if (document.visibilityState !== ${state}) {
      Object.defineProperty(document, 'visibilityState', { value: ${state}, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }`;
    // A page that is not there yet begins visible.
    this._opened.promise.then(() => this._send('Runtime.evaluate', { expression })).catch(() => undefined);
  }

  _gone(): void {
    this._destroyed = true;
    all.delete(this);
    for (const contents of all) if (contents.id === this.id) all.delete(contents);
    this.emit('destroyed');
  }

  _listen(): void {
    const on = (method: string, listener: (params: ProtocolObject) => void): unknown =>
      devTools().on(`${this._sessionId}:${method}`, listener);
    on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name === ISOLATED_WORLD && context.auxData?.frameId === this._targetId)
        this._isolatedContext = context.uniqueId;
    });
    on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === '__standInSend') void this._receive(JSON.parse(payload) as PageMessage);
    });
    on('Page.frameNavigated', ({ frame }) => {
      if (frame.parentId !== undefined || frame.url.startsWith('data:')) return;
      this._url = fromChromium(frame.url);
      this.mainFrame.url = this._url;
      this.emit('did-navigate', {}, this._url);
    });
    on('Page.loadEventFired', () => {
      if (this._url === '') return;
      this.emit('did-finish-load');
    });
    on('Page.windowOpen', ({ url, windowName }) => this._askToOpen(url, windowName));
    on('Debugger.paused', (paused) => void this._answerPath(paused));
    on('Fetch.requestPaused', (request) => void serveRequest(this, request));
  }

  /** Pages are never given a window of their own here: an application that allows it cannot be tested. */
  _askToOpen(inChromium: string, frameName: string): void {
    const url = fromChromium(inChromium);
    const action = this._openHandler?.({ url, frameName }).action ?? 'allow';
    record.push({ what: 'windowOpen', url, action });
  }

  async _receive(message: PageMessage): Promise<void> {
    if (message.kind === 'open') {
      this._askToOpen(message.url, message.frameName);
      return;
    }
    const event = { sender: this, senderFrame: this.mainFrame };
    const args = codec.decode(message.args) as unknown[];
    if (message.kind === 'send') {
      ipcMain.emit(message.channel, event, ...args);
      return;
    }
    const handler = ipcMain._handlers.get(message.channel);
    try {
      if (handler === undefined) throw new Error(`No handler registered for '${message.channel}'`);
      this._tellPage({ kind: 'reply', id: message.id, value: codec.encode(await handler(event, ...args)) });
    } catch (error) {
      this._tellPage({ kind: 'reply', id: message.id, error: String(error) });
    }
  }

  _tellPage(message: object): void {
    const expression = `__standInReceive(${JSON.stringify(message)})`;
    if (this._isolatedContext === undefined) return;
    // A page that has gone meanwhile gets nothing, as on real Electron.
    this._send('Runtime.evaluate', { expression, uniqueContextId: this._isolatedContext }).catch(() => undefined);
  }

  /** The preload waits at a `debugger` statement for the path of a file, which only the browser knows. */
  async _answerPath({ callFrames }: ProtocolObject): Promise<void> {
    const frame = callFrames[0];
    try {
      if (frame?.functionName !== GET_PATH_FUNCTION) return;
      const evaluate = (expression: string): Promise<ProtocolObject> =>
        this._send('Debugger.evaluateOnCallFrame', { callFrameId: frame.callFrameId, expression });
      const { result } = await evaluate('globalThis.__standInFile');
      const { path } = await this._send('DOM.getFileInfo', { objectId: result.objectId });
      await evaluate(`globalThis.__standInPath = ${JSON.stringify(path)}`);
    } finally {
      await this._send('Debugger.resume');
    }
  }

  _applyTheme(): Promise<ProtocolObject> {
    const scheme = preferredScheme();
    return this._send('Emulation.setEmulatedMedia', {
      features: scheme === undefined ? [] : [{ name: 'prefers-color-scheme', value: scheme }],
    });
  }
}

import { EventEmitter } from 'node:events';
import { app, openWindows, windowGone } from './app.ts';
import type { ProtocolObject } from './chromium.ts';
import { refuseUnknown, refuseUnknownOptions } from './refuse.ts';
import { devTools, preventable } from './runtime.ts';
import { WebContents } from './web-contents.ts';

const OPTIONS = [
  'x',
  'y',
  'width',
  'height',
  'minWidth',
  'minHeight',
  'show',
  'title',
  'backgroundColor',
  'icon',
  'webPreferences',
];
const PREFERENCES = ['preload', 'sandbox', 'contextIsolation', 'nodeIntegration', 'webSecurity', 'spellcheck'];

interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface WindowOptions {
  x?: number;
  y?: number;
  width?: number;
  height?: number;
  show?: boolean;
  title?: string;
  webPreferences?: ProtocolObject;
}

const windows = new Set<BrowserWindow>();
/** Who waits for the next page that Chromium opens. */
const waiting: Array<(page: { sessionId: string; targetId: string }) => void> = [];
let opening: Promise<unknown> = Promise.resolve();

/** Electron's `BrowserWindow`: a real page, a window only by name. */
export class BrowserWindow extends EventEmitter {
  readonly id: number;
  readonly webContents: WebContents;
  _bounds: Rectangle;
  _visible: boolean;
  _minimized = false;
  _maximized = false;
  _fullScreen = false;
  _destroyed = false;

  constructor(options: WindowOptions = {}) {
    super();
    refuseUnknownOptions('BrowserWindow', options, OPTIONS);
    refuseUnknownOptions('webPreferences', options.webPreferences ?? {}, PREFERENCES);
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    const { x = 0, y = 0, width = 800, height = 600 } = options;
    this._bounds = { x, y, width, height };
    this._visible = options.show !== false;
    this.webContents = new WebContents(options.webPreferences ?? {});
    this.id = this.webContents.id;
    const refusing = refuseUnknown('BrowserWindow', this);
    this.webContents._closeWindow = () => refusing.close();
    this.webContents.once('did-finish-load', () => refusing.emit('ready-to-show'));
    windows.add(refusing);
    openWindows.add(refusing);
    // One at a time, so that the next page that opens is this one's.
    opening = opening.then(() => openPage(refusing));
    queueMicrotask(() => app.emit('web-contents-created', {}, this.webContents));
    // biome-ignore lint/correctness/noConstructorReturn: whoever has it must meet the refusal of what it does not know
    return refusing;
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows];
  }

  static fromWebContents(contents: WebContents | undefined): BrowserWindow | null {
    return [...windows].find((window) => window.webContents === contents) ?? null;
  }

  loadURL(address: string): Promise<void> {
    return this.webContents.loadURL(address);
  }

  show(): void {
    this._visible = true;
    this._minimized = false;
    this.webContents._setVisible(true);
    this.emit('show');
  }

  hide(): void {
    this._visible = false;
    this.webContents._setVisible(false);
    this.emit('hide');
  }

  focus(): void {
    this.emit('focus');
  }

  minimize(): void {
    this._visible = true;
    this._minimized = true;
  }

  /** Shows it too, as on real Electron. */
  maximize(): void {
    this._visible = true;
    this._maximized = true;
  }

  unmaximize(): void {
    this._maximized = false;
  }

  isFullScreen(): boolean {
    return this._fullScreen;
  }

  setFullScreen(on: boolean): void {
    this._fullScreen = on;
    this.emit(on ? 'enter-full-screen' : 'leave-full-screen');
  }

  isMaximized(): boolean {
    return this._maximized;
  }

  restore(): void {
    this._minimized = false;
  }

  isVisible(): boolean {
    return this._visible;
  }

  isMinimized(): boolean {
    return this._minimized;
  }

  isDestroyed(): boolean {
    return this._destroyed;
  }

  getBounds(): Rectangle {
    return { ...this._bounds };
  }

  /** Where it is while it is not maximized; the stand-in's windows do not move when they are. */
  getNormalBounds(): Rectangle {
    return { ...this._bounds };
  }

  setBounds(bounds: Partial<Rectangle>): void {
    this._bounds = { ...this._bounds, ...bounds };
  }

  close(): void {
    const event = preventable({});
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }

  destroy(): void {
    if (this._destroyed) return;
    // The page may have gone first, which is what is wanted.
    devTools()
      .send('Target.closeTarget', { targetId: this.webContents._targetId })
      .catch(() => undefined);
    this._ended();
  }

  _ended(): void {
    if (this._destroyed) return;
    this._destroyed = true;
    for (const window of [...windows]) {
      if (window.id !== this.id) continue;
      windows.delete(window);
      openWindows.delete(window);
    }
    this.webContents._gone();
    this.emit('closed');
    windowGone();
  }
}

async function openPage(window: BrowserWindow): Promise<void> {
  const opened = new Promise<{ sessionId: string; targetId: string }>((resolve) => waiting.push(resolve));
  const { width, height } = window.getBounds();
  await devTools().send('Target.createTarget', { url: 'data:text/html,', newWindow: true, width, height });
  const { sessionId, targetId } = await opened;
  await window.webContents._attach(sessionId, targetId);
}

/** Watches Chromium: pages that windows wait for are theirs, pages that a page opens are closed, gone pages end their window. */
export function closeOrphans(): void {
  const connection = devTools();
  connection.on('Target.attachedToTarget', ({ sessionId, targetInfo }: ProtocolObject) => {
    if (targetInfo.type === 'page' && targetInfo.openerId === undefined) {
      waiting.shift()?.({ sessionId, targetId: targetInfo.targetId });
      return;
    }
    const over =
      targetInfo.type === 'page'
        ? connection.send('Target.closeTarget', { targetId: targetInfo.targetId })
        : connection.send('Runtime.runIfWaitingForDebugger', {}, sessionId);
    // Gone already: nothing to close.
    over.catch(() => undefined);
  });
  connection.on('Target.targetDestroyed', ({ targetId }: ProtocolObject) => {
    for (const window of windows) if (window.webContents._targetId === targetId) window._ended();
  });
  connection.on('close', () => {
    for (const window of [...windows]) window._ended();
  });
  void connection.send('Target.setDiscoverTargets', { discover: true });
  void connection.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true });
}

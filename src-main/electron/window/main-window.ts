import { join } from 'node:path';
import type { BrowserWindow } from 'electron';
import { serveWindow } from '../ipc-transport.ts';
import type { DesktopCore } from '../joined-service.ts';
import { type Appearance, loadPage, openWindow } from './window.ts';

/** The one window, which is opened when it is first wanted. */
export interface MainWindow {
  current(): BrowserWindow | undefined;
  /** Opens it, or brings it to the front; resolves once its page is loaded. */
  show(appearance?: Appearance): Promise<void>;
  /** Shows a page in it, for example `/databases/…`. */
  openRoute(page: string): Promise<void>;
  /** Shows it with the first step of restoring a file. */
  openRestore(path: string): Promise<void>;
}

/** @param onOpened called with each new window, before its page is loaded */
export function createMainWindow(core: DesktopCore, onOpened: (window: BrowserWindow) => void): MainWindow {
  let window: BrowserWindow | undefined;
  let loaded = Promise.resolve();

  const open = (appearance: Appearance): void => {
    const opened = openWindow(join(core.dataFolder, 'window.json'), appearance);
    window = opened;
    opened.on('closed', () => {
      window = undefined;
    });
    serveWindow(opened, core);
    onOpened(opened);
    loaded = loadPage(opened).catch((error: unknown) => {
      // Closed while it was loading: nobody wants it any more.
      if (!opened.isDestroyed()) throw error;
    });
  };
  const show = async (appearance: Appearance = 'shown'): Promise<void> => {
    if (window === undefined || window.isDestroyed()) open(appearance);
    else {
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    }
    await loaded;
  };
  return {
    current: () => window,
    show,
    openRoute: async (page) => {
      await show();
      core.requestPage(page);
    },
    openRestore: async (path) => {
      await show();
      core.requestRestore(path);
    },
  };
}

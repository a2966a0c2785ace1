import { type BrowserWindow, type IpcMainEvent, ipcMain } from 'electron';
import type { Connection } from '../core/core.ts';
import { isOwnPage } from './app-address.ts';
import { TO_CORE, TO_WINDOW, UNSAVED } from './channel.ts';
import type { DesktopCore } from './joined-service.ts';

/** The windows whose pages have said that changes are not saved. */
const unsavedWindows = new WeakSet<BrowserWindow>();

/** Whether a window shows changes that are not saved. */
export const hasUnsaved = (window: BrowserWindow | undefined): boolean =>
  window !== undefined && !window.isDestroyed() && unsavedWindows.has(window);

/** Carries frames between a window and the core. The only file that listens to IPC. */
export function serveWindow(window: BrowserWindow, core: DesktopCore): void {
  const { webContents } = window;
  let connection: Connection | undefined;
  const connect = (): Connection =>
    core.connect((frame) => {
      if (!webContents.isDestroyed()) webContents.send(TO_WINDOW, frame);
    });
  const receive = (event: IpcMainEvent, frame: unknown): void => {
    if (!isOwnPage(event, webContents)) return;
    connection ??= connect();
    connection.receive(frame);
  };
  const setUnsaved = (event: IpcMainEvent, unsaved: unknown): void => {
    if (!isOwnPage(event, webContents)) return;
    if (unsaved === true) unsavedWindows.add(window);
    else unsavedWindows.delete(window);
  };
  const disconnect = (): void => {
    unsavedWindows.delete(window);
    connection?.close();
    connection = undefined;
  };
  ipcMain.on(TO_CORE, receive);
  ipcMain.on(UNSAVED, setUnsaved);
  // A page that is loaded again begins anew: what the old one asked for is nobody's any more.
  webContents.on('did-navigate', disconnect);
  window.on('closed', () => {
    disconnect();
    ipcMain.removeListener(TO_CORE, receive);
    ipcMain.removeListener(UNSAVED, setUnsaved);
  });
}

import { type BrowserWindow, type IpcMainEvent, ipcMain } from 'electron';
import type { Connection, Core } from '../core/core.ts';
import { isOwnPage } from './app-address.ts';
import { TO_CORE, TO_WINDOW } from './channel.ts';

/** Carries frames between a window and the core. The only file that listens to IPC. */
export function serveWindow(window: BrowserWindow, core: Core): void {
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
  const disconnect = (): void => {
    connection?.close();
    connection = undefined;
  };
  ipcMain.on(TO_CORE, receive);
  // A page that is loaded again begins anew: what the old one asked for is nobody's any more.
  webContents.on('did-navigate', disconnect);
  window.on('closed', () => {
    disconnect();
    ipcMain.removeListener(TO_CORE, receive);
  });
}

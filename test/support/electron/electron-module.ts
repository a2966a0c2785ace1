import { app, becomeReady } from './app.ts';
import { BrowserWindow, closeOrphans } from './browser-window.ts';
import { clipboard, dialog, shell } from './dialogs.ts';
import { ipcMain } from './ipc-main.ts';
import { powerMonitor, screen } from './machine.ts';
import { Menu } from './menu.ts';
import { nativeImage } from './native-image.ts';
import { nativeTheme } from './native-theme.ts';
import { Notification } from './notification.ts';
import { record } from './runtime.ts';
import { safeStorage } from './safe-storage.ts';
import { net, protocol, session } from './session.ts';
import { Tray } from './tray.ts';
import { utilityProcess } from './utility-process.ts';
import { WebContents } from './web-contents.ts';

// What `require('electron')` gives the main process. What is missing here is `undefined` there, and its use fails.
export {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  Notification,
  nativeImage,
  nativeTheme,
  net,
  powerMonitor,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  Tray,
  utilityProcess,
  WebContents as webContents,
};

/** For tests that look at what was asked of the system; not there on real Electron. */
export const standIn = { record };

/** Called by boot.ts once the application is loaded. */
export function finishStart(): void {
  closeOrphans();
  becomeReady();
}

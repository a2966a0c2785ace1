import { join } from 'node:path';
import { BrowserWindow, nativeTheme, screen } from 'electron';
import { APP_ORIGIN } from '../app-address.ts';
import { boundsOnScreen, readWindowState, rememberWindowState, SMALLEST_SIZE } from './window-state.ts';

/** How a window first appears. */
export type Appearance = 'shown' | 'minimized';

/**
 * Opens the window where it was last; it appears once there is something to see.
 * @param stateFile where its bounds are stored
 */
export function openWindow(stateFile: string, appearance: Appearance): BrowserWindow {
  const { maximized, ...bounds } = boundsOnScreen(readWindowState(stateFile), workAreas());
  const window = new BrowserWindow({
    ...bounds,
    minWidth: SMALLEST_SIZE.width,
    minHeight: SMALLEST_SIZE.height,
    show: false,
    title: 'Snapkeep',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#14171c' : '#f6f7f9',
    webPreferences: {
      preload: join(import.meta.dirname, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
    },
  });
  rememberWindowState(window, stateFile);
  window.once('ready-to-show', () => {
    if (maximized) window.maximize();
    if (appearance === 'minimized') window.minimize();
    else window.show();
  });
  return window;
}

/** Loads the page into the window; what it sends is listened to by then. */
export function loadPage(window: BrowserWindow): Promise<void> {
  return window.loadURL(`${APP_ORIGIN}/`);
}

function workAreas(): Electron.Rectangle[] {
  const main = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter((display) => display.id !== main.id);
  return [main, ...others].map((display) => display.workArea);
}

import { app, Menu, nativeImage, Tray } from 'electron';
import { NODE_PLATFORM, PLATFORM } from '../../platform/platform.ts';
import type { DesktopCore } from '../joined-service.ts';
import { trayIconFile } from './tray-icon.ts';
import { type TrayActions, type TrayState, type TrayStatus, trayMenu, trayState } from './tray-menu.ts';

/** Events come in swarms while something runs; so long the tray waits before it looks. */
const DEBOUNCE_MS = 150;

/** Shows the tray and keeps it in step with the core. */
export function showTray(core: DesktopCore, actions: TrayActions): void {
  const tray = new Tray(icon('ok'));
  let drawn = '';
  const draw = (state: TrayState): void => {
    const text = JSON.stringify(state);
    // A menu that is drawn again closes under the pointer.
    if (text === drawn) return;
    drawn = text;
    tray.setImage(icon(state.status));
    tray.setToolTip(`Snapkeep: ${state.line}`);
    // Linux copies a menu when it is set: a changed one has to be set again.
    tray.setContextMenu(Menu.buildFromTemplate(trayMenu(state, actions)));
  };
  const refresh = async (): Promise<void> => {
    const [plans, { paused }] = await Promise.all([core.call('plans.list', {}), core.call('schedules.status', {})]);
    draw(trayState(plans, paused, new Date()));
  };
  const refreshSoon = debounced(refresh);
  core.on('plans.changed', refreshSoon);
  core.on('schedules.changed', refreshSoon);
  // On macOS a click opens the menu.
  if (PLATFORM !== 'macos') tray.on('click', () => actions.open());
  refreshSoon();
}

const icon = (status: TrayStatus): Electron.NativeImage =>
  nativeImage.createFromPath(trayIconFile(app.getAppPath(), status, NODE_PLATFORM));

/** Makes a function that does its work once after any number of calls, and again for those that came meanwhile. */
function debounced(work: () => Promise<void>): () => void {
  let waiting = false;
  const doWork = (): void => {
    waiting = false;
    // The core is closing: nothing is left to show.
    work().catch(() => undefined);
  };
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(doWork, DEBOUNCE_MS);
  };
}

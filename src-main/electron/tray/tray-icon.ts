import { join } from 'node:path';
import type { TrayStatus } from './tray-menu.ts';

/**
 * The file of the tray's icon: macOS colours templates itself, Windows picks a size from an .ico. The larger pictures
 * lie beside the file as `@2x` and are found by their name.
 */
export function trayIconFile(appFolder: string, status: TrayStatus, platform: NodeJS.Platform): string {
  const name =
    platform === 'darwin' ? `${status}Template.png` : platform === 'win32' ? `${status}.ico` : `${status}.png`;
  return join(appFolder, 'assets', 'tray', name);
}

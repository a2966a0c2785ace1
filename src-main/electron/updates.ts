import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'electron';
import { DAY_MS } from '../../src-shared/rules/durations.ts';
import type { Clock } from '../core/ports.ts';
import { NODE_PLATFORM } from '../platform/platform.ts';

/** A newer version, and whether it is installed when Snapkeep is quit or has to be fetched by the person. */
export interface UpdateNews {
  version: string;
  installsOnQuit: boolean;
}

/** The part of electron-updater's `AppUpdater` that is used. */
export interface Updater {
  autoDownload: boolean;
  autoInstallOnAppQuit: boolean;
  logger: unknown;
  on(event: 'update-available' | 'update-downloaded', listener: (update: { version: string }) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  checkForUpdates(): Promise<{ downloadPromise?: Promise<unknown> | null } | null>;
}

export interface UpdateOptions {
  app: Pick<App, 'isPackaged' | 'on'>;
  clock: Clock;
  /** Whether a run goes on. */
  isBusy(): boolean;
  /** Called once for each newer version. */
  tell(news: UpdateNews): void;
  /** Called with one line for each check that failed: no network is no reason to bother anyone. */
  log(line: string): void;
}

/** What says how this copy was installed. */
export interface Installation {
  platform: string;
  resourcesFolder: string;
  environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Looks for newer versions at the start and once a day, tells of them, and has them installed when the application
 * quits; never while a run goes on. A copy that no package installed is left alone.
 * @returns what stops looking
 */
export async function startUpdates(options: UpdateOptions): Promise<() => void> {
  const installation: Installation = {
    platform: NODE_PLATFORM,
    resourcesFolder: process.resourcesPath,
    environment: process.env,
  };
  const way = wayToUpdate(options.app.isPackaged, installation);
  if (way === 'none') return () => undefined;
  const { autoUpdater } = await import('electron-updater');
  return watchForUpdates(autoUpdater, way === 'install', options);
}

/** Whether a newer version can be installed, only told of, or not even be looked for. */
export function wayToUpdate(isPackaged: boolean, installation: Installation): 'install' | 'tell' | 'none' {
  const { platform, resourcesFolder, environment } = installation;
  // Written by the packager: where newer versions are.
  if (!isPackaged || !existsSync(join(resourcesFolder, 'app-update.yml'))) return 'none';
  if (platform !== 'linux' || environment.APPIMAGE !== undefined) return 'install';
  // A deb or an rpm belongs to the package manager and to root: installing one would ask for a password at quitting.
  return existsSync(join(resourcesFolder, 'package-type')) ? 'tell' : 'none';
}

/** The same with everything handed in. */
export function watchForUpdates(updater: Updater, canInstall: boolean, options: UpdateOptions): () => void {
  const { app, clock, isBusy, tell, log } = options;
  const told = new Set<string>();
  const tellOnce = (version: string): void => {
    if (told.has(version)) return;
    told.add(version);
    tell({ version, installsOnQuit: canInstall });
  };
  updater.logger = null;
  updater.autoDownload = canInstall;
  // Looked at when a download ends, to listen for the end of the application, and again at that end.
  updater.autoInstallOnAppQuit = canInstall;
  app.on('will-quit', () => {
    updater.autoInstallOnAppQuit = canInstall && !isBusy();
  });
  updater.on(canInstall ? 'update-downloaded' : 'update-available', ({ version }) => tellOnce(version));
  updater.on('error', (error) => log(`Checking for updates failed: ${firstLine(error)}`));

  let forget = (): void => undefined;
  const check = async (): Promise<void> => {
    forget = clock.wake(DAY_MS, () => void check());
    try {
      const result = await updater.checkForUpdates();
      await result?.downloadPromise;
    } catch {
      // Has been said by the event.
    }
  };
  void check();
  return () => forget();
}

function firstLine(error: Error): string {
  return error.message.split('\n', 1)[0] ?? '';
}

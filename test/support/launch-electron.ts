import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';

const root = resolve(import.meta.dirname, '../..');

/** The runtime the shell is tested on: `ELECTRON_BIN`, an installed Electron, or the stand-in. */
export function electronExecutable(): string {
  if (process.env.ELECTRON_BIN) return process.env.ELECTRON_BIN;
  const folder = dirname(createRequire(join(root, 'package.json')).resolve('electron/package.json'));
  const note = join(folder, 'path.txt');
  const installed = existsSync(note) ? join(folder, 'dist', readFileSync(note, 'utf8').trim()) : '';
  return existsSync(installed) ? installed : join(root, 'test/support/electron/electron');
}

/** How the application is started. */
export interface LaunchOptions {
  /** The data folder. */
  home: string;
  /** More arguments, as a person or the system would give them. */
  args?: string[];
  /** Whether the desktop shows trays. */
  tray?: boolean;
}

/** A running application, with or without a window. */
export interface RunningApp {
  app: ElectronApplication;
  /** Where the system would keep what starts at login, and other settings of programs. */
  configFolder: string;
  /** Starts the application once more and waits for that one to end. */
  startAgain(args: string[]): Promise<void>;
  close(): Promise<void>;
}

/** A running shell with its window. */
export interface Shell extends RunningApp {
  page: Page;
}

/** Starts the built application in Electron, and waits for nothing more. */
export async function startElectron({ home, args = [], tray = true }: LaunchOptions): Promise<RunningApp> {
  const own = mkdtempSync(join(tmpdir(), 'snapkeep-electron-'));
  const configFolder = join(own, 'config');
  const env = {
    ...(process.env as Record<string, string>),
    SNAPKEEP_HOME: home,
    SNAPKEEP_TRAY: tray ? 'yes' : 'no',
    XDG_CONFIG_HOME: configFolder,
  };
  const allArguments = [root, `--user-data-dir=${join(own, 'user')}`];
  const launched = { executablePath: electronExecutable(), cwd: root, env };
  const app = await _electron.launch({ ...launched, args: [...allArguments, ...args] });
  let ended = false;
  app.on('close', () => {
    ended = true;
  });
  const startAgain = async (again: string[]): Promise<void> => {
    const second = spawn(launched.executablePath, [...allArguments, ...again], { cwd: root, env, stdio: 'ignore' });
    await once(second, 'exit');
  };
  const close = async (): Promise<void> => {
    if (!ended) {
      // Should a run still go on, the application asks before it quits: it is stopped.
      await app.evaluate(({ dialog }) => {
        dialog.showMessageBox = async () => ({ response: 0, checkboxChecked: false });
      });
      await app.close();
    }
    rmSync(own, { recursive: true, force: true, maxRetries: 5 });
  };
  return { app, configFolder, startAgain, close };
}

/** Starts the built application in Electron and waits for its window. */
export async function launchElectron(options: LaunchOptions): Promise<Shell> {
  const running = await startElectron(options);
  const page = await running.app.firstWindow();
  await page.getByRole('navigation', { name: 'Navigation' }).waitFor();
  return { ...running, page };
}

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

/** A running shell. */
export interface Shell {
  app: ElectronApplication;
  page: Page;
  close(): Promise<void>;
}

/** Starts the built application in Electron and waits for its window. */
export async function launchElectron({ home }: { home: string }): Promise<Shell> {
  const userData = mkdtempSync(join(tmpdir(), 'snapkeep-electron-'));
  const env = { ...(process.env as Record<string, string>), SNAPKEEP_HOME: home };
  const app = await _electron.launch({
    executablePath: electronExecutable(),
    args: [root, `--user-data-dir=${userData}`],
    cwd: root,
    env,
  });
  const page = await app.firstWindow();
  await page.getByRole('navigation', { name: 'Places' }).waitFor();
  const close = async (): Promise<void> => {
    // Should a run still go on, the application asks before it quits.
    await app.evaluate(({ dialog }) => {
      dialog.showMessageBox = async () => ({ response: 0, checkboxChecked: false });
    });
    await app.close();
    rmSync(userData, { recursive: true, force: true, maxRetries: 5 });
  };
  return { app, page, close };
}

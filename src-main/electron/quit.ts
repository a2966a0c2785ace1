import { type App, type BrowserWindow, dialog } from 'electron';
import type { Core } from '../core/core.ts';

/** Quits only when nothing goes on, or when the person says so; the core is closed before the process ends. */
export function guardQuit(app: App, core: Core, window: () => BrowserWindow | undefined): void {
  let closing = false;
  const closeAndQuit = async (): Promise<void> => {
    closing = true;
    await core.close();
    app.quit();
  };
  app.on('before-quit', (event) => {
    if (closing) return;
    event.preventDefault();
    void askToQuit(core, window()).then((yes) => (yes ? closeAndQuit() : undefined));
  });
  app.on('window-all-closed', () => app.quit());
}

async function askToQuit(core: Core, window: BrowserWindow | undefined): Promise<boolean> {
  const runs = core.activeRuns();
  if (runs.length === 0) return true;
  const options = {
    type: 'question' as const,
    message: runs.length === 1 ? `A ${runs[0]?.kind} is going on.` : `${runs.length} runs are going on.`,
    detail: 'Quitting stops it. Nothing that has been stored is lost.',
    buttons: ['Stop and quit', 'Keep running'],
    defaultId: 1,
    cancelId: 1,
  };
  const { response } = await (window === undefined || window.isDestroyed()
    ? dialog.showMessageBox(options)
    : dialog.showMessageBox(window, options));
  return response === 0;
}

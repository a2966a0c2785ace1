import type { BrowserWindow } from 'electron';
import type { Core } from '../../core/core.ts';
import { ask } from '../window/message-box.ts';

/** What closing the window has to know and can do. */
export interface CloseToTray {
  core: Pick<Core, 'call'>;
  /** Whether there is a tray now: one that nobody sees would be a trap. */
  trayIsThere(): Promise<boolean>;
  /** The application is on its way out: the window closes for good. */
  isQuitting(): boolean;
  quit(): void;
}

/** Lets the window's close button hide it where there is a tray to come back from, and quit where there is none. */
export function closeToTray(window: BrowserWindow, host: CloseToTray): void {
  let deciding = false;
  window.on('close', (event) => {
    if (host.isQuitting()) return;
    event.preventDefault();
    if (deciding) return;
    deciding = true;
    void decide(window, host)
      // Settings that cannot be read or kept are no reason to keep anyone in.
      .catch(() => 'quit' as const)
      .then((decision) => {
        if (decision === 'hide' && !window.isDestroyed()) hide(window);
        if (decision === 'quit') host.quit();
      })
      .finally(() => {
        deciding = false;
      });
  });
}

/** On macOS a full screen would stay behind, black. */
function hide(window: BrowserWindow): void {
  if (window.isFullScreen()) {
    window.once('leave-full-screen', () => window.hide());
    window.setFullScreen(false);
  } else window.hide();
}

async function decide(window: BrowserWindow, { core, trayIsThere }: CloseToTray): Promise<'hide' | 'quit' | 'stay'> {
  if (!(await trayIsThere())) return 'quit';
  const { keepInTray } = await core.call('settings.get', {});
  if (keepInTray !== null) return keepInTray ? 'hide' : 'quit';
  const response = await ask(window, {
    type: 'question',
    message: 'Keep Snapkeep running when you close its window?',
    detail:
      'It stays in the tray and runs scheduled backups. If you quit, scheduled backups stop. You can change this in Settings.',
    buttons: ['Keep running', 'Quit', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
  });
  if (response !== 0 && response !== 1) return 'stay';
  await core.call('settings.update', { keepInTray: response === 0 });
  return response === 0 ? 'hide' : 'quit';
}

import { type BrowserWindow, dialog, type MessageBoxOptions } from 'electron';

/** Asks a question and answers the number of the button; on the window where it can be seen, else alone. */
export async function ask(window: BrowserWindow | undefined, options: MessageBoxOptions): Promise<number> {
  const parent = window !== undefined && !window.isDestroyed() && window.isVisible() ? window : undefined;
  const { response } = await (parent === undefined
    ? dialog.showMessageBox(options)
    : dialog.showMessageBox(parent, options));
  return response;
}

import { type BrowserWindow, dialog, type FileFilter, type OpenDialogOptions } from 'electron';
import type { Dialogs } from '../../core/ports.ts';

const EVERYTHING: FileFilter = { name: 'All files', extensions: ['*'] };
const DATABASES: FileFilter[] = [
  { name: 'SQLite databases', extensions: ['db', 'sqlite', 'sqlite3', 'db3', 's3db'] },
  EVERYTHING,
];
const BACKUPS: FileFilter[] = [
  { name: 'Backups', extensions: ['gz', 'zst', 'db', 'sqlite', 'sqlite3', 'sql'] },
  EVERYTHING,
];

/** The system's own pickers, on the window. */
export function nativeDialogs(window: () => BrowserWindow | undefined): Dialogs {
  const open = async (options: OpenDialogOptions): Promise<string | null> => {
    const parent = window();
    const { canceled, filePaths } = await (parent === undefined
      ? dialog.showOpenDialog(options)
      : dialog.showOpenDialog(parent, options));
    return canceled ? null : (filePaths[0] ?? null);
  };
  return {
    pickDatabase: () =>
      open({ title: 'Choose a database', properties: ['openFile', 'showHiddenFiles'], filters: DATABASES }),
    pickBackup: () => open({ title: 'Choose a backup', properties: ['openFile'], filters: BACKUPS }),
    pickFolder: () => open({ title: 'Choose a folder', properties: ['openDirectory', 'createDirectory'] }),
    pickTarget: async (suggestion) => {
      const options = {
        title: 'Choose restore location',
        filters: DATABASES,
        ...(suggestion === undefined ? {} : { defaultPath: suggestion }),
      };
      const parent = window();
      const { canceled, filePath } = await (parent === undefined
        ? dialog.showSaveDialog(options)
        : dialog.showSaveDialog(parent, options));
      return canceled || filePath === '' ? null : filePath;
    },
  };
}

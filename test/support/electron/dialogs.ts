import { refuseUnknown } from './refuse.ts';
import { record } from './runtime.ts';

/** Electron's `dialog`: nobody answers, so everything is cancelled until a test puts its own function here. */
export const dialog = refuseUnknown('dialog', {
  showOpenDialog: async (...args: unknown[]): Promise<{ canceled: boolean; filePaths: string[] }> => {
    record.push({ what: 'showOpenDialog', options: args.at(-1) });
    return { canceled: true, filePaths: [] };
  },
  showSaveDialog: async (...args: unknown[]): Promise<{ canceled: boolean; filePath: string }> => {
    record.push({ what: 'showSaveDialog', options: args.at(-1) });
    return { canceled: true, filePath: '' };
  },
  showMessageBox: async (...args: unknown[]): Promise<{ response: number; checkboxChecked: boolean }> => {
    const options = args.at(-1) as { cancelId?: number };
    record.push({ what: 'showMessageBox', options });
    return { response: options.cancelId ?? 0, checkboxChecked: false };
  },
  showErrorBox: (title: string, content: string): void => {
    record.push({ what: 'showErrorBox', title, content });
    process.stderr.write(`${title}: ${content}\n`);
  },
});

/** Electron's `shell`: what would be shown is recorded. */
export const shell = refuseUnknown('shell', {
  showItemInFolder: (path: string): void => void record.push({ what: 'showItemInFolder', path }),
  openExternal: async (address: string): Promise<void> => void record.push({ what: 'openExternal', address }),
});

let copied = '';

/** Electron's `clipboard`, for text. */
export const clipboard = refuseUnknown('clipboard', {
  readText: (): string => copied,
  writeText: (text: string): void => {
    copied = text;
  },
});

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { app, type BrowserWindow, dialog, nativeTheme, protocol, session, shell } from 'electron';
import type { Core } from '../core/core.ts';
import { createCore } from '../core/create-core.ts';
import { defaultDataFolder } from '../core/data-folder.ts';
import { explainError } from '../core/engine/engine-errors.ts';
import { registerAppScheme, serveApp } from './app-protocol.ts';
import { nativeDialogs } from './dialogs.ts';
import { serveWindow } from './ipc-transport.ts';
import { setApplicationMenu } from './menu.ts';
import { guardQuit } from './quit.ts';
import { denyNavigation, denyPermissions } from './security.ts';
import { loadPage, openWindow } from './window.ts';

let window: BrowserWindow | undefined;

function startCore(): Promise<Core> {
  return createCore({
    dataFolder: defaultDataFolder(),
    ports: {
      host: 'desktop',
      capabilities: { nativeDialogs: true, revealFiles: true, droppedPaths: true },
      workerFile: join(import.meta.dirname, 'worker.cjs').replace('app.asar', 'app.asar.unpacked'),
      dialogs: nativeDialogs(() => window),
      revealFile: (path) => shell.showItemInFolder(path),
    },
  });
}

async function showWindow(core: Core): Promise<void> {
  if (window !== undefined && !window.isDestroyed()) {
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
    return;
  }
  window = openWindow();
  window.on('closed', () => {
    window = undefined;
  });
  serveWindow(window, core);
  await loadPage(window);
}

/** A file among the arguments was opened with Snapkeep: it is to be restored. */
function fileAmong(argv: readonly string[], cwd: string): string | undefined {
  return argv
    .slice(1)
    .filter((argument) => !argument.startsWith('-') && /\.(db|gz|zst|sqlite|sqlite3)$/i.test(argument))
    .map((argument) => resolve(cwd, argument))
    .find((path) => existsSync(path));
}

async function start(): Promise<void> {
  denyNavigation(app);
  await app.whenReady();
  denyPermissions(session.defaultSession);
  serveApp(protocol, join(import.meta.dirname, '../renderer'));
  setApplicationMenu();
  const core = await startCore();
  const { theme } = await core.call('settings.get', {});
  nativeTheme.themeSource = theme;
  core.on('settings.changed', ({ settings }) => {
    nativeTheme.themeSource = settings.theme;
  });
  guardQuit(app, core, () => window);
  const open = (argv: readonly string[], cwd: string): void => {
    showWindow(core)
      .then(() => {
        const file = fileAmong(argv, cwd);
        if (file !== undefined) core.requestRestore(file);
      })
      .catch(fail);
  };
  app.on('second-instance', (_event, argv, cwd) => open(argv, cwd));
  app.on('activate', () => open([], process.cwd()));
  open(process.argv, process.cwd());
}

function fail(error: unknown): void {
  const { message, hint } = explainError(error, 'Snapkeep').toBody();
  dialog.showErrorBox('Snapkeep cannot start', `${message}\n${hint ?? ''}`);
  app.exit(1);
}

app.setAppUserModelId('org.snapkeep.Snapkeep');
app.enableSandbox();
registerAppScheme();
// The second one hands its arguments to the first and is done.
if (app.requestSingleInstanceLock()) start().catch(fail);
else app.quit();

import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { app, dialog, nativeTheme, protocol, session, shell } from 'electron';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import { createCore } from '../core/create-core.ts';
import { explainError } from '../core/engine/engine-errors.ts';
import { canonicalPath } from '../core/engine/files/paths.ts';
import { type ProcessLog, systemClock } from '../core/ports.ts';
import { defaultDataFolder } from '../core/process/default-data-folder.ts';
import { guardProcess } from '../core/process/process-guard.ts';
import { widenThreadPool } from '../core/process/thread-pool.ts';
import { registerAppScheme, serveApp } from './app-protocol.ts';
import { setStartAtLogin, wasStartedAtLogin } from './autostart.ts';
import { startWithCatalog } from './catalog-rescue.ts';
import { type DesktopCore, joinDesktop } from './joined-service.ts';
import { readLaunchArguments } from './launch-arguments.ts';
import { canNotify, desktopNotifier } from './notifications.ts';
import { systemPower } from './power.ts';
import { guardQuit } from './quit.ts';
import { systemKeychain } from './safe-storage.ts';
import { denyNavigation, denyPermissions } from './security.ts';
import { closeToTray } from './tray/close-to-tray.ts';
import { showTray } from './tray/tray.ts';
import { trayIsThere } from './tray/tray-presence.ts';
import { startUpdates } from './updates.ts';
import { utilityWorker } from './utility-worker.ts';
import { nativeDialogs } from './window/dialogs.ts';
import { createMainWindow, type MainWindow } from './window/main-window.ts';
import { setApplicationMenu } from './window/menu.ts';
import { ask } from './window/message-box.ts';
import { OpenedFiles } from './window/opened-files.ts';

/** How often, and after which pauses in milliseconds, a held data folder is asked for again. */
const MOST_TRIES = 50;
const TRY_EVERY_MS = 200;

let mainWindow: MainWindow | undefined;
let runningCore: DesktopCore | undefined;
/** The log of the core in this process, if it has one. */
let ownLog: ProcessLog | undefined;

const openRoute = (page: string): void => void mainWindow?.openRoute(page).catch(complain);
const notify = desktopNotifier(openRoute);

/** What this application does by itself, whoever holds the data folder. */
async function desktopPorts() {
  return {
    capabilities: {
      nativeDialogs: true,
      revealFiles: true,
      droppedPaths: true,
      notifications: canNotify(),
      tray: await trayIsThere(),
    },
    dialogs: nativeDialogs(() => mainWindow?.current()),
    revealFile: (path: string) => shell.showItemInFolder(path),
  };
}

/** Joins the service that runs, or becomes it; a command that has the data folder is about to end. */
async function startCore(): Promise<DesktopCore> {
  for (let tries = 0; ; tries++) {
    try {
      return (await joinService()) ?? (await ownCore());
    } catch (error) {
      if (!(error instanceof SnapkeepError && error.code === 'BUSY') || tries === MOST_TRIES) throw error;
      await setTimeout(TRY_EVERY_MS);
    }
  }
}

async function joinService(): Promise<DesktopCore | undefined> {
  const dataFolder = await canonicalPath(defaultDataFolder());
  return joinDesktop(dataFolder, await desktopPorts(), () => void serviceEnded().catch(complain));
}

async function ownCore(): Promise<DesktopCore> {
  const ports = await desktopPorts();
  const keychain = systemKeychain();
  const core = await createCore({
    dataFolder: defaultDataFolder(),
    ports: {
      ...ports,
      host: 'desktop',
      startWorkerProcess: utilityWorker(
        join(import.meta.dirname, 'worker.cjs').replace('app.asar', 'app.asar.unpacked'),
      ),
      power: systemPower(),
      ...(canNotify() ? { notify } : {}),
      ...(keychain === undefined ? {} : { keychain }),
    },
  });
  ownLog = core.log;
  return core;
}

/** The service under this window has ended: a new start joins its successor, or takes its place. */
async function serviceEnded(): Promise<void> {
  const chosen = await ask(mainWindow?.current(), {
    type: 'warning',
    message: 'The Snapkeep service that this window used has ended.',
    detail: 'Restart Snapkeep to use the service again, or to work without it.',
    buttons: ['Restart Snapkeep', 'Quit'],
    defaultId: 0,
    cancelId: 1,
  });
  if (chosen === 0) app.relaunch();
  app.exit(0);
}

async function start(openedFiles: OpenedFiles): Promise<void> {
  denyNavigation(app);
  await app.whenReady();
  denyPermissions(session.defaultSession);
  serveApp(protocol, join(import.meta.dirname, '../renderer'));
  const core = await startWithCatalog(startCore, defaultDataFolder(), (question) =>
    ask(undefined, { type: 'error', title: 'Snapkeep cannot start', ...question }),
  );
  if (core === null) return app.quit();
  runningCore = core;
  await followSettings(core);

  const quitting = guardQuit(app, core, () => mainWindow?.current());
  const window = createMainWindow(core, (opened) =>
    closeToTray(opened, { core, trayIsThere, isQuitting: quitting.isDecided, quit: () => app.quit() }),
  );
  mainWindow = window;
  const show = (): void => void window.show().catch(complain);
  setApplicationMenu({ openRoute, restoreBackup: () => void restoreBackup(core, window).catch(complain) });
  showTray(core, {
    backUp: (planId) => void backUp(core, planId),
    pause: (until) => void core.call('schedules.pause', { until: until?.toISOString() ?? null }).catch(complain),
    resume: () => void core.call('schedules.resume', {}).catch(complain),
    open: show,
    quit: () => app.quit(),
  });

  app.on('second-instance', (_event, argv, cwd) => {
    const { file, hidden } = readLaunchArguments(argv, cwd);
    if (file !== undefined) openedFiles.open(file);
    else if (!hidden) show();
  });
  app.on('activate', show);
  const { file, hidden } = readLaunchArguments(process.argv, process.cwd());
  if (file !== undefined) openedFiles.open(file);
  else if (!openedFiles.areWaiting()) await showAtStart(window, hidden || wasStartedAtLogin());
  void checkForUpdates(core).catch(complain);
  openedFiles.handle((path) => void window.openRestore(path).catch(complain));
}

function checkForUpdates(core: DesktopCore): Promise<() => void> {
  return startUpdates({
    app,
    clock: systemClock,
    isBusy: () => core.activeRuns().length > 0,
    tell: ({ version, installsOnQuit }) =>
      notify({
        title: `Snapkeep ${version} is available`,
        body: installsOnQuit ? 'It will be installed when you quit Snapkeep.' : 'Install it with your package manager.',
        page: '/settings',
      }),
    log: (line) => process.stderr.write(`${line}\n`),
  });
}

/** Without a tray, a window that nobody can see would leave no way in: it waits in the task bar instead. */
async function showAtStart(window: MainWindow, hidden: boolean): Promise<void> {
  if (!hidden) await window.show();
  else if (!(await trayIsThere())) await window.show('minimized');
}

/** Lets the system do what the settings say, now and whenever they change. */
async function followSettings(core: DesktopCore): Promise<void> {
  let { startAtLogin, theme } = await core.call('settings.get', {});
  nativeTheme.themeSource = theme;
  // Where the program is may have changed since it was written down.
  if (startAtLogin) startAtLoginOrComplain(true);
  core.on('settings.changed', ({ settings }) => {
    nativeTheme.themeSource = settings.theme;
    if (settings.startAtLogin !== startAtLogin) startAtLoginOrComplain(settings.startAtLogin);
    startAtLogin = settings.startAtLogin;
  });
}

function startAtLoginOrComplain(start: boolean): void {
  try {
    setStartAtLogin(start);
  } catch (error) {
    complain(error);
  }
}

async function backUp(core: DesktopCore, planId: string): Promise<void> {
  try {
    await core.call('backups.start', { planId });
  } catch (error) {
    // The plan was removed or runs by now: its page, or the list of databases, shows what there is to know.
    const { message } = explainError(error, 'The backup').toBody();
    notify({ title: 'Backup not started', body: message, page: `/databases/${planId}` });
  }
}

async function restoreBackup(core: DesktopCore, window: MainWindow): Promise<void> {
  await window.show();
  const { path } = await core.call('dialogs.pickBackup', {});
  if (path !== null) await window.openRestore(path);
}

function complain(error: unknown, title = 'Something went wrong'): void {
  const { message, hint } = explainError(error, 'Snapkeep').toBody();
  dialog.showErrorBox(title, `${message}\n${hint ?? ''}`);
}

function fail(error: unknown): void {
  complain(error, runningCore === undefined ? 'Snapkeep cannot start' : 'Snapkeep must quit');
  app.exit(1);
}

widenThreadPool();
guardProcess(() => ownLog, fail);
app.setAppUserModelId('org.snapkeep.Snapkeep');
app.enableSandbox();
registerAppScheme();
// The second one hands its arguments to the first and is done.
if (app.requestSingleInstanceLock()) start(new OpenedFiles(app)).catch(fail);
else app.quit();

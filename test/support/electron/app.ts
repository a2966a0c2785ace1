import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { refuseUnknown } from './refuse.ts';
import { devTools, preventable, record, runtime, switchValue } from './runtime.ts';

/** What `app.quit()` closes; windows register themselves. */
export const openWindows = new Set<{ close(): void; isDestroyed(): boolean }>();

const ready = Promise.withResolvers<void>();
let isReady = false;
let quitting = false;
/** A second start ends only once the first one has its arguments. */
let handedOver: Promise<unknown> = Promise.resolve();
let loginItem: LoginItem = { openAtLogin: false };

interface LoginItem {
  openAtLogin: boolean;
  path?: string;
  args?: string[];
}

function packageJson(): { name: string; productName?: string; version: string } {
  return JSON.parse(readFileSync(join(runtime().appFolder, 'package.json'), 'utf8')) as {
    name: string;
    productName?: string;
    version: string;
  };
}

/** Electron's order: before-quit, each window's close, will-quit, quit; any of the first three may stop it. */
async function quit(): Promise<void> {
  if (quitting) return;
  quitting = true;
  if (emitPreventable('before-quit') || !closeWindows() || emitPreventable('will-quit')) {
    quitting = false;
    return;
  }
  app.emit('quit', {}, 0);
  await handedOver;
  // The browser may be gone already, which is what is wanted.
  await devTools()
    .send('Browser.close')
    .catch(() => undefined);
  process.exit(0);
}

function emitPreventable(name: string): boolean {
  const event = preventable({});
  app.emit(name, event);
  return event.defaultPrevented;
}

function closeWindows(): boolean {
  for (const window of [...openWindows]) {
    window.close();
    if (!window.isDestroyed()) return false;
  }
  return true;
}

const paths = new Map<string, string>();

function getPath(name: string): string {
  const known = paths.get(name);
  if (known !== undefined) return known;
  const appData = process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config');
  const usual: Record<string, string> = {
    home: homedir(),
    appData,
    temp: tmpdir(),
    userData: switchValue('user-data-dir') ?? join(appData, app.getName()),
  };
  const path = usual[name];
  if (path === undefined) throw new Error(`stand-in: app.getPath('${name}') is not implemented`);
  return path;
}

/** A file says who is first, a socket carries the arguments of the second; synchronous as Electron's. */
function requestSingleInstanceLock(): boolean {
  const userData = getPath('userData');
  mkdirSync(userData, { recursive: true });
  const file = join(userData, 'SingletonLock');
  const socket = join(
    tmpdir(),
    `snapkeep-stand-in-${createHash('sha256').update(userData).digest('hex').slice(0, 12)}.sock`,
  );
  if (isAlive(file)) {
    handedOver = new Promise((resolve) => {
      const first = connect(socket, () => first.end(JSON.stringify({ argv: process.argv, cwd: process.cwd() })));
      first.once('close', resolve).once('error', resolve);
    });
    return false;
  }
  writeFileSync(file, String(process.pid));
  rmSync(socket, { force: true });
  const server = createServer((connection) => {
    let text = '';
    connection.on('data', (data) => {
      text += data.toString('utf8');
    });
    connection.on('end', () => {
      const { argv, cwd } = JSON.parse(text) as { argv: string[]; cwd: string };
      app.emit('second-instance', {}, argv, cwd);
    });
  });
  server.listen(socket).unref();
  process.on('exit', () => {
    rmSync(file, { force: true });
    rmSync(socket, { force: true });
  });
  return true;
}

function isAlive(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    process.kill(pid, 0);
    return pid !== process.pid;
  } catch {
    // No file, or nobody of that number.
    return false;
  }
}

/** Electron's `app`, as far as Snapkeep uses it. */
export const app = refuseUnknown(
  'app',
  Object.assign(new EventEmitter(), {
    isPackaged: false,
    whenReady: (): Promise<void> => ready.promise,
    isReady: (): boolean => isReady,
    getName: (): string => packageJson().productName ?? packageJson().name,
    getVersion: (): string => packageJson().version,
    getAppPath: (): string => runtime().appFolder,
    getPath,
    setAppUserModelId: (id: string): void => void record.push({ what: 'appUserModelId', id }),
    enableSandbox: (): void => void record.push({ what: 'enableSandbox' }),
    requestSingleInstanceLock,
    setLoginItemSettings: (item: LoginItem): void => {
      // As on real Electron: Linux has none.
      if (process.platform !== 'linux') loginItem = item;
    },
    getLoginItemSettings: () => ({ openAtLogin: loginItem.openAtLogin, wasOpenedAtLogin: false }),
    quit: (): void => void quit(),
    exit: (code = 0): void => process.exit(code),
  }),
);

/** Says that the application may open windows. */
export function becomeReady(): void {
  isReady = true;
  ready.resolve();
  app.emit('ready', {}, {});
}

/** Called by windows when they are gone. */
export function windowGone(): void {
  if (openWindows.size > 0 || quitting) return;
  if (app.listenerCount('window-all-closed') > 0) app.emit('window-all-closed');
  else app.quit();
}

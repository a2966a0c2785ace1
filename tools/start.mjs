// Opens Snapkeep: in Electron where its runtime is there or can be had, otherwise in an installed browser, otherwise by its address.
import { fork, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { findBrowser } from './find-browser.mjs';

const root = resolve(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), '..');
requireRightNode();
const electron = electronRuntime();
if (typeof electron === 'string') openInElectron(electron);
else openInBrowser(electron.reason);

function requireRightNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 15)) return;
  process.stderr.write(
    `Snapkeep needs Node.js 22.15 or newer, and this is ${process.versions.node}. Use npm start, which brings the right one.\n`,
  );
  process.exit(1);
}

/** @returns {string | { reason: string }} the executable, or why there is none */
function electronRuntime() {
  if (process.env.ELECTRON_BIN) return process.env.ELECTRON_BIN;
  const installed = installedElectron();
  if (installed !== undefined) return installed;
  // Fetches the runtime from its release host, and fails at once where that is out of reach.
  const fetched = spawnSync('npx', ['install-electron', '--no'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32',
    timeout: 300_000,
  });
  const now = installedElectron();
  if (fetched.status === 0 && now !== undefined) return now;
  return { reason: "Electron's runtime is not installed and cannot be fetched here" };
}

/** @returns {string | undefined} */
function installedElectron() {
  const folder = dirname(createRequire(join(root, 'package.json')).resolve('electron/package.json'));
  const note = join(folder, 'path.txt');
  if (!existsSync(note)) return undefined;
  const executable = join(folder, 'dist', readFileSync(note, 'utf8').trim());
  return existsSync(executable) ? executable : undefined;
}

/** @param {string} executable */
function openInElectron(executable) {
  // As root, Chromium's own sandbox refuses to start.
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const app = spawn(executable, [...flags, root], { stdio: 'inherit' });
  app.on('exit', (code) => process.exit(code ?? 1));
}

/** @param {string} reason */
function openInBrowser(reason) {
  const browser = findBrowser();
  const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
  const how =
    browser === undefined
      ? 'there is no Chromium, Chrome or Edge, so open the address yourself'
      : hasDisplay
        ? 'opening the window in a browser'
        : 'there is no display, so open the address in a browser';
  process.stderr.write(`${reason}: ${how}.\n`);
  const server = fork(join(root, 'out/main/server.cjs'), [], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  server.on('exit', (code) => process.exit(code ?? 1));
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => server.kill(/** @type {NodeJS.Signals} */ (signal)));
  if (browser === undefined || !hasDisplay) return;
  server.on('message', (message) => {
    const { ready, loginUrl } = /** @type {{ ready?: string, loginUrl?: string }} */ (message);
    // A list of processes shows the address a browser is started with: it gets a code that opens one window once.
    if (ready !== undefined) server.send('login-url');
    if (loginUrl !== undefined) openWindow(browser, loginUrl, () => server.kill('SIGTERM'));
  });
}

/**
 * @param {string} browser
 * @param {string} address
 * @param {() => void} onClosed
 */
function openWindow(browser, address, onClosed) {
  const profile = mkdtempSync(join(tmpdir(), 'snapkeep-window-'));
  const flags = [
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-quic',
  ];
  if (process.getuid?.() === 0) flags.push('--no-sandbox');
  const window = spawn(
    browser,
    [`--app=${address}`, `--user-data-dir=${profile}`, '--window-size=1280,800', ...flags],
    { stdio: 'ignore' },
  );
  const end = () => {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    onClosed();
  };
  window.on('exit', end);
  window.on('error', end);
  process.on('exit', () => window.kill());
}

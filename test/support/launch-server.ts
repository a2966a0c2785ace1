import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, chromium, type Page } from '@playwright/test';
import { findBrowser, findTestBrowser } from '../../tools/find-browser.mjs';

const root = resolve(import.meta.dirname, '../..');

/** Switches for a Chromium that is tested with, as any user. */
export const CHROMIUM_SWITCHES = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--renderer-process-limit=1',
];

/** A running server. */
export interface RunningServer {
  /** Where the server is; `openWindow` logs in there. */
  address: string;
  /** An address with a login token that nobody has used; the server prints one at its start and after each login. */
  loginAddress(): Promise<string>;
  /** Stops the process where it is, as sleep does, or lets it go on. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  close(): Promise<void>;
}

/** Starts the built server on a port of its own. */
export async function launchServer({
  home,
  port = 0,
  environment = {},
}: {
  home: string;
  /** 0: any that is free. */
  port?: number;
  environment?: Record<string, string>;
}): Promise<RunningServer> {
  const server = spawn(process.execPath, [resolve(root, 'out/main/server.cjs'), '--port', String(port)], {
    env: { ...process.env, ...environment, SNAPKEEP_HOME: home },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const printed: string[] = [];
  let output = '';
  createInterface({ input: server.stderr }).on('line', (line) => {
    output += `${line}\n`;
    const match = /http:\S+#token=\S+/.exec(line);
    if (match === null) return;
    printed.push(match[0]);
    server.emit('printed');
  });
  const loginAddress = async (): Promise<string> => {
    for (;;) {
      const address = printed.shift();
      if (address !== undefined) return address;
      if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}: ${output}`);
      await Promise.race([once(server, 'printed'), once(server, 'exit')]);
    }
  };
  const first = await loginAddress();
  printed.unshift(first);
  const address = new URL('/', first).href;
  logins.set(address, loginAddress);
  const close = async (): Promise<void> => {
    logins.delete(address);
    if (server.exitCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGTERM');
    await exited;
  };
  return { address, loginAddress, signal: (name) => server.kill(name), close };
}

/** Where each running server is logged in to. */
const logins = new Map<string, () => Promise<string>>();

/** Starts an installed browser, or what is given. */
export function launchBrowser(executablePath = findBrowser()): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath ?? 'chromium', args: CHROMIUM_SWITCHES });
}

let ours: Browser | undefined;

/**
 * The browser of this process of tests, which ends with it: starting one takes longer than most pages. `close` ends what
 * is open in it.
 */
export async function testBrowser(): Promise<Browser> {
  if (ours?.isConnected()) return ours;
  const browser = await launchBrowser(findTestBrowser());
  ours = Object.assign(browser, {
    close: async () => {
      for (const context of browser.contexts()) await context.close();
    },
  });
  return ours;
}

/** How a window is opened. */
export interface WindowOptions {
  colorScheme?: 'light' | 'dark';
  viewport?: { width: number; height: number };
  /** What is done with the page before anything is in it. */
  prepare?(page: Page): Promise<void>;
}

/** Opens the window of a server in a browser. */
export async function openWindow(
  browser: Browser,
  address: string,
  { prepare, ...options }: WindowOptions = {},
): Promise<Page> {
  // A screen that is judged while a notice fades out has no certain colours.
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  await prepare?.(page);
  await page.goto((await logins.get(address)?.()) ?? address);
  await page.getByRole('navigation', { name: 'Navigation' }).waitFor();
  return page;
}

/** What a test of the window has for itself. */
export interface ServedWindow {
  /** A folder that goes with it; the data folder is `home` in it, and `backups` is there. */
  folder: string;
  server: RunningServer;
  browser: Browser;
  /** Ends the server and the browser, and removes the folder. */
  close(): Promise<void>;
}

/**
 * Starts a server with a data folder of its own, and a browser.
 * @param name what the folder is called by, so that what a test leaves behind can be told
 */
export async function serveWindow(name: string, environment: Record<string, string> = {}): Promise<ServedWindow> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `snapkeep-${name}-`)));
  mkdirSync(join(folder, 'backups'));
  const server = await launchServer({ home: join(folder, 'home'), environment });
  const browser = await testBrowser();
  return {
    folder,
    server,
    browser,
    close: async () => {
      await browser.close();
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

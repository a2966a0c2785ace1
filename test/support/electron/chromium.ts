import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTestBrowser } from '../../../tools/find-browser.mjs';

/** Parameters and results of the DevTools protocol; what is used of them is named where it is used. */
// biome-ignore lint/suspicious/noExplicitAny: the protocol's own types would be thousands of lines for a dozen calls
export type ProtocolObject = Record<string, any>;

interface Pending {
  resolve(result: ProtocolObject): void;
  reject(error: Error): void;
}

/** A connection to a browser over the DevTools protocol. Events are emitted as `<session>:<method>`, or `<method>`. */
export class DevTools extends EventEmitter {
  #lastId = 0;
  readonly #pending = new Map<number, Pending>();
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    super();
    this.setMaxListeners(0);
    this.#socket = socket;
    socket.addEventListener('message', (message) => this.#receive(JSON.parse(String(message.data)) as ProtocolObject));
    socket.addEventListener('close', () => {
      for (const pending of this.#pending.values()) pending.reject(new Error('the browser is gone'));
      this.#pending.clear();
      this.emit('close');
    });
  }

  send(method: string, params: ProtocolObject = {}, sessionId?: string): Promise<ProtocolObject> {
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) return reject(new Error('the browser is gone'));
      this.#lastId += 1;
      this.#pending.set(this.#lastId, { resolve, reject: (error) => reject(new Error(`${method}: ${error.message}`)) });
      this.#socket.send(
        JSON.stringify({ id: this.#lastId, method, params, ...(sessionId === undefined ? {} : { sessionId }) }),
      );
    });
  }

  #receive(message: ProtocolObject): void {
    if (message.id === undefined) {
      this.emit(
        message.sessionId === undefined ? message.method : `${message.sessionId}:${message.method}`,
        message.params,
        message.sessionId,
      );
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.error !== undefined) pending?.reject(new Error(message.error.message));
    else pending?.resolve(message.result);
  }
}

/** A running Chromium. */
export interface Chromium {
  devTools: DevTools;
  /** Where its DevTools listen: the line Playwright waits for. */
  address: string;
}

const SWITCHES = [
  '--no-sandbox',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-quic',
  '--disable-sync',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-extensions',
  '--disable-breakpad',
  '--disable-dev-shm-usage',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
  '--password-store=basic',
  '--use-mock-keychain',
  '--noerrdialogs',
  '--force-color-profile=srgb',
  '--no-startup-window',
  '--remote-debugging-port=0',
  '--headless=new',
];

/** Starts a Chromium without windows, with a profile of its own that is gone with this process. */
export async function startChromium(): Promise<Chromium> {
  const executable = process.env.SNAPKEEP_CHROMIUM ?? findTestBrowser();
  if (executable === undefined) throw new Error('stand-in: there is no Chromium, Chrome or Edge');
  const profile = mkdtempSync(join(tmpdir(), 'snapkeep-stand-in-'));
  // setpriv makes the kernel end the browser when this process is killed: no test leaves one behind.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', executable, ...SWITCHES, `--user-data-dir=${profile}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  process.on('exit', () => {
    child.kill('SIGKILL');
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  const address = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stderr.on('data', (data: Buffer) => {
      output += data.toString('utf8');
      const found = /^DevTools listening on (ws:\/\/\S+)$/m.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`stand-in: Chromium ended with ${code}: ${output}`)));
  });
  child.stderr.removeAllListeners('data').resume();
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  return { devTools: new DevTools(socket), address };
}

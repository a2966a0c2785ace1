import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { makeDatabase } from '../support/databases.ts';
import { callCore } from '../support/electron/call-core.ts';
import { launchElectron, type Shell } from '../support/launch-electron.ts';

/*
 * What a page in the shell must not be able to do, and what the machine's sleep must not break.
 */

let folder: string;
let shell: Shell;

test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeep-shell-'));
  shell = await launchElectron({ home: join(folder, 'home') });
});

test.afterEach(async () => {
  await shell.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('one window opens, and its page has nothing but the bridge', async () => {
  const { app, page } = shell;
  expect(app.windows()).toHaveLength(1);
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    // Not in Electron's documents, but there.
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>;
    };
    const { contextIsolation, sandbox, nodeIntegration, webSecurity } = contents.getLastWebPreferences();
    return { contextIsolation, sandbox, nodeIntegration, webSecurity };
  });
  expect(preferences).toEqual({ contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true });
  const found = await page.evaluate(() => ({
    ofNode: ['require', 'process', 'module', 'Buffer', 'global'].filter((name) => name in globalThis),
    bridge: Object.keys((globalThis as unknown as { snapkeepBridge: object }).snapkeepBridge),
  }));
  expect(found).toEqual({ ofNode: [], bridge: ['send', 'onFrame', 'setUnsaved', 'pathForFile'] });
});

test('the page goes nowhere and opens nothing', async () => {
  const { app, page } = shell;
  await app.evaluate(({ BrowserWindow }) => {
    const tried: string[] = [];
    Object.assign(globalThis, { snapkeepTried: tried });
    BrowserWindow.getAllWindows()[0]?.webContents.on('will-navigate', (event) => {
      tried.push(`${event.url} ${event.defaultPrevented ? 'refused' : 'allowed'}`);
    });
  });
  const tried = (): Promise<string[]> =>
    app.evaluate(() => (globalThis as unknown as { snapkeepTried: string[] }).snapkeepTried);
  await page.evaluate(() => {
    location.href = 'https://example.com/';
  });
  await expect.poll(tried).toEqual(['https://example.com/ refused']);
  await page.evaluate(() => void window.open('https://example.com/window'));
  const refused = (): Promise<boolean> =>
    app.evaluate((electron) => {
      // The stand-in says what it did; real Electron opens no window.
      const { standIn } = electron as unknown as { standIn?: { record: Array<{ what: string; action?: string }> } };
      return (
        standIn === undefined || standIn.record.some((each) => each.what === 'windowOpen' && each.action === 'deny')
      );
    });
  await expect.poll(refused).toBe(true);
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  await expect(page.getByRole('navigation', { name: 'Navigation' })).toBeVisible();
});

test('only the own page is listened to', async () => {
  const { app } = shell;
  let lastId = 2_000_000_000;
  /** Whether a request from there is answered before one of the own page's that is sent after it. */
  const answered = (url: string, embedded: boolean, fromWindow: boolean): Promise<boolean> => {
    lastId += 2;
    return app.evaluate(
      ({ BrowserWindow, ipcMain }, from) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        if (contents === undefined) throw new Error('There is no window');
        const own = { sender: contents, senderFrame: { url: 'app://snapkeep/', parent: null } };
        const sender = from.fromWindow ? contents : {};
        const other = { sender, senderFrame: { url: from.url, parent: from.embedded ? {} : null } };
        const request = { type: 'request', method: 'app.info', params: {} };
        return new Promise<boolean>((resolve) => {
          const { send } = contents;
          let wasAnswered = false;
          contents.send = (channel: string, frame: { id?: number }): void => {
            if (frame.id === from.id) wasAnswered = true;
            if (frame.id === from.id + 1) {
              contents.send = send;
              resolve(wasAnswered);
            }
            send.call(contents, channel, frame);
          };
          ipcMain.emit('snapkeep:to-core', other, { ...request, id: from.id });
          ipcMain.emit('snapkeep:to-core', own, { ...request, id: from.id + 1 });
        });
      },
      { url, embedded, fromWindow, id: lastId },
    );
  };
  expect(await answered('app://snapkeep/', false, true)).toBe(true);
  expect(await answered('https://example.com/', false, true)).toBe(false);
  expect(await answered('app://snapkeep.example/', false, true)).toBe(false);
  expect(await answered('app://snapkeep/', true, true)).toBe(false);
  expect(await answered('app://snapkeep/', false, false)).toBe(false);
});

test('after sleep, what was missed is caught up once', async () => {
  const { app, page } = shell;
  const source = join(folder, 'ledger.db');
  const backups = join(folder, 'backups');
  makeDatabase(source);
  mkdirSync(backups);
  const plan = await callCore(page, 'plans.create', {
    name: 'ledger',
    sourcePath: source,
    destinations: [{ path: backups }],
    schedule: { kind: 'interval', hours: 1 },
  });
  // Five hours go by while nothing runs: the clock is ahead when the machine wakes up.
  await app.evaluate(({ powerMonitor }) => {
    const { Date: RealDate } = globalThis;
    const slept = 5 * 3_600_000;
    globalThis.Date = class extends RealDate {
      constructor(...args: [] | [number]) {
        if (args.length === 0) super(RealDate.now() + slept);
        else super(...(args as [number]));
      }
      static override now(): number {
        return RealDate.now() + slept;
      }
    } as DateConstructor;
    // From the event loop, as the system's come: what is evaluated may interrupt a query half way.
    return new Promise<void>((resolve) => {
      setImmediate(() => {
        powerMonitor.emit('resume');
        powerMonitor.emit('unlock-screen');
        resolve();
      });
    });
  });
  const backupsSoFar = async (): Promise<string[]> => {
    const runs = await callCore(page, 'runs.list', { planId: plan.id });
    return runs.filter(({ kind }) => kind === 'backup').map(({ state }) => state);
  };
  await expect.poll(backupsSoFar).toEqual(['succeeded']);
  expect((await callCore(page, 'plans.get', { planId: plan.id })).schedule.due).toBeNull();
  // Woken up again, there is nothing left to catch up.
  await app.evaluate(({ powerMonitor }) => void setImmediate(() => powerMonitor.emit('resume')));
  expect((await callCore(page, 'plans.get', { planId: plan.id })).schedule.due).toBeNull();
  expect(await backupsSoFar()).toEqual(['succeeded']);
  expect(readdirSync(backups).filter((name) => name.endsWith('.db.gz'))).toHaveLength(1);
});

import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../src-main/core/ports.ts';
import {
  type Installation,
  type UpdateNews,
  type UpdateOptions,
  type Updater,
  watchForUpdates,
  wayToUpdate,
} from '../../../src-main/electron/updates.ts';

class FakeUpdater extends EventEmitter implements Updater {
  autoDownload = true;
  autoInstallOnAppQuit = true;
  logger: unknown = console;
  checks = 0;
  answer: () => ReturnType<Updater['checkForUpdates']> = () => Promise.resolve(null);

  checkForUpdates(): ReturnType<Updater['checkForUpdates']> {
    this.checks += 1;
    return this.answer();
  }
}

/** A clock whose next wake-up is called by the test. */
class FakeClock implements Clock {
  waiting: { afterMs: number; callback: () => void } | undefined;
  now = (): Date => new Date(0);
  wake(afterMs: number, callback: () => void): () => void {
    this.waiting = { afterMs, callback };
    return () => {
      this.waiting = undefined;
    };
  }
}

interface Scene {
  updater: FakeUpdater;
  clock: FakeClock;
  app: EventEmitter & { isPackaged: boolean };
  news: UpdateNews[];
  lines: string[];
  state: { busy: boolean };
  stop: () => void;
}

function watch(canInstall: boolean, updater = new FakeUpdater()): Scene {
  const clock = new FakeClock();
  const app = Object.assign(new EventEmitter(), { isPackaged: true });
  const news: UpdateNews[] = [];
  const lines: string[] = [];
  const state = { busy: false };
  const options: UpdateOptions = {
    app: app as unknown as UpdateOptions['app'],
    clock,
    isBusy: () => state.busy,
    tell: (one) => news.push(one),
    log: (line) => lines.push(line),
  };
  return { updater, clock, app, news, lines, state, stop: watchForUpdates(updater, canInstall, options) };
}

describe('looking', () => {
  test('at the start, and a day after each look', () => {
    const { updater, clock } = watch(true);
    expect(updater.checks).toBe(1);
    expect(clock.waiting?.afterMs).toBe(86_400_000);
    clock.waiting?.callback();
    expect(updater.checks).toBe(2);
    expect(clock.waiting).toBeDefined();
  });

  test('ends when it is stopped', () => {
    const { clock, stop } = watch(true);
    stop();
    expect(clock.waiting).toBeUndefined();
  });

  test('goes on after a failure, which is one line and no news', async () => {
    const updater = new FakeUpdater();
    updater.answer = () => {
      const error = new Error('net::ERR_INTERNET_DISCONNECTED\n    at somewhere');
      updater.emit('error', error);
      return Promise.reject(error);
    };
    const { clock, lines, news } = watch(true, updater);
    await new Promise(setImmediate);
    expect(lines).toEqual(['Checking for updates failed: net::ERR_INTERNET_DISCONNECTED']);
    expect(news).toEqual([]);
    expect(clock.waiting).toBeDefined();
  });

  test('takes a download that fails for no more than that', async () => {
    const updater = new FakeUpdater();
    updater.answer = () => Promise.resolve({ downloadPromise: Promise.reject(new Error('cut off')) });
    const { clock } = watch(true, updater);
    await new Promise(setImmediate);
    expect(clock.waiting).toBeDefined();
  });
});

describe('telling', () => {
  test('once for each version that is downloaded and installed at the end', () => {
    const { updater, news } = watch(true);
    expect(updater.autoDownload).toBe(true);
    updater.emit('update-available', { version: '0.2.0' });
    expect(news).toEqual([]);
    updater.emit('update-downloaded', { version: '0.2.0' });
    updater.emit('update-downloaded', { version: '0.2.0' });
    expect(news).toEqual([{ version: '0.2.0', installsOnQuit: true }]);
  });

  test('of a version that the package manager installs, without downloading it', () => {
    const { updater, news } = watch(false);
    expect(updater.autoDownload).toBe(false);
    updater.emit('update-available', { version: '0.2.0' });
    expect(news).toEqual([{ version: '0.2.0', installsOnQuit: false }]);
  });
});

describe('installing', () => {
  test.each([
    { canInstall: true, busy: false, installs: true },
    { canInstall: true, busy: true, installs: false },
    { canInstall: false, busy: false, installs: false },
  ])('at the end: %o', ({ canInstall, busy, installs }) => {
    const { updater, app, state } = watch(canInstall);
    expect(updater.autoInstallOnAppQuit).toBe(canInstall);
    state.busy = busy;
    app.emit('will-quit');
    expect(updater.autoInstallOnAppQuit).toBe(installs);
  });
});

describe('how a copy was installed', () => {
  let resourcesFolder: string;
  beforeEach(() => {
    resourcesFolder = mkdtempSync(join(tmpdir(), 'snapkeep-updates-'));
    writeFileSync(join(resourcesFolder, 'app-update.yml'), 'provider: github\n');
  });
  afterEach(() => rmSync(resourcesFolder, { recursive: true }));
  const way = (platform: string, environment: Installation['environment'] = {}, isPackaged = true) =>
    wayToUpdate(isPackaged, { platform, resourcesFolder, environment });

  test('an AppImage, a Mac and a Windows copy replace themselves', () => {
    expect(way('linux', { APPIMAGE: '/home/me/Snapkeep.AppImage' })).toBe('install');
    expect(way('darwin')).toBe('install');
    expect(way('win32')).toBe('install');
  });

  test('a deb or an rpm only tells', () => {
    writeFileSync(join(resourcesFolder, 'package-type'), 'deb');
    expect(way('linux')).toBe('tell');
  });

  test('an unpacked folder, a copy without an address and a build from the sources do not look', () => {
    expect(way('linux')).toBe('none');
    expect(way('darwin', {}, false)).toBe('none');
    rmSync(join(resourcesFolder, 'app-update.yml'));
    expect(way('win32')).toBe('none');
  });
});

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { makeDatabase } from '../support/databases.ts';
import { callCore } from '../support/electron/call-core.ts';
import { observeShell } from '../support/electron/observe-shell.ts';
import {
  type LaunchOptions,
  launchElectron,
  type RunningApp,
  type Shell,
  startElectron,
} from '../support/launch-electron.ts';

/*
 * What the desktop adds to the window: tray, closing and quitting, second starts, notifications, start at login, power.
 */

let folder: string;
let source: string;
let backups: string;
let running: RunningApp[];

test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeep-shell-'));
  source = join(folder, 'ledger.db');
  backups = join(folder, 'backups');
  mkdirSync(backups);
  // Without a log, whoever holds the lock keeps a backup waiting.
  makeDatabase(source, { journalMode: 'delete' });
  running = [];
});

test.afterEach(async () => {
  for (const each of running) await each.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('the tray shows where everything stands, backs up and pauses', async () => {
  const { app, page } = await launch();
  const shell = await observeShell(app);
  const icons = new Set<string>();
  const report = async (state: string, line: string): Promise<void> => {
    await expect.poll(async () => (await shell.tray()).labels[0]).toBe(`${line} (off)`);
    const { icon, labels, toolTip } = await shell.tray();
    expect(toolTip).toBe(`Snapkeep: ${line}`);
    await keepInReport(`tray-${state}.png`, Buffer.from(icon, 'base64'));
    await keepInReport(`tray-${state}.txt`, labels.join('\n'));
    icons.add(icon);
  };
  await makePlan(page);
  await expect
    .poll(async () => (await shell.tray()).labels)
    .toEqual([
      'ledger has no snapshot yet (off)',
      '—',
      'Back up now',
      'Back up now ▸ ledger',
      'Pause for 1 hour',
      'Pause until tomorrow',
      'Pause until resumed',
      '—',
      'Open Snapkeep',
      'Quit',
    ]);

  const release = holdLock(source);
  await shell.clickTray('Back up now', 'ledger');
  await report('running', 'ledger is being backed up');
  expect((await shell.tray()).labels).toContain('Back up now ▸ ledger (off)');
  release();
  await report('ok', 'ledger is OK (one disk)');
  expect(snapshots()).toHaveLength(1);

  await shell.clickTray('Pause until tomorrow');
  await report('paused', new Date().getHours() < 6 ? 'Paused until today 06:00' : 'Paused until tomorrow 06:00');
  expect((await callCore(page, 'schedules.status', {})).paused).not.toBeNull();
  await shell.clickTray('Resume');
  await expect.poll(async () => (await shell.tray()).labels).toContain('Pause for 1 hour');
  expect((await callCore(page, 'schedules.status', {})).paused).toBeNull();

  rmSync(source);
  await shell.clickTray('Back up now', 'ledger');
  await report('attention', 'ledger failed');
  expect(icons.size).toBe(3);
});

test('closing the window is asked about once, and a second start shows it again', async () => {
  const { app, page, startAgain } = await launch();
  const shell = await observeShell(app);
  await shell.answer('Cancel');
  await shell.closeWindow();
  await expect.poll(() => shell.questions()).toHaveLength(1);
  expect(await shell.isWindowVisible()).toBe(true);
  expect((await callCore(page, 'settings.get', {})).keepInTray).toBeNull();

  await shell.answer('Keep running');
  await shell.closeWindow();
  await expect.poll(() => shell.isWindowVisible()).toBe(false);
  expect(await shell.questions()).toHaveLength(2);
  expect((await callCore(page, 'settings.get', {})).keepInTray).toBe(true);

  await startAgain([]);
  await expect.poll(() => shell.isWindowVisible()).toBe(true);
  await shell.closeWindow();
  await expect.poll(() => shell.isWindowVisible()).toBe(false);
  expect(await shell.questions()).toHaveLength(2);

  await app.evaluate(({ app: electronApp }) => {
    electronApp.on('second-instance', () => Object.assign(globalThis, { snapkeepStartedAgain: true }));
  });
  await startAgain(['--hidden']);
  await expect.poll(() => app.evaluate(() => 'snapkeepStartedAgain' in globalThis)).toBe(true);
  expect(await shell.isWindowVisible()).toBe(false);
  await app.evaluate(({ app: electronApp }) => electronApp.emit('activate', {}, false));
  await expect.poll(() => shell.isWindowVisible()).toBe(true);
});

test('a window that is shown again says what has become unavailable meanwhile', async () => {
  const { app, page } = await launch();
  const shell = await observeShell(app);
  const { id } = await makePlan(page);
  await backUp(page, id);
  const state = async (): Promise<string> => (await callCore(page, 'plans.get', { planId: id })).state;
  await expect.poll(state).toBe('ok-one-disk');
  await shell.answer('Keep running');
  await shell.closeWindow();
  await expect.poll(() => shell.isWindowVisible()).toBe(false);
  renameSync(backups, `${backups}-away`);
  await shell.clickTray('Open Snapkeep');
  await expect.poll(() => shell.isWindowVisible()).toBe(true);
  await expect.poll(state).toBe('unavailable');
  await expect(page.getByRole('navigation').getByRole('link', { name: 'Unavailable ledger' })).toBeVisible();
});

test('closing the window quits where there is no tray, and where the person wants that', async () => {
  const withoutTray = await launch({ tray: false });
  expect((await callCore(withoutTray.page, 'app.info', {})).capabilities.tray).toBe(false);
  await closeAndEnd(withoutTray);

  const asked = await launch();
  await (await observeShell(asked.app)).answer('Quit');
  await closeAndEnd(asked);

  const remembered = await launch();
  expect((await callCore(remembered.page, 'settings.get', {})).keepInTray).toBe(false);
  await closeAndEnd(remembered);
});

test('a backup file that is opened with Snapkeep starts a restore', async () => {
  const { app, page, startAgain } = await launch();
  const { id } = await makePlan(page);
  await backUp(page, id);
  const [name = ''] = snapshots();
  await startAgain([join(backups, name)]);
  await expect(page.getByRole('dialog', { name: 'Restore' }).getByText('This is a snapshot of ledger')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await app.evaluate(
    ({ app: electronApp }, path) => void electronApp.emit('open-file', { preventDefault: () => undefined }, path),
    join(backups, name),
  );
  await expect(page.getByRole('dialog', { name: 'Restore' })).toBeVisible();
  await running.pop()?.close();

  const opened = await launch({ args: ['--hidden', join(backups, name)] });
  await expect(opened.page.getByRole('dialog', { name: 'Restore' })).toBeVisible();
});

test('a notification opens the place it is about', async () => {
  const { app, page } = await launch();
  const shell = await observeShell(app);
  const { id } = await makePlan(page);
  await callCore(page, 'settings.update', { keepInTray: true });
  await shell.closeWindow();
  await expect.poll(() => shell.isWindowVisible()).toBe(false);
  rmSync(source);
  await callCore(page, 'backups.start', { planId: id });
  await expect.poll(() => shell.notifications()).toHaveLength(1);
  expect((await shell.notifications())[0]?.title).toContain('ledger');
  await shell.clickNotification();
  await expect.poll(() => shell.isWindowVisible()).toBe(true);
  await expect(page.getByRole('heading', { name: 'ledger', exact: true })).toBeVisible();
});

test('the menu leads to places and to a backup', async () => {
  const { app, page } = await launch();
  const click = (menu: string, item: string): Promise<void> =>
    app.evaluate(
      ({ Menu }, [outer, inner]) => {
        const submenu = Menu.getApplicationMenu()?.items.find(({ label }) => label === outer)?.submenu;
        submenu?.items.find(({ label }) => label === inner)?.click();
      },
      [menu, item],
    );
  await click('File', 'New plan…');
  await expect(page.getByRole('textbox', { name: 'Database file' })).toBeVisible();
  await click('View', 'Activity');
  await expect(page.getByRole('heading', { name: 'Activity', exact: true })).toBeVisible();
  await app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [path] });
  }, source);
  await click('File', 'Restore a backup…');
  await expect(page.getByRole('dialog', { name: 'Restore' })).toBeVisible();
});

test('quitting during a run asks, goes on, or waits for its end', async () => {
  const { app, page } = await launch();
  const shell = await observeShell(app);
  const { id } = await makePlan(page);
  const release = holdLock(source);
  await callCore(page, 'backups.start', { planId: id });
  await shell.answer('Keep running');
  await quit(app);
  await expect
    .poll(() => shell.questions())
    .toEqual([
      {
        message: 'A backup is running.',
        buttons: ['Stop and quit', 'Quit when done', 'Keep running'],
      },
    ]);
  expect(await shell.isWindowVisible()).toBe(true);

  await shell.answer('Quit when done');
  const ended = app.waitForEvent('close');
  await quit(app);
  await expect.poll(() => shell.questions()).toHaveLength(2);
  expect(snapshots()).toHaveLength(0);
  release();
  await ended;
  expect(snapshots()).toHaveLength(1);
});

test('quitting with unsaved settings asks, and keeps or discards them', async () => {
  const { app, page } = await launch();
  const shell = await observeShell(app);
  const { id } = await makePlan(page);
  await page.evaluate((to) => {
    location.hash = to;
  }, `/databases/${id}/settings`);
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await name.fill('renamed');
  await expect(page.getByText('Unsaved changes')).toBeVisible();
  await shell.answer('Keep editing');
  await quit(app);
  await expect
    .poll(() => shell.questions())
    .toEqual([{ message: 'Quit and discard unsaved changes?', buttons: ['Discard and quit', 'Keep editing'] }]);
  await expect(name).toHaveValue('renamed');

  await page.getByRole('button', { name: 'Discard' }).click();
  await expect(page.getByText('Unsaved changes')).toHaveCount(0);
  await name.fill('renamed again');
  await expect(page.getByText('Unsaved changes')).toBeVisible();
  await shell.answer('Discard and quit');
  const ended = app.waitForEvent('close');
  await quit(app);
  await ended;
});

test('starting at login is set up, hidden, and never without a way in', async () => {
  test.skip(process.platform !== 'linux', 'elsewhere the system keeps what starts at login');
  const first = await launch();
  const entry = join(first.configFolder, 'autostart', 'org.snapkeep.Snapkeep.desktop');
  await callCore(first.page, 'settings.update', { startAtLogin: true });
  await expect.poll(() => existsSync(entry)).toBe(true);
  expect(readFileSync(entry, 'utf8')).toMatch(/^Exec=.* --hidden$/m);
  await callCore(first.page, 'settings.update', { startAtLogin: false });
  await expect.poll(() => existsSync(entry)).toBe(false);
  await running.pop()?.close();

  const hidden = await start({ args: ['--hidden'] });
  await hidden.startAgain([]);
  const page = await hidden.app.firstWindow();
  await expect(page.getByRole('navigation', { name: 'Navigation' })).toBeVisible();
  await running.pop()?.close();

  const { app } = await launch({ args: ['--hidden'], tray: false });
  const isMinimized = (): Promise<boolean> =>
    app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMinimized() ?? false);
  await expect.poll(isMinimized).toBe(true);
});

test('the window opens where it was, and comes back from a screen that is gone', async () => {
  const place = { x: 40, y: 60, width: 1000, height: 700 };
  await closeAt(await launch(), place);
  const second = await launch();
  expect(await boundsOf(second)).toEqual(place);
  await closeAt(second, { ...place, x: 9000 });
  expect(await boundsOf(await launch())).toMatchObject({ width: 1000, height: 700 });
  expect((await boundsOf(running.at(-1) as Shell)).x).toBeLessThan(9000);
});

/** Puts a file into the folder of the test's results, and into the report. */
async function keepInReport(name: string, content: Buffer | string): Promise<void> {
  const path = test.info().outputPath(name);
  writeFileSync(path, content);
  await test.info().attach(name, { path });
}

async function launch(options: Partial<LaunchOptions> = {}): Promise<Shell> {
  const shell = await launchElectron({ home: join(folder, 'home'), ...options });
  running.push(shell);
  return shell;
}

async function start(options: Partial<LaunchOptions>): Promise<RunningApp> {
  const started = await startElectron({ home: join(folder, 'home'), ...options });
  running.push(started);
  return started;
}

async function makePlan(page: Page): Promise<{ id: string }> {
  return callCore(page, 'plans.create', { name: 'ledger', sourcePath: source, destinations: [{ path: backups }] });
}

async function backUp(page: Page, planId: string): Promise<void> {
  await callCore(page, 'backups.start', { planId });
  await expect.poll(() => snapshots().length).toBe(1);
}

/** Ends the application by the window's close button. */
async function closeAndEnd({ app }: RunningApp): Promise<void> {
  const ended = app.waitForEvent('close');
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  await ended;
}

function quit(app: RunningApp['app']): Promise<void> {
  return app.evaluate(({ app: electronApp }) => electronApp.quit());
}

async function closeAt(shell: RunningApp, bounds: Electron.Rectangle): Promise<void> {
  await shell.app.evaluate(({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setBounds(to), bounds);
  await shell.close();
}

async function boundsOf({ app }: RunningApp): Promise<Electron.Rectangle> {
  const bounds = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
  if (bounds === undefined) throw new Error('There is no window');
  return bounds;
}

/** Another program that has the database for itself until it is told to let go. */
function holdLock(path: string): () => void {
  const database = new Database(path);
  database.exec('BEGIN EXCLUSIVE');
  return () => {
    database.exec('ROLLBACK');
    database.close();
  };
}

const snapshots = (): string[] => readdirSync(backups).filter((name) => name.endsWith('.db.gz'));

/*
 * Takes the pictures of the documents from the built product, on made data: npm run build, then
 * node tools/write-screenshots.mjs
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { launchBrowser, launchServer, openWindow } from '../test/support/launch-server.ts';
import { startSftpServer, whyNoSftp } from '../test/support/servers/sftp.ts';
import { recordRestore, settled } from './record-restore.mjs';

/** @typedef {import('@playwright/test').Page} Page */

const PICTURES = resolve(import.meta.dirname, '../assets/screenshots');
const viewport = { width: 1180, height: 760 };

mkdirSync(PICTURES, { recursive: true });
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'anna-')));
const sftp = whyNoSftp === undefined ? await startSftpServer() : undefined;
const server = await launchServer({ home: join(folder, 'data'), environment: { TZ: 'UTC' } });
const browser = await launchBrowser();
try {
  const { call, runToEnd } = await logIn();
  const plans = await makePlans(call, runToEnd);
  const page = await openWindow(browser, server.address, { colorScheme: 'light', viewport });
  await takePictures(page, plans);
  await animate(call, plans);
} finally {
  await browser.close();
  await server.close();
  await sftp?.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Logs in as a program does. */
async function logIn() {
  const token = new URL(await server.loginAddress()).hash.replace('#token=', '');
  const { session } = await post('login', { token });
  /** @param {string} method @param {object} params */
  const call = (method, params) => post(`api/${method}`, params, session);
  /** @param {string} runId */
  const runToEnd = async (runId) => {
    for (;;) {
      const { run } = await call('runs.get', { runId });
      if (run.state === 'succeeded') return;
      if (run.finishedAt !== null) throw new Error(`The ${run.kind} ended as ${run.state}: ${run.error?.message}`);
      await new Promise((done) => setTimeout(done, 100));
    }
  };
  return { call, runToEnd };
}

/** @param {string} path @param {object} body @param {string} [session] */
async function post(path, body, session) {
  const response = await fetch(new URL(path, server.address), {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(session === undefined ? {} : { Authorization: `Bearer ${session}` }),
    },
    body: JSON.stringify(body),
  });
  const answer = /** @type {any} */ (await response.json());
  if (!answer.ok) throw new Error(`${path}: ${answer.error.message}`);
  return answer.result;
}

/**
 * Makes two plans with some snapshots, and one whose source is missing.
 * @param {(method: string, params: object) => Promise<any>} call
 * @param {(runId: string) => Promise<void>} runToEnd
 */
async function makePlans(call, runToEnd) {
  const backups = join(folder, 'backups');
  mkdirSync(backups);
  const elsewhere = sftp === undefined ? [] : [{ destinationId: await addServer(call, sftp) }];
  const retention = { keepLast: 10, daily: 14, monthly: 12 };
  const schedule = { kind: 'daily', time: '02:00' };
  const ids = [];
  for (const [name, rows] of /** @type {const} */ ([
    ['notes', 1840],
    ['photos', 12_400],
  ])) {
    const source = join(folder, `${name}.db`);
    fill(source, rows);
    const destinations = [{ path: backups }, ...elsewhere];
    const plan = await call('plans.create', { name, sourcePath: source, destinations, schedule, retention });
    ids.push(plan.id);
    for (let more = 0; more < 3; more++) {
      const { run } = await call('backups.start', { planId: plan.id });
      await runToEnd(run.id);
      add(source, 40);
    }
  }
  await copiesArrive(call);
  return ids;
}

/** @param {(method: string, params: object) => Promise<any>} call */
async function copiesArrive(call) {
  for (;;) {
    const destinations = await call('destinations.list', {});
    if (destinations.every((/** @type {any} */ each) => each.waitingCopies === 0)) return;
    await new Promise((done) => setTimeout(done, 200));
  }
}

/** @param {(method: string, params: object) => Promise<any>} call @param {import('../test/support/servers/sftp.ts').SftpServer} host */
async function addServer(call, { port, user, keyFile, root }) {
  const { hostKey } = await call('destinations.hostKey', { host: '127.0.0.1', port });
  const settings = {
    kind: 'sftp',
    host: '127.0.0.1',
    port,
    user,
    path: root,
    login: { kind: 'key', path: keyFile },
    hostKey,
  };
  const { destination } = await call('destinations.save', { name: 'Backup server', settings });
  return destination.destination.id;
}

/** @param {string} path @param {number} rows */
function fill(path, rows) {
  const database = new Database(path);
  database.pragma('journal_mode = wal');
  database.exec(`
    CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT);
    CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    INSERT INTO tags (name) VALUES ('home'), ('work'), ('travel');
  `);
  database.close();
  add(path, rows);
}

/** @param {string} path @param {number} rows */
function add(path, rows) {
  const database = new Database(path);
  const insert = database.prepare('INSERT INTO notes (title, body) VALUES (?, ?)');
  database.transaction(() => {
    for (let row = 0; row < rows; row++) insert.run(`Note ${row}`, 'Lorem ipsum dolor sit amet. '.repeat(4));
  })();
  database.close();
}

/** @param {Page} page @param {readonly string[]} plans */
async function takePictures(page, [first = '']) {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await picture(page, 'home');
  await visit(page, '/databases');
  await picture(page, 'databases');
  await visit(page, '/storage');
  await picture(page, 'storage');
  await visit(page, '/plans/new');
  await page.getByRole('textbox', { name: 'Database file' }).fill(join(folder, 'notes.db'));
  await page.getByText('2 tables').waitFor();
  for (const step of ['destinations', 'review']) {
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(new RegExp(`/plans/new/${step}$`));
  }
  await page.getByText(/is backed up daily/).waitFor();
  await picture(page, 'new-plan');
  await visit(page, `/databases/${first}`);
  await page.getByRole('table', { name: 'Snapshots' }).waitFor();
  await picture(page, 'plan');
  await page
    .getByRole('button', { name: /^More actions/ })
    .last()
    .click();
  await page.getByRole('menuitem', { name: 'Restore…' }).click();
  await page.getByRole('button', { name: 'Review changes' }).click();
  await page.getByText(/You will lose/).waitFor();
  await picture(page, 'restore');
}

/** @param {Page} page @param {string} place */
async function visit(page, place) {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, place);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

/** Takes a picture of what stays when all has moved into place. @param {Page} page @param {string} name */
async function picture(page, name) {
  await settled(page);
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

/**
 * Restores the oldest snapshot of a plan by a drop, and undoes it.
 * @param {(method: string, params: object) => Promise<any>} call
 * @param {readonly string[]} plans
 */
async function animate(call, [first = '']) {
  const snapshots = await call('snapshots.list', { planId: first });
  const page = await openWindow(browser, server.address, {
    colorScheme: 'light',
    viewport: { width: 960, height: 640 },
  });
  await visit(page, `/databases/${first}`);
  await page.getByRole('table', { name: 'Snapshots' }).waitFor();
  await recordRestore(page, snapshots.at(-1).path, 'notes.db', join(PICTURES, 'restore.webp'));
}

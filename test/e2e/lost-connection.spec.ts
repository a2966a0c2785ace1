import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { callMethod } from '../support/call-method.ts';
import { makeDatabase } from '../support/databases.ts';
import { launchServer, openWindow, type ServedWindow, serveWindow } from '../support/launch-server.ts';
import { openPage } from '../support/screens.ts';

/*
 * The connection to the service is lost in the middle of each form and comes back: what was typed is still there, and can
 * be saved. That of a new plan is in `new-plan.spec.ts`.
 */

let served: ServedWindow;
let page: Page;
let isLost: boolean;
const sockets: Array<{ close(): Promise<void> }> = [];
let planId: string;

test.beforeEach(async () => {
  served = await serveWindow('lost-connection');
  isLost = false;
  sockets.length = 0;
  page = await openWindow(served.browser, served.server.address, {
    prepare: (empty) =>
      empty.routeWebSocket(/\/ws$/, async (socket) => {
        if (isLost) return socket.close();
        socket.connectToServer();
        sockets.push(socket);
      }),
  });
  page.setDefaultTimeout(15_000);
  const sourcePath = join(served.folder, 'hone.db');
  makeDatabase(sourcePath, { rows: 30 });
  const destinations = [{ path: join(served.folder, 'backups') }];
  ({ id: planId } = await callMethod(page, 'plans.create', { name: 'hone', sourcePath, destinations }));
});

test.afterEach(() => served.close());

/** Loses the connection, does something, and gets it back. */
async function without(connection: () => Promise<void> = async () => {}): Promise<void> {
  isLost = true;
  for (const socket of sockets) await socket.close();
  await expect(page.getByText(/^Connection lost/)).toBeVisible();
  await connection();
  isLost = false;
  await expect(page.getByText(/^Connection lost/)).toHaveCount(0, { timeout: 30_000 });
}

async function show(hash: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
}

test('a service that is started again asks to log in, and keeps what is typed in a form and in a dialog above it', async () => {
  await show(`/databases/${planId}/settings`);
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await name.fill('typed');
  await page.getByRole('button', { name: /^Add destination/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Add destination' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill('NAS');
  await served.server.close();
  const port = Number(new URL(served.server.address).port);
  const next = await launchServer({ home: join(served.folder, 'home'), port });
  const login = page.getByRole('dialog', { name: 'Log in to Snapkeep' });
  await expect(login).toBeVisible({ timeout: 30_000 });
  await expect(login.getByRole('textbox')).toBeFocused();
  for (const key of ['Escape', 'Escape', 'Control+k']) await page.keyboard.press(key);
  await login.getByRole('textbox').fill(await next.loginAddress());
  await page.keyboard.press('Enter');
  await expect(login).toHaveCount(0);
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue('NAS');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(name).toHaveValue('typed');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'typed', level: 1 })).toBeVisible();
  await next.close();
});

test('the form of a destination', async () => {
  mkdirSync(join(served.folder, 'nas'));
  await show('/storage/new');
  const dialog = page.getByRole('dialog', { name: 'Add destination' });
  await dialog.getByRole('textbox', { name: 'Folder', exact: true }).fill(join(served.folder, 'nas'));
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Kept');
  await without(async () => {
    await dialog.getByRole('button', { name: 'Save and test' }).press('Enter');
    await expect(dialog.getByRole('alert').filter({ hasText: 'UNAVAILABLE' })).toBeVisible();
  });
  await expect(dialog.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('Kept');
  await dialog.getByRole('button', { name: 'Save and test' }).press('Enter');
  await expect(page.getByText('Kept is ready.')).toBeVisible();
});

test('the settings of a plan', async () => {
  await show(`/databases/${planId}/settings`);
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await name.fill('Kept');
  await without(async () => {
    await page.getByRole('button', { name: 'Save', exact: true }).press('Enter');
    await expect(page.getByRole('alert').filter({ hasText: 'UNAVAILABLE' })).toBeVisible();
  });
  await expect(name).toHaveValue('Kept');
  await page.getByRole('button', { name: 'Save', exact: true }).press('Enter');
  await expect(page.getByRole('heading', { name: 'Kept', level: 1 })).toBeVisible();
});

test('the forms of alerts, and the folder of an import', async () => {
  await openPage(page, 'Settings');
  const webhook = page.getByRole('group', { name: 'Alerts: webhook' });
  await webhook.getByRole('combobox', { name: 'Webhook service' }).click();
  await page.getByRole('option', { name: 'Telegram' }).click();
  await webhook.getByLabel('Bot token', { exact: true }).fill('1:x');
  await webhook.getByRole('textbox', { name: 'Chat ID' }).fill('-100');
  await page.getByRole('textbox', { name: 'Backup folder' }).fill(served.folder);
  await without();
  await expect(webhook.getByLabel('Bot token', { exact: true })).toHaveValue('1:x');
  await expect(webhook.getByRole('textbox', { name: 'Chat ID' })).toHaveValue('-100');
  await expect(page.getByRole('textbox', { name: 'Backup folder' })).toHaveValue(served.folder);
  await webhook.getByRole('button', { name: 'Save' }).click();
  await expect(webhook.getByRole('button', { name: 'Remove' })).toBeVisible();
});

test('the sheet of a restore', async () => {
  await callMethod(page, 'backups.start', { planId });
  await expect.poll(async () => (await callMethod(page, 'snapshots.list', { planId })).length).toBe(1);
  const [snapshot] = await callMethod(page, 'snapshots.list', { planId });
  await show(`/databases/${planId}?restore=${snapshot?.id}`);
  await page.getByRole('radio', { name: 'Another path' }).check();
  const path = page.getByRole('textbox', { name: 'Database path' });
  await path.fill(join(served.folder, 'kept.db'));
  await without(async () => {
    await page.getByRole('button', { name: 'Review changes' }).click();
    await expect(page.getByRole('dialog').getByRole('alert').filter({ hasText: 'UNAVAILABLE' })).toBeVisible();
  });
  await expect(path).toHaveValue(join(served.folder, 'kept.db'));
  await page.getByRole('dialog').getByRole('button', { name: 'Try again' }).press('Enter');
  await page.getByRole('button', { name: 'Restore to kept.db' }).click();
  await expect(page.getByRole('heading', { name: 'Restored' })).toBeVisible();
});

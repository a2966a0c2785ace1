import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, expect, test } from '@playwright/test';
import { callMethod } from '../support/call-method.ts';
import { makeDatabase } from '../support/databases.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import { judgeEverywhere, openPage, USUAL_WIDTHS } from '../support/screens.ts';

let server: RunningServer;
let folder: string;
let browser: Browser;
let close: () => Promise<void>;
let receiver: Server;
let address: string;
let status: number;
let received: string[];

test.beforeEach(async () => {
  ({ folder, server, browser, close } = await serveWindow('alerts'));
  [status, received] = [200, []];
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      received.push(body);
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});

test.afterEach(async () => {
  await close();
  await new Promise<void>((resolve) => receiver.close(() => resolve()));
});

test('a webhook is set up for a service and tested; a failure stays on the screen', async () => {
  const page = await openWindow(browser, server.address);
  await openPage(page, 'Settings');
  const webhook = page.getByRole('group', { name: 'Alerts: webhook' });
  const sendTest = webhook.getByRole('button', { name: 'Send test' });
  await expect(sendTest).toBeDisabled();
  await webhook.getByRole('combobox', { name: 'Webhook service' }).click();
  await page.getByRole('option', { name: 'Telegram' }).click();
  await webhook.getByLabel('Bot token', { exact: true }).fill('1:x');
  await expect(webhook.getByRole('button', { name: 'Save' })).toBeDisabled();
  await webhook.getByRole('textbox', { name: 'Chat ID' }).fill('-100');
  await expect(webhook.getByRole('button', { name: 'Save' })).toBeEnabled();

  await webhook.getByRole('combobox', { name: 'Webhook service' }).click();
  await page.getByRole('option', { name: 'ntfy' }).click();
  await webhook.getByLabel('Topic URL', { exact: true }).fill(`${address}/my-topic`);
  await webhook.getByRole('button', { name: 'Save' }).click();
  await sendTest.click();
  await expect(webhook.getByText('Test alert sent.')).toBeVisible();
  expect(JSON.parse(received[0] ?? '')).toMatchObject({ topic: 'my-topic', title: 'Snapkeep test alert' });

  status = 404;
  await sendTest.click();
  await expect(webhook.getByRole('alert')).toContainText('answered 404');
  await expect(webhook.getByText('Test alert sent.')).toHaveCount(0);
  await page.getByRole('switch', { name: 'Run at low priority' }).focus();
  await expect(webhook.getByRole('alert')).toBeVisible();

  // Another service needs another address, so its test waits for that.
  await webhook.getByRole('combobox', { name: 'Webhook service' }).click();
  await page.getByRole('option', { name: 'Slack' }).click();
  await expect(sendTest).toBeDisabled();
  await webhook.getByRole('button', { name: 'Remove' }).click();
  await expect(webhook.getByRole('button', { name: 'Remove' })).toHaveCount(0);
});

test('an alert that was not delivered stays in Activity and Settings, with the reason and the next attempt', async () => {
  test.setTimeout(120_000);
  status = 500;
  const page = await openWindow(browser, server.address);
  await openPage(page, 'Settings');
  const webhook = page.getByRole('group', { name: 'Alerts: webhook' });
  await webhook.getByRole('combobox', { name: 'Webhook service' }).click();
  await page.getByRole('option', { name: 'ntfy' }).click();
  await webhook.getByLabel('Topic URL', { exact: true }).fill(`${address}/my-topic`);
  await webhook.getByRole('button', { name: 'Save' }).click();
  await expect(webhook.getByRole('button', { name: 'Remove' })).toBeVisible();

  const source = join(folder, 'ledger.db');
  makeDatabase(source);
  const destinations = [{ path: join(folder, 'backups') }];
  const { id } = await callMethod(page, 'plans.create', { name: 'ledger', sourcePath: source, destinations });
  rmSync(source);
  await callMethod(page, 'backups.start', { planId: id });
  const look = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  for (const place of ['Settings', 'Activity'] as const) {
    await openPage(look, place);
    const undelivered = look.getByRole('alert', { name: 'Undelivered alerts' });
    await expect(undelivered).toContainText('ledger failed (webhook):');
    await expect(undelivered).toContainText('answered 500');
    await expect(undelivered).toContainText(/Next attempt: .+\d\d:\d\d/);
    await undelivered.scrollIntoViewIfNeeded();
    await judgeEverywhere(look, `undelivered-${place}`, USUAL_WIDTHS);
  }
  await look.context().close();
});

test('the channels at every width', async () => {
  test.setTimeout(120_000);
  const page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  await openPage(page, 'Settings');
  await page.getByRole('combobox', { name: 'Webhook service' }).click();
  await page.getByRole('option', { name: 'Telegram' }).click();
  await page.getByRole('switch', { name: 'Email' }).click();
  await page.getByRole('heading', { name: 'Alerts' }).scrollIntoViewIfNeeded();
  await judgeEverywhere(page, 'alerts', USUAL_WIDTHS);
  await page.context().close();
});

import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import type { MethodName } from '../../src-shared/contract/methods.ts';
import { makeDatabase } from '../support/databases.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import { paintAnswers } from '../support/painted-answers.ts';
import { customize, nextStep, openNewPlan } from '../support/screens.ts';

let folder: string;
let server: RunningServer;
let browser: Browser;
let close: () => Promise<void>;

test.beforeEach(async () => {
  ({ folder, server, browser, close } = await serveWindow('late'));
});

test.afterEach(() => close());

/** Goes on to the review with a typed folder alone: the destinations are not known. */
async function storeTyped(page: Page, path: string): Promise<void> {
  await nextStep(page);
  await page.getByRole('textbox', { name: 'Backup folder' }).fill(path);
  await nextStep(page);
}

/** Chooses a template as soon as the field can be opened. */
async function choosePortunus(page: Page): Promise<void> {
  await page.getByRole('combobox', { name: 'Template' }).click();
  await page.getByRole('option', { name: 'Portunus' }).click();
  await expect(page.getByRole('button', { name: 'About this template' })).toBeVisible();
}

test('a window whose connection is still being opened asks for the templates once it is open', async () => {
  const open = Promise.withResolvers<void>();
  const page = await openWindow(browser, server.address, {
    prepare: (empty) =>
      empty.routeWebSocket(/\/ws$/, (socket) => {
        const core = socket.connectToServer();
        core.onMessage(async (message) => {
          await open.promise;
          socket.send(message);
        });
      }),
  });
  await openNewPlan(page);
  await expect(page.getByRole('combobox', { name: 'Template' })).toBeDisabled();
  open.resolve();
  await choosePortunus(page);
});

test('fields whose choices are not there yet say so and cannot be opened', async () => {
  const arrive = Promise.withResolvers<void>();
  const late = async <T>(real: T): Promise<T> => {
    await arrive.promise;
    return real;
  };
  const page = await openWindow(browser, server.address, {
    prepare: (empty) => paintAnswers(empty, { 'templates.list': late, 'plans.list': late, 'destinations.list': late }),
  });
  await openNewPlan(page);
  const isLate = async (name: string): Promise<void> => {
    const field = page.getByRole('combobox', { name, exact: true });
    await expect(field).toBeDisabled();
    await expect(field).toHaveAttribute('placeholder', 'Loading…');
  };
  await isLate('Template');
  makeDatabase(join(folder, 'app.db'), { rows: 3 });
  await page.getByRole('textbox', { name: 'Database file' }).fill(join(folder, 'app.db'));
  await storeTyped(page, join(folder, 'backups'));
  await customize(page);
  await isLate('Group');
  await expect(page.getByRole('button', { name: 'Create', exact: true })).toBeDisabled();
  arrive.resolve();
  await expect(page.getByRole('combobox', { name: 'Group', exact: true })).toBeEnabled();
  await expect(page.getByRole('button', { name: 'Create', exact: true })).toBeEnabled();
  await page.getByRole('link', { name: 'Source', exact: true }).click();
  await choosePortunus(page);
});

for (const [method, screen] of [
  ['templates.list', 'New plan'],
  ['plans.list', 'Home'],
  ['plans.list', 'Databases'],
  ['destinations.list', 'Storage'],
  ['templates.list', 'Settings'],
] as const) {
  test(`${screen}: ${method} fails, which is said with its code, and is tried again on request`, async () => {
    const failing = new Set<MethodName>([method]);
    const fail = <T>(real: T): T => {
      if (failing.has(method)) throw new SnapkeepError('INTERNAL', 'The list is damaged.', { hint: 'Try again.' });
      return real;
    };
    const page = await openWindow(browser, server.address, {
      prepare: (empty) => paintAnswers(empty, { [method]: fail }),
    });
    if (screen === 'New plan') await openNewPlan(page);
    else await page.getByRole('navigation').getByRole('link', { name: screen }).click();
    const alert = page.getByRole('main').getByRole('alert').first();
    await expect(alert).toContainText('The list is damaged.');
    await expect(alert).toContainText('INTERNAL');
    if (screen === 'New plan') await expect(page.getByRole('combobox', { name: 'Template' })).toBeDisabled();
    failing.clear();
    await alert.getByRole('button', { name: 'Try again' }).click();
    await expect(alert).toHaveCount(0);
    if (screen === 'New plan') await choosePortunus(page);
  });
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { launchServer, serveWindow } from '../support/launch-server.ts';
import { judgeBothWays } from '../support/screens.ts';

const overview = 'Navigation';

test('two servers and several windows of one browser stay logged in side by side', async () => {
  const one = await serveWindow('session-one');
  const other = await serveWindow('session-other');
  const context = await one.browser.newContext();
  const first = await context.newPage();
  await first.goto(await one.server.loginAddress());
  await first.getByRole('navigation', { name: overview }).waitFor();
  // The token was worth one login, and is out of the address.
  expect(new URL(first.url()).hash).not.toContain('token');
  const second = await context.newPage();
  await second.goto(await other.server.loginAddress());
  const third = await context.newPage();
  await third.goto(one.server.address);
  for (const page of [first, second, third]) {
    await page.reload();
    await expect(page.getByRole('link', { name: 'Home' })).toBeVisible();
    await page.getByRole('link', { name: 'Settings' }).click();
    await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  }
  expect(await context.cookies()).toEqual([]);
  expect(await first.evaluate(() => document.cookie)).toBe('');
  await other.close();
  await one.close();
});

test('a browser without a session is asked to log in, and a token works once', async () => {
  const { server, browser, close } = await serveWindow('login');
  const used = await server.loginAddress();
  const known = await (await browser.newContext()).newPage();
  await known.goto(used);
  await known.getByRole('navigation', { name: overview }).waitFor();

  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(server.address);
  await expect(page.getByRole('heading', { name: 'Log in to Snapkeep' })).toBeVisible();
  await judgeBothWays(page, 'login');
  await page.goto(used);
  await expect(page.getByRole('alert')).toContainText('used already');
  await judgeBothWays(page, 'login-refused');
  const another = await context.newPage();
  await another.goto(server.address);
  await page.getByRole('textbox', { name: 'Login address or token' }).fill(await server.loginAddress());
  await page.getByRole('button', { name: 'Log in' }).click();
  // The other window of this browser is logged in with it.
  for (const each of [page, another]) await expect(each.getByRole('navigation', { name: overview })).toBeVisible();
  await close();
});

test('a window reads the code of all its pages, which a server that ends could not give it', async () => {
  const { server, browser, close } = await serveWindow('scripts');
  const page = await (await browser.newContext()).newPage();
  await page.goto(await server.loginAddress());
  await page.getByRole('navigation', { name: overview }).waitFor();
  const all = readdirSync(join(import.meta.dirname, '../../out/renderer/assets')).filter((name) =>
    name.endsWith('.js'),
  );
  const read = () => page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  await expect.poll(async () => (await read()).filter((name) => name.endsWith('.js')).length).toBe(all.length);
  const scripts: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'script') scripts.push(request.url());
  });
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
  expect(scripts).toEqual([]);
  await close();
});

test('a session ends with its server, and the window asks to log in to the next one', async () => {
  const { folder, server, browser, close } = await serveWindow('restarted');
  const page = await (await browser.newContext()).newPage();
  await page.goto(await server.loginAddress());
  await page.getByRole('navigation', { name: overview }).waitFor();
  await server.close();
  const next = await launchServer({ home: `${folder}/home`, port: Number(new URL(server.address).port) });
  await expect(page.getByRole('heading', { name: 'Log in to Snapkeep' })).toBeVisible({ timeout: 20_000 });
  await judgeBothWays(page, 'login-again');
  const fresh = await next.loginAddress();
  await page.goto(fresh);
  await expect(page.getByRole('navigation', { name: overview })).toBeVisible();
  await next.close();
  await close();
});

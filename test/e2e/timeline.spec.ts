import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import { launchBrowser } from '../support/launch-server.ts';
import { judgeEverywhere, USUAL_WIDTHS } from '../support/screens.ts';

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

let browser: Browser;
let folder: string;
let server: Server;
let address: string;

test.beforeAll(async () => {
  browser = await launchBrowser();
  folder = await mkdtemp(join(tmpdir(), 'snapkeep-timeline-'));
  await build({
    configFile: false,
    root: resolve(import.meta.dirname, '../support/timeline-page'),
    base: './',
    logLevel: 'warn',
    plugins: [react()],
    build: { outDir: folder, emptyOutDir: true, minify: false },
  });
  server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const name = path === '/' ? '/index.html' : path;
    const content = await readFile(join(folder, name)).catch(() => null);
    response.writeHead(content === null ? 404 : 200, { 'content-type': TYPES[extname(name)] ?? 'text/plain' });
    response.end(content);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
test.afterAll(async () => {
  await browser.close();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Opens a scene of the page, at the instant that it was made for. */
async function openScene(scene: string): Promise<Page> {
  const page = await browser.newPage({ timezoneId: 'Europe/Berlin', locale: 'en-GB' });
  await page.clock.setFixedTime(Date.UTC(2026, 10, 28, 15, 0, 30));
  await page.goto(`${address}?${scene}`);
  return page;
}

test('the timeline is read and used by keyboard alone, down to the point just before a mark', async () => {
  const page = await openScene('zoom=day');
  const cursor = page.getByRole('slider', { name: 'Point in time' });
  await expect(cursor).toHaveAttribute('aria-valuetext', 'No point selected');
  await cursor.focus();
  await page.keyboard.press('End');
  await expect(cursor).toHaveAttribute('aria-valuetext', /^Today 16:00, point 801, /);
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('heading', { name: 'Today 15:59' })).toBeVisible();
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Shift+ArrowLeft');
  await expect(cursor).toHaveAttribute('aria-valuetext', /point 780, .* Rows dropped, schema changed\.$/);
  await page.keyboard.press('+');
  await expect(page.getByRole('radio', { name: 'Hour' })).toBeChecked();
  await judgeEverywhere(page, 'timeline-mark', [390, 1280]);
  await cursor.focus();
  await page.keyboard.press('-');
  await expect(page.getByRole('radio', { name: 'Day' })).toBeChecked();
  await page.getByRole('button', { name: 'Just before this mark' }).press('Enter');
  await expect(page.getByText('Point 779', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Restore', exact: true }).press('Enter');
  await expect(page.getByRole('status')).toHaveText('Action: restore');
  await cursor.focus();
  await page.keyboard.press('Home');
  await expect(cursor).toHaveAttribute('aria-valuetext', /, point 1, /);
});

test('what the chart shows is a table too, and a click on either selects the last point up to there', async () => {
  const page = await openScene('zoom=hour');
  const chart = page.locator('.timeline-chart');
  const box = await chart.boundingBox();
  await chart.click({ position: { x: (box?.width ?? 0) - 14, y: 100 } });
  await expect(page.getByText('Point 801', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Show as table' }).press('Enter');
  const table = page.getByRole('table', { name: 'Changes over time' });
  await expect(table.getByRole('row')).toHaveCount(61);
  await table.getByRole('button').nth(1).press('Enter');
  await expect(page.getByText('Point 800', { exact: true })).toBeVisible();
  await judgeEverywhere(page, 'timeline-table', [390, 1280]);
});

for (const scene of ['zoom=year', 'zoom=day', 'zoom=hour', 'zoom=minute', 'empty']) {
  test(`the timeline fits and is accessible: ${scene}`, async () => {
    const page = await openScene(scene);
    await page.getByRole('slider', { name: 'Point in time' }).press('End');
    await expect(page.locator('.timeline-chart')).toBeVisible();
    await judgeEverywhere(page, `timeline-${scene.replace('=', '-')}`, USUAL_WIDTHS);
  });
}

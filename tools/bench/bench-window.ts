import { join } from 'node:path';
import type { Browser, Locator, Page } from '@playwright/test';
import { LARGE, makeLargeCatalog } from '../../test/support/large-catalog.ts';
import { launchBrowser, launchServer, openWindow } from '../../test/support/launch-server.ts';
import type { Figures } from './figures.ts';
import { median, printTable } from './measure.ts';
import { type LongestTask, longestTask } from './trace.ts';

/** What a person does in the window. */
interface Step {
  readonly name: string;
  /** Where it is done. */
  at(page: Page): Locator;
  /** Does it with the mouse over that place. */
  act(page: Page): Promise<void>;
}

const inPage = (page: Page): Locator => page.locator('.main');
const inTable = (page: Page): Locator => page.locator('.table-scroll');
const link =
  (name: string) =>
  (page: Page): Locator =>
    page.getByRole('navigation').getByRole('link', { name: new RegExp(`${name}$`) });
const field =
  (label: string) =>
  (page: Page): Locator =>
    page.getByLabel(label, { exact: true });

/** A button that can be pressed. */
const button =
  (name: string) =>
  (page: Page): Locator =>
    page.getByRole('button', { name, exact: true, disabled: false });

/** @param source a database that a plan can back up */
const stepsFor = (source: string): readonly Step[] => [
  { name: 'open the databases', at: link('Databases'), act: clickFor('.database-row:not(.head)', 8) },
  { name: 'scroll the databases', at: inTable, act: scroll },
  { name: 'type in the search of the databases', at: field('Search databases'), act: search },
  {
    name: 'open a plan',
    at: (page) => page.getByRole('table', { name: 'Databases' }).getByRole('link', { name: 'App 10', exact: true }),
    act: clickFor('.snapshot-row:not(.head)', 5),
  },
  { name: 'scroll its snapshots', at: inTable, act: scroll },
  {
    name: 'open the menu of a snapshot',
    at: (page) => page.getByRole('button', { name: /^More actions/ }).nth(9),
    act: clickFor('[role=menuitem]', 5),
  },
  {
    name: 'open the settings of the plan',
    at: (page) => page.getByRole('tab', { name: 'Settings' }),
    act: clickFor('.name-and-group', 1),
  },
  { name: 'type in the settings of the plan', at: field('Name'), act: type('Accounts of the year') },
  { name: 'discard what was typed', at: button('Discard'), act: clickFor('.plan-settings', 1) },
  { name: 'open the databases again', at: link('Databases'), act: clickFor('.database-row:not(.head)', 8) },
  {
    name: 'open a new plan',
    at: (page) => page.getByRole('main').getByRole('link', { name: 'New plan' }),
    act: clickFor('.new-plan-step', 1),
  },
  { name: 'type the path of a database', at: field('Database file'), act: type(source) },
  { name: 'open its destinations', at: button('Continue'), act: clickFor('.place-list > li', 1) },
  { name: 'open its review', at: button('Continue'), act: clickFor('.plan-sentence', 1) },
  { name: 'open all its settings', at: button('Customize'), act: clickFor('.name-and-group', 1) },
  { name: 'type the name of a plan', at: field('Plan name'), act: type('Accounts of the year') },
  { name: 'open the activity', at: link('Activity'), act: clickFor('.activity-row', 100) },
  { name: 'scroll the activity', at: inPage, act: scroll },
  ...[200, 300, 400, 500].map((count) => ({
    name: `show ${count} runs`,
    at: (page: Page) => page.getByRole('button', { name: 'Show older' }),
    act: clickFor('.activity-row', count),
  })),
  { name: 'scroll 500 runs', at: inPage, act: scroll },
];

/**
 * Opens the window of a service with 60 plans, 10,000 snapshots and 100,000 runs, and measures with the trace of Chromium
 * when it is usable and how long its main thread is busy at once while a person types and scrolls.
 */
export async function measureWindow({
  folder,
  rounds,
  figures,
}: {
  folder: string;
  rounds: number;
  figures: Figures;
}): Promise<void> {
  const { home } = makeLargeCatalog(join(folder, 'window'), LARGE);
  const server = await launchServer({ home });
  const browser = await launchBrowser();
  try {
    const page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
    const usable: number[] = [];
    const steps = stepsFor(join(folder, 'window', 'sources', 'app-1.db'));
    const tasks = new Map<string, LongestTask[]>(steps.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      usable.push(await open(page, server.address));
      for (const step of steps) tasks.get(step.name)?.push(await longestOf(browser, page, step));
    }
    const longest = [...tasks].map(([name, all]) => ({
      name,
      wallMs: median(all.map(({ wallMs }) => wallMs)),
      cpuMs: median(all.map(({ cpuMs }) => cpuMs)),
    }));
    printTable([
      ['window: longest task of the main thread', 'wall', 'CPU'],
      ...longest.map(({ name, wallMs, cpuMs }) => [name, `${wallMs.toFixed(0)} ms`, `${cpuMs.toFixed(0)} ms`]),
    ]);
    const busiest = (verb: RegExp): number =>
      Math.max(...longest.map(({ name, wallMs }) => (verb.test(name) ? wallMs : 0)));
    figures.milliseconds('window usable', median(usable));
    figures.milliseconds('longest task of the window while typing and scrolling', busiest(/^(type|scroll)/));
    figures.milliseconds('longest task of the window while opening pages', busiest(/^(open|show)/));
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Opens the window anew. @returns milliseconds until the plans are shown and the main thread is free */
async function open(page: Page, address: string): Promise<number> {
  await page.goto('about:blank');
  await page.goto(address, { waitUntil: 'commit' });
  await shown(page, '.status-line', 1);
  return page.evaluate(() => new Promise<number>((done) => requestIdleCallback(() => done(performance.now()))));
}

/** The longest task of the main thread while a step is done. What finds its place is over before. */
async function longestOf(browser: Browser, page: Page, { at, act }: Step): Promise<LongestTask> {
  const place = at(page);
  await place.scrollIntoViewIfNeeded();
  const box = await place.boundingBox();
  if (box === null) throw new Error(`${place} is not shown.`);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] });
  await act(page);
  await frames(page, 3);
  return longestTask(String(await browser.stopTracing()));
}

/** Waits until so many frames are drawn. */
const frames = (page: Page, count: number): Promise<void> =>
  page.evaluate(async (left) => {
    for (let n = 0; n < left; n++) await new Promise(requestAnimationFrame);
  }, count);

/** The longest that anything takes to be drawn. */
const MOST_MS = 60_000;

/** Waits until so many elements are drawn. */
const shown = (page: Page, selector: string, count: number): Promise<void> =>
  page.evaluate(
    async ([wanted, least, most]) => {
      const end = performance.now() + most;
      while (document.querySelectorAll(wanted).length < least) {
        if (performance.now() > end) throw new Error(`Fewer than ${least} ${wanted} are shown.`);
        await new Promise(requestAnimationFrame);
      }
    },
    [selector, count, MOST_MS] as const,
  );

/** Turns the wheel, a frame at a time. */
async function scroll(page: Page): Promise<void> {
  for (let turn = 0; turn < 40; turn++) {
    await page.mouse.wheel(0, 300);
    await frames(page, 1);
  }
}

function clickFor(selector: string, count: number): Step['act'] {
  return async (page) => {
    await click(page);
    await shown(page, selector, count);
  };
}

async function search(page: Page): Promise<void> {
  await click(page);
  await page.keyboard.type('App 10');
}

/** Types a text in place of what is there. */
function type(text: string): Step['act'] {
  return async (page) => {
    await click(page);
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(text);
  };
}

/** Clicks where the mouse is. */
async function click(page: Page): Promise<void> {
  await page.mouse.down();
  await page.mouse.up();
}

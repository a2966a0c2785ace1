import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { callMethod } from '../support/call-method.ts';
import { makeDatabase } from '../support/databases.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import { judgeEverywhere, openPage } from '../support/screens.ts';

/*
 * Every screen and dialog at every width, with names of 200 characters, from right to left and of pictures.
 */

const LONG = 'A name as long as a name may be, '.repeat(7).slice(0, 199).concat('.');
const UNBROKEN = `unbroken_${'x'.repeat(191)}`;
const NAMES = [LONG, UNBROKEN, 'دفتر الحسابات اليومية للشركة', '📒👨‍👩‍👧‍👦 notes'];

let folder: string;
let server: RunningServer;
let browser: Browser;
let close: () => Promise<void>;
let page: Page;
/** The plans by their names. */
let ids: Map<string, string>;

test.beforeEach(async () => {
  test.setTimeout(600_000);
  ({ folder, server, browser, close } = await serveWindow('every-screen'));
  page = await openWindow(browser, server.address);
  const { destination } = await callMethod(page, 'destinations.save', {
    name: UNBROKEN,
    settings: { kind: 'folder', path: join(folder, 'backups'), bytesPerSecond: null },
  });
  ids = new Map();
  for (const [index, name] of NAMES.entries()) {
    const sourcePath = join(folder, `${index} ${name.slice(0, 20)}.db`);
    makeDatabase(sourcePath, { rows: 3 });
    const destinations = [{ destinationId: destination?.destination.id ?? '' }];
    const group = index < 2 ? LONG : null;
    const plan = await callMethod(page, 'plans.create', { name, sourcePath, destinations, group });
    ids.set(name, plan.id);
    await callMethod(page, 'backups.start', { planId: plan.id });
  }
  await expect.poll(async () => (await callMethod(page, 'snapshots.list', {})).length).toBe(NAMES.length);
  const settings = await callMethod(page, 'settings.get', {});
  const pinnedPlans = [...ids.values()].slice(0, 2);
  await callMethod(page, 'settings.update', { ...settings, pinnedPlans });
  renameSync(join(folder, `0 ${LONG.slice(0, 20)}.db`), join(folder, 'away.db'));
  await callMethod(page, 'plans.check', {});
});

test.afterEach(() => close());

/** Judges what an address shows in every look. */
async function judgeAt(hash: string, name: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
  await expect(page.getByRole('heading').first()).toBeVisible();
  await judgeEverywhere(page, `every-${name}`);
}

const idOf = (name: string): string => ids.get(name) ?? '';

test('every page fits and has nothing that axe finds', async () => {
  for (const [hash, name] of [
    ['/', 'home'],
    ['/databases', 'databases'],
    ['/storage', 'storage'],
    ['/activity', 'activity'],
    ['/settings', 'settings'],
    ['/plans/new/source', 'new-plan'],
    ['/recovery-kit', 'recovery-kit'],
    [`/databases/${idOf(LONG)}`, 'plan-missing'],
    [`/databases/${idOf(NAMES[2] ?? '')}`, 'plan-rtl'],
  ] as const)
    await judgeAt(hash, name);
});

test('every tab and dialog of a plan fits and has nothing that axe finds', async () => {
  const planId = idOf(UNBROKEN);
  const [snapshot] = await callMethod(page, 'snapshots.list', { planId });
  const plan = `/databases/${planId}`;
  for (const [hash, name] of [
    [`${plan}/settings`, 'plan-settings'],
    [`${plan}/settings?dialog=delete`, 'delete-plan'],
    [`${plan}?dialog=prune`, 'prune'],
    [`${plan}?dialog=details&snapshot=${snapshot?.id}`, 'snapshot-details'],
    [`${plan}?restore=${snapshot?.id}&compare=yes`, 'restore'],
    ['/storage/new', 'add-destination'],
    ['/databases?over=keys', 'keys'],
    ['/databases?over=palette', 'palette'],
  ] as const)
    await judgeAt(hash, name);
});

test('wide windows are used: content fills them', async () => {
  for (const width of [1920, 2560]) {
    await page.setViewportSize({ width, height: 1080 });
    for (const name of ['Home', 'Databases', 'Storage', 'Activity', 'Settings'] as const) {
      await openPage(page, name);
      const share = () =>
        page.evaluate(() => {
          // The heading and its actions are at the ends of any page.
          const shown = [
            ...document.querySelectorAll('.page > :not(:first-child) :is(.card, td, [role=cell], a, p, svg)'),
          ];
          const boxes = shown.map((each) => each.getBoundingClientRect()).filter((box) => box.width > 0);
          const [left, right] = [boxes.map((box) => box.left), boxes.map((box) => box.right)];
          return (Math.max(...right) - Math.min(...left)) / (document.querySelector('main')?.clientWidth ?? 0);
        });
      await expect.poll(share, `${name} at ${width}`).toBeGreaterThan(0.8);
    }
  }
});

test('where the system asks for reduced motion, nothing fades or slides', async () => {
  const moving = () =>
    page.evaluate(() => {
      const moves = ({ animationName, transitionDuration }: CSSStyleDeclaration): boolean =>
        animationName !== 'none' || transitionDuration.split(', ').some((duration) => duration !== '0s');
      return [...document.querySelectorAll('*')].filter((each) => moves(getComputedStyle(each))).length;
    });
  for (const hash of ['/databases', '/storage/new', '/settings?over=palette', '/?over=keys']) {
    await page.evaluate((to) => {
      location.hash = to;
    }, hash);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await moving(), hash).toBeGreaterThan(0);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await moving(), hash).toBe(0);
  }
});

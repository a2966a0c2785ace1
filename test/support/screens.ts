import { expect, type Locator, type Page } from '@playwright/test';
import { axeViolations } from './axe.ts';

/** Opens a page of the window by its link in the navigation. */
export async function openPage(
  page: Page,
  name: 'Home' | 'Databases' | 'Storage' | 'Activity' | 'Settings',
): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
}

/** The row of a plan in the list of databases. */
export const rowOf = (page: Page, name: string): Locator =>
  page
    .getByRole('table', { name: 'Databases' })
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name, exact: true }) });

/** Opens the page of a plan from the list of databases. */
export async function openPlan(page: Page, name: string): Promise<void> {
  await openPage(page, 'Databases');
  await rowOf(page, name).getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
}

/** Opens the form of a new plan. */
export async function openNewPlan(page: Page): Promise<void> {
  await openPage(page, 'Databases');
  await page.getByRole('main').getByRole('link', { name: 'New plan' }).click();
}

/** Goes on to the next step of a new plan. */
export async function nextStep(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Continue' }).press('Enter');
}

/** Chooses the folder of a new plan whose source is chosen, in place of what is suggested, and goes on to the review. */
export async function storeIn(page: Page, folder: string): Promise<void> {
  await nextStep(page);
  // What is suggested is chosen as soon as it is known.
  await expect(page.getByRole('button', { name: 'Continue' })).toBeEnabled();
  const chosen = page.getByRole('list', { name: 'Destinations' }).getByRole('checkbox', { checked: true });
  while ((await chosen.count()) > 0) await chosen.first().press('Space');
  await page.getByRole('textbox', { name: 'Backup folder' }).fill(folder);
  await nextStep(page);
  await expect(page.getByRole('button', { name: 'Create and back up now' })).toBeVisible();
}

/** Fills in a new plan for a database, up to its review. */
export async function planFor(page: Page, source: string, folder: string): Promise<void> {
  await openNewPlan(page);
  await page.getByRole('textbox', { name: 'Database file' }).fill(source);
  await expect(page.getByRole('button', { name: 'Continue' })).toBeEnabled();
  await storeIn(page, folder);
}

/** Shows all settings of a new plan that is reviewed. */
export async function customize(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Customize' }).press('Enter');
  await expect(page.getByRole('textbox', { name: 'Plan name' })).toBeVisible();
}

/** Whether each screen is judged at all usual widths in both themes, which takes long. */
const EVERY_LOOK = process.env.SNAPKEEP_EVERY_LOOK === '1';

/** Where pictures of the screens go, for people to look at; without it none are taken. */
const PICTURES = process.env.SNAPKEEP_PICTURES;

/** The looks a screen is judged in: a large window in the light theme and a small one in the dark; every width is in `every-screen.spec.ts`. */
const LOOKS = [
  { name: 'light-1280', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'dark-900', colorScheme: 'dark', viewport: { width: 900, height: 600 } },
] as const;

/**
 * Judges what is on screen: what axe says of it, and whether it fits. With SNAPKEEP_EVERY_LOOK=1 it is judged at each usual
 * width in both themes, and left as it was.
 */
export async function judge(page: Page, name: string): Promise<void> {
  if (!EVERY_LOOK) return judgeLook(page, name);
  const viewport = page.viewportSize();
  const dark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
  await judgeEverywhere(page, name, USUAL_WIDTHS);
  await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
  if (viewport !== null) await page.setViewportSize(viewport);
}

async function judgeLook(page: Page, name: string): Promise<void> {
  await expectFits(page, name);
  expect(await axeViolations(page), name).toEqual([]);
}

/** Whether what is on screen fits, once it stands still. */
async function expectFits(page: Page, name: string): Promise<void> {
  // Dialogs and menus fade in and out, and the page learns of another theme a frame later; what is judged is what stays.
  await expect(page.getByRole('menu')).toHaveCount(0);
  await page.evaluate(async () => {
    const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    let quietFrames = 0;
    while (quietFrames < 3) {
      const running = document.getAnimations();
      await Promise.all(running.map((animation) => animation.finished.catch(() => undefined)));
      await nextFrame();
      quietFrames = running.length === 0 ? quietFrames + 1 : 0;
    }
  });
  if (PICTURES !== undefined) await page.screenshot({ path: `${PICTURES}/${name}.png` });
  const overflow = await page.evaluate(() => {
    const boxes = [document.documentElement, ...document.querySelectorAll('main, .mantine-Modal-content')];
    return Math.max(...boxes.map((box) => box.scrollWidth - box.clientWidth));
  });
  expect(overflow, `${name} is wider than the window`).toBeLessThanOrEqual(0);
}

/** Judges an open page in each look, and leaves it in the first: for what takes many steps to come to. */
export async function judgeBothWays(page: Page, name: string): Promise<void> {
  if (EVERY_LOOK) return judge(page, name);
  await inEveryLook(page, (look) => judge(page, `${name}-${look}`));
}

/** Does something in each look of an open page, and leaves it in the first. */
export async function inEveryLook(page: Page, act: (look: string) => Promise<void>): Promise<void> {
  for (const { colorScheme, viewport, name } of LOOKS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    await act(name);
  }
  await page.emulateMedia({ colorScheme: LOOKS[0].colorScheme });
  await page.setViewportSize(LOOKS[0].viewport);
}

/** Every width that has to hold. A window of 640 is one of 1280 at 200 % zoom; one of 320, the narrowest there is. */
export const ALL_WIDTHS = [320, 390, 640, 900, 1280, 1920, 2560] as const;
/** The widths of the phones, windows and screens that people have. */
export const USUAL_WIDTHS = [390, 900, 1280, 1920] as const;

/**
 * Judges an open page: whether it fits at each width, and what axe says of the narrowest in the light theme and of the
 * widest in the dark one. Leaves it light and large. With SNAPKEEP_EVERY_LOOK=1 axe is asked at each width in both.
 */
export async function judgeEverywhere(page: Page, name: string, widths: readonly number[] = ALL_WIDTHS): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: width < 700 ? 640 : 900 });
    const themes = (['light', 'dark'] as const).filter(
      (theme) => EVERY_LOOK || width === (theme === 'light' ? widths[0] : widths.at(-1)),
    );
    if (themes.length === 0) await expectFits(page, `${name}-${width}`);
    for (const colorScheme of themes) {
      await page.emulateMedia({ colorScheme });
      await judgeLook(page, `${name}-${colorScheme}-${width}`);
    }
  }
  await page.emulateMedia({ colorScheme: LOOKS[0].colorScheme });
  await page.setViewportSize(LOOKS[0].viewport);
}

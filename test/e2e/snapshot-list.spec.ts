import { join } from 'node:path';
import { type Browser, expect, type Locator, test } from '@playwright/test';
import { makeDatabase } from '../support/databases.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import { paintAnswers } from '../support/painted-answers.ts';
import { inEveryLook, judgeBothWays, openPlan } from '../support/screens.ts';

const KEPT_BY = [
  ['latest-1', 'within-30d', 'daily-1', 'weekly-1', 'monthly-1', 'yearly-1', 'pinned'],
  ['monthly-12', 'yearly-10', 'minimum-1'],
  ['monthly-12', 'yearly-10'],
  ['within-3650d'],
  [],
];

let folder: string;
let server: RunningServer;
let browser: Browser;
let close: () => Promise<void>;

test.beforeEach(async () => {
  ({ folder, server, browser, close } = await serveWindow('snapshot-list'));
  makeDatabase(join(folder, 'hone.db'), { rows: 40 });
});

test.afterEach(() => close());

test('however many rules keep a snapshot, each tag can be read or is counted', async () => {
  const page = await openWindow(browser, server.address);
  await page.evaluate(
    async ({ sourcePath, path }) => {
      const call = async (method: string, params: unknown): Promise<{ result: { id: string } }> => {
        const session = localStorage.getItem('snapkeep.session');
        const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${session}` };
        return (await fetch(`/api/${method}`, { method: 'POST', headers, body: JSON.stringify(params) })).json();
      };
      const { result } = await call('plans.create', { name: 'hone', sourcePath, destinations: [{ path }] });
      await call('backups.start', { planId: result.id });
    },
    { sourcePath: join(folder, 'hone.db'), path: join(folder, 'backups') },
  );
  await openPlan(page, 'hone');
  await expect(page.locator('.snapshot-row .tags')).toHaveCount(1);
  const painted = await openWindow(browser, server.address, {
    viewport: { width: 1280, height: 800 },
    prepare: (opened) =>
      paintAnswers(opened, {
        'snapshots.list': ([one]) =>
          KEPT_BY.flatMap((keptBy) => (one === undefined ? [] : [{ ...one, id: crypto.randomUUID(), keptBy }])),
      }),
  });
  await openPlan(painted, 'hone');
  const cells = painted.locator('.snapshot-row .tags');
  await expect(cells).toHaveCount(KEPT_BY.length);
  const cut = () =>
    cells.evaluateAll((all) =>
      all.flatMap((cell) => {
        const { right, bottom } = cell.getBoundingClientRect();
        return [...cell.querySelectorAll('.rule-tag')]
          .filter((tag) => tag.getBoundingClientRect().right > right || tag.getBoundingClientRect().bottom > bottom)
          .map((tag) => tag.textContent);
      }),
    );
  const starts = (row: Locator, cell: string): Promise<number[]> =>
    row
      .locator(cell)
      .evaluateAll((all) =>
        all
          .map((each) => each.getBoundingClientRect())
          .flatMap(({ left, width }) => (width === 0 ? [] : [Math.round(left)])),
      );
  await inEveryLook(painted, async (look) => {
    await expect.poll(cut, look).toEqual([]);
    const head = await starts(painted.locator('.snapshot-row.head'), '[role=columnheader]');
    const row = await starts(painted.locator('.snapshot-row:not(.head)').first(), '[role=cell]');
    expect(row, `${look}: each heading stands above its cells`).toEqual(head);
  });
  await judgeBothWays(painted, 'snapshot-list');
  await painted.context().close();
});

import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { callMethod } from '../support/call-method.ts';
import { commandLineOf } from '../support/command-line.ts';
import { makeDatabase } from '../support/databases.ts';
import { hosts, type OpenHost } from '../support/hosts.ts';
import { judge, judgeEverywhere, openPage, openPlan, rowOf, USUAL_WIDTHS } from '../support/screens.ts';

let folder: string;
let host: OpenHost | undefined;

test.beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-tags-')));
  mkdirSync(join(folder, 'backups'));
  for (const name of ['anki', 'books', 'calls']) makeDatabase(join(folder, `${name}.db`), { rows: 1 });
});

test.afterEach(async () => {
  await host?.close();
  host = undefined;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function makePlans(page: Page): Promise<void> {
  for (const name of ['anki', 'books', 'calls']) {
    const sourcePath = join(folder, `${name}.db`);
    await callMethod(page, 'plans.create', { name, sourcePath, destinations: [{ path: join(folder, 'backups') }] });
  }
}

const tagsIn = async (page: Page): Promise<string[]> =>
  (await callMethod(page, 'plans.list', {})).map(({ plan }) => `${plan.name}: ${plan.tags.join(' ')}`);

/** Adds tags to two plans at once, and takes one away again. */
async function changeTwo(page: Page): Promise<void> {
  for (const name of ['anki', 'books']) await rowOf(page, name).getByRole('checkbox').check();
  const openTags = async (): Promise<void> => {
    await page.getByRole('toolbar').getByRole('button', { name: 'Change' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Tags…' }).press('Enter');
  };
  await openTags();
  await page.getByRole('combobox', { name: 'Add tags' }).fill('Learning');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Change tags of 2 plans' }).click();
  await judge(page, 'tags-change');
  await page.getByRole('button', { name: 'Change 2 plans' }).press('Enter');
  await expect(page.getByText('2 plans changed.')).toBeVisible();
  expect(await tagsIn(page)).toEqual(['anki: learning on-the-road', 'books: learning', 'calls: ']);
  await openTags();
  await page.getByRole('combobox', { name: 'Remove tags' }).press('ArrowDown');
  await page.getByRole('listbox', { name: 'Remove tags' }).getByRole('option', { name: 'on-the-road' }).click();
  await page.getByRole('button', { name: 'Change 2 plans' }).press('Enter');
  await expect.poll(() => tagsIn(page)).toEqual(['anki: learning', 'books: learning', 'calls: ']);
}

for (const { name, open } of hosts) {
  test(`${name}: plans are tagged one by one and together, and found by their tags`, async () => {
    test.setTimeout(240_000);
    host = await open(join(folder, 'home'));
    const { page } = host;
    page.setDefaultTimeout(20_000);
    await makePlans(page);
    await openPlan(page, 'anki');
    await page.getByRole('tab', { name: 'Settings' }).click();
    await page.getByRole('combobox', { name: 'Tags', exact: true }).fill(' On the Road');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Save', exact: true }).press('Enter');
    await expect.poll(() => tagsIn(page)).toEqual(['anki: on-the-road', 'books: ', 'calls: ']);
    await openPage(page, 'Databases');
    await changeTwo(page);

    await page.getByRole('combobox', { name: 'Tag', exact: true }).selectOption('learning');
    await expect(page.getByText('2 of 3 databases')).toBeVisible();
    expect(page.url()).toContain('tag=learning');
    await openPlan(page, 'books');
    await page.getByRole('link', { name: 'Tag: learning' }).press('Enter');
    await expect(page.getByText('2 of 3 databases')).toBeVisible();
    await page.goBack();
    await expect(page.getByRole('heading', { name: 'books', level: 1 })).toBeVisible();
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('textbox', { name: /^Find databases/ }).fill('tagged lear');
    await expect(page.getByRole('button', { name: 'Databases tagged learning' })).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(page.getByText('2 of 3 databases')).toBeVisible();
    if (name.includes('browser')) {
      const tags = ['a-tag-of-thirty-characters-lon', 'b', 'c', 'd'];
      const [first] = await callMethod(page, 'plans.list', {});
      await callMethod(page, 'plans.update', { planId: first?.plan.id ?? '', tags: ['learning', ...tags] });
      await judgeEverywhere(page, 'tags-databases', USUAL_WIDTHS);
      await openPlan(page, 'anki');
      await judgeEverywhere(page, 'tags-plan', USUAL_WIDTHS);
    }
  });
}

test('the command line tags plans and lists those with a tag', () => {
  const run = commandLineOf(join(folder, 'home'));
  const add = (name: string, ...more: string[]) =>
    run([
      'plan',
      'add',
      '--name',
      name,
      '--source',
      join(folder, `${name}.db`),
      '--to',
      join(folder, 'backups'),
      ...more,
    ]);
  expect(add('anki', '--tag', 'Learning', '--tag', 'on the road').exitCode).toBe(0);
  expect(add('books').exitCode).toBe(0);
  expect(add('calls', '--tag', 'x'.repeat(31))).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('tags') });
  expect(run(['plan', 'update', 'books', '--tag', 'learning', '--tag', 'LEARNING']).stdout).toBe(
    'Tags of books: learning.\n',
  );
  const listed = (...tags: string[]) =>
    run(['plan', 'list', ...tags.flatMap((tag) => ['--tag', tag])])
      .stdout.trim()
      .split('\n')
      .map((line) => line.split('\t')[0]);
  expect(listed('learning')).toEqual(['anki', 'books']);
  expect(listed('Learning', 'on the road')).toEqual(['anki']);
  expect(listed('none')).toEqual(['No plan is tagged none.']);
  expect(run(['plan', 'update', 'anki', '--remove-tag', 'learning']).stdout).toBe('Tags of anki: on-the-road.\n');
  expect(run(['plan', 'update', 'anki'])).toMatchObject({ exitCode: 2 });
});

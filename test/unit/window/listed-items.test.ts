import { describe, expect, test } from 'vitest';
import { questionOf } from '../../../src-renderer/stores/answers.ts';
import { ListedItems, putItems } from '../../../src-renderer/stores/listed-items.ts';
import { added } from '../../../src-renderer/stores/run-list.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { coreOfTest } from '../../support/core-of-test.ts';

interface Item {
  destination: { id: string; name: string };
  stored: number;
}

const item = (id: string, stored = 0, name = id): Item => ({ destination: { id, name }, stored });
const settingsOf = ({ destination }: Item) => destination;

/** A window with a list of destinations, whose core is the test. */
async function listOf(items: Item[]) {
  const { answers, client, connect, requests, answer } = coreOfTest();
  const settings: number[] = [];
  const list = new ListedItems(
    client,
    answers,
    {
      method: 'destinations.list',
      paramsOf: (destinationIds) => ({ destinationIds }),
      settingsOf: (each) => each.destination,
    },
    (revision) => settings.push(revision),
  );
  answers.watch('destinations.list', {});
  connect(true);
  await answer(0, 0, items);
  const now = (): unknown => answers.store.getState().byQuestion[questionOf('destinations.list', {})]?.value;
  return { list, requests, answer, now, settings };
}

describe('a list whose items events name', () => {
  test('asks for those items alone, and leaves the others as they are', async () => {
    const [one, two] = [item('a'), item('b')];
    const { list, requests, answer, now, settings } = await listOf([one, two]);
    list.changed(['b'], 1);
    expect(requests()[1]).toMatchObject({ method: 'destinations.list', params: { destinationIds: ['b'] } });
    await answer(1, 1, [item('b', 7)]);
    expect(now()).toEqual([one, item('b', 7)]);
    expect((now() as Item[])[0]).toBe(one);
    expect(requests()).toHaveLength(2);
    expect(settings).toEqual([]);
  });

  test('asks once for all that was named while a request was under way', async () => {
    const { list, requests, answer, now } = await listOf([item('a'), item('b'), item('c')]);
    list.changed(['a'], 1);
    for (const id of ['b', 'c', 'b']) list.changed([id], 2);
    expect(requests()).toHaveLength(2);
    await answer(1, 1, [item('a', 1)]);
    expect(requests()[2]).toMatchObject({ params: { destinationIds: ['b', 'c'] } });
    await answer(2, 4, [item('b', 2), item('c', 3)]);
    expect(now()).toEqual([item('a', 1), item('b', 2), item('c', 3)]);
    expect(requests()).toHaveLength(3);
  });

  test('loses what was deleted, gains what is new, and tells that settings have changed', async () => {
    const { list, answer, now, settings } = await listOf([item('a'), item('c')]);
    list.changed(['a', 'b'], 3);
    await answer(1, 3, [item('b')]);
    expect(now()).toEqual([item('b'), item('c')]);
    expect(settings).toEqual([3]);
  });

  test('is asked for as a whole when anything may have changed, or very much has', async () => {
    const { list, requests, answer } = await listOf([item('a')]);
    list.changed(null, 1);
    expect(requests()[1]).toMatchObject({ params: {} });
    await answer(1, 1, [item('a')]);
    list.changed(
      Array.from({ length: 21 }, (_, n) => `${n}`),
      2,
    );
    expect(requests()[2]).toMatchObject({ params: {} });
  });

  test('is ordered by name whatever the case of its letters, also after a new name', () => {
    const list = [item('1', 0, 'alpha'), item('2', 0, 'Beta'), item('3', 0, 'gamma')];
    const renamed = item('1', 0, 'Zeta');
    expect(putItems(list, ['1'], [renamed], settingsOf)).toEqual([list[1], list[2], renamed]);
    expect(putItems(list, ['2'], [item('2', 0, 'Beta')], settingsOf)[1]).toBe(list[1]);
  });
});

test('a window that is open for a week with a run a minute knows no more runs than after some hours', () => {
  const run = (n: number, state: Run['state']): Run => ({ id: `${n}`, state }) as Run;
  let runs: Run[] = [run(0, 'running')];
  for (let n = 1; n <= 7 * 24 * 60; n++) runs = added(runs, run(n, 'succeeded'));
  expect(runs).toHaveLength(200);
  expect(runs[0]?.id).toBe(`${7 * 24 * 60}`);
  // What goes on is never forgotten.
  expect(runs.at(-1)?.id).toBe('0');
});

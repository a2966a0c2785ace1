import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LookedUp, RowFindings, SeenRow } from '../../../src-main/core/engine/rows/search-rows.ts';
import { MOST_ROWS, RowResults } from '../../../src-main/core/find-rows/row-results.ts';
import type { KnownRow } from '../../../src-main/core/find-rows/search-image.ts';
import type { FoundRow } from '../../../src-shared/model/rows/found-rows.ts';

/** A database of one table: rows with a key and a value, and rows that are only a value. */
interface State {
  keyed: ReadonlyMap<number, string>;
  loose: readonly string[];
}

const NEEDLE = 'x';
const PLAN = '00000000-0000-4000-8000-000000000000';

const rowOf = (key: number | null, value: string): SeenRow => ({
  table: key === null ? 'log' : 't',
  key: key === null ? null : { columns: ['id'], cells: [key] },
  columns: key === null ? ['v'] : ['id', 'v'],
  cells: key === null ? [value] : [key, value],
  sha256: `${key}:${value}`,
});

function searchState({ keyed, loose }: State, limit: number): RowFindings {
  const all = [...[...keyed].map(([key, value]) => rowOf(key, value)), ...loose.map((value) => rowOf(null, value))];
  const rows = all.filter(({ cells }) => String(cells.at(-1)).includes(NEEDLE));
  return { rows: rows.slice(0, limit), more: rows.length > limit, columns: 2, notes: [] };
}

function lookUp({ keyed }: State, { key }: KnownRow): LookedUp {
  const id = Number(key.cells[0]);
  const value = keyed.get(id);
  return value === undefined ? null : rowOf(id, value);
}

const snapshotsOf = (states: readonly State[]) =>
  states.map((state, index) => ({
    snapshotId: PLAN,
    name: `${index}`,
    at: new Date(index).toISOString(),
    sha256: JSON.stringify([[...state.keyed], state.loose]),
    bytes: 1,
  }));

/** Searches all images, and then looks up in each what others have shown. */
function searchAll(states: readonly State[], limit = MOST_ROWS): RowResults {
  const snapshots = snapshotsOf(states);
  const results = new RowResults(PLAN, { text: NEEDLE, exact: false }, snapshots);
  const images = [...new Set(snapshots.map(({ sha256 }) => sha256))].map(
    (sha256) => states[snapshots.findIndex((each) => each.sha256 === sha256)] as State,
  );
  expect(results.images).toHaveLength(images.length);
  for (const search of [true, false])
    for (const [index, state] of images.entries()) {
      const known = results.unsettled(index).map((row) => ({ row, answer: lookUp(state, row) }));
      results.add(index, search ? searchState(state, limit) : null, known);
    }
  return results;
}

const values = fc.constantFrom('x', 'xy', 'y', 'z');
const states = fc.array(
  fc.record({
    keyed: fc
      .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 4 }), values), { selector: ([key]) => key, maxLength: 4 })
      .map((rows) => new Map(rows)),
    loose: fc.uniqueArray(values, { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 8 },
);

/** The value that a row has in a state; `undefined`: it is not there. */
function valueIn({ keyed, loose }: State, { key, versions }: Pick<FoundRow, 'key' | 'versions'>): string | undefined {
  if (key !== null) return keyed.get(Number(key.cells[0]));
  return loose.find((value) => value === versions[0]?.cells?.[0]);
}

test('each row that matched anywhere is listed once, with what every snapshot says of it', () => {
  fc.assert(
    fc.property(states, (given) => {
      const { rows, snapshots, more } = searchAll(given).found();
      expect(more).toBe(false);
      expect(snapshots.every(({ state }) => state === 'searched')).toBe(true);
      const matching = new Set(
        given.flatMap((state) => searchState(state, 100).rows.map(({ key, sha256 }) => key?.cells[0] ?? sha256)),
      );
      expect(rows).toHaveLength(matching.size);
      for (const { key, versions, spans } of rows)
        for (const { state, version, newest, oldest } of spans)
          for (let at = newest; at <= oldest; at++) {
            const value = valueIn(given[at] as State, { key, versions });
            expect(state).toBe(value === undefined ? 'missing' : 'present');
            expect(version === null ? undefined : versions[version]?.cells?.at(-1)).toBe(value);
          }
    }),
  );
});

test('where more rows match than are listed, no row is said to be missing that was only not listed', () => {
  fc.assert(
    fc.property(states, (given) => {
      for (const { key, versions, spans } of searchAll(given, 1).found().rows)
        for (const { state, newest, oldest } of spans)
          for (let at = newest; state === 'missing' && at <= oldest; at++)
            expect(valueIn(given[at] as State, { key, versions })).toBeUndefined();
    }),
  );
});

test('snapshots with the same content are read once, and what failed is unknown', () => {
  const [one, other]: State[] = [
    { keyed: new Map([[1, 'x']]), loose: [] },
    { keyed: new Map(), loose: [] },
  ];
  const results = new RowResults(PLAN, { text: NEEDLE, exact: false }, snapshotsOf([one, one, other, one] as State[]));
  expect(results.images).toHaveLength(2);
  results.add(0, searchState(one as State, 10), []);
  results.fail(1, 'It is damaged.');
  const { rows, snapshots } = results.found();
  expect(snapshots.map(({ state, message }) => [state, message])).toEqual([
    ['searched', null],
    ['searched', null],
    ['failed', 'It is damaged.'],
    ['searched', null],
  ]);
  expect(rows[0]?.spans.map(({ state }) => state)).toEqual(['present', 'unknown', 'present']);
  expect(results.unsettled(1)).toEqual([]);
});

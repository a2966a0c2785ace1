import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cell } from '../../../src-shared/model/rows/cell.ts';
import type { RowSpan } from '../../../src-shared/model/rows/found-rows.ts';
import { presencesOf, type Sighting, shownVersionsOf, spansOf } from '../../../src-shared/rules/rows/row-history.ts';
import { foundRowLabel, presenceInWords, shownInWords } from '../../../src-shared/words/row-history-words.ts';

const NOW = new Date(2026, 11, 4, 12).getTime();
const FIRST = new Date(2026, 10, 25, 2).getTime();

/** Snapshots of one day each, the newest first. */
const nights = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    at: new Date(FIRST + (count - 1 - index) * 86_400_000).toISOString(),
  }));

/** `0`, `1` …: present in this version; `-`: missing; `?`: unknown. Written from the oldest to the newest. */
const sightingsOf = (text: string): Sighting[] =>
  [...text]
    .reverse()
    .map((each) =>
      each === '-'
        ? { state: 'missing' }
        : each === '?'
          ? { state: 'unknown' }
          : { state: 'present', version: Number(each) },
    );
const said = (text: string): string => presenceInWords({ spans: spansOf(sightingsOf(text)) }, nights(text.length), NOW);

const sighting: fc.Arbitrary<Sighting> = fc.oneof(
  fc.record({ state: fc.constant('present' as const), version: fc.integer({ min: 0, max: 2 }) }),
  fc.constantFrom<Sighting>({ state: 'missing' }, { state: 'unknown' }),
);
const histories = fc.array(sighting, { minLength: 1, maxLength: 30 });

/** What a span says of a snapshot. */
const spanAt = (spans: readonly RowSpan[], position: number): RowSpan | undefined =>
  spans.find(({ newest, oldest }) => newest <= position && position <= oldest);

describe('when a row was present', () => {
  test.each([
    ['000000----', 'present until Mon 30 Nov, 02:00; missing since Tue 1 Dec, 02:00'],
    ['0011112222', 'present in all 10 snapshots'],
    ['0', 'present in the only snapshot'],
    ['----000000', 'missing until Sat 28 Nov, 02:00; present since Sun 29 Nov, 02:00'],
    [
      '----00---1',
      'missing until Sat 28 Nov, 02:00; present from Sun 29 Nov, 02:00 until Mon 30 Nov, 02:00; missing from Tue 1 Dec, 02:00 until Thu 3 Dec, 02:00; present since today 02:00',
    ],
    ['000?00-?--', 'present until Mon 30 Nov, 02:00; missing since Tue 1 Dec, 02:00'],
    ['?????0----', 'present in the snapshot of Mon 30 Nov, 02:00; missing since Tue 1 Dec, 02:00'],
    ['?????0????', 'present in the snapshot of Mon 30 Nov, 02:00'],
    ['000000---?', 'present until Mon 30 Nov, 02:00; missing from Tue 1 Dec, 02:00 until Thu 3 Dec, 02:00'],
  ])('%s: %s', (history, sentence) => {
    expect(said(history)).toBe(sentence);
  });

  test('many changes are counted but for the last', () => {
    expect(said('0-0-0-0---')).toBe(
      '4 earlier changes; present in the snapshot of Sun 29 Nov, 02:00; missing in the snapshot of Mon 30 Nov, 02:00; present in the snapshot of Tue 1 Dec, 02:00; missing since Wed 2 Dec, 02:00',
    );
  });

  test('every snapshot is in exactly one span, which says of it what was seen', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const spans = spansOf(history);
        expect(spans.map(({ newest }) => newest)).toEqual([0, ...spans.slice(0, -1).map(({ oldest }) => oldest + 1)]);
        for (const [position, { state, ...seen }] of history.entries())
          expect(spanAt(spans, position)).toMatchObject({ state, version: 'version' in seen ? seen.version : null });
      }),
    );
  });

  test('present and missing take turns, cover all that is known, and claim nothing beyond it', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const presences = presencesOf(spansOf(history));
        for (const [position, { state }] of history.entries()) {
          const around = presences.filter(({ newest, oldest }) => newest <= position && position <= oldest);
          if (state !== 'unknown') expect(around.map(({ present }) => present)).toEqual([state === 'present']);
        }
        for (const [index, { present, newest, oldest, fromStart, toEnd }] of presences.entries()) {
          const state = present ? 'present' : 'missing';
          expect([history[newest]?.state, history[oldest]?.state]).toEqual([state, state]);
          if (index > 0) expect(presences[index - 1]?.present).toBe(!present);
          expect(fromStart).toBe(oldest === history.length - 1);
          expect(toEnd).toBe(newest === 0);
        }
      }),
    );
  });
});

describe('what a row looked like', () => {
  const shown = (text: string): string[] =>
    shownVersionsOf(spansOf(sightingsOf(text))).map(
      (each) => `${each.version}: ${shownInWords(each, nights(text.length), NOW)}`,
    );

  test('each version is listed with its snapshots, the newest first', () => {
    expect(shown('00?0112---')).toEqual([
      '2: In the snapshot of Tue 1 Dec, 02:00',
      '1: From Sun 29 Nov, 02:00 until Mon 30 Nov, 02:00',
      '0: From Wed 25 Nov, 02:00 until Sat 28 Nov, 02:00',
    ]);
  });

  test('what came back is listed again', () => {
    expect(shown('0-0')).toEqual([
      '0: In the snapshot of Fri 27 Nov, 02:00',
      '0: In the snapshot of Wed 25 Nov, 02:00',
    ]);
  });

  test('the listed times are those of the snapshots that show the version', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const listed = shownVersionsOf(spansOf(history));
        for (const [position, each] of history.entries()) {
          if (each.state !== 'present') continue;
          const around = listed.filter(({ newest, oldest }) => newest <= position && position <= oldest);
          expect(around.map(({ version }) => version)).toEqual([each.version]);
        }
        for (const { version, newest, oldest } of listed)
          for (const end of [newest, oldest]) expect(history[end]).toEqual({ state: 'present', version });
      }),
    );
  });
});

test('a row is named by its table and its key', () => {
  const key = (cells: Cell[]) => ({ columns: cells.map((_, index) => `k${index}`), cells });
  expect(foundRowLabel({ table: 'customers', key: key([4711]) })).toBe('customers 4711');
  expect(foundRowLabel({ table: 'stock', key: key(['Ulm', { real: 1.5 }, { blob: 'AAA=', bytes: 2 }]) })).toBe(
    'stock Ulm, 1.5, BLOB, 2 bytes',
  );
  expect(foundRowLabel({ table: 'log', key: null })).toBe('log (no key)');
});

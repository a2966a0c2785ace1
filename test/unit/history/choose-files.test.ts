import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  chooseFiles,
  gapsIn,
  reachablePoints,
  type StoredLtxFile,
} from '../../../src-main/core/history/choose-files.ts';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';

const file = (level: number, min: number, max: number, more: Partial<StoredLtxFile> = {}): StoredLtxFile => ({
  ...{ level, min, max, encrypted: false, bytes: 100 * (max - min + 1), modifiedAt: new Date(0) },
  ...more,
});
const spans = (files: readonly StoredLtxFile[]): string[] => files.map(({ min, max }) => `${min}-${max}`);

/** What choosing fails with. */
function failureOf(files: readonly StoredLtxFile[], txid: number): SnapkeepError {
  try {
    chooseFiles(files, txid);
  } catch (error) {
    if (error instanceof SnapkeepError) return error;
    throw error;
  }
  throw new Error('It chose files.');
}

const anyFiles = fc
  .uniqueArray(
    fc
      .tuple(fc.nat({ max: 3 }), fc.integer({ min: 1, max: 12 }), fc.nat({ max: 5 }), fc.nat({ max: 1000 }))
      .map(([level, min, length, bytes]) => file(min === 1 ? 9 : level, min, min + length, { bytes })),
    { selector: ({ level, min, max }) => `${level}/${min}-${max}`, maxLength: 16 },
  )
  .chain((files) => fc.shuffledSubarray(files, { minLength: files.length }));

/** The fewest files from the newest base to a point, by trying all. */
function fewest(files: readonly StoredLtxFile[], txid: number): number | null {
  const bases = files.filter(({ min, max }) => min === 1 && max <= txid).map(({ max }) => max);
  if (bases.length === 0) return null;
  let reached = new Set([Math.max(...bases)]);
  for (let count = 1; count <= files.length + 1; count++) {
    if (reached.has(txid)) return count;
    reached = new Set(
      [...reached].flatMap((at) => files.filter(({ min, max }) => min <= at + 1 && max > at).map(({ max }) => max)),
    );
  }
  return null;
}

test('the newest base and the fewest files that lead exactly to a point are chosen', () => {
  fc.assert(
    fc.property(anyFiles, fc.integer({ min: 1, max: 17 }), (files, txid) => {
      const least = fewest(files, txid);
      if (least === null) {
        expect(['NOT_FOUND', 'CORRUPT']).toContain(failureOf(files, txid).code);
        return;
      }
      const chosen = chooseFiles(files, txid);
      expect(chosen).toHaveLength(least);
      expect(chosen[0]?.min).toBe(1);
      expect(chosen.at(-1)?.max).toBe(txid);
      for (const [at, { min, max }] of chosen.slice(1).entries()) {
        expect(min).toBeLessThanOrEqual((chosen[at]?.max ?? 0) + 1);
        expect(max).toBeGreaterThan(chosen[at]?.max ?? 0);
      }
    }),
    { numRuns: 500 },
  );
});

test('the points that are listed are those that can be rebuilt', () => {
  fc.assert(
    fc.property(anyFiles, (files) => {
      const rebuilt = Array.from({ length: 17 }, (_, at) => at + 1).filter((txid) => fewest(files, txid) !== null);
      expect(reachablePoints(files).map(({ max }) => max)).toEqual(rebuilt);
    }),
    { numRuns: 300 },
  );
});

test('TXIDs that no file contains are named', () => {
  fc.assert(
    fc.property(anyFiles, (files) => {
      const last = Math.max(0, ...files.map(({ max }) => max));
      const covered = (txid: number) => files.some(({ min, max }) => min <= txid && txid <= max);
      const expected = Array.from({ length: last }, (_, at) => at + 1).filter((txid) => !covered(txid));
      const found = gapsIn(files).flatMap(({ from, to }) =>
        Array.from({ length: to - from + 1 }, (_, at) => from + at),
      );
      expect(found).toEqual(expected);
    }),
  );
});

test('merged files may overlap captures', () => {
  const files = [file(9, 1, 3), file(0, 4, 4), file(0, 5, 5), file(1, 2, 5), file(1, 5, 6), file(0, 6, 6)];
  expect(spans(chooseFiles(files, 3))).toEqual(['1-3']);
  expect(spans(chooseFiles(files, 4))).toEqual(['1-3', '4-4']);
  expect(spans(chooseFiles(files, 5))).toEqual(['1-3', '2-5']);
  expect(spans(chooseFiles(files, 6))).toEqual(['1-3', '2-5', '6-6']);
});

test('what is missing is named with what to do', () => {
  const files = [file(9, 1, 3), file(0, 4, 4), file(0, 7, 7)];
  expect(failureOf(files, 7).toBody()).toMatchObject({
    code: 'CORRUPT',
    message: 'The point in time 7 cannot be rebuilt: TXIDs 5 to 6 are in no stored file.',
  });
  expect(failureOf([file(0, 3, 3)], 3).message).toContain('TXIDs 1 to 2 are in no stored file');
  expect(failureOf([file(9, 1, 3), file(0, 5, 5)], 5).message).toContain('TXID 4 is in no stored file');
  expect(failureOf(files, 6)).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('TXID 6') });
  expect(failureOf([], 1).code).toBe('NOT_FOUND');
});

test('a file that is there twice with other bytes is refused', () => {
  const files = [file(9, 1, 3), file(0, 4, 4), file(0, 4, 4, { encrypted: true, bytes: 321 })];
  expect(failureOf(files, 4)).toMatchObject({ code: 'CORRUPT', message: expect.stringContaining('.ltx.age') });
  expect(spans(chooseFiles([file(9, 1, 3), file(0, 4, 4), file(1, 4, 4)], 4))).toEqual(['1-3', '4-4']);
});

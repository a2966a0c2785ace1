import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesInWords, countInWords, durationInWords, roundedDurationInWords } from '../../src-shared/words/wording.ts';

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [812, '812 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [9949, '9.9 kB'],
  [9950, '10 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [4_200_000, '4.2 MB'],
  [999_500_000, '1.0 GB'],
  [1.9e12, '1.9 TB'],
  [3e18, '3000 PB'],
])('%d bytes are %s', (bytes, words) => {
  expect(bytesInWords(bytes)).toBe(words);
});

test('more bytes never read as fewer, and never as a thousand of a unit', () => {
  const scale = { bytes: 1, byte: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 };
  const value = (words: string): number => {
    const [number, unit] = words.split(' ');
    return Number(number) * scale[unit as keyof typeof scale];
  };
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
      const [less, more] = a < b ? [a, b] : [b, a];
      expect(value(bytesInWords(less))).toBeLessThanOrEqual(value(bytesInWords(more)));
      if (more < 1e18) expect(bytesInWords(more)).not.toMatch(/^\d{4}/);
    }),
  );
});

test.each([
  [-5, '0.0 s'],
  [0, '0.0 s'],
  [840, '0.8 s'],
  [9949, '9.9 s'],
  [9950, '10 s'],
  [12_000, '12 s'],
  [99_499, '99 s'],
  [99_500, '2 min'],
  [240_000, '4 min'],
  [5_399_000, '90 min'],
  [5_400_000, '2 h'],
  [11 * 3_600_000, '11 h'],
  [3 * 86_400_000, '3 d'],
])('%d ms are %s', (ms, words) => {
  expect(roundedDurationInWords(ms)).toBe(words);
});

test.each([
  [-5, '0.0 s'],
  [840, '0.8 s'],
  [9950, '10 s'],
  [59_400, '59 s'],
  [59_600, '1 min'],
  [125_000, '2 min 5 s'],
  [3_599_600, '1 h'],
  [4_800_000, '1 h 20 min'],
  [86_400_000, '1 d'],
  [97_200_000, '1 d 3 h'],
])('exactly, %d ms are %s', (ms, words) => {
  expect(durationInWords(ms)).toBe(words);
});

test('counts carry their noun', () => {
  expect([
    countInWords(1, 'row'),
    countInWords(0, 'row'),
    countInWords(1204, 'row'),
    countInWords(999, 'row'),
    countInWords(1_234_567, 'row'),
    countInWords(2, 'entry', 'entries'),
  ]).toEqual(['1 row', '0 rows', '1,204 rows', '999 rows', '1,234,567 rows', '2 entries']);
});

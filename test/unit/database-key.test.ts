import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DatabaseKey, likelyFirst, type Unlocking, waysToOpen } from '../../src-main/core/engine/database-key.ts';
import { CipherFormat, type KeyFingerprint } from '../../src-shared/model/encryption.ts';

const fingerprint = (digit: string): KeyFingerprint => `scrypt:${digit.repeat(32)}:${digit.repeat(64)}`;
const one: DatabaseKey = { text: 'one', fingerprint: fingerprint('1') };
const two: DatabaseKey = { text: 'two', fingerprint: fingerprint('2') };
const raw: DatabaseKey = { text: 'ab'.repeat(32), fingerprint: fingerprint('3') };

const namesOf = (ways: Iterable<Unlocking | null>): Array<string | null> =>
  [...ways].map((way) => way && `${way.format} ${way.text}`);

test('plain is tried first, then what has opened something, then the likely format, then the others by format', () => {
  const keys = likelyFirst([one, two], { key: two.fingerprint, format: 'aegis' });
  expect(namesOf(waysToOpen(keys, [{ key: one, format: 'rc4', text: 'one' }])).slice(0, 6)).toEqual([
    null,
    'rc4 one',
    'aegis two',
    'aegis one',
    'sqlcipher-4 two',
    'sqlcipher-4 one',
  ]);
});

test('digits of a raw key are tried as they are, and marked', () => {
  expect(namesOf(waysToOpen([raw])).slice(1, 3)).toEqual([`sqlcipher-4 ${raw.text}`, `sqlcipher-4 x'${raw.text}'`]);
});

test('whatever is likely, every way is tried once and none is left out', () => {
  const formats = fc.constantFrom(...CipherFormat.options);
  const opened = fc.array(fc.record({ key: fc.constantFrom(one, two), format: formats }));
  fc.assert(
    fc.property(opened, fc.constantFrom(one, two, raw), formats, (before, { fingerprint: key }, format) => {
      const ways = waysToOpen(
        likelyFirst([one, two, raw], { key, format }),
        before.map((way) => ({ ...way, text: way.key.text })),
      );
      expect(namesOf(ways).toSorted()).toEqual(namesOf(waysToOpen([one, two, raw])).toSorted());
    }),
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inPiecesOf } from '../../src-main/core/engine/dump/pieces.ts';

test('pieces of any size become pieces of one size, and the bytes stay as they were', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.uint8Array({ maxLength: 30 })), (size, given) => {
      const pieces = given.map((bytes) => Buffer.from(bytes));
      const cut = [...inPiecesOf(size, pieces)];
      expect(Buffer.concat(cut).equals(Buffer.concat(pieces))).toBe(true);
      expect(cut.slice(0, -1).every(({ length }) => length === size)).toBe(true);
      const last = cut.at(-1);
      expect(last === undefined || (last.length > 0 && last.length <= size)).toBe(true);
    }),
  );
});

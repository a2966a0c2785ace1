import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inPiecesOf, SQL_PIECE, sqlPieces } from '../../src-main/core/engine/dump/pieces.ts';

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

test('a script is cut into pieces that halve no character, and the last one is shorter', () => {
  for (const script of ['', 'a', 'a'.repeat(SQL_PIECE), `${'a'.repeat(SQL_PIECE - 1)}😀b`, '😀'.repeat(SQL_PIECE)]) {
    const pieces = [...sqlPieces([script.slice(0, 2), Buffer.from(script.slice(2))])];
    expect(pieces.join('') === script).toBe(true);
    expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
    expect(pieces.slice(0, -1).every(({ length }) => length >= SQL_PIECE)).toBe(true);
    expect(pieces.at(-1)?.length).toBeLessThan(SQL_PIECE);
  }
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, isExact, onDisk, textOf } from '../../src-main/core/engine/files/byte-names.ts';
import { nameInWords } from '../../src-shared/rules/names/byte-names.ts';

/** Bytes as they come in names: of UTF-8, of Latin-1, and cut anywhere. */
const someBytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc
    .tuple(fc.string({ unit: 'binary', maxLength: 10 }), fc.uint8Array({ maxLength: 4 }), fc.string({ unit: 'binary' }))
    .map(([before, odd, after]) => Buffer.concat([Buffer.from(before), odd, Buffer.from(after)])),
);

test('any bytes become a text and come back, also through JSON', () => {
  fc.assert(
    fc.property(someBytes, (given) => {
      const bytes = Buffer.from(given);
      const text = textOf(bytes);
      expect(bytesOf(text).equals(bytes)).toBe(true);
      expect(JSON.parse(Buffer.from(JSON.stringify(text)).toString())).toBe(text);
      expect(isExact(text)).toBe(true);
    }),
  );
});

test('different bytes have different texts, and text that is UTF-8 is itself', () => {
  fc.assert(
    fc.property(someBytes, someBytes, (one, other) => {
      if (Buffer.from(one).equals(other)) return;
      expect(textOf(Buffer.from(one))).not.toBe(textOf(Buffer.from(other)));
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (given) => {
      const text = given.toWellFormed();
      expect(textOf(Buffer.from(text))).toBe(text);
      expect(onDisk(text)).toBe(text);
      expect(nameInWords(text)).toBe(text);
    }),
  );
});

test('a slash, a dot or NUL is never hidden in a name, and two texts never stand for one name', () => {
  fc.assert(
    fc.property(someBytes, (given) => {
      const bytes = Buffer.from(given);
      for (const byte of [0x2f, 0x2e, 0])
        expect([...textOf(bytes)].filter((each) => each === String.fromCharCode(byte))).toHaveLength(
          bytes.filter((each) => each === byte).length,
        );
    }),
  );
  // “é” in bytes that stand for themselves, and a surrogate that stands for none.
  for (const text of ['\udcc3\udca9', '\ud800', 'a\udc41']) expect(isExact(text)).toBe(false);
});

test('people see what is not UTF-8 by its number', () => {
  expect(nameInWords(textOf(Buffer.from([0x63, 0xe9, 0x2f, 0xc3, 0xa9, 0xff])))).toBe('c\\xe9/é\\xff');
});
